/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_EXTENT_H
#define NETRAM_EXTENT_H

#include "router.h"

union netram_set netram_extent_place(struct netram_router *r, u64 extent,
				     int *err);
u8 netram_extent_reachable(struct netram_router *r, union netram_set set,
			   u8 among);
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
void netram_extent_owe(struct netram_router *r, union netram_set set, u8 copies);
void netram_extent_strike(struct netram_router *r, u64 extent, u8 slot);

#endif /* NETRAM_EXTENT_H */
