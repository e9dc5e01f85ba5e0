/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_EXTENT_H
#define NETRAM_EXTENT_H

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

union netram_set netram_extent_place(struct netram_router *r, u64 extent,
				     int *err);
u8 netram_extent_up(struct netram_router *r, union netram_set set, u8 among);
bool netram_extent_settle(struct netram_router *r, struct netram_cmd *cmd,
			  u8 acked,
			  void (*commit)(struct netram_router *r,
					 struct netram_cmd *cmd));
bool netram_extent_settle_late(struct netram_router *r, struct netram_cmd *cmd,
			       u8 acked,
			       void (*commit)(struct netram_router *r,
					      struct netram_cmd *cmd));
void netram_extent_diverged(struct netram_router *r, struct netram_cmd *cmd);
void netram_extent_distrust(struct netram_router *r, u64 page,
			    union netram_set set, u8 i);
struct netram_session *netram_extent_hold(struct netram_router *r, u8 slot);
void netram_extent_release(struct netram_session *s);
void netram_extent_spare(struct netram_router *r, union netram_set set, u8 full,
			 unsigned long spared);
bool netram_extent_drop(struct netram_router *r, u64 extent, union netram_set old,
			u8 copy);
int netram_extent_leave(struct netram_router *r, union netram_set set,
			u64 extent);
int netram_extent_candidate(struct netram_router *r, union netram_set set,
			    u8 good);
void netram_extent_inspect(struct netram_router *r, u64 extent,
			   struct netram_extent_info *info);
u64 netram_extents_lost(struct netram_router *r, struct netram_session *s);
u64 netram_extents_placed(struct netram_router *r);
u64 netram_extents_degraded(struct netram_router *r);
bool netram_extents_any(struct netram_router *r, u8 slot);
u64 netram_extents_pages(struct netram_router *r, u8 slot);
u64 netram_extents_stale(struct netram_router *r, u8 slot);

#endif /* NETRAM_EXTENT_H */
