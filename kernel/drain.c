// SPDX-License-Identifier: GPL-2.0
/*
 * Draining a node: its extents go elsewhere, and when none is left users are told.
 *
 * The volumes' movers do it, each for itself, and a volume that is deleted takes along
 * what it has there. Neither may wait for netram_pool_lock, under which alone all
 * volumes are to be seen. So somebody looks from here, as often as the movers look
 * whether there is something to do.
 */
#include "drain.h"
#include "event.h"
#include "pool.h"

#include <linux/jiffies.h>
#include <linux/rcupdate.h>
#include <linux/workqueue.h>

#define LOOK_EVERY	HZ

static void look_work(struct work_struct *work);
static DECLARE_DELAYED_WORK(look, look_work);

static bool has_extents(const struct netram_node *node)
{
	struct netram_volume *volume;
	struct netram_session *s;

	list_for_each_entry(volume, &netram_pool_volumes, list) {
		s = netram_volume_session(volume, node->slot);
		if (s && atomic_read(&s->extents))
			return true;
	}
	return false;
}

/**
 * netram_drain_look() - tell if a node that is being drained has nothing any more
 * @node: the node; nothing happens if it is not, or that was told
 *
 * Context: process, may sleep, under netram_pool_lock.
 */
void netram_drain_look(struct netram_node *node)
{
	lockdep_assert_held(&netram_pool_lock);
	if (!node->drain_awaited || has_extents(node))
		return;
	node->drain_awaited = false;
	netram_event_drained(node->name);
}

static void look_work(struct work_struct *work)
{
	struct netram_node *node;
	bool awaited = false;

	mutex_lock(&netram_pool_lock);
	list_for_each_entry(node, &netram_pool_nodes, list) {
		netram_drain_look(node);
		awaited |= node->drain_awaited;
	}
	mutex_unlock(&netram_pool_lock);
	if (awaited)
		queue_delayed_work(system_unbound_wq, &look, LOOK_EVERY);
}

/**
 * netram_drain_begin() - nothing new is placed on a node, and what it has goes elsewhere
 * @node: the node; nothing happens if that is so already
 *
 * The movers are to be told.
 *
 * Context: process, sleeps, under netram_pool_lock.
 */
void netram_drain_begin(struct netram_node *node)
{
	lockdep_assert_held(&netram_pool_lock);
	if (node->peer.draining)
		return;
	WRITE_ONCE(node->peer.draining, true);
	netram_event_drain(node->name, true);
	/* Whoever has chosen it before has counted the extent then: it stays empty. */
	synchronize_rcu();
	node->drain_awaited = true;
	netram_drain_look(node);
	if (node->drain_awaited)
		queue_delayed_work(system_unbound_wq, &look, LOOK_EVERY);
}

/**
 * netram_drain_cancel() - a node is an ordinary one again
 * @node: the node; nothing happens if it is one
 *
 * Context: process, may sleep, under netram_pool_lock.
 */
void netram_drain_cancel(struct netram_node *node)
{
	lockdep_assert_held(&netram_pool_lock);
	if (!node->peer.draining)
		return;
	node->drain_awaited = false;
	WRITE_ONCE(node->peer.draining, false);
	netram_event_drain(node->name, false);
}

/**
 * netram_drain_exit() - nobody looks any more
 *
 * Context: process, sleeps; nobody begins a drain any more.
 */
void netram_drain_exit(void)
{
	cancel_delayed_work_sync(&look);
}
