/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_READ_H
#define NETRAM_READ_H

#include "router.h"

/* A node that leaves all reads unanswered for that long is asked no more of them. */
#define NETRAM_READ_SILENT (HZ / 20)

bool netram_read_start(struct netram_router *r, struct netram_cmd *cmd);

/* For hedge.c. */
int netram_read_other(struct netram_router *r, union netram_set set, u8 not);
bool netram_read_silent(const struct netram_session *s);
void netram_read_sent(struct netram_session *s);
void netram_read_unsent(struct netram_session *s);
void netram_read_account(const struct netram_cmd *leg);
void netram_read_land(struct netram_cmd *cmd);

#endif /* NETRAM_READ_H */
