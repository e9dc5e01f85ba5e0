/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_READ_H
#define NETRAM_READ_H

#include "router.h"

bool netram_read_start(struct netram_router *r, struct netram_cmd *cmd);

/* For hedge.c. */
void netram_read_account(const struct netram_cmd *leg);
void netram_read_land(struct netram_cmd *cmd);

#endif /* NETRAM_READ_H */
