// SPDX-License-Identifier: GPL-2.0
/*
 * Nodes come, change, are drained, and go. For the locks see pool.c.
 */
#include "pool.h"
#include "drain.h"
#include "event.h"
#include "sysfs.h"

#include <net/ipv6.h>

/* So long a node is waited for that is still told to free what it had. */
#define LEAVE_PATIENCE	(10 * HZ)
#define LEAVE_POLL_MS	20

static DECLARE_BITMAP(slots, NETRAM_NODES_MAX);
static struct class *node_class;

/**
 * netram_pool_init() - make the class the nodes' devices belong to
 *
 * Return: 0 or a negative errno.
 */
int netram_pool_init(void)
{
	node_class = netram_compat_class_create("netram_node");
	return PTR_ERR_OR_ZERO(node_class);
}

/**
 * netram_pool_exit() - forget all nodes
 *
 * There are no volumes: each holds the module.
 */
void netram_pool_exit(void)
{
	struct netram_node *node, *next;

	netram_drain_exit();
	list_for_each_entry_safe(node, next, &netram_pool_nodes, list) {
		list_del(&node->list);
		netram_node_destroy(node);
	}
	class_destroy(node_class);
}

static void detach_all(struct netram_node *node)
{
	struct netram_volume *volume;

	list_for_each_entry(volume, &netram_pool_volumes, list)
		WARN_ON_ONCE(netram_volume_detach(volume, node));
}

/*
 * What comes after a volume's creation is never taken over: else two hosts that had
 * taken it over on some nodes each could both lose it, with a node of the other's.
 */
static int attach_all(struct netram_node *node)
{
	struct netram_volume *volume;
	int err = 0;

	list_for_each_entry(volume, &netram_pool_volumes, list)
		err = err ?: netram_pool_attach(volume, node, false);
	return err;
}

static void start_all(struct netram_node *node)
{
	struct netram_volume *volume;

	list_for_each_entry(volume, &netram_pool_volumes, list)
		netram_volume_start(volume, node);
}

/* ::ffff:192.0.2.1 is 192.0.2.1. Return: its scope, and the address as IPv6 in @out. */
static u32 as_ipv6(const struct sockaddr_storage *addr, struct in6_addr *out)
{
	const struct sockaddr_in6 *in6 = (const void *)addr;
	const struct sockaddr_in *in = (const void *)addr;

	if (addr->ss_family == AF_INET) {
		ipv6_addr_set_v4mapped(in->sin_addr.s_addr, out);
		return 0;
	}
	*out = in6->sin6_addr;
	return in6->sin6_scope_id;
}

static bool same_endpoint(const struct sockaddr_storage *a,
			  const struct sockaddr_storage *b)
{
	struct in6_addr at_a, at_b;

	/* The port is at the same place in both families. */
	return as_ipv6(a, &at_a) == as_ipv6(b, &at_b) &&
	       ipv6_addr_equal(&at_a, &at_b) &&
	       ((const struct sockaddr_in *)a)->sin_port ==
		((const struct sockaddr_in *)b)->sin_port;
}

/*
 * A second node of the same server would fence the first one's sessions there: for the
 * server it is the same host with a newer epoch, and what the first has would be out of
 * reach for good. Exports of a foreign server are different places.
 */
static bool is_same_server(const struct netram_peer *peer,
			   const struct netram_node_config *cfg)
{
	return net_eq(peer->net, cfg->net) &&
	       same_endpoint(&peer->addr, &cfg->addr) &&
	       (!peer->foreign || !cfg->export ||
		!strcmp(peer->export, cfg->export));
}

static int check_new(const struct netram_node_config *cfg,
		     struct netlink_ext_ack *extack)
{
	struct netram_node *node;

	if (netram_pool_find_node(cfg->name)) {
		NL_SET_ERR_MSG(extack, "a node of this name exists already");
		return -EEXIST;
	}
	list_for_each_entry(node, &netram_pool_nodes, list) {
		if (!is_same_server(&node->peer, cfg))
			continue;
		NL_SET_ERR_MSG(extack, "a node has this address already: keep its name, or empty and remove it first");
		return -EEXIST;
	}
	return 0;
}

static int add_node(const struct netram_node_config *cfg,
		    struct netlink_ext_ack *extack)
{
	u32 slot = find_first_zero_bit(slots, NETRAM_NODES_MAX);
	struct netram_node *node;
	int err = check_new(cfg, extack);

