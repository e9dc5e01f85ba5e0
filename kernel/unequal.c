// SPDX-License-Identifier: GPL-2.0
/*
 * A write has failed, and no copy in sync can be reached. Each of them may have
 * carried it out or not: either version will do, if only it is the same one from then
 * on. Which copy counts cannot be known yet. To choose one would call the others out
 * of sync, and the one chosen may be the one that never comes back: so the pages are
 * noted, and the first copy in sync that comes back decides, before it is read; or one
 * that can be reached and becomes in sync: the mover's, or the heir of one that is lost.
 * So nothing is noted where a copy in sync can be reached. tests/model/unequal.pml has
 * all this.
 *
 * Copies out of sync are not read in these pages meanwhile: what they have may be
 * what the one that decides has not.
 */
#include "unequal.h"
#include "extent.h"

/**
 * netram_unequal_note() - a write has failed: if need be leave open which copy counts
 * @r: the router
 * @cmd: it; owns its pages. cmd->set is filled: the extent's copies
 *
 * Context: any.
 * Return: of these, those in sync that can be reached: one of them is to count. 0:
 * there is none, and it is noted; or there is one copy only.
 */
u8 netram_unequal_note(struct netram_router *r, struct netram_cmd *cmd)
{
	unsigned long flags;
	u8 reachable = 0;
	u32 i;

	spin_lock_irqsave(&r->loss_lock, flags);
	cmd->set = netram_router_set(r, netram_router_extent(r, cmd->page));
	if (hweight8(netram_set_in(cmd->set, NETRAM_IN_USE)) < 2)
		goto out;
	/* A session that is returning by now may have looked for what is noted. */
	reachable = netram_extent_reachable(r, cmd->set,
					    netram_set_in(cmd->set,
							  NETRAM_IN(INSYNC)));
	for (i = 0; !reachable && i < cmd->nr_runs; i++)
		netram_pages_unequal(&r->pages, cmd->page + cmd->runs[i].first,
				     cmd->runs[i].pages);
out:
	spin_unlock_irqrestore(&r->loss_lock, flags);
	return reachable;
}

static void others_lack(struct netram_pages *pages, u64 first, u64 end, u8 others)
{
	u64 page;

	for (page = find_next_bit(pages->unequal, end, first); page < end;
	     page = find_next_bit(pages->unequal, end, page + 1))
		netram_pages_missed(pages, page, 1, others);
}

/**
 * netram_unequal_decide() - this copy counts in the pages that are noted
 * @r: the router; the caller holds its loss_lock
 * @extent: the extent
 * @copy: one in sync; if it is not, nothing is done
 *
 * As with a write that only this copy has carried out: see settle() in extent.c.
 *
 * Context: any.
 */
void netram_unequal_decide(struct netram_router *r, u64 extent, u8 copy)
{
	u64 first = extent * r->extent_pages;
	u64 end = min(first + r->extent_pages, r->pages.count);
	union netram_set old, new;

	lockdep_assert_held(&r->loss_lock);
	if (!atomic_long_read(&r->pages.nr_unequal) ||
	    find_next_bit(r->pages.unequal, end, first) >= end)
		return;
	do {
		old = netram_router_set(r, extent);
		new = old;
		if (!netram_set_settle(&new, 1U << copy,
				       netram_set_in(old, NETRAM_IN_WRITABLE)))
			return;
		others_lack(&r->pages, first, end,
			    netram_set_in(new, NETRAM_IN_PARTIAL));
	} while (cmpxchg64(&r->sets[extent], old.word, new.word) != old.word);
	netram_pages_equal(&r->pages, first, end - first);
	if (old.word != new.word) {
		netram_stats_add(r->stats, NETRAM_STAT_DEMOTIONS, 1);
		netram_mover_extent(&r->mover, extent);
	}
}

/**
 * netram_unequal_back() - a node is about to be asked again: its copies decide
 * @r: the router
 * @s: the session with it, not up yet, but returning
 *
 * Context: process.
 */
void netram_unequal_back(struct netram_router *r, const struct netram_session *s)
{
	u64 page, extent;
	int copy;

	/* Who notes from now on sees that it returns; what was noted is seen below. */
	spin_lock_irq(&r->loss_lock);
	spin_unlock_irq(&r->loss_lock);
	if (!atomic_long_read(&r->pages.nr_unequal))
		return;
	for (page = find_first_bit(r->pages.unequal, r->pages.count);
	     page < r->pages.count;
	     page = find_next_bit(r->pages.unequal, r->pages.count,
				  (extent + 1) * r->extent_pages)) {
		extent = netram_router_extent(r, page);
		spin_lock_irq(&r->loss_lock);
		copy = netram_set_find(netram_router_set(r, extent), s->slot);
		if (copy >= 0)
			netram_unequal_decide(r, extent, copy);
		spin_unlock_irq(&r->loss_lock);
		cond_resched();
	}
}
