/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_NODE_H
#define NETRAM_NODE_H

#include <linux/device.h>
#include <linux/list.h>
#include "session.h"

/**
 * struct netram_node_config - what a node is added with
 * @name: 1 to NETRAM_NAME_MAX of [A-Za-z0-9._-]
 * @region: likewise
 * @zone: likewise
 * @weight: share of new extents
 * @net: network namespace to reach it from
 * @addr: where
 * @export: NULL, or a foreign server's export
 */
struct netram_node_config {
	const char			*name;
	const char			*region;
	const char			*zone;
	u32				weight;
	struct net			*net;
	struct sockaddr_storage		addr;
	const char			*export;
};

/**
 * struct netram_node - a storage node
 * @dev: in class netram_node; the last reference frees the node
 * @list: on the pool's list
 * @name: as configured
 * @region: as configured
 * @zone: as configured
 * @slot: its place in each volume's table of sessions
 * @drain_awaited: users are to be told when it has no extent any more; under
 *   netram_pool_lock
 * @peer: how to reach it
 */
struct netram_node {
	struct device		dev;
	struct list_head	list;
	char			name[NETRAM_NAME_MAX + 1];
	char			region[NETRAM_NAME_MAX + 1];
	char			zone[NETRAM_NAME_MAX + 1];
	u8			slot;
	bool			drain_awaited;
	struct netram_peer	peer;
};

struct netram_node *netram_node_create(const struct netram_node_config *cfg,
				       u8 slot, const struct class *class,
				       const struct attribute_group **groups);
void netram_node_destroy(struct netram_node *node);
void netram_node_set_weight(struct netram_node *node, u32 weight);
bool netram_node_name_valid(const char *name);

#endif /* NETRAM_NODE_H */
