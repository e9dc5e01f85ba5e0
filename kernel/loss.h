/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_LOSS_H
#define NETRAM_LOSS_H

#include "router.h"

u64 netram_extents_lost(struct netram_router *r, struct netram_session *s);
u64 netram_extents_give_up(struct netram_router *r, struct netram_session *s);
u64 netram_extents_only(struct netram_router *r, u8 slot);

#endif /* NETRAM_LOSS_H */
