// SPDX-License-Identifier: GPL-2.0
/*
 * All nodes and volumes, and the rules for adding and removing them.
 *
 * change_lock is held by whoever adds or removes something, all the while, also
 * when waiting for the network. netram_pool_lock guards both lists and all that
 * comes and goes with their members (sessions, disks, devices) against readers,
 * and is not held while waiting. Both are taken in process context only, by
 * netlink and sysfs, never on the way of a request.
 *
 * Order: change_lock, netram_pool_lock, disk->open_mutex (netram_blk_claim). A
 * sysfs show() that needs netram_pool_lock must use mutex_trylock(), for removal
 * waits for show() under it.
 */
#include "pool.h"
#include "bdev.h"
#include "census.h"
#include "drain.h"
#include "event.h"
#include "fsm.h"
#include "log.h"
#include "sysfs.h"

#include <linux/module.h>

/* So long a node is waited for that is still told to free what it had. */
#define LEAVE_PATIENCE	(10 * HZ)
#define LEAVE_POLL_MS	20

DEFINE_MUTEX(netram_pool_lock);
LIST_HEAD(netram_pool_nodes);
LIST_HEAD(netram_pool_volumes);

static DEFINE_MUTEX(change_lock);
static DECLARE_BITMAP(slots, NETRAM_NODES_MAX);
static DECLARE_BITMAP(indices, NETRAM_VOLUMES_MAX);
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

/**
 * netram_pool_find_node() - a node by its name
 * @name: the name
 *
 * Context: under netram_pool_lock.
 * Return: the node or NULL.
 */
struct netram_node *netram_pool_find_node(const char *name)
{
	struct netram_node *node;

	lockdep_assert_held(&netram_pool_lock);
	list_for_each_entry(node, &netram_pool_nodes, list)
		if (!strcmp(node->name, name))
			return node;
	return NULL;
}

/**
 * netram_pool_find_volume() - a volume by its name
 * @name: the name
 *
 * Context: under netram_pool_lock.
 * Return: the volume or NULL.
 */
struct netram_volume *netram_pool_find_volume(const char *name)
{
	struct netram_volume *volume;

	lockdep_assert_held(&netram_pool_lock);
	list_for_each_entry(volume, &netram_pool_volumes, list)
		if (!strcmp(volume->name, name))
			return volume;
	return NULL;
}

/**
 * netram_pool_summarize() - what a node does for all volumes
 * @node: the node
 * @sum: the answer
 *
 * Context: under netram_pool_lock.
 */
void netram_pool_summarize(struct netram_node *node,
			   struct netram_node_summary *sum)
{
	struct netram_volume *volume;
	struct netram_session *s;
	u32 sessions = 0, up = 0;

	lockdep_assert_held(&netram_pool_lock);
	memset(sum, 0, sizeof(*sum));
	netram_peer_traffic(&node->peer, &sum->traffic);
	list_for_each_entry(volume, &netram_pool_volumes, list) {
		s = netram_volume_session(volume, node->slot);
		if (!s)
			continue;
		/* It is no fault of the node's that a volume was taken over. */
		if (!READ_ONCE(s->fenced)) {
			sessions++;
			up += netram_session_up(s);
		}
		sum->volumes += !!atomic_read(&s->extents);
		sum->extents += atomic_read(&s->extents);
		sum->pages += netram_extents_pages(&volume->router, node->slot);
		netram_session_traffic(s, &sum->traffic);
	}
	sum->state = netram_fsm_node_state(sessions, up, node->peer.draining);
}

/* A foreign server has one export: it can serve one volume. */
static bool may_attach(struct netram_volume *volume, struct netram_node *node)
{
	struct netram_volume *other;

	if (!node->peer.foreign)
		return true;
	list_for_each_entry(other, &netram_pool_volumes, list)
		if (other != volume && netram_volume_session(other, node->slot))
			return false;
	return true;
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

	list_for_each_entry(volume, &netram_pool_volumes, list) {
		if (may_attach(volume, node))
			err = netram_volume_attach(volume, node, false);
		if (err)
			return err;
	}
	return 0;
}

