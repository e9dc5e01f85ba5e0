// SPDX-License-Identifier: GPL-2.0
/*
 * Which nodes an extent is on, and which of its copies are in sync. It is placed
 * at the first write, and stays while a page of it is present, is to be trimmed,
 * or is being written; the mover changes who holds a copy.
 *
 * A write is acknowledged when every copy that has not carried it out is marked
 * as not in sync (netram_extent_settle), so that no read can find an older
 * version afterwards.
 */
#include "extent.h"
#include "sites.h"
#include "unequal.h"

static void count_extent(struct netram_router *r, union netram_set set, int n)
{
	struct netram_session *s;
	int i;

	for (i = 0; i < NETRAM_REPLICAS_MAX; i++) {
		if (netram_set_state(set, i) == NETRAM_REPLICA_NONE)
			continue;
		s = rcu_dereference(r->sessions[set.slot[i]]);
		if (!WARN_ON_ONCE(!s))
			atomic_add(n, &s->extents);
	}
}

/* The caller holds rcu_read_lock(), which netram_volume's removal waits for. */
static int place_extent(struct netram_router *r, u64 extent)
{
	union netram_set set = { .word = 0 };
	struct netram_zones taken = { .count = 0 };
	u32 want = READ_ONCE(r->replicas);
	struct netram_session *s;

	while (taken.count < want) {
		s = netram_sites_choose(r, set, &taken);
		/* Fewer copies are better than none; the mover adds to them. */
		if (IS_ERR(s) && set.word)
			break;
		if (IS_ERR(s))
			return PTR_ERR(s);
		set.slot[taken.count] = s->slot;
		set.life_state[taken.count] = NETRAM_REPLICA_INSYNC;
		taken.name[taken.count++] = s->cfg.zone;
	}
	count_extent(r, set, 1);
	if (cmpxchg64(&r->sets[extent], 0, set.word))
		count_extent(r, set, -1);	/* another writer was first */
	else if (taken.count < want)
		netram_mover_extent(&r->mover, extent);
	return 0;
}

/**
 * netram_extent_place() - where an extent is, chosen if it has no place
 * @r: the router
 * @extent: the extent; the caller owns a page of it, which keeps it in place
 * @err: 0, -EAGAIN when no node is up, -ENOSPC when all that are up are full
 *
 * Weighted power of two choices, see placement.c, for each copy, on different
 * nodes and as far as there are enough in different zones.
 *
 * Context: any but hard interrupt.
 * Return: its copies.
 */
union netram_set netram_extent_place(struct netram_router *r, u64 extent,
				     int *err)
{
	union netram_set set = netram_router_set(r, extent);

	*err = 0;
	if (likely(set.word))
		return set;
	rcu_read_lock();
	*err = place_extent(r, extent);
	rcu_read_unlock();
	return netram_router_set(r, extent);
}

static bool is_up(const struct netram_session *s)
{
	return netram_session_up(s);
}

static bool is_reachable(const struct netram_session *s)
{
	/* If it returns no more it can be seen that it is up. */
	return smp_load_acquire(&s->returning) || netram_session_up(s);
}

static __always_inline u8 copies_with(struct netram_router *r,
				      union netram_set set, u8 among,
				      bool (*is)(const struct netram_session *s))
{
	struct netram_session *s;
	u8 copies = 0;
	int i;

	rcu_read_lock();
	for (i = 0; i < NETRAM_REPLICAS_MAX; i++) {
		if (!(among & (1U << i)))
			continue;
		s = rcu_dereference(r->sessions[set.slot[i]]);
		if (s && is(s))
			copies |= 1U << i;
	}
	rcu_read_unlock();
	return copies;
}

/**
 * netram_extent_up() - which copies can be reached now
 * @r: the router
 * @set: the copies
 * @among: of these
 *
 * Context: any.
 * Return: a bit for each.
 */
u8 netram_extent_up(struct netram_router *r, union netram_set set, u8 among)
{
	return copies_with(r, set, among, is_up);
}

/**
 * netram_extent_reachable() - which copies can be reached now or in a moment
 * @r: the router
 * @set: the copies
 * @among: of these
 *
 * Context: any.
 * Return: a bit for each.
 */
u8 netram_extent_reachable(struct netram_router *r, union netram_set set,
			   u8 among)
{
	return copies_with(r, set, among, is_reachable);
}

static void with_runs(struct netram_router *r, const struct netram_cmd *cmd,
		      u8 copies,
		      void (*fn)(struct netram_pages *pages, u64 first, u32 count,
				 u8 copies))
{
	u32 i;

	for (i = 0; copies && i < cmd->nr_runs; i++)
		fn(&r->pages, cmd->page + cmd->runs[i].first, cmd->runs[i].pages,
		   copies);
}