	if (err)
		return err;
	if (slot == NETRAM_NODES_MAX) {
		NL_SET_ERR_MSG(extack, "no more nodes: 64 are known");
		return -ENOSPC;
	}
	node = netram_node_create(cfg, slot, node_class, netram_sysfs_node);
	if (IS_ERR(node))
		return PTR_ERR(node);
	if (attach_all(node)) {
		/* None is started: none can have an extent. */
		detach_all(node);
		netram_node_destroy(node);
		return -ENOMEM;
	}
	start_all(node);
	__set_bit(slot, slots);
	list_add_tail(&node->list, &netram_pool_nodes);
	return 0;
}

/**
 * netram_pool_add_node() - make a node known
 * @cfg: checked
 * @extack: for a sentence that says what is wrong
 *
 * Context: process, may sleep; takes netram_pool_lock.
 * Return: 0, -EEXIST, -ENOSPC or -ENOMEM.
 */
int netram_pool_add_node(const struct netram_node_config *cfg,
			 struct netlink_ext_ack *extack)
{
	int err;

	mutex_lock(&netram_pool_change_lock);
	mutex_lock(&netram_pool_lock);
	err = add_node(cfg, extack);
	mutex_unlock(&netram_pool_lock);
	mutex_unlock(&netram_pool_change_lock);
	if (!err)
		netram_event_object(NETRAM_EVENT_NODE_ADDED, cfg->name);
	return err;
}

static void reattach(struct netram_node *node)
{
	struct netram_volume *volume;

	list_for_each_entry(volume, &netram_pool_volumes, list)
		if (!netram_volume_session(volume, node->slot) &&
		    !netram_pool_attach(volume, node, false))
			netram_volume_start(volume, node);
}

/* Return: 0; -EBUSY if a volume returns that; else -EAGAIN if one does. */
static int of_all(struct netram_node *node,
		  int (*ask)(struct netram_volume *volume,
			     struct netram_node *node))
{
	struct netram_volume *volume;
	int err = 0, one;

	list_for_each_entry(volume, &netram_pool_volumes, list) {
		one = ask(volume, node);
		if (one && err != -EBUSY)
			err = one;
	}
	return err;
}

/*
 * Nothing is given up unless all volumes can do so, and once one has, none can refuse.
 * Return: as of_all().
 */
static int give_up_node(struct netram_node *node)
{
	struct netram_volume *volume;
	int err = of_all(node, netram_volume_bar);

	if (err)
		return err;
	list_for_each_entry(volume, &netram_pool_volumes, list)
		netram_volume_give_up(volume, node);
	return 0;
}

static void unbar_node(struct netram_node *node)
{
	struct netram_volume *volume;

	list_for_each_entry(volume, &netram_pool_volumes, list)
		netram_volume_unbar(volume, node);
}

/* Return: as of_all(). */
static int detach_node(struct netram_node *node)
{
	/* Ask first, so that a refusal leaves all sessions as they are. */
	int err = of_all(node, netram_volume_leaves);

	if (err)
		return err;
	err = of_all(node, netram_volume_detach);
	/* An extent was placed meanwhile: as it was, for all volumes. */
	if (err)
		reattach(node);
	return err;
}

static int del_node(const char *name, bool lost, struct netlink_ext_ack *extack)
{
	struct netram_node *node = netram_pool_find_node(name);
	int err;

	if (!node) {
		NL_SET_ERR_MSG(extack, "no node of this name");
		return -ENOENT;
	}
	err = lost ? give_up_node(node) : 0;
	if (!err)
		err = detach_node(node);
	if (err) {
		/* Volumes that had nothing there to give up go on with the node. */
		if (lost)
			unbar_node(node);
		return err;
	}
	/* Nobody may have looked since the last extent went. */
	netram_drain_look(node);
	list_del(&node->list);
	__clear_bit(node->slot, slots);
	netram_node_destroy(node);
	return 0;
}

/**
 * netram_pool_del_node() - forget a node that holds nothing
 * @name: its name
 * @lost: what it holds is given up before, unless it can be reached
 * @extack: for a sentence that says what is wrong
 *
 * If it is verified at this moment, or told to free what it had, that is waited
 * for, not for long.
 *
 * Context: process, sleeps; takes netram_pool_lock.
 * Return: 0, -ENOENT, -EBUSY or -EINTR.
 */
int netram_pool_del_node(const char *name, bool lost,
			 struct netlink_ext_ack *extack)
{
	unsigned long end = jiffies + LEAVE_PATIENCE;
	int err;

