// SPDX-License-Identifier: GPL-2.0
/*
 * The mover: brings copies that are out of sync up to date, makes new ones where
 * there are too few (a node is away for long, is full, or is drained, or a user
 * wants more), and gives up those that are too many. One worker a volume, one
 * extent at a time, while I/O goes on.
 *
 * Why no older page can be read meanwhile:
 *  1. The copy's state is changed first, to one that is written to.
 *  2. Then each page of the extent is owned for a moment (pages.c), and copied if
 *     the copy lacks it. A write that began before 1 owned its pages already and
 *     is waited for; one that begins after its page was owned sees 1 and goes to
 *     the copy as well.
 *  3. Then the copy is in sync, unless a write to it has failed meanwhile: that
 *     has changed its state (netram_extent_settle), and 3 finds another one.
 *
 * Nothing is allocated, so that this works when memory is out and the pages that
 * move are swap.
 *
 * Sessions: those of an extent's copies do not go while a page of it is owned,
 * for then the extent keeps its place, and copies are given up only here.
 */
#include "mover.h"
#include "extent.h"
#include "integrity.h"
#include "log.h"
#include "router.h"

#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

/* Look at all extents that often while not all is well. */
#define SCAN_MS		1000
/* Wait so long for a page that somebody writes, then see to other extents. */
#define OWN_MS		1000
/* A node without room is not tried again for that long. */
#define FULL_SPARED	(5 * HZ)

enum outcome {
	DONE,	/* nothing to do, or nothing that can be done now: a scan finds it */
	AGAIN,	/* look once more, at once */
};

/* ---- pages of one extent ---- */

struct job {
	struct netram_mover	*m;
	u64			extent;
	u64			end;	/* page behind the extent */
	u8			copy;	/* the one that is being changed */
	u8			slot;	/* its node */
	bool			full;	/* it has nothing yet */
	union netram_set	set;	/* when it was chosen, then when it was begun */
};

static bool stopped(struct netram_mover *m)
{
	return READ_ONCE(m->stopped);
}

static void pause_for(struct netram_mover *m, unsigned long timeout)
{
	wait_event_timeout(m->wait, stopped(m), timeout);
}

/* Own one page, whoever has it now. Return: whether it came off. */
static bool own(struct netram_mover *m, u64 page)
{
	unsigned long deadline = jiffies + msecs_to_jiffies(OWN_MS);

	while (!netram_pages_lock(&m->router->pages, page, 1)) {
		if (stopped(m) || time_after(jiffies, deadline))
			return false;
		pause_for(m, 1);
	}
	return true;
}

static void disown(struct netram_mover *m, u64 page, u32 count)
{
	netram_pages_unlock(&m->router->pages, page, count);
	netram_router_wake(m->router);
}

enum need { NOTHING, COPY, TRIM };

static enum need need_of(const struct job *j, u64 page)
{
	struct netram_pages *p = &j->m->router->pages;

	if (netram_pages_present(p, page) && !test_bit(page, p->lost))
		return j->full || test_bit(page, p->behind) ? COPY : NOTHING;
	/* An empty one has nothing to trim. */
	return j->full ? NOTHING : TRIM;
}

/* Own a run of pages with the same need. Return: how many, 0 if it is in vain. */
static u32 own_run(const struct job *j, u64 page, enum need *need)
{
	u32 n = 0, most = j->end - page;

	if (!own(j->m, page))
		return 0;
	*need = need_of(j, page);
	if (*need == COPY)
		most = min_t(u32, most, NETRAM_MOVER_PAGES);
	for (n = 1; n < most; n++) {
		if (!netram_pages_lock(&j->m->router->pages, page + n, 1))
			break;
		if (need_of(j, page + n) == *need)
			continue;
		disown(j->m, page + n, 1);
		break;
	}
	return n;
}

static void cmd_done(struct netram_cmd *cmd)
{
	complete(&cmd->router->mover.done);
}