/*
 * Copies that are being brought up to date have been written to as well. The mover
 * need not come to these pages any more, and if it never does, they are there.
 */
static void note_carried_out(struct netram_router *r,
			     const struct netram_cmd *cmd, u8 copies)
{
	/* Who distrusts a copy has written to none. */
	if (unlikely(copies) && cmd->op != NETRAM_OP_READ)
		with_runs(r, cmd, copies, netram_pages_caught_up);
}

/*
 * The pages are marked before the word says that a copy lacks them: the mover
 * begins by changing the word, then looks at the pages.
 */
static bool settle(struct netram_router *r, struct netram_cmd *cmd, u64 extent,
		   u8 acked)
{
	union netram_set old, new;
	u8 same, due, partial;

	lockdep_assert_held(&r->loss_lock);
	do {
		old = netram_router_set(r, extent);
		new = old;
		same = netram_set_same(old, cmd->set);
		due = same & netram_set_in(cmd->set, NETRAM_IN_WRITABLE);
		if (!netram_set_settle(&new, acked & same, due))
			return false;
		/* An empty one gets all pages in any case. */
		partial = netram_set_in(new, NETRAM_IN_PARTIAL);
		with_runs(r, cmd, partial & ~(acked & same), netram_pages_missed);
		/* A full barrier, also where nothing changes. */
	} while (cmpxchg64(&r->sets[extent], old.word, new.word) != old.word);
	note_carried_out(r, cmd, partial & acked & same);
	if (old.word != new.word) {
		netram_stats_add(r->stats, NETRAM_STAT_DEMOTIONS, 1);
		netram_mover_extent(&r->mover, extent);
	}
	return true;
}

/*
 * All copies have carried it out, so the one that calls us has, and its loss waits
 * for this call (netram_session_ops.lost). If others are lost meanwhile, that one
 * has what they had, unless it is FILLING, and inherits nothing, or COPYING: what it
 * lacks may have been looked at for the last time, to be marked lost.
 */
static bool all_have(union netram_set set, u8 acked)
{
	return acked && !(netram_set_in(set, NETRAM_IN_USE) & ~acked) &&
	       (netram_set_single(set) ||
		!netram_set_in(set, NETRAM_IN(FILLING) | NETRAM_IN(COPYING)));
}

/**
 * netram_extent_settle() - may a write or TRIM be acknowledged
 * @r: the router
 * @cmd: it; owns its pages. cmd->set is what the extent's copies were when it
 *   was sent
 * @acked: those of them that have carried it out
 * @commit: called if it may, with copies that have not carried it out no longer in
 *   sync, and before those that have can be found lost; or NULL
 *
 * Without the lock if all copies have carried it out, see all_have().
 *
 * Context: any.
 * Return: whether it may; if not, no copy that is in sync now has carried it out.
 */
bool netram_extent_settle(struct netram_router *r, struct netram_cmd *cmd,
			  u8 acked,
			  void (*commit)(struct netram_router *r,
					 struct netram_cmd *cmd))
{
	u64 extent = netram_router_extent(r, cmd->page);
	union netram_set set = netram_router_set(r, extent);

	if (likely(set.word == cmd->set.word && all_have(set, acked))) {
		if (commit)
			commit(r, cmd);
		return true;
	}
	return netram_extent_settle_late(r, cmd, acked, commit);
}

/**
 * netram_extent_settle_late() - as netram_extent_settle(), not from a copy's completion
 * @r: the router
 * @cmd: it; owns its pages, or the caller does
 * @acked: copies that have carried it out, some time ago
 * @commit: called if it may be acknowledged
 *
 * A copy's loss does not wait for us, so it must not come in between.
 *
 * Context: any.
 * Return: whether it may.
 */
bool netram_extent_settle_late(struct netram_router *r, struct netram_cmd *cmd,
			       u8 acked,
			       void (*commit)(struct netram_router *r,
					      struct netram_cmd *cmd))
{
	u64 extent = netram_router_extent(r, cmd->page);
	unsigned long flags;
	bool settled;

	spin_lock_irqsave(&r->loss_lock, flags);
	settled = settle(r, cmd, extent, acked);
	if (settled && commit)
		commit(r, cmd);
	spin_unlock_irqrestore(&r->loss_lock, flags);
	return settled;
}

/**
 * netram_extent_diverged() - a write has failed: copies may differ in its pages
 * @r: the router
 * @cmd: it; owns its pages
 *
 * One of those in sync that can be reached is what counts from now on; the mover
 * makes the others equal. If there is no such one the first to be back will be it.
 *
 * Context: any.
 */
