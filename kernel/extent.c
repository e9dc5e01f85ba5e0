// SPDX-License-Identifier: GPL-2.0
/*
 * Which node an extent is on. It is placed at the first write, and stays while
 * a page of it is present, is to be trimmed, or is being written.
 */
#include "extent.h"
#include "placement.h"

#include <linux/random.h>

static bool has_room(const struct netram_session *s)
{
	return time_after_eq(jiffies, READ_ONCE(s->full_until));
}

/*
 * Sessions that may take an extent. Return: 0, -ENOSPC when all nodes that are
 * up are full, -EAGAIN when none is up.
 */
static int candidates(struct netram_router *r, struct netram_candidate *c,
		      u32 *count)
{
	struct netram_session *s;
	bool full = false;
	u32 slot;

	*count = 0;
	for (slot = 0; slot < NETRAM_NODES_MAX; slot++) {
		s = rcu_dereference(r->sessions[slot]);
		if (!s || READ_ONCE(s->closing) || !netram_session_up(s))
			continue;
		if (!has_room(s)) {
			full = true;
			continue;
		}
		c[*count].id = slot;
		c[*count].weight = s->cfg.weight;
		c[(*count)++].load = atomic_read(&s->extents);
	}
	if (*count)
		return 0;
	return full ? -ENOSPC : -EAGAIN;
}

/* The caller holds rcu_read_lock(), which netram_volume's removal waits for. */
static int place_extent(struct netram_router *r, u64 extent)
{
	struct netram_candidate c[NETRAM_NODES_MAX];
	struct netram_session *s;
	u32 count;
	int err;

	err = candidates(r, c, &count);
	if (err)
		return err;
	count = netram_placement_pick(c, count, get_random_u32(),
				      get_random_u32());
	s = rcu_dereference(r->sessions[c[count].id]);
	atomic_inc(&s->extents);
	if (cmpxchg(&r->slots[extent], NETRAM_SLOT_NONE, s->slot) !=
	    NETRAM_SLOT_NONE)
		atomic_dec(&s->extents);	/* another writer was first */
	return 0;
}

/**
 * netram_extent_place() - the session an extent is on, chosen if there is none
 * @r: the router
 * @extent: the extent; the caller owns a page of it, which keeps it in place
 *
 * Weighted power of two choices, see placement.c.
 *
 * Context: any but hard interrupt.
 * Return: the session, or ERR_PTR: -EAGAIN when no node is up, -ENOSPC when all
 * that are up are full.
 */
struct netram_session *netram_extent_place(struct netram_router *r, u64 extent)
{
	struct netram_session *s = netram_router_session(r, extent);
	int err;

	if (likely(s))
		return s;
	rcu_read_lock();
	err = place_extent(r, extent);
	rcu_read_unlock();
	return err ? ERR_PTR(err) : netram_router_session(r, extent);
}

static bool any(const unsigned long *bits, u64 first, u64 count)
{
	return find_next_bit(bits, first + count, first) < first + count;
}

/* Return: 0, -EAGAIN to wait for a TRIM, -ENOSPC if pages live there. */
static int may_unplace(struct netram_router *r, u64 extent, u64 first,
		       u64 count)
{
	if (any(r->pages.present, first, count))
		return -ENOSPC;
	if (!any(r->pages.dead, first, count))
		return 0;
	netram_trim_extent(&r->trim, extent);
	return -EAGAIN;
}

/* Take the extent from a node that refused it. The caller owns all its pages. */
static void unplace(struct netram_router *r, struct netram_session *s,
		    u64 extent)
{
	if (cmpxchg(&r->slots[extent], s->slot, NETRAM_SLOT_NONE) != s->slot)
		return;
	atomic_dec(&s->extents);
	netram_stats_add(r->stats, NETRAM_STAT_MOVES, 1);
}

/**
 * netram_extent_leave() - let an extent be placed anew: its node has no room
 * @r: the router
 * @s: session with the node that refused it
 * @extent: the extent; the caller owns no page of it
 *
 * Context: process, does not sleep.
 * Return: 0 when the extent is no longer on the node, -ENOSPC when pages live
 * there, -EAGAIN to try again when a page or a TRIM is done with.
 */
int netram_extent_leave(struct netram_router *r, struct netram_session *s,
			u64 extent)
{
	u64 first = extent * r->extent_pages;
	u64 count = min_t(u64, r->extent_pages, r->pages.count - first);
	int err;

	if (READ_ONCE(r->slots[extent]) != s->slot)
		return 0;
	err = may_unplace(r, extent, first, count);
	if (err)
		return err;
	if (!netram_pages_lock(&r->pages, first, count))
		return -EAGAIN;
	/* Again, now that nobody writes. */
	err = may_unplace(r, extent, first, count);
	if (!err)
		unplace(r, s, extent);
	netram_pages_unlock(&r->pages, first, count);
	/* Not when we wait ourselves: that would wake us at once. */
	if (!err)
		netram_router_wake(r);
	return err;
}

/**
 * netram_extents_lost() - a node came back without its pages
 * @r: the router
 * @s: its session; no command is in flight on it
 *
 * Context: process.
 * Return: pages lost.
 */
u64 netram_extents_lost(struct netram_router *r, struct netram_session *s)
{
	u64 extent, first, count, lost = 0;

	for (extent = 0; extent < r->nr_extents; extent++) {
		if (READ_ONCE(r->slots[extent]) != s->slot)
			continue;
		first = extent * r->extent_pages;
		count = min_t(u64, r->extent_pages, r->pages.count - first);
		lost += netram_pages_lose(&r->pages, first, count);
		cond_resched();
	}
	return lost;
}

/**
 * netram_extents_placed() - extents that have a place
 * @r: the router
 *
 * Context: process.
 * Return: how many.
 */
u64 netram_extents_placed(struct netram_router *r)
{
	struct netram_session *s;
	u64 placed = 0;
	u32 slot;

	rcu_read_lock();
	for (slot = 0; slot < NETRAM_NODES_MAX; slot++) {
		s = rcu_dereference(r->sessions[slot]);
		if (s)
			placed += atomic_read(&s->extents);
	}
	rcu_read_unlock();
	return placed;
}