/* Have a node do something with owned pages, and wait. Return: 0 or an errno. */
static int carry_out(struct netram_mover *m, u8 slot, enum netram_op op,
		     u64 page, u32 count)
{
	struct netram_session *s = netram_router_session(m->router, slot);
	struct netram_cmd *cmd = m->cmd;

	if (!s)
		return -ENOTCONN;
	m->bio.bi_iter = (struct bvec_iter){
		.bi_size = min_t(u32, count, NETRAM_MOVER_PAGES) <<
			   NETRAM_PAGE_SHIFT,
	};
	cmd->op = op;
	cmd->bio = op == NETRAM_OP_TRIM ? NULL : &m->bio;
	cmd->page = page;
	cmd->pages = count;
	cmd->flags = NETRAM_CMD_F_NOWAIT;
	cmd->start = jiffies;
	cmd->nr_runs = 1;
	cmd->runs[0] = (struct netram_run){ 0, count };
	cmd->done = cmd_done;
	reinit_completion(&m->done);
	netram_router_submit(m->router, s, cmd);
	/* Not netram_router_kick(): others' sessions may go while we are there. */
	netram_session_kick(s, cmd->queue);
	wait_for_completion(&m->done);
	return cmd->error;
}

/* Fetch owned pages, as they should be, from a copy in sync. */
static int fetch(const struct job *j, u64 page, u32 count)
{
	struct netram_router *r = j->m->router;
	union netram_set set = netram_router_set(r, j->extent);
	u8 up = netram_extent_up(r, set, netram_set_in(set, NETRAM_IN(INSYNC)));
	int i, err = -ENOTCONN;

	for (i = 0; i < NETRAM_REPLICAS_MAX; i++) {
		if (!(up & (1U << i)) || set.slot[i] == j->slot)
			continue;
		err = carry_out(j->m, set.slot[i], NETRAM_OP_READ, page, count);
		/* Its node may have lost all before it answered. */
		if (!err && !(netram_set_same(netram_router_set(r, j->extent),
					      set) & (1U << i)))
			err = -ENOTCONN;
		if (!err && r->pages.crc &&
		    netram_integrity_verify(&r->pages, j->m->cmd, page) >= 0)
			err = -EILSEQ;
		if (!err)
			return 0;
	}
	return err;
}

/* A page that no copy has as it should be stays as it is; reading it tells. */
static int copy_one(const struct job *j, u64 page)
{
	int err = fetch(j, page, 1);

	if (err == -EILSEQ) {
		netram_warn_ratelimited(j->m->router->label,
					"page %llu cannot be copied: no copy of it is right",
					page);
		return 0;
	}
	return err ? err : carry_out(j->m, j->slot, NETRAM_OP_WRITE, page, 1);
}

static int copy_pages(const struct job *j, u64 page, u32 count)
{
	int err = fetch(j, page, count);

	if (!err)
		return carry_out(j->m, j->slot, NETRAM_OP_WRITE, page, count);
	/* One bad page must not keep the others from being copied. */
	while (err == -EILSEQ && count--) {
		err = copy_one(j, page++);
		if (!err && count)
			err = -EILSEQ;
	}
	return err;
}

/* No other copy lacks these pages any more: the caller owns them. */
static void caught_up(const struct job *j, u64 page, u32 count)
{
	struct netram_router *r = j->m->router;
	union netram_set set = netram_router_set(r, j->extent);
	u8 lagging = netram_set_in(set, NETRAM_IN_USE & ~NETRAM_IN(INSYNC));
	u32 i;

	if (lagging != 1U << j->copy || set.slot[j->copy] != j->slot)
		return;
	for (i = 0; i < count; i++)
		if (test_bit(page + i, r->pages.behind))
			clear_bit(page + i, r->pages.behind);
}

/* As fast as the user allows. */
static void limit_rate(struct netram_mover *m, u32 count)
{
	u32 rate = READ_ONCE(m->router->params.sync_rate_mib);
	u64 ms;

	m->moved += count << NETRAM_PAGE_SHIFT;
	if (!rate) {
		m->moved = 0;
		return;
	}
	ms = div_u64((u64)m->moved * MSEC_PER_SEC, rate) >> 20;
	if (ms < 20)
		return;
	m->moved = 0;
	pause_for(m, msecs_to_jiffies(ms));
}

