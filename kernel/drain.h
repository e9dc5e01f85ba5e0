/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_DRAIN_H
#define NETRAM_DRAIN_H

#include "node.h"

void netram_drain_begin(struct netram_node *node);
void netram_drain_cancel(struct netram_node *node);
void netram_drain_look(struct netram_node *node);
void netram_drain_exit(void);

#endif /* NETRAM_DRAIN_H */
