/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_READ_CHOICE_H
#define NETRAM_READ_CHOICE_H

#include "router.h"

/* A node that leaves all reads unanswered for that long is asked no more of them. */
#define NETRAM_READ_SILENT (HZ / 20)

int netram_read_choose(struct netram_router *r, const struct netram_cmd *cmd,
		       union netram_set set);
int netram_read_other(struct netram_router *r, const struct netram_cmd *cmd,
		      union netram_set set, u8 not);
u8 netram_read_not_behind(struct netram_router *r, const struct netram_cmd *cmd,
			  u8 copies);
bool netram_read_some(struct netram_router *r, const struct netram_cmd *cmd,
		      union netram_set set);
bool netram_read_silent(const struct netram_session *s, u16 queue);
void netram_read_sent(struct netram_session *s, const struct netram_cmd *cmd);
void netram_read_unsent(struct netram_session *s, const struct netram_cmd *cmd);
bool netram_read_any(const struct netram_session *s);
void netram_read_answered(const struct netram_cmd *cmd);

#endif /* NETRAM_READ_CHOICE_H */
