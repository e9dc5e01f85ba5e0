/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_POOL_H
#define NETRAM_POOL_H

#include <linux/mutex.h>
#include <linux/netlink.h>
#include "node.h"
#include "volume.h"

/**
 * struct netram_node_summary - a node over all volumes
 * @state: see uapi
 * @volumes: volumes with an extent there
 * @extents: extents placed there
 * @pages: pages present there
 * @traffic: since the node was added
 */
struct netram_node_summary {
	enum netram_node_state	state;
	u32			volumes;
	u64			extents;
	u64			pages;
	struct netram_traffic	traffic;
};

extern struct mutex netram_pool_change_lock;
extern struct mutex netram_pool_lock;
extern struct list_head netram_pool_nodes;
extern struct list_head netram_pool_volumes;

int netram_pool_init(void);
void netram_pool_exit(void);
struct netram_node *netram_pool_find_node(const char *name);
struct netram_volume *netram_pool_find_volume(const char *name);
void netram_pool_summarize(struct netram_node *node,
			   struct netram_node_summary *sum);
int netram_pool_attach(struct netram_volume *volume, struct netram_node *node,
		       bool takeover);
int netram_pool_add_node(const struct netram_node_config *cfg,
			 struct netlink_ext_ack *extack);
int netram_pool_drain_node(const char *name, bool drain,
			   struct netlink_ext_ack *extack);
int netram_pool_weigh_node(const char *name, u32 weight,
			   struct netlink_ext_ack *extack);
int netram_pool_sync_node(const char *name, struct netlink_ext_ack *extack);
int netram_pool_del_node(const char *name, bool lost,
			 struct netlink_ext_ack *extack);
int netram_pool_add_volume(const struct netram_volume_config *cfg,
			   struct netlink_ext_ack *extack);
int netram_pool_set_volume(const char *name, u32 replicas, int on_loss,
			   struct netlink_ext_ack *extack);
int netram_pool_verify_volume(const char *name,
			      enum netram_verify_action action, u32 rate,
			      struct netlink_ext_ack *extack);
int netram_pool_del_volume(const char *name, struct netlink_ext_ack *extack);

#endif /* NETRAM_POOL_H */
