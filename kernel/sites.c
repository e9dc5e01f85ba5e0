// SPDX-License-Identifier: GPL-2.0
/*
 * Which nodes may have a copy of an extent: those that are up, have room and are not
 * being drained; and as far as possible in zones that have none. And which copies are
 * not where they would be if the extent were placed now.
 */
#include "sites.h"
#include "placement.h"

#include <linux/random.h>

static bool zone_taken(const struct netram_zones *taken, const char *zone)
{
	u32 i;

	for (i = 0; i < taken->count; i++)
		if (!strcmp(taken->name[i], zone))
			return true;
	return false;
}

/*
 * Sessions that may take a copy, those in other zones if there are any. The
 * caller holds rcu_read_lock(). Return: 0, -ENOSPC when all nodes that are up
 * are full or have a copy, -EAGAIN when none is up.
 */
static int candidates(struct netram_router *r, union netram_set set,
		      const struct netram_zones *taken, struct netram_candidate *c,
		      u32 *count)
{
	bool up = false, apart = false, zone;
	struct netram_session *s;
	u32 slot;

	*count = 0;
	for (slot = 0; slot < NETRAM_NODES_MAX; slot++) {
		s = rcu_dereference(r->sessions[slot]);
		if (!s || READ_ONCE(s->closing) || !netram_session_up(s))
			continue;
		up = true;
		if (netram_session_draining(s) || !netram_session_has_room(s) ||
		    netram_set_find(set, slot) >= 0)
			continue;
		zone = !zone_taken(taken, s->cfg.zone);
		if (!zone && apart)
			continue;
		if (zone && !apart) {
			apart = true;
			*count = 0;
		}
		c[*count].id = slot;
		c[*count].weight = READ_ONCE(s->cfg.peer->weight);
		c[(*count)++].load = atomic_read(&s->extents);
	}
	if (*count)
		return 0;
	return up ? -ENOSPC : -EAGAIN;
}

/**
 * netram_sites_choose() - a node for a copy of an extent
 * @r: the router
 * @set: the copies it has
 * @taken: zones to avoid if possible
 *
 * Weighted power of two choices, see placement.c.
 *
 * Context: any but hard interrupt, under rcu_read_lock().
 * Return: the session chosen, or ERR_PTR(): -ENOSPC when all nodes that are up are full
 * or have a copy, -EAGAIN when none is up.
 */
struct netram_session *netram_sites_choose(struct netram_router *r,
					   union netram_set set,
					   const struct netram_zones *taken)
{
	struct netram_candidate c[NETRAM_NODES_MAX];
	u32 count;
	int err = candidates(r, set, taken, c, &count);

	if (err)
		return ERR_PTR(err);
	count = netram_placement_pick(c, count, get_random_u32(),
				      get_random_u32());
	return rcu_dereference(r->sessions[c[count].id]);
}

/* The zones of some copies. The caller holds rcu_read_lock(). */
static void zones_of(struct netram_router *r, union netram_set set, u8 copies,
		     struct netram_zones *zones)
{
	struct netram_session *s;
	int i;

	zones->count = 0;
	for (i = 0; i < NETRAM_REPLICAS_MAX; i++) {
		s = netram_router_session(r, set.slot[i]);
		if ((copies & (1U << i)) && s)
			zones->name[zones->count++] = s->cfg.zone;
	}
}

/**
 * netram_sites_candidate() - a node for one more copy of an extent
 * @r: the router
 * @set: the copies it has
 * @good: those whose zones are to be avoided if possible
 *
 * Context: any but hard interrupt.
 * Return: a slot, -ENOSPC or -EAGAIN.
 */
int netram_sites_candidate(struct netram_router *r, union netram_set set,
			   u8 good)
{
	struct netram_zones taken;
	struct netram_session *s;
	int slot;

	rcu_read_lock();
	zones_of(r, set, good, &taken);
	s = netram_sites_choose(r, set, &taken);
	slot = IS_ERR(s) ? PTR_ERR(s) : s->slot;
	rcu_read_unlock();
	return slot;
}

/* Is there a node in a zone without a copy that would do, had it room? */
static bool full_apart(struct netram_router *r, const struct netram_zones *taken)
{
	struct netram_session *s;
	u32 slot;

	for (slot = 0; slot < NETRAM_NODES_MAX; slot++) {
		s = rcu_dereference(r->sessions[slot]);
		if (s && netram_session_up(s) && !netram_session_draining(s) &&
		    !netram_session_has_room(s) &&
		    !zone_taken(taken, s->cfg.zone))
			return true;
	}
	return false;
}

/**
 * netram_sites_apart() - a node for a copy in a zone that has none
 * @r: the router
 * @set: the copies there are
 *
 * Context: any but hard interrupt.
 * Return: a slot; -ENOSPC if there are such nodes, but full ones; -ENOENT if there are
 * none, or none that can be reached.
 */
int netram_sites_apart(struct netram_router *r, union netram_set set)
{
	struct netram_zones taken;
	struct netram_session *s;
	int slot;

	rcu_read_lock();
	zones_of(r, set, netram_set_in(set, NETRAM_IN_USE), &taken);
	s = netram_sites_choose(r, set, &taken);
	if (!IS_ERR(s) && !zone_taken(&taken, s->cfg.zone))
		slot = s->slot;
	else
		slot = full_apart(r, &taken) ? -ENOSPC : -ENOENT;
	rcu_read_unlock();
	return slot;
}

/**
 * netram_sites_shared() - copies that would be lost together with another one
 * @r: the router
 * @set: the copies
 *
 * Context: any but hard interrupt.
 * Return: a bit for each that is in one zone with another.
 */
u8 netram_sites_shared(struct netram_router *r, union netram_set set)
{
	u8 all = netram_set_in(set, NETRAM_IN_USE), shared = 0;
	struct netram_zones others;
	struct netram_session *s;
	int i;

	rcu_read_lock();
	for (i = 0; i < NETRAM_REPLICAS_MAX; i++) {
		if (!(all & (1U << i)))
			continue;
		s = netram_router_session(r, set.slot[i]);
		zones_of(r, set, all & ~(1U << i), &others);
		if (s && zone_taken(&others, s->cfg.zone))
			shared |= 1U << i;
	}
	rcu_read_unlock();
	return shared;
}

/**
 * netram_sites_heaviest() - which copy's node has most for its weight
 * @r: the router
 * @set: the copies
 * @among: of these, at least one; where there is no telling the last
 *
 * Context: any but hard interrupt.
 * Return: its place in @set.
 */
u8 netram_sites_heaviest(struct netram_router *r, union netram_set set, u8 among)
{
	u64 load, weight, most = 0, its_weight = 1;
	u8 heaviest = fls(among) - 1;
	struct netram_session *s;
	int i;

	rcu_read_lock();
	for (i = NETRAM_REPLICAS_MAX - 1; i >= 0; i--) {
		s = netram_router_session(r, set.slot[i]);
		if (!(among & (1U << i)) || !s)
			continue;
		load = atomic_read(&s->extents);
		weight = READ_ONCE(s->cfg.peer->weight);
		/* load / weight > most / its_weight, multiplied out */
		if (load * its_weight <= most * weight)
			continue;
		heaviest = i;
		most = load;
		its_weight = weight;
	}
	rcu_read_unlock();
	return heaviest;
}