static int give(const struct job *j, enum need need, u64 page, u32 count)
{
	struct netram_router *r = j->m->router;
	struct netram_session *s = netram_router_session(r, j->slot);
	int err = 0;

	if (need == COPY) {
		err = copy_pages(j, page, count);
		if (!err)
			netram_stats_add(r->stats, NETRAM_STAT_RESYNC_PAGES,
					 count);
	} else if (need == TRIM && s && READ_ONCE(s->trim)) {
		err = carry_out(j->m, j->slot, NETRAM_OP_TRIM, page, count);
		/* What it will not free does no harm. */
		if (err != -ENOTCONN)
			err = 0;
	}
	return err;
}

static bool under_way(const struct job *j)
{
	union netram_set set = netram_router_set(j->m->router, j->extent);

	return netram_set_same(set, j->set) & (1U << j->copy) &
	       netram_set_in(set, NETRAM_IN(COPYING) | NETRAM_IN(FILLING));
}

/* Return: 0 when the copy has all; else a negative errno. */
static int give_all(const struct job *j)
{
	u64 page = j->extent * j->m->router->extent_pages;
	enum need need;
	u32 count;
	int err;

	for (; page < j->end; page += count) {
		count = own_run(j, page, &need);
		if (!count)
			return -EAGAIN;
		/* Else its session may have gone while we owned nothing. */
		if (!under_way(j)) {
			disown(j->m, page, count);
			return -EINTR;
		}
		err = give(j, need, page, count);
		if (!err)
			caught_up(j, page, count);
		disown(j->m, page, count);
		if (err)
			return err;
		if (stopped(j->m))
			return -EINTR;
		if (need == COPY)
			limit_rate(j->m, count);
		cond_resched();
	}
	return 0;
}

/* What the copy is when it is begun counts, not what it was when it was chosen. */
static bool begin(struct job *j)
{
	struct netram_router *r = j->m->router;
	union netram_set old, new;

	do {
		old = netram_router_set(r, j->extent);
		new = old;
		if (!netram_set_begin(&new, j->copy, j->slot))
			return false;
	} while (cmpxchg64(&r->sets[j->extent], old.word, new.word) != old.word);
	j->full = netram_set_state(old, j->copy) == NETRAM_REPLICA_EMPTY;
	j->set = new;
	return true;
}

static bool end(const struct job *j, bool done)
{
	struct netram_router *r = j->m->router;
	union netram_set old, new;

	do {
		old = netram_router_set(r, j->extent);
		new = old;
		if (!(netram_set_same(old, j->set) & (1U << j->copy)) ||
		    !netram_set_end(&new, j->copy, j->slot, done))
			return false;
	} while (cmpxchg64(&r->sets[j->extent], old.word, new.word) != old.word);
	return true;
}

static struct job job_of(struct netram_mover *m, u64 extent, u8 copy,
			 union netram_set set)
{
	struct netram_router *r = m->router;

	return (struct job){
		.m = m,
		.extent = extent,
		.end = min_t(u64, (extent + 1) * r->extent_pages,
			     r->pages.count),
		.copy = copy,
		.slot = set.slot[copy],
		.set = set,
	};
}

static void spare(struct netram_router *r, u8 slot)
{
	struct netram_session *s;

	rcu_read_lock();
	s = rcu_dereference(r->sessions[slot]);
	if (s)
		WRITE_ONCE(s->full_until, jiffies + FULL_SPARED);
	rcu_read_unlock();
}

static enum outcome sync(struct netram_mover *m, u64 extent, u8 copy,
			 union netram_set set)
{
	struct job j = job_of(m, extent, copy, set);
	int err;

	if (!begin(&j))
		return AGAIN;
	err = give_all(&j);
	if (err == -ENOSPC)
		spare(m->router, j.slot);
	if (!end(&j, !err))
		return DONE;
	/* Without room there it is to be somewhere else. */
	return !err || err == -ENOSPC ? AGAIN : DONE;
}

/* ---- which node has a copy ---- */

/*
 * Keep a session from going: it counts one extent more. Return: NULL if it is
 * about to go, or there is none.
 */
static struct netram_session *hold(struct netram_router *r, u8 slot)
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

static void release(struct netram_session *s)
{
	atomic_dec(&s->extents);
}

/* One more copy, EMPTY, on a node that is not among the set's. */
static enum outcome add(struct netram_mover *m, u64 extent,
			union netram_set old, u8 good)
{
	struct netram_router *r = m->router;
	union netram_set new = old;
	struct netram_session *s;
	int slot;

