/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_LOSS_H
#define NETRAM_LOSS_H

#include "router.h"

u64 netram_extents_lost(struct netram_router *r, struct netram_session *s);

#endif /* NETRAM_LOSS_H */
