/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_PACE_H
#define NETRAM_PACE_H

#include <linux/atomic.h>
#include <linux/types.h>

/* Nobody is made to wait for longer, whatever was booked. */
#define NETRAM_PACE_NS_MAX	1000000000ULL

/**
 * struct netram_pace - keeps what is moved under a rate
 * @due: ns; what was booked so far is paid for then
 */
struct netram_pace {
	atomic64_t due;
};

u64 netram_pace_book(struct netram_pace *p, u64 now, u64 bytes, u32 rate_mib);

#endif /* NETRAM_PACE_H */