void netram_extent_diverged(struct netram_router *r, struct netram_cmd *cmd)
{
	u8 reachable;

	do {
		reachable = netram_unequal_note(r, cmd);
		/* Another write may have settled for another one meanwhile. */
	} while (reachable &&
		 !netram_extent_settle(r, cmd, 1U << __ffs(reachable), NULL));
}

/**
 * netram_extent_distrust() - a copy of a page turned out to be corrupt
 * @r: the router
 * @page: the page; the caller owns it
 * @set: the extent's copies when it was read
 * @i: which of them is corrupt
 *
 * If there is another in sync the page is copied anew from there.
 *
 * Context: any.
 */
void netram_extent_distrust(struct netram_router *r, u64 page,
			    union netram_set set, u8 i)
{
	struct netram_cmd cmd = {
		.page = page,
		.set = set,
		.nr_runs = 1,
		.runs[0] = { 0, 1 },
	};

	/* Those that are out of sync lack it no more than before. */
	if (netram_extent_settle(r, &cmd, netram_set_in(set, NETRAM_IN_USE) &
					  ~(1U << i), NULL))
		netram_stats_add(r->stats, NETRAM_STAT_REPAIRS, 1);
}

/**
 * netram_extent_hold() - keep a session from going: it counts one extent more
 * @r: the router
 * @slot: the node's
 *
 * Context: any.
 * Return: the session, netram_extent_release() it; NULL if it is about to go, or
 * there is none.
 */
struct netram_session *netram_extent_hold(struct netram_router *r, u8 slot)
{
	struct netram_session *s;

	/* As place_extent(): netram_volume_detach() waits for us, or sees it. */
	rcu_read_lock();
	s = rcu_dereference(r->sessions[slot]);
	if (s && READ_ONCE(s->closing))
		s = NULL;
	if (s)
		atomic_inc(&s->extents);
	rcu_read_unlock();
	return s;
}

/**
 * netram_extent_release() - counterpart of netram_extent_hold()
 * @s: the session; not to be touched any more
 *
 * Context: any.
 */
void netram_extent_release(struct netram_session *s)
{
	atomic_dec(&s->extents);
}

/**
 * netram_extent_spare() - nodes of some copies had no room
 * @r: the router
 * @set: the copies
 * @full: those that had none
 * @spared: jiffies for which they get nothing new
 *
 * Context: any.
 */
void netram_extent_spare(struct netram_router *r, union netram_set set, u8 full,
			 unsigned long spared)
{
	struct netram_session *s;
	int i;

	rcu_read_lock();
	for (i = 0; i < NETRAM_REPLICAS_MAX; i++) {
		s = rcu_dereference(r->sessions[set.slot[i]]);
		if ((full & (1U << i)) && s)
			WRITE_ONCE(s->full_until, jiffies + spared);
	}
	rcu_read_unlock();
}

static bool any(const unsigned long *bits, u64 first, u64 count)
{
	return find_next_bit(bits, first + count, first) < first + count;
}

/* What is lost is present, and no node has it. */
static bool any_living(const struct netram_pages *p, u64 first, u64 count)
{
	u64 end = first + count, page;

	for (page = find_next_bit(p->present, end, first); page < end;
	     page = find_next_bit(p->present, end, page + 1))
		if (!test_bit(page, p->lost))
			return true;
	return false;
}

/* Return: 0, -EAGAIN to wait for a TRIM, -ENOSPC if pages live there. */
static int may_unplace(struct netram_router *r, u64 extent, u64 first,
		       u64 count)
{
	if (any_living(&r->pages, first, count))
		return -ENOSPC;
	if (!any(r->pages.dead, first, count))
		return 0;
	netram_trim_extent(&r->trim, extent);
	return -EAGAIN;
}

/**
 * netram_extent_owe() - nodes may have pages of an extent that they should not have
 * @r: the router
 * @set: the copies
 * @copies: those in question, as ones that were not in sync and so were not trimmed
 *
 * The mover has them freed when it looks round again.
 *
 * Context: any.
 */
void netram_extent_owe(struct netram_router *r, union netram_set set, u8 copies)
{
	struct netram_session *s;
	int i;

	rcu_read_lock();
	for (i = 0; i < NETRAM_REPLICAS_MAX; i++) {
		s = netram_router_session(r, set.slot[i]);
		if ((copies & (1U << i)) && s)
			WRITE_ONCE(s->owes, true);
	}
	rcu_read_unlock();
}

