/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_FANOUT_H
#define NETRAM_FANOUT_H

#include "router.h"

void netram_fanout_submit(struct netram_router *r, struct netram_cmd *cmd,
			  u8 targets, bool save,
			  void (*joined)(struct netram_cmd *cmd));
u8 netram_fanout_acked(const struct netram_cmd *cmd);
bool netram_fanout_saved(const struct netram_cmd *cmd);
void netram_fanout_vain(struct netram_router *r, const struct netram_cmd *cmd);
u8 netram_fanout_full(const struct netram_cmd *cmd);
u8 netram_fanout_refused(const struct netram_cmd *cmd);

#endif /* NETRAM_FANOUT_H */