static void start_all(struct netram_node *node)
{
	struct netram_volume *volume;

	list_for_each_entry(volume, &netram_pool_volumes, list)
		netram_volume_start(volume, node);
}

static int add_node(const struct netram_node_config *cfg,
		    struct netlink_ext_ack *extack)
{
	u32 slot = find_first_zero_bit(slots, NETRAM_NODES_MAX);
	struct netram_node *node;

	if (netram_pool_find_node(cfg->name)) {
		NL_SET_ERR_MSG(extack, "a node of this name exists already");
		return -EEXIST;
	}
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

	mutex_lock(&change_lock);
	mutex_lock(&netram_pool_lock);
	err = add_node(cfg, extack);
	mutex_unlock(&netram_pool_lock);
	mutex_unlock(&change_lock);
	if (!err)
		netram_event_object(NETRAM_EVENT_NODE_ADDED, cfg->name);
	return err;
}

static void reattach(struct netram_node *node)
{
	struct netram_volume *volume;

	list_for_each_entry(volume, &netram_pool_volumes, list)
		if (!netram_volume_session(volume, node->slot) &&
		    may_attach(volume, node) &&
		    !netram_volume_attach(volume, node, false))
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

	mutex_lock(&change_lock);
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
	mutex_unlock(&change_lock);
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

	mutex_lock(&change_lock);
	mutex_lock(&netram_pool_lock);
	err = drain_node(name, drain, extack);
	mutex_unlock(&netram_pool_lock);
	mutex_unlock(&change_lock);
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

	mutex_lock(&change_lock);
	mutex_lock(&netram_pool_lock);
	node = netram_pool_find_node(name);
	if (node)
		netram_node_set_weight(node, weight);
	else
		NL_SET_ERR_MSG(extack, "no node of this name");
	mutex_unlock(&netram_pool_lock);
	mutex_unlock(&change_lock);
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

/* A count that was not given: two copies where they can be apart. */
static u32 replicas_of(const struct netram_volume_config *cfg)
{
	if (cfg->replicas)
		return cfg->replicas;
	return list_empty(&netram_pool_nodes) ||
	       list_is_singular(&netram_pool_nodes) ? 1 : 2;
}

static int attach_nodes(struct netram_volume *volume, bool takeover)
{
	struct netram_node *node;
	int err = 0;

	list_for_each_entry(node, &netram_pool_nodes, list) {
		if (may_attach(volume, node))
			err = netram_volume_attach(volume, node, takeover);
		if (err)
			return err;
	}
	list_for_each_entry(node, &netram_pool_nodes, list)
		netram_volume_start(volume, node);
	return 0;
}

static struct netram_volume *begin_volume(const struct netram_volume_config *asked,
					  struct netram_bdev **backup,
					  struct netlink_ext_ack *extack)
{
	struct netram_volume_config with_copies = *asked, *cfg = &with_copies;
	int err;
	u32 index = find_first_zero_bit(indices, NETRAM_VOLUMES_MAX);
	struct netram_volume *volume;

	if (netram_pool_find_volume(cfg->name)) {
		NL_SET_ERR_MSG(extack, "a volume of this name exists already");
		return ERR_PTR(-EEXIST);
	}
	if (index == NETRAM_VOLUMES_MAX) {
		NL_SET_ERR_MSG(extack, "no more volumes: 256 exist");
		return ERR_PTR(-ENOSPC);
	}
	if (list_empty(&netram_pool_nodes)) {
		NL_SET_ERR_MSG(extack, "no node is known: add one first");
		return ERR_PTR(-ENOTCONN);
	}
	cfg->replicas = replicas_of(asked);
	volume = netram_volume_create(cfg, index);
	if (IS_ERR(volume)) {
		if (PTR_ERR(volume) == -ENOMEM)
			NL_SET_ERR_MSG(extack, "no memory for the volume's metadata");
		return volume;
	}
	err = *backup ? netram_volume_set_backup(volume, *backup,
						 cfg->backup_mode) : 0;
	if (err) {
		netram_volume_destroy(volume);
		return ERR_PTR(err);
	}
	*backup = NULL;
	if (attach_nodes(volume, cfg->takeover)) {
		netram_volume_destroy(volume);
		return ERR_PTR(-ENOMEM);
	}
	__set_bit(index, indices);
	list_add_tail(&volume->list, &netram_pool_volumes);
	return volume;
}

static void end_volume(struct netram_volume *volume)
{
	__clear_bit(volume->index, indices);
	list_del(&volume->list);
	netram_volume_destroy(volume);
}

static int show_volume(struct netram_volume *volume,
		       struct netlink_ext_ack *extack)
{
	if (netram_volume_in_use(volume)) {
		NL_SET_ERR_MSG(extack, "another host has a volume of this uuid: delete it there, or take it over with --takeover");
		return -EBUSY;
	}
	if (netram_volume_any_up(volume))
		return netram_blk_add(&volume->blk, netram_sysfs_volume);
	NL_SET_ERR_MSG(extack, "no node answered: see last_error of the nodes");
	return -ENOTCONN;
}

static int mark_backup(struct netram_volume *volume,
		       struct netlink_ext_ack *extack)
{
	int err = volume->router.backup ? netram_volume_mark_backup(volume) : 0;

	if (err)
		NL_SET_ERR_MSG(extack, "the backup device cannot be written");
	return err;
}

/* @backup is NULL afterwards if the volume has it, or had it. */
static int add_volume(const struct netram_volume_config *cfg,
		      struct netram_bdev **backup,
		      struct netlink_ext_ack *extack)
{
	struct netram_volume *volume;
	int err;

	mutex_lock(&netram_pool_lock);
	volume = begin_volume(cfg, backup, extack);
	mutex_unlock(&netram_pool_lock);
	if (IS_ERR(volume))
		return PTR_ERR(volume);
	netram_volume_wait_tried(volume);
	/* Nobody else deletes it: change_lock is held. */
	err = mark_backup(volume, extack);
	mutex_lock(&netram_pool_lock);
	if (!err)
		err = show_volume(volume, extack);
	if (err)
		end_volume(volume);
	mutex_unlock(&netram_pool_lock);
	return err;
}

/* With the backup device, if there is to be one, opened and looked at before. */
static int add_with_backup(const struct netram_volume_config *cfg,
			   struct netlink_ext_ack *extack)
{
	struct netram_bdev *backup = NULL;
	int err;

	if (cfg->backup_path)
		backup = netram_volume_open_backup(cfg, extack);
	if (IS_ERR(backup))
		return PTR_ERR(backup);
	err = add_volume(cfg, &backup, extack);
	if (backup)
		netram_bdev_close(backup);
	return err;
}

/**
 * netram_pool_add_volume() - create a volume and its block device
 * @cfg: checked
 * @extack: for a sentence that says what is wrong
 *
 * Context: process, sleeps until each node was tried; takes netram_pool_lock,
 * but not while waiting.
 * Return: 0, -EEXIST, -ENOSPC, -ENOTCONN, -EBUSY or -ENOMEM; or what came of opening,
 * reading and writing the backup device.
 */
int netram_pool_add_volume(const struct netram_volume_config *cfg,
			   struct netlink_ext_ack *extack)
{
	int err;

	/* Held while there is a volume: rmmod would end it. */
	if (!try_module_get(THIS_MODULE))
		return -ENODEV;
	mutex_lock(&change_lock);
	err = add_with_backup(cfg, extack);
	mutex_unlock(&change_lock);
	if (err)
		module_put(THIS_MODULE);
	else
		netram_event_object(NETRAM_EVENT_VOLUME_ADDED, cfg->name);
	return err;
}

static int set_volume(const char *name, u32 replicas, int on_loss,
		      struct netlink_ext_ack *extack)
{
	struct netram_volume *volume = netram_pool_find_volume(name);
	int err = 0;

	if (!volume) {
		NL_SET_ERR_MSG(extack, "no volume of this name");
		return -ENOENT;
	}
	if (replicas)
		err = netram_volume_set_replicas(volume, replicas);
	if (err)
		NL_SET_ERR_MSG(extack, "no memory for the commands of more copies");
	else if (on_loss >= 0)
		netram_volume_set_on_loss(volume, on_loss);
	return err;
}

/**
 * netram_pool_set_volume() - change a live volume
 * @name: its name
 * @replicas: how many copies, 1 to NETRAM_REPLICAS_MAX; 0: as it is
 * @on_loss: enum netram_on_loss; -1: as it is
 * @extack: for a sentence that says what is wrong
 *
 * Context: process, may sleep; takes netram_pool_lock. Does not wait for the end.
 * Return: 0, -ENOENT or -ENOMEM.
 */
int netram_pool_set_volume(const char *name, u32 replicas, int on_loss,
			   struct netlink_ext_ack *extack)
{
	int err;

	mutex_lock(&change_lock);
	mutex_lock(&netram_pool_lock);
	err = set_volume(name, replicas, on_loss, extack);
	mutex_unlock(&netram_pool_lock);
	mutex_unlock(&change_lock);
	return err;
}

static int verify_volume(const char *name, enum netram_verify_action action,
			 u32 rate, struct netlink_ext_ack *extack)
{
	struct netram_volume *volume = netram_pool_find_volume(name);
	int err;

	if (!volume) {
		NL_SET_ERR_MSG(extack, "no volume of this name");
		return -ENOENT;
	}
	if (action == NETRAM_VERIFY_CANCEL) {
		netram_verify_cancel(&volume->router.verify);
		return 0;
	}
	err = netram_verify_start(&volume->router.verify, action, rate);
	if (err == -EBUSY)
		NL_SET_ERR_MSG(extack, "the volume is being verified: wait for the end, or cancel that");
	else if (err)
		NL_SET_ERR_MSG(extack, "no memory for the pages to be compared");
	return err;
}

/**
 * netram_pool_verify_volume() - compare all copies of a volume, or no longer
 * @name: its name
 * @action: compare, compare and repair, or stop that
 * @rate: MiB a second at most; 0: as sync_rate_mib says
 * @extack: for a sentence that says what is wrong
 *
 * Context: process, may sleep; takes netram_pool_lock. Does not wait for the end.
 * Return: 0, -ENOENT, -EBUSY or -ENOMEM.
 */
int netram_pool_verify_volume(const char *name,
			      enum netram_verify_action action, u32 rate,
			      struct netlink_ext_ack *extack)
{
	int err;

	mutex_lock(&netram_pool_lock);
	err = verify_volume(name, action, rate, extack);
	mutex_unlock(&netram_pool_lock);
	return err;
}

static int del_volume(const char *name, struct netlink_ext_ack *extack)
{
	struct netram_volume *volume = netram_pool_find_volume(name);

	if (!volume) {
		NL_SET_ERR_MSG(extack, "no volume of this name");
		return -ENOENT;
	}
	if (netram_blk_claim(&volume->blk)) {
		if (netram_volume_state(volume) == NETRAM_VOLUME_WAITING)
			NL_SET_ERR_MSG(extack, "the volume is in use and its requests wait for a node: set on_loss to error, then swapoff or unmount it");
		else
			NL_SET_ERR_MSG(extack, "the volume is in use: swapoff or unmount it first");
		return -EBUSY;
	}
	netram_blk_remove(&volume->blk);
	end_volume(volume);
	module_put(THIS_MODULE);
	return 0;
}

/**
 * netram_pool_del_volume() - delete a volume that nobody has open
 * @name: its name
 * @extack: for a sentence that says what is wrong
 *
 * Context: process, sleeps; takes netram_pool_lock.
 * Return: 0, -ENOENT or -EBUSY.
 */
int netram_pool_del_volume(const char *name, struct netlink_ext_ack *extack)
{
	int err;

	mutex_lock(&change_lock);
	mutex_lock(&netram_pool_lock);
	err = del_volume(name, extack);
	mutex_unlock(&netram_pool_lock);
	mutex_unlock(&change_lock);
	if (!err)
		netram_event_object(NETRAM_EVENT_VOLUME_REMOVED, name);
	return err;
}