	/* netram_router_widen() makes the twins, then counts. */
	if (hweight8(netram_set_in(old, NETRAM_IN_WRITABLE)) >=
	    smp_load_acquire(&r->width))
		return DONE;
	slot = netram_extent_candidate(r, old, good);
	if (slot < 0 || netram_set_add(&new, slot) < 0)
		return DONE;
	s = hold(r, slot);
	if (!s)
		return AGAIN;
	if (cmpxchg64(&r->sets[extent], old.word, new.word) != old.word)
		release(s);
	return AGAIN;
}

/*
 * Free what a node has of an extent of which it has no copy any more. Nobody
 * writes that: a write that is still under way there owns its pages. Who still
 * reads it looks at the set afterwards. Return: whether all of it is free.
 */
static bool trim_away(const struct job *j)
{
	struct netram_router *r = j->m->router;
	u64 page = j->extent * r->extent_pages;
	bool again = false;
	u32 n;

	for (; page < j->end && !again; page += n) {
		if (!own(j->m, page))
			return false;
		for (n = 1; page + n < j->end; n++)
			if (!netram_pages_lock(&r->pages, page + n, 1))
				break;
		/* Only now: it may just have been placed there anew. */
		if (netram_set_find(netram_router_set(r, j->extent), j->slot) < 0)
			again = carry_out(j->m, j->slot, NETRAM_OP_TRIM, page,
					  n) == -ENOTCONN;
		disown(j->m, page, n);
		cond_resched();
	}
	return !again;
}

static enum outcome drop(struct netram_mover *m, u64 extent, u8 copy,
			 union netram_set old)
{
	struct job j = job_of(m, extent, copy, old);
	struct netram_router *r = m->router;
	union netram_set new = old;
	struct netram_session *s;

	if (!netram_set_drop(&new, copy))
		return DONE;
	netram_set_compact(&new);
	if (cmpxchg64(&r->sets[extent], old.word, new.word) != old.word)
		return AGAIN;
	/* It counts the extent until we give that back, so it is there. */
	s = netram_router_session(r, j.slot);
	if (WARN_ON_ONCE(!s))
		return AGAIN;
	if (!netram_session_up(s) || (READ_ONCE(s->trim) && !trim_away(&j)))
		WRITE_ONCE(s->owes, true);
	release(s);
	return AGAIN;
}

/* Free what a node has kept because it could not be told, or somebody wrote. */
static void pay_off(struct netram_mover *m, struct netram_session *s)
{
	struct netram_router *r = m->router;
	struct job j = { .m = m, .slot = s->slot };

	WRITE_ONCE(s->owes, false);
	smp_mb(); /* owe() comes after the set was changed */
	for (; j.extent < r->nr_extents && !stopped(m); j.extent++) {
		j.end = min_t(u64, (j.extent + 1) * r->extent_pages,
			      r->pages.count);
		if (netram_set_find(netram_router_set(r, j.extent), j.slot) >= 0)
			continue;
		if (!trim_away(&j))
			WRITE_ONCE(s->owes, true);
		if (!netram_session_up(s))
			break;
	}
	if (j.extent < r->nr_extents)
		WRITE_ONCE(s->owes, true);
}

/* Has a node that can be told something that it should not have? */
static bool owes(struct netram_router *r, u8 slot)
{
	struct netram_session *s;
	bool it_does;

	rcu_read_lock();
	s = rcu_dereference(r->sessions[slot]);
	it_does = s && READ_ONCE(s->owes) && READ_ONCE(s->trim) &&
		  netram_session_up(s);
	rcu_read_unlock();
	return it_does;
}

/* Return: whether a node that can be reached still has what it should not. */
static bool pay_all_off(struct netram_mover *m)
{
	struct netram_router *r = m->router;
	struct netram_session *s;
	bool left = false;
	u32 slot;

	for (slot = 0; slot < NETRAM_NODES_MAX; slot++) {
		s = owes(r, slot) ? hold(r, slot) : NULL;
		if (!s)
			continue;
		pay_off(m, s);
		left |= READ_ONCE(s->owes);
		release(s);
	}
	return left;
}

