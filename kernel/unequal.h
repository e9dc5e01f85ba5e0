/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_UNEQUAL_H
#define NETRAM_UNEQUAL_H

#include "router.h"

u8 netram_unequal_note(struct netram_router *r, struct netram_cmd *cmd);
void netram_unequal_decide(struct netram_router *r, u64 extent, u8 copy);
void netram_unequal_back(struct netram_router *r, const struct netram_session *s);

#endif /* NETRAM_UNEQUAL_H */
