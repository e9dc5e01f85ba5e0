// SPDX-License-Identifier: GPL-2.0
/*
 * Which nodes may have a copy of an extent: those that are up, have room and are not
 * being drained; and as far as possible in zones that have none.
 */
#include "sites.h"
#include "placement.h"

#include <linux/random.h>

static bool has_room(const struct netram_session *s)
{
	return time_after_eq(jiffies, READ_ONCE(s->full_until));
}

static bool draining(const struct netram_session *s)
{
	return READ_ONCE(s->cfg.peer->draining);
}

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
		if (draining(s) || !has_room(s) ||
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
	struct netram_zones taken = { .count = 0 };
	struct netram_session *s;
	int i, slot;

	rcu_read_lock();
	for (i = 0; i < NETRAM_REPLICAS_MAX; i++) {
		s = netram_router_session(r, set.slot[i]);
		if ((good & (1U << i)) && s)
			taken.name[taken.count++] = s->cfg.zone;
	}
	s = netram_sites_choose(r, set, &taken);
	slot = IS_ERR(s) ? PTR_ERR(s) : s->slot;
	rcu_read_unlock();
	return slot;
}