/* Other copies will be in these places. Nobody may note what one lacks meanwhile. */
static void forget_behind(struct netram_router *r, u64 extent, u8 copies)
{
	u64 first = extent * r->extent_pages;

	netram_pages_caught_up(&r->pages, first,
			       min_t(u64, r->extent_pages, r->pages.count - first),
			       copies);
}

/**
 * netram_extent_drop() - give a copy up
 * @r: the router
 * @extent: the extent
 * @old: its copies
 * @copy: which of them. Its session counts the extent until the caller, the mover or
 *   netram_extent_strike(), gives that back
 *
 * Context: process.
 * Return: false if the copies are others by now, or no other is in sync.
 */
bool netram_extent_drop(struct netram_router *r, u64 extent, union netram_set old,
			u8 copy)
{
	union netram_set new = old;
	bool dropped;

	if (!netram_set_drop(&new, copy))
		return false;
	netram_set_compact(&new);
	/* With settle() locked out: who will be in this place lacks nothing. */
	spin_lock_irq(&r->loss_lock);
	dropped = cmpxchg64(&r->sets[extent], old.word, new.word) == old.word;
	if (dropped)
		forget_behind(r, extent, 1U << copy);
	spin_unlock_irq(&r->loss_lock);
	return dropped;
}

/*
 * Take an extent from its nodes: nothing lives there. Nobody may note in between that a
 * copy lacks a page, or that copies differ: others will be in these places.
 */
static bool unplace(struct netram_router *r, union netram_set set, u64 extent)
{
	u8 untrimmed = netram_set_in(set, NETRAM_IN_USE & ~NETRAM_IN(INSYNC));
	u64 first = extent * r->extent_pages;
	bool unplaced;

	spin_lock_irq(&r->loss_lock);
	unplaced = cmpxchg64(&r->sets[extent], set.word, 0) == set.word;
	if (unplaced) {
		forget_behind(r, extent, netram_set_in(set, NETRAM_IN_USE));
		netram_pages_equal(&r->pages, first,
				   min_t(u64, r->extent_pages,
					 r->pages.count - first));
	}
	spin_unlock_irq(&r->loss_lock);
	if (!unplaced)
		return false;
	netram_extent_owe(r, set, untrimmed);
	rcu_read_lock();
	count_extent(r, set, -1);
	rcu_read_unlock();
	if (untrimmed)
		netram_mover_scan(&r->mover);
	return true;
}

/**
 * netram_extent_leave() - let an extent be placed anew: its nodes have no room
 * @r: the router
 * @set: what its copies were when they refused
 * @extent: the extent; the caller owns no page of it
 *
 * Context: process, does not sleep.
 * Return: 0 when the extent is no longer there, -ENOSPC when pages live
 * there, -EAGAIN to try again when a page or a TRIM is done with.
 */
int netram_extent_leave(struct netram_router *r, union netram_set set,
			u64 extent)
{
	u64 first = extent * r->extent_pages;
	u64 count = min_t(u64, r->extent_pages, r->pages.count - first);
	int err;

	if (netram_router_set(r, extent).word != set.word)
		return 0;
	err = may_unplace(r, extent, first, count);
	if (err)
		return err;
	if (!netram_pages_lock(&r->pages, first, count))
		return -EAGAIN;
	/* Again, now that nobody writes. */
	err = may_unplace(r, extent, first, count);
	if (!err && unplace(r, set, extent))
		netram_stats_add(r->stats, NETRAM_STAT_MOVES, 1);
	netram_pages_unlock(&r->pages, first, count);
	/* Not when we wait ourselves: that would wake us at once. */
	if (!err)
		netram_router_wake(r);
	return err;
}

/**
 * netram_extent_strike() - a node's copy of an extent is given up, come what may
 * @r: the router
 * @extent: the extent
 * @slot: the node's; what nobody else has is marked as lost. Its session is there, but
 *   nobody can reach the node by it, and no copy is added there
 *
 * If there is another in sync that goes on alone. If not the extent has no place any
 * more, for all that others may have is not to be believed; writes give it a new one.
 *
 * Context: process, does not sleep. The mover is at rest, for it takes it that nobody
 * else gives copies up.
 */
void netram_extent_strike(struct netram_router *r, u64 extent, u8 slot)
{
	union netram_set set;
	int i;

	for (;;) {
		set = netram_router_set(r, extent);
		i = set.word ? netram_set_find(set, slot) : -1;
		if (i < 0)
			return;
		/* Both fail if somebody has changed the word meanwhile. */
		if (netram_extent_drop(r, extent, set, i)) {
			netram_extent_release(netram_router_session(r, slot));
			return;
		}
		if (netram_set_in(set, NETRAM_IN(INSYNC)) == 1U << i &&
		    unplace(r, set, extent))
			return;
	}
}
