// SPDX-License-Identifier: GPL-2.0
/*
 * All nodes and volumes: who may look at them, and who may change them. How they come
 * and go is in pool_nodes.c and pool_volumes.c.
 *
 * netram_pool_change_lock is held by whoever adds or removes something, all the
 * while, also when waiting for the network. netram_pool_lock guards both lists and
 * all that comes and goes with their members (sessions, disks, devices) against
 * readers, and is not held while waiting. Both are taken in process context only, by
 * netlink and sysfs, never on the way of a request.
 *
 * Order: netram_pool_change_lock, netram_pool_lock, disk->open_mutex
 * (netram_blk_claim). A sysfs show() that needs netram_pool_lock must use
 * mutex_trylock(), for removal waits for show() under it.
 */
#include "pool.h"
#include "census.h"
#include "fsm.h"

DEFINE_MUTEX(netram_pool_change_lock);
DEFINE_MUTEX(netram_pool_lock);
LIST_HEAD(netram_pool_nodes);
LIST_HEAD(netram_pool_volumes);

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

/**
 * netram_pool_attach() - give a volume a session with a node, if that can serve it
 * @volume: the volume
 * @node: the node
 * @takeover: as for netram_volume_attach()
 *
 * Context: process, may sleep, under netram_pool_lock.
 * Return: 0, also where the node serves another volume, or as netram_volume_attach().
 */
int netram_pool_attach(struct netram_volume *volume, struct netram_node *node,
		       bool takeover)
{
	lockdep_assert_held(&netram_pool_lock);
	if (!may_attach(volume, node))
		return 0;
	return netram_volume_attach(volume, node, takeover);
}
