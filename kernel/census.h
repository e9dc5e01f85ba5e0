/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_CENSUS_H
#define NETRAM_CENSUS_H

#include "router.h"

/**
 * struct netram_extent_info - what an extent is like at a moment
 * @set: its copies
 * @up: those whose node can be reached, a bit for each
 * @pages: present
 * @lost: of these, that nobody has any more
 * @backed: of these, that the backup alone has
 * @missing: of these, what each copy lacks, at most
 */
struct netram_extent_info {
	union netram_set	set;
	u8			up;
	u32			pages;
	u32			lost;
	u32			backed;
	u32			missing[NETRAM_REPLICAS_MAX];
};

void netram_extent_inspect(struct netram_router *r, u64 extent,
			   struct netram_extent_info *info);
u64 netram_extents_placed(struct netram_router *r);
u64 netram_extents_degraded(struct netram_router *r);
bool netram_extents_any(struct netram_router *r, u8 slot);
u64 netram_extents_pages(struct netram_router *r, u8 slot);
u64 netram_extents_stale(struct netram_router *r, u8 slot);

#endif /* NETRAM_CENSUS_H */
