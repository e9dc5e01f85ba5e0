// SPDX-License-Identifier: GPL-2.0
/*
 * What is where, counted for people and for decisions that are none of a request's.
 * Nothing here is changed, and I/O goes on meanwhile: each figure is how it was about then.
 */
#include "census.h"
#include "extent.h"

/**
 * netram_extents_placed() - extents that have a place
 * @r: the router
 *
 * Context: process.
 * Return: how many.
 */
u64 netram_extents_placed(struct netram_router *r)
{
	u64 extent, placed = 0;

	for (extent = 0; extent < r->nr_extents; extent++)
		placed += !!netram_router_set(r, extent).word;
	return placed;
}

/**
 * netram_extents_degraded() - extents with fewer copies than there should be
 * @r: the router
 *
 * Context: process.
 * Return: how many have fewer in sync on nodes that are up.
 */
u64 netram_extents_degraded(struct netram_router *r)
{
	u32 want = READ_ONCE(r->replicas);
	u64 extent, degraded = 0;
	union netram_set set;

	rcu_read_lock();
	for (extent = 0; extent < r->nr_extents; extent++) {
		set = netram_router_set(r, extent);
		if (set.word)
			degraded += hweight8(netram_extent_up(r, set,
				netram_set_in(set, NETRAM_IN(INSYNC)))) < want;
	}
	rcu_read_unlock();
	return degraded;
}

/**
 * netram_extents_any() - has a node a copy of an extent
 * @r: the router
 * @slot: the node's
 *
 * Context: process.
 * Return: whether it has one, in whatever state.
 */
bool netram_extents_any(struct netram_router *r, u8 slot)
{
	union netram_set set;
	u64 extent;

	for (extent = 0; extent < r->nr_extents; extent++) {
		set = netram_router_set(r, extent);
		if (set.word && netram_set_find(set, slot) >= 0)
			return true;
	}
	return false;
}

/**
 * netram_extents_pages() - pages present of extents with a copy on a node
 * @r: the router
 * @slot: the node's
 *
 * Counted anew each time, so that nobody has to count on the way of a request.
 *
 * Context: process. Takes some 10 ms for each TiB that is in use there.
 * Return: how many.
 */
u64 netram_extents_pages(struct netram_router *r, u8 slot)
{
	const u64 words = r->extent_pages / BITS_PER_LONG;
	u64 extent, word, end, pages = 0;
	union netram_set set;

	for (extent = 0; extent < r->nr_extents; extent++) {
		set = netram_router_set(r, extent);
		if (!set.word || netram_set_find(set, slot) < 0)
			continue;
		end = min_t(u64, (extent + 1) * words,
			    BITS_TO_LONGS(r->pages.count));
		for (word = extent * words; word < end; word++)
			pages += hweight_long(READ_ONCE(r->pages.present[word]));
	}
	return pages;
}

/**
 * netram_extents_stale() - copies on a node that are not in sync
 * @r: the router
 * @slot: the node's
 *
 * Context: process.
 * Return: how many.
 */
u64 netram_extents_stale(struct netram_router *r, u8 slot)
{
	u64 extent, stale = 0;
	union netram_set set;
	int i;

	for (extent = 0; extent < r->nr_extents; extent++) {
		set = netram_router_set(r, extent);
		i = set.word ? netram_set_find(set, slot) : -1;
		stale += i >= 0 && netram_set_state(set, i) != NETRAM_REPLICA_INSYNC;
	}
	return stale;
}

static u32 missing(union netram_set set, int i, u32 pages, u32 behind)
{
	switch (netram_set_state(set, i)) {
	case NETRAM_REPLICA_EMPTY:
	case NETRAM_REPLICA_FILLING:
		return pages;
	case NETRAM_REPLICA_STALE:
	case NETRAM_REPLICA_COPYING:
		return behind;
	default:
		return 0;
	}
}

/**
 * netram_extent_inspect() - look at an extent, for somebody to read
 * @r: the router
 * @extent: which
 * @info: what is there. I/O goes on, so this is how it was about then
 *
 * Context: any.
 */
void netram_extent_inspect(struct netram_router *r, u64 extent,
			   struct netram_extent_info *info)
{
	const struct netram_pages *p = &r->pages;
	u64 word = extent * (r->extent_pages / BITS_PER_LONG), end;
	unsigned long present, lost, saved;
	u32 behind[NETRAM_REPLICAS_MAX] = { 0 };
	int i;

	memset(info, 0, sizeof(*info));
	end = min_t(u64, word + r->extent_pages / BITS_PER_LONG,
		    BITS_TO_LONGS(p->count));
	for (; word < end; word++) {
		present = READ_ONCE(p->present[word]);
		lost = present & READ_ONCE(p->lost[word]);
		saved = p->saved ? READ_ONCE(p->saved[word]) : 0;
		info->pages += hweight_long(present);
		info->lost += hweight_long(lost & ~saved);
		info->backed += hweight_long(lost & saved);
		for (i = 0; i < NETRAM_REPLICAS_MAX; i++)
			behind[i] += hweight_long(present &
						  READ_ONCE(p->behind[i][word]));
	}
	rcu_read_lock();
	info->set = netram_router_set(r, extent);
	info->up = netram_extent_up(r, info->set,
				    netram_set_in(info->set, NETRAM_IN_USE));
	rcu_read_unlock();
	for (i = 0; i < NETRAM_REPLICAS_MAX; i++)
		info->missing[i] = missing(info->set, i, info->pages, behind[i]);
}