/* ---- what an extent needs ---- */

static bool usable(struct netram_router *r, u8 slot, bool insync)
{
	struct netram_session *s = netram_router_session(r, slot);
	unsigned long delay =
		msecs_to_jiffies(READ_ONCE(r->params.rereplicate_delay_ms));

	if (!s || READ_ONCE(s->cfg.peer->draining))
		return false;
	if (!netram_session_up(s))
		return time_before(jiffies, READ_ONCE(s->down_since) + delay);
	return insync || time_after_eq(jiffies, READ_ONCE(s->full_until));
}

/* Copies that may stay: their nodes are there, or may be soon, and have room. */
static u8 usable_copies(struct netram_router *r, union netram_set set)
{
	u8 good = 0;
	int i;

	for (i = 0; i < NETRAM_REPLICAS_MAX; i++)
		if (netram_set_state(set, i) != NETRAM_REPLICA_NONE &&
		    usable(r, set.slot[i],
			   netram_set_state(set, i) == NETRAM_REPLICA_INSYNC))
			good |= 1U << i;
	return good;
}

static enum outcome look_after(struct netram_mover *m, u64 extent)
{
	struct netram_router *r = m->router;
	union netram_set set = netram_router_set(r, extent);
	u8 all = netram_set_in(set, NETRAM_IN_USE);
	u8 insync = netram_set_in(set, NETRAM_IN(INSYNC));
	u32 want = READ_ONCE(r->replicas);
	u8 up, good, lagging, extra;

	rcu_read_lock();
	up = netram_extent_up(r, set, all);
	good = usable_copies(r, set);
	rcu_read_unlock();
	if (!(insync & up))
		return DONE;
	/* Enough without those that may not stay, or without the last ones. */
	if (hweight8(insync & up & good) >= want && hweight8(all) > want) {
		extra = all & ~good ?: all & ~insync ?: all & ~up ?: all;
		return drop(m, extent, fls(extra) - 1, set);
	}
	lagging = good & up & ~insync;
	/* As in add(). */
	if (lagging && hweight8(netram_set_in(set, NETRAM_IN_WRITABLE)) <
		       smp_load_acquire(&r->width))
		return sync(m, extent, __ffs(lagging), set);
	if (hweight8(good) >= want)
		return DONE;
	/* A set that is full must lose what is of no use before. */
	if (hweight8(all) == NETRAM_REPLICAS_MAX) {
		extra = all & ~good;
		/* The only one that can be reached is of use all the same. */
		if (hweight8(insync & up) == 1)
			extra &= ~(insync & up);
		if (!extra)
			return DONE;
		return drop(m, extent, fls(extra & ~insync ?: extra) - 1, set);
	}
	return add(m, extent, set, good);
}

static bool needs_care(struct netram_router *r, union netram_set set)
{
	u8 all = netram_set_in(set, NETRAM_IN_USE);

	return set.word &&
	       (all != netram_set_in(set, NETRAM_IN(INSYNC)) ||
		hweight8(all) != READ_ONCE(r->replicas) ||
		usable_copies(r, set) != all);
}

/* Return: whether an extent needs something, now or when a node is back. */
static bool scan(struct netram_mover *m)
{
	struct netram_router *r = m->router;
	bool care = false;
	u64 extent;

	for (extent = 0; extent < r->nr_extents; extent++) {
		cond_resched();
		rcu_read_lock();
		if (needs_care(r, netram_router_set(r, extent))) {
			set_bit(extent, m->todo);
			care = true;
		}
		rcu_read_unlock();
	}
	return care;
}

static bool all_nodes_well(struct netram_router *r)
{
	struct netram_session *s;
	bool well = true;
	u32 slot;

	rcu_read_lock();
	for (slot = 0; slot < NETRAM_NODES_MAX; slot++) {
		s = rcu_dereference(r->sessions[slot]);
		if (s && (!netram_session_up(s) ||
			  READ_ONCE(s->cfg.peer->draining)))
			well = false;
	}
	rcu_read_unlock();
	return well;
}

