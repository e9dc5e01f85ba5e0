/* SPDX-License-Identifier: GPL-2.0 */
/* Tables that more than one subcommand shows. */
#ifndef NETRAM_CTL_SHOW_H
#define NETRAM_CTL_SHOW_H

#include "print.h"

/* node_list.c */
void ctl_show_nodes(const struct netram_node *node, const char *indent);

/* volume_list.c */
void ctl_show_volumes(const struct netram_volume *volume,
		      const struct ctl_swaps *swaps, const char *indent);

#endif /* NETRAM_CTL_SHOW_H */
