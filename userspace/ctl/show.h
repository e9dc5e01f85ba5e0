/* SPDX-License-Identifier: GPL-2.0 */
/* Tables that more than one subcommand shows. */
#ifndef NETRAM_CTL_SHOW_H
#define NETRAM_CTL_SHOW_H

#include "print.h"
#include "repairs.h"
#include "top.h"

/**
 * struct ctl_copies - how a volume stands with its copies
 * @least: how many an extent has, in sync and on nodes that are up
 * @copying: not in sync, but on such nodes, so that they are being made good
 * @away: a node with copies that cannot be reached, or NULL
 * @none: no extent has one that can be reached
 */
struct ctl_copies {
	uint64_t least;
	uint64_t copying;
	const char *away;
	bool none;
};

/* copies.c */
void ctl_copies(const struct netram_volume *volume, struct ctl_copies *copies);

/* node_list.c */
const char *ctl_node_also(const struct netram_node *node);
void ctl_show_nodes(const struct netram_node *node, const char *indent);

/* speed.c */
struct json_object *ctl_json_speed(const struct top_rows *rows);
void ctl_show_speed(const struct top_rows *rows,
		    const struct netram_latency *ever, const char *indent);

/* findings.c */
void ctl_show_verify(const char *volume, const struct netram_verify *verify);
void ctl_show_bad(const struct netram_verify *verify,
		  const struct ctl_repairs *repairs);

/* traffic.c */
void ctl_traffic_add(struct netram_traffic *sum,
		     const struct netram_traffic *traffic);
void ctl_show_traffic(const struct netram_traffic *traffic, int width);
void ctl_show_overhead(const struct netram_traffic *traffic);

/* extent_list.c */
void ctl_show_extents(const struct netram_extent *extent, const char *indent);

/* volume_list.c */
void ctl_show_volumes(const struct netram_volume *volume,
		      const struct swaps *swaps, const char *indent);

#endif /* NETRAM_CTL_SHOW_H */