	mutex_lock(&netram_pool_change_lock);
	for (;;) {
		mutex_lock(&netram_pool_lock);
		err = del_node(name, lost, extack);
		mutex_unlock(&netram_pool_lock);
		if (err != -EAGAIN || time_after(jiffies, end))
			break;
		if (msleep_interruptible(LEAVE_POLL_MS)) {
			err = -EINTR;
			break;
		}
	}
	mutex_unlock(&netram_pool_change_lock);
	if (err == -EBUSY && lost) {
		NL_SET_ERR_MSG(extack, "this node can be reached, and volumes keep pages on it: drain it");
	} else if (err == -EBUSY) {
		NL_SET_ERR_MSG(extack, "volumes keep pages on this node: drain it, or delete those volumes, first");
	} else if (err == -EAGAIN) {
		NL_SET_ERR_MSG(extack, "pages are being freed or verified on this node: try again");
		err = -EBUSY;
	}
	if (!err)
		netram_event_object(NETRAM_EVENT_NODE_REMOVED, name);
	return err;
}

static int drain_node(const char *name, bool drain,
		      struct netlink_ext_ack *extack)
{
	struct netram_node *node = netram_pool_find_node(name);
	struct netram_volume *volume;
	int err = 0;

	if (!node) {
		NL_SET_ERR_MSG(extack, "no node of this name");
		return -ENOENT;
	}
	/* What it needs is made ready before anything begins. */
	list_for_each_entry(volume, &netram_pool_volumes, list)
		err = err ?: netram_volume_widen(volume);
	if (err) {
		NL_SET_ERR_MSG(extack, "no memory for the commands that move pages");
		return err;
	}
	if (drain)
		netram_drain_begin(node);
	else
		netram_drain_cancel(node);
	list_for_each_entry(volume, &netram_pool_volumes, list)
		netram_mover_scan(&volume->router.mover);
	return 0;
}

/**
 * netram_pool_drain_node() - move what a node has to others, or no longer
 * @name: its name
 * @drain: begin, else cancel
 * @extack: for a sentence that says what is wrong
 *
 * Context: process, may sleep; takes netram_pool_lock. Does not wait for the end.
 * Return: 0, -ENOENT or -ENOMEM.
 */
int netram_pool_drain_node(const char *name, bool drain,
			   struct netlink_ext_ack *extack)
{
	int err;

	mutex_lock(&netram_pool_change_lock);
	mutex_lock(&netram_pool_lock);
	err = drain_node(name, drain, extack);
	mutex_unlock(&netram_pool_lock);
	mutex_unlock(&netram_pool_change_lock);
	return err;
}

/**
 * netram_pool_weigh_node() - change a node's share of new extents
 * @name: its name
 * @weight: NETRAM_WEIGHT_MIN to NETRAM_WEIGHT_MAX
 * @extack: for a sentence that says what is wrong
 *
 * What has a place stays there.
 *
 * Context: process, may sleep; takes netram_pool_lock.
 * Return: 0 or -ENOENT.
 */
int netram_pool_weigh_node(const char *name, u32 weight,
			   struct netlink_ext_ack *extack)
{
	struct netram_node *node;

	mutex_lock(&netram_pool_change_lock);
	mutex_lock(&netram_pool_lock);
	node = netram_pool_find_node(name);
	if (node)
		netram_node_set_weight(node, weight);
	else
		NL_SET_ERR_MSG(extack, "no node of this name");
	mutex_unlock(&netram_pool_lock);
	mutex_unlock(&netram_pool_change_lock);
	return node ? 0 : -ENOENT;
}

static void sync_with(struct netram_volume *volume, struct netram_node *node)
{
	struct netram_session *s = netram_volume_session(volume, node->slot);

	if (!s)
		return;
	WRITE_ONCE(s->full_until, jiffies);
	netram_session_hurry(s);
	netram_mover_scan(&volume->router.mover);
}

/**
 * netram_pool_sync_node() - bring what a node has up to date without delay
 * @name: its name
 * @extack: for a sentence that says what is wrong
 *
 * Whatever would be waited for (the next attempt to connect, the time for which a
 * node without room is spared, the next look at all extents) is not.
 *
 * Context: process, may sleep; takes netram_pool_lock. Does not wait for the end.
 * Return: 0 or -ENOENT.
 */
int netram_pool_sync_node(const char *name, struct netlink_ext_ack *extack)
{
	struct netram_volume *volume;
	struct netram_node *node;

	mutex_lock(&netram_pool_lock);
	node = netram_pool_find_node(name);
	if (node)
		list_for_each_entry(volume, &netram_pool_volumes, list)
			sync_with(volume, node);
	else
		NL_SET_ERR_MSG(extack, "no node of this name");
	mutex_unlock(&netram_pool_lock);
	return node ? 0 : -ENOENT;
}
