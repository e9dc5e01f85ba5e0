/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_VERDICT_H
#define NETRAM_VERDICT_H

#include <linux/types.h>
#include <netram/limits.h>

/**
 * struct netram_verdict - which copies of a page are right
 * @good: a bit for each that is
 * @bad: a bit for each that is not; where there is no telling, both are 0
 */
struct netram_verdict {
	u8 good;
	u8 bad;
};

struct netram_verdict netram_verdict(const u32 crc[NETRAM_REPLICAS_MAX],
				     u8 read, const u32 *known);

#endif /* NETRAM_VERDICT_H */
