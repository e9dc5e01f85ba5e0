/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_READ_LAYOUT_H
#define NETRAM_READ_LAYOUT_H

#include "router.h"

void netram_read_fail_page(struct netram_router *r, struct netram_cmd *cmd,
			   u64 page, int error);
void netram_read_fail_lost(struct netram_router *r, struct netram_cmd *cmd,
			   u64 page, int error);
void netram_read_lay_out(struct netram_router *r, struct netram_cmd *cmd);
bool netram_read_lay_out_backed(struct netram_router *r, struct netram_cmd *cmd,
				bool nodes);
void netram_read_guess(struct netram_router *r, struct netram_cmd *cmd);

#endif /* NETRAM_READ_LAYOUT_H */