static void tell(struct netram_mover *m, bool degraded)
{
	if (m->degraded == degraded)
		return;
	m->degraded = degraded;
	if (degraded)
		netram_warn(m->router->label,
			    "copies are missing or out of sync");
	else
		netram_info(m->router->label, "all copies are in sync");
	m->router->synced(m->router, !degraded);
}

static void mover_work(struct work_struct *work)
{
	struct netram_mover *m = container_of(to_delayed_work(work),
					      struct netram_mover, work);
	unsigned int noreclaim = memalloc_noreclaim_save();
	struct netram_router *r = m->router;
	bool care, owing;
	u64 extent;

	if (xchg(&m->scan, false))
		tell(m, scan(m));
	for_each_set_bit(extent, m->todo, r->nr_extents) {
		clear_bit(extent, m->todo);
		/* Who changes the extent's copies does that, then sets the bit. */
		smp_mb__after_atomic();
		while (!stopped(m) && look_after(m, extent) == AGAIN)
			cond_resched();
	}
	care = scan(m);
	tell(m, care);
	owing = pay_all_off(m);
	if ((care || owing || !all_nodes_well(r)) && !stopped(m)) {
		WRITE_ONCE(m->scan, true);
		queue_delayed_work(r->mover_wq, &m->work,
				   msecs_to_jiffies(SCAN_MS));
	}
	memalloc_noreclaim_restore(noreclaim);
}

/**
 * netram_mover_extent() - an extent's copies need something
 * @m: the volume's
 * @extent: which
 *
 * Context: any.
 */
void netram_mover_extent(struct netram_mover *m, u64 extent)
{
	if (!test_bit(extent, m->todo))
		set_bit(extent, m->todo);
	if (!stopped(m))
		mod_delayed_work(m->router->mover_wq, &m->work, 0);
}

/**
 * netram_mover_scan() - something has changed that concerns many extents
 * @m: the volume's
 *
 * Context: any.
 */
void netram_mover_scan(struct netram_mover *m)
{
	WRITE_ONCE(m->scan, true);
	if (!stopped(m))
		mod_delayed_work(m->router->mover_wq, &m->work, 0);
}

static int alloc_pages_of(struct netram_mover *m)
{
	struct page *page;
	int i;

	for (i = 0; i < NETRAM_MOVER_PAGES; i++) {
		page = alloc_page(GFP_KERNEL);
		if (!page)
			return -ENOMEM;
		m->vecs[i] = (struct bio_vec){
			.bv_page = page,
			.bv_len = NETRAM_PAGE_SIZE,
		};
	}
	return 0;
}

/**
 * netram_mover_init() - make ready
 * @m: zeroed
 * @r: the router; the last of the primary places of its table is ours
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM; netram_mover_exit() is due in both cases.
 */
int netram_mover_init(struct netram_mover *m, struct netram_router *r)
{
	m->router = r;
	init_completion(&m->done);
	init_waitqueue_head(&m->wait);
	INIT_DELAYED_WORK(&m->work, mover_work);
	bio_init(&m->bio, NULL, m->vecs, NETRAM_MOVER_PAGES, 0);
	m->todo = kvcalloc(BITS_TO_LONGS(r->nr_extents), sizeof(long),
			   GFP_KERNEL);
	m->cmd = kzalloc(sizeof(*m->cmd), GFP_KERNEL);
	if (!m->todo || !m->cmd || alloc_pages_of(m))
		return -ENOMEM;
	m->cmd->router = r;
	netram_table_add(&r->table, r->primaries - 1, m->cmd);
	return 0;
}

/**
 * netram_mover_stop() - end the work
 * @m: the volume's
 *
 * Context: process, sleeps, at worst until a node's requests time out.
 */
void netram_mover_stop(struct netram_mover *m)
{
	WRITE_ONCE(m->stopped, true);
	wake_up_all(&m->wait);
	cancel_delayed_work_sync(&m->work);
}

/**
 * netram_mover_exit() - counterpart of netram_mover_init()
 * @m: the volume's, stopped; perhaps never initialised
 */
void netram_mover_exit(struct netram_mover *m)
{
	int i;

	for (i = 0; i < NETRAM_MOVER_PAGES; i++)
		if (m->vecs[i].bv_page)
			__free_page(m->vecs[i].bv_page);
	kfree(m->cmd);
	kvfree(m->todo);
}
