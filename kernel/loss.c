// SPDX-License-Identifier: GPL-2.0
/*
 * What is lost with a node: it came back without its pages, or the user gives it up.
 * Where others have copies in sync nothing is. Else the copy that lacks least counts from
 * then on, and what it lacks is lost; or, if nobody has anything, all is.
 */
#include "loss.h"
#include "backup.h"
#include "extent.h"
#include "unequal.h"

static void count_lacking(struct netram_router *r, u64 first, u64 count,
			  u8 copies, u32 *lacks)
{
	int i;

	for (i = 0; i < NETRAM_REPLICAS_MAX; i++)
		lacks[i] = copies & (1U << i) ?
			   netram_pages_lacking(&r->pages, first, count, i) : 0;
}

/* What it would be without what a node has. Return: what is gone by that. */
static enum netram_loss without(struct netram_router *r, u8 slot, u64 extent,
				union netram_set *set, u8 *heir)
{
	u64 first = extent * r->extent_pages;
	u8 partial = netram_set_in(*set, NETRAM_IN_PARTIAL);
	u32 lacks[NETRAM_REPLICAS_MAX];

	count_lacking(r, first,
		      min_t(u64, r->extent_pages, r->pages.count - first),
		      partial, lacks);
	return netram_set_lose(set, slot, netram_extent_up(r, *set, partial),
			       lacks, heir);
}

static u64 lose(struct netram_router *r, u8 slot, u64 extent)
{
	u64 first = extent * r->extent_pages;
	u64 count = min_t(u64, r->extent_pages, r->pages.count - first);
	union netram_set old, new;
	enum netram_loss loss;
	u64 lost = 0;
	u8 heir = 0;

	old = netram_router_set(r, extent);
	if (netram_set_find(old, slot) < 0)
		return 0;
	/* Not between a write's being settled and its being believed. */
	spin_lock_irq(&r->loss_lock);
	/* Before the word, by a full barrier: see copies_of() in read.c. */
	WRITE_ONCE(r->losing, true);
	do {
		old = netram_router_set(r, extent);
		new = old;
		loss = without(r, slot, extent, &new, &heir);
	} while (cmpxchg64(&r->sets[extent], old.word, new.word) != old.word);
	if (loss == NETRAM_LOSS_ALL)
		lost = netram_pages_lose(&r->pages, first, count, NULL);
	if (loss == NETRAM_LOSS_BEHIND) {
		lost = netram_pages_lose(&r->pages, first, count,
					 r->pages.behind[heir]);
		/*
		 * It is in sync. A reader that has found it out of sync, and
		 * finds it lacking no more, finds afterwards what is lost.
		 */
		smp_wmb(); /* pairs with lost_meanwhile() */
		netram_pages_caught_up(&r->pages, first, count, 1U << heir);
		/* Nobody notes any more what was discarded, and not there. */
		netram_extent_owe(r, new, 1U << heir);
		/* One that returns may have looked for what is to be decided. */
		if (netram_extent_reachable(r, new, 1U << heir))
			netram_unequal_decide(r, extent, heir);
	}
	smp_store_release(&r->losing, false);
	spin_unlock_irq(&r->loss_lock);
	if (old.word != new.word)
		netram_mover_extent(&r->mover, extent);
	/* What the backup has is to come back. */
	if (r->backup && loss != NETRAM_LOSS_NONE)
		netram_backup_extent(r->backup, extent);
	return lost;
}

/**
 * netram_extents_lost() - a node came back without its pages
 * @r: the router
 * @s: its session; no command is in flight on it
 *
 * Context: process.
 * Return: pages of which there is no copy any more, on the backup neither.
 */
u64 netram_extents_lost(struct netram_router *r, struct netram_session *s)
{
	u64 extent, lost = 0;

	for (extent = 0; extent < r->nr_extents; extent++) {
		lost += lose(r, s->slot, extent);
		cond_resched();
	}
	return lost;
}

/**
 * netram_extents_give_up() - a node is never to be asked again for what it has
 * @r: the router, its mover at rest
 * @s: its session, which does not come up any more; no command is in flight on it
 *
 * Afterwards no extent has a copy there. Commands that wait with the session are to
 * begin anew: other nodes may have what they want, or take it.
 *
 * Context: process.
 * Return: as netram_extents_lost().
 */
u64 netram_extents_give_up(struct netram_router *r, struct netram_session *s)
{
	u64 extent, lost = 0;

	for (extent = 0; extent < r->nr_extents; extent++) {
		lost += lose(r, s->slot, extent);
		netram_extent_strike(r, extent, s->slot);
		cond_resched();
	}
	return lost;
}

/* As netram_pages_lose() would count them: all, or those that are behind. */
static u64 count_gone(const struct netram_pages *p, u64 word, u64 end,
		      const unsigned long *behind)
{
	unsigned long gone;
	u64 n = 0;

	for (; word < end; word++) {
		gone = READ_ONCE(p->present[word]) & ~READ_ONCE(p->lost[word]);
		if (p->saved)
			gone &= ~READ_ONCE(p->saved[word]);
		if (behind)
			gone &= READ_ONCE(behind[word]);
		n += hweight_long(gone);
	}
	return n;
}

/**
 * netram_extents_only() - what would be lost if a node was given up now
 * @r: the router
 * @slot: the node's
 *
 * I/O goes on meanwhile, so this is how it was about then.
 *
 * Context: process. Takes some 10 ms for each TiB that is in use there.
 * Return: pages that it alone has, as far as can be known.
 */
u64 netram_extents_only(struct netram_router *r, u8 slot)
{
	const u64 words = r->extent_pages / BITS_PER_LONG;
	u64 extent, end, only = 0;
	enum netram_loss loss;
	union netram_set set;
	u8 heir = 0;

	for (extent = 0; extent < r->nr_extents; extent++) {
		set = netram_router_set(r, extent);
		if (!set.word || netram_set_find(set, slot) < 0)
			continue;
		loss = without(r, slot, extent, &set, &heir);
		if (loss == NETRAM_LOSS_NONE)
			continue;
		end = min_t(u64, (extent + 1) * words,
			    BITS_TO_LONGS(r->pages.count));
		only += count_gone(&r->pages, extent * words, end,
				   loss == NETRAM_LOSS_BEHIND ?
				   r->pages.behind[heir] : NULL);
	}
	return only;
}
