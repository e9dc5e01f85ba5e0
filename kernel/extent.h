/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_EXTENT_H
#define NETRAM_EXTENT_H

#include "router.h"

struct netram_session *netram_extent_place(struct netram_router *r, u64 extent);
int netram_extent_leave(struct netram_router *r, struct netram_session *s,
			u64 extent);
u64 netram_extents_lost(struct netram_router *r, struct netram_session *s);
u64 netram_extents_placed(struct netram_router *r);

#endif /* NETRAM_EXTENT_H */
