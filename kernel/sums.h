/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_SUMS_H
#define NETRAM_SUMS_H

#include <linux/types.h>
#include <netram/nbd.h>

/* Pages whose checksums may be asked for at a time. */
#define NETRAM_SUMS_MAX 16

/* Room for the payload of an answer: one descriptor for each page at most. */
#define NETRAM_SUMS_PAYLOAD \
	(sizeof(struct nbd_block_status) + \
	 NETRAM_SUMS_MAX * sizeof(struct nbd_block_descriptor))

int netram_sums_head(const struct nbd_structured_reply *head, u64 cookie,
		     u32 pages, const char **why);
int netram_sums_take(const void *payload, u32 len, u32 context, u32 pages,
		     u32 *sums, const char **why);

#endif /* NETRAM_SUMS_H */
