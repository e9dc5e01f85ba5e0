// SPDX-License-Identifier: GPL-2.0
/*
 * The mover: brings copies that are out of sync up to date, makes new ones where
 * there are too few (a node is away for long, is full, or is drained, or a user
 * wants more), and gives up those that are too many. When there is nothing else to do
 * it sees to it that copies are in different zones. One worker a volume, one
 * extent at a time, while I/O goes on. It decides; resync.c copies.
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
 */
#include "mover.h"
#include "extent.h"
#include "log.h"
#include "router.h"
#include "sites.h"
#include "unequal.h"

#include <linux/mm.h>
#include <linux/sched/mm.h>

/* Look at all extents that often while not all is well. */
#define SCAN_MS		1000
/* A node without room is not tried again for that long. */
#define FULL_SPARED	(5 * HZ)
/* Tell so often what it is that cannot be copied. */
#define TELL_LEFT	(60 * HZ)
/* So long no copy is made in another zone after that was tried in vain. */
#define SPREAD_PAUSE	(60 * HZ)

enum outcome {
	DONE,	/* nothing to do, or nothing that can be done now: a scan finds it */
	AGAIN,	/* look once more, at once */
};

static bool stopped(const struct netram_mover *m)
{
	return netram_resync_stopped(&m->resync);
}

/* ---- one copy ---- */

/* What the copy is when it is begun counts, not what it was when it was chosen. */
static bool begin(struct netram_resync_job *j)
{
	struct netram_router *r = j->rs->router;
	union netram_set old, new;

	do {
		old = netram_router_set(r, j->extent);
		new = old;
		if (!netram_set_begin(&new, j->copy, netram_resync_slot(j)))
			return false;
	} while (cmpxchg64(&r->sets[j->extent], old.word, new.word) != old.word);
	j->full = netram_set_state(old, j->copy) == NETRAM_REPLICA_EMPTY;
	j->set = new;
	return true;
}

static bool change_back(const struct netram_resync_job *j, bool done, bool part)
{
	struct netram_router *r = j->rs->router;
	u8 slot = netram_resync_slot(j);
	union netram_set old, new;
	bool ended;

	do {
		old = netram_router_set(r, j->extent);
		new = old;
		if (!(netram_set_same(old, j->set) & (1U << j->copy)))
			return false;
		ended = done && part ? netram_set_part(&new, j->copy, slot) :
				       netram_set_end(&new, j->copy, slot, done);
		if (!ended)
			return false;
	} while (cmpxchg64(&r->sets[j->extent], old.word, new.word) != old.word);
	return true;
}

/*
 * @part: it has got all but what is marked behind. Without @done it has not.
 *
 * Where a write has failed meanwhile, with those in sync away, it may be the first of
 * them that can be read: then it decides, as one that comes back.
 */
static bool end(const struct netram_resync_job *j, bool done, bool part)
{
	struct netram_router *r = j->rs->router;
	bool ended;

	spin_lock_irq(&r->loss_lock);
	ended = change_back(j, done, part);
	if (ended && netram_extent_reachable(r, j->set, 1U << j->copy))
		netram_unequal_decide(r, j->extent, j->copy);
	spin_unlock_irq(&r->loss_lock);
	return ended;
}

/* What keeps a copy from being in sync, and perhaps another from being given up. */
static void tell_left(struct netram_mover *m, u64 extent,
		      const struct netram_resync_left *left)
{
	if (m->told && time_before(jiffies, m->told + TELL_LEFT))
		return;
	m->told = jiffies ?: 1;
	netram_warn(m->router->label,
		    "pages of extent %llu cannot be copied now (%u, page %llu first): copies that may have them right are away, or cannot be read",
		    extent, left->count, left->first);
}

static enum outcome sync(struct netram_mover *m, u64 extent, u8 copy,
			 union netram_set set, u8 *tried)
{
	struct netram_resync_job j = {
		.rs = &m->resync,
		.extent = extent,
		.copy = copy,
		.todo = m->pages,
		.set = set,
	};
	struct netram_resync_left left;
	int err;

	if (!begin(&j))
		return AGAIN;
	err = netram_resync_give_all(&j, &left);
	if (err == -ENOSPC)
		netram_extent_spare(m->router, j.set, 1U << copy, FULL_SPARED);
	if (end(&j, !err, left.count) && !err && !left.count)
		return AGAIN;
	if (left.count)
		tell_left(m, extent, &left);
	/*
	 * Now others; they may even have what it lacks when it is its turn again. And
	 * without room there it is to be somewhere else.
	 */
	*tried |= 1U << copy;
	return AGAIN;
}

/* ---- which node has a copy ---- */

/*
 * As netram_extent_hold(), of a node that is to get an extent. netram_drain_begin()
 * waits for us, or we see it: once it is empty it stays so.
 */
static struct netram_session *hold_new(struct netram_router *r, u8 slot)
{
	struct netram_session *s;

	rcu_read_lock();
	s = netram_extent_hold(r, slot);
	if (s && netram_session_draining(s)) {
		netram_extent_release(s);
		s = NULL;
	}
	rcu_read_unlock();
	return s;
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
	slot = netram_sites_candidate(r, old, good);
	if (slot < 0 || netram_set_add(&new, slot, m->lives++) < 0)
		return DONE;
	s = hold_new(r, slot);
	if (!s)
		return AGAIN;
	if (cmpxchg64(&r->sets[extent], old.word, new.word) != old.word)
		netram_extent_release(s);
	return AGAIN;
}

static enum outcome drop(struct netram_mover *m, u64 extent, u8 copy,
			 union netram_set old, u8 *tried)
{
	struct netram_router *r = m->router;
	u8 slot = old.slot[copy];
	struct netram_session *s;

	if (!(netram_set_in(old, NETRAM_IN(INSYNC)) & ~(1U << copy)))
		return DONE;
	if (!netram_extent_drop(r, extent, old, copy))
		return AGAIN;
	/* Others may be in these places from now on. */
	*tried = 0;
	/* It counts the extent until we give that back, so it is there. */
	s = netram_router_session(r, slot);
	if (WARN_ON_ONCE(!s))
		return AGAIN;
	if (!netram_session_up(s) ||
	    (READ_ONCE(s->trim) && !netram_resync_trim(&m->resync, extent, slot)))
		WRITE_ONCE(s->owes, true);
	netram_extent_release(s);
	return AGAIN;
}

/*
 * Free what a node has kept because it could not be told, or somebody wrote: a part of
 * it, until there is something else to do.
 */
static void pay_off(struct netram_mover *m, struct netram_session *s,
		    unsigned long until)
{
	struct netram_router *r = m->router;

	if (READ_ONCE(s->owes)) {
		/* Once round, from wherever we are: so we come to all in the end. */
		WRITE_ONCE(s->unpaid, r->nr_extents);
		smp_store_release(&s->owes, false);
		smp_mb(); /* owe() comes after the set was changed */
	}
	while (s->unpaid && !stopped(m)) {
		if (!netram_resync_trim(&m->resync, s->pay_from, s->slot))
			WRITE_ONCE(s->owes, true);
		if (!netram_session_up(s))
			return;
		if (++s->pay_from == r->nr_extents)
			s->pay_from = 0;
		WRITE_ONCE(s->unpaid, s->unpaid - 1);
		/* Repair is more urgent than a node's memory. */
		if (delayed_work_pending(&m->work) || time_after(jiffies, until))
			return;
	}
}

/* Has a node that can be told something that it should not have? */
static bool owes(struct netram_router *r, u8 slot)
{
	struct netram_session *s;
	bool it_does;

	rcu_read_lock();
	s = rcu_dereference(r->sessions[slot]);
	it_does = s && netram_session_can_pay(s);
	rcu_read_unlock();
	return it_does;
}

/*
 * Return: whether a node that can be reached still has what it should not; @unpaid: and
 * could be told at once.
 */
static bool pay_all_off(struct netram_mover *m, bool *unpaid)
{
	unsigned long until = jiffies + msecs_to_jiffies(SCAN_MS);
	struct netram_router *r = m->router;
	struct netram_session *s;
	bool left = false;
	u32 slot;

	*unpaid = false;

	for (slot = 0; slot < NETRAM_NODES_MAX; slot++) {
		s = owes(r, slot) ? netram_extent_hold(r, slot) : NULL;
		if (!s)
			continue;
		pay_off(m, s, until);
		left |= netram_session_owes(s);
		*unpaid |= s->unpaid && netram_session_up(s);
		netram_extent_release(s);
	}
	return left;
}

/* ---- what an extent needs ---- */

static bool usable(struct netram_router *r, u8 slot, bool insync)
{
	struct netram_session *s = netram_router_session(r, slot);
	unsigned long delay =
		msecs_to_jiffies(READ_ONCE(r->params.rereplicate_delay_ms));

	if (!s || netram_session_draining(s))
		return false;
	if (!netram_session_up(s))
		return time_before(jiffies, READ_ONCE(s->down_since) + delay);
	return insync || netram_session_has_room(s);
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

/* Copies that may have a page that copy @i lacks. */
static u8 needed_by(struct netram_router *r, u64 extent, union netram_set set,
		    int i)
{
	u8 partial = netram_set_in(set, NETRAM_IN_PARTIAL) & ~(1U << i);
	u8 needed = netram_set_in(set, NETRAM_IN(INSYNC));
	u64 first = extent * r->extent_pages, page;
	u64 end = min_t(u64, first + r->extent_pages, r->pages.count);
	bool any = false;
	int k;

	for (page = find_next_bit(r->pages.behind[i], end, first); page < end;
	     page = find_next_bit(r->pages.behind[i], end, page + 1)) {
		if (!netram_pages_present(&r->pages, page) ||
		    test_bit(page, r->pages.lost))
			continue;
		any = true;
		for (k = 0; k < NETRAM_REPLICAS_MAX; k++)
			if (partial & (1U << k) &&
			    !test_bit(page, r->pages.behind[k]))
				needed |= 1U << k;
	}
	return any ? needed : 0;
}

/*
 * Copies that must not be given up although there are enough in sync: one that is to
 * stay lacks something, and perhaps that is because those in sync have it wrong.
 */
static u8 needed(struct netram_router *r, u64 extent, union netram_set set,
		 u8 good)
{
	u8 lacking = netram_set_in(set, NETRAM_IN_PARTIAL) & good, needed = 0;
	int i;

	for (i = 0; lacking && i < NETRAM_REPLICAS_MAX; i++)
		if (lacking & (1U << i))
			needed |= needed_by(r, extent, set, i);
	return needed;
}

/* One of those that may be given up. Not one that is alone in its zone, if possible. */
static u8 least_needed(struct netram_router *r, union netram_set set, u8 extra)
{
	u8 shared = netram_sites_shared(r, set) & extra;

	return shared ? netram_sites_heaviest(r, set, shared) : fls(extra) - 1;
}

/* @tried: copies that could not be brought up to date just now */
static enum outcome look_after(struct netram_mover *m, u64 extent, u8 *tried)
{
	struct netram_router *r = m->router;
	union netram_set set = netram_router_set(r, extent);
	u8 all = netram_set_in(set, NETRAM_IN_USE);
	u8 insync = netram_set_in(set, NETRAM_IN(INSYNC));
	u32 want = READ_ONCE(r->replicas);
	u8 up, good, lagging, extra, kept = 0;
	/* As in add(). */
	bool room = hweight8(netram_set_in(set, NETRAM_IN_WRITABLE)) <
		    smp_load_acquire(&r->width);

	rcu_read_lock();
	up = netram_extent_up(r, set, all);
	good = usable_copies(r, set);
	rcu_read_unlock();
	if (!(insync & up))
		return DONE;
	/* Else none can be brought up to date before another is given up. */
	if (room)
		kept = needed(r, extent, set, good);
	/* Enough without those that may not stay, or without the last ones. */
	if (hweight8(insync & up & good) >= want && hweight8(all) > want) {
		extra = all & ~good ?: all & ~insync ?: all & ~up ?: all;
		extra &= ~kept;
		if (extra)
			return drop(m, extent, least_needed(r, set, extra), set,
				    tried);
	}
	lagging = good & up & ~insync & ~*tried;
	if (lagging && room)
		return sync(m, extent, __ffs(lagging), set, tried);
	if (hweight8(good) >= want)
		return DONE;
	/* A set that is full must lose what is of no use before. */
	if (hweight8(all) == NETRAM_REPLICAS_MAX) {
		extra = all & ~good;
		/* The only one that can be reached is of use all the same. */
		if (hweight8(insync & up) == 1)
			extra &= ~(insync & up);
		extra &= ~kept;
		if (!extra)
			return DONE;
		return drop(m, extent, fls(extra & ~insync ?: extra) - 1, set,
			    tried);
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

/* ---- copies in different zones ---- */

/*
 * Where one of an extent's copies should rather be: in a zone that has none, if two are
 * in one. Each move leaves fewer that share a zone, so this comes to an end. Return: a
 * slot, or as netram_sites_apart().
 */
static int better_site(struct netram_router *r, union netram_set set)
{
	u8 all = netram_set_in(set, NETRAM_IN_USE);
	bool well;

	/* The new copy comes first, and needs a place in the set and a twin. */
	if (hweight8(all) < 2 || hweight8(all) == NETRAM_REPLICAS_MAX ||
	    hweight8(all) >= smp_load_acquire(&r->width))
		return -ENOENT;
	rcu_read_lock();
	well = !needs_care(r, set) && netram_extent_up(r, set, all) == all;
	rcu_read_unlock();
	if (!well || !netram_sites_shared(r, set))
		return -ENOENT;
	return netram_sites_apart(r, set);
}

/*
 * Make a copy there. Afterwards the extent has one too many: one that shares its zone
 * is given up, or the new one if it has not become in sync. Return: whether it has.
 */
static bool spread_extent(struct netram_mover *m, u64 extent,
			  union netram_set old, u8 slot)
{
	struct netram_router *r = m->router;
	union netram_set new = old;
	int copy = netram_set_add(&new, slot, m->lives++);
	struct netram_session *s;
	u8 tried = 0;
	bool done;

	s = copy < 0 ? NULL : hold_new(r, slot);
	if (!s)
		return true;
	if (cmpxchg64(&r->sets[extent], old.word, new.word) != old.word) {
		netram_extent_release(s);
		return true;
	}
	sync(m, extent, copy, new, &tried);
	done = !tried;
	while (!stopped(m) && look_after(m, extent, &tried) == AGAIN)
		cond_resched();
	return done;
}

/* It is spared then, and others may have room. */
static bool is_full(struct netram_router *r, u8 slot)
{
	struct netram_session *s;
	bool full;

	rcu_read_lock();
	s = netram_router_session(r, slot);
	full = s && !netram_session_has_room(s);
	rcu_read_unlock();
	return full;
}

/*
 * Until there is something else to do, or a second is over. Return: whether to look at
 * all anew at once; @later: in a while.
 */
static bool spread(struct netram_mover *m, bool *later)
{
	unsigned long until = jiffies + msecs_to_jiffies(SCAN_MS);
	struct netram_router *r = m->router;
	union netram_set set;
	unsigned long unspread = READ_ONCE(m->unspread);
	bool moved = false, full = false;
	u64 extent;
	int slot;

	*later = unspread && time_before(jiffies, unspread + SPREAD_PAUSE);
	for (extent = 0; extent < r->nr_extents && !*later; extent++) {
		cond_resched();
		set = netram_router_set(r, extent);
		slot = better_site(r, set);
		/* Nobody will tell us when there is room. */
		if (slot == -ENOSPC)
			full = true;
		if (slot < 0)
			continue;
		moved = true;
		if (!spread_extent(m, extent, set, slot)) {
			if (!is_full(r, slot))
				WRITE_ONCE(m->unspread, jiffies ?: 1);
			break;
		}
		if (stopped(m) || delayed_work_pending(&m->work) ||
		    time_after(jiffies, until))
			break;
	}
	*later |= full;
	return moved;
}

static bool all_nodes_well(struct netram_router *r)
{
	struct netram_session *s;
	bool well = true;
	u32 slot;

	rcu_read_lock();
	for (slot = 0; slot < NETRAM_NODES_MAX; slot++) {
		s = rcu_dereference(r->sessions[slot]);
		if (s && (!netram_session_up(s) || netram_session_draining(s)))
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
	bool care, owing, unpaid, more = false, later = false;
	u64 extent;
	u8 tried;

	if (xchg(&m->scan, false))
		tell(m, scan(m));
	for_each_set_bit(extent, m->todo, r->nr_extents) {
		clear_bit(extent, m->todo);
		/* Who changes the extent's copies does that, then sets the bit. */
		smp_mb__after_atomic();
		tried = 0;
		while (!stopped(m) && look_after(m, extent, &tried) == AGAIN)
			cond_resched();
	}
	care = scan(m);
	tell(m, care);
	owing = pay_all_off(m, &unpaid);
	if (!care && !unpaid && !delayed_work_pending(&m->work))
		more = spread(m, &later);
	if ((care || owing || !all_nodes_well(r)) && !stopped(m)) {
		WRITE_ONCE(m->scan, true);
		/* A second of paying off is as good as a pause. */
		queue_delayed_work(r->mover_wq, &m->work, unpaid || more ? 0 :
				   msecs_to_jiffies(SCAN_MS));
	} else if ((more || later) && !stopped(m)) {
		queue_delayed_work(r->mover_wq, &m->work,
				   more ? 0 : SPREAD_PAUSE);
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
	WRITE_ONCE(m->unspread, 0);
	if (!stopped(m))
		mod_delayed_work(m->router->mover_wq, &m->work, 0);
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
	INIT_DELAYED_WORK(&m->work, mover_work);
	m->todo = kvcalloc(BITS_TO_LONGS(r->nr_extents), sizeof(long),
			   GFP_KERNEL);
	m->pages = kvcalloc(BITS_TO_LONGS(r->extent_pages), sizeof(long),
			    GFP_KERNEL);
	if (!m->todo || !m->pages)
		return -ENOMEM;
	netram_resync_init(&m->resync, r, r->primaries - 1);
	return netram_resync_alloc(&m->resync);
}

/**
 * netram_mover_stop() - end the work
 * @m: the volume's
 *
 * Context: process, sleeps, at worst until a node's requests time out.
 */
void netram_mover_stop(struct netram_mover *m)
{
	netram_resync_stop(&m->resync);
	cancel_delayed_work_sync(&m->work);
}

/**
 * netram_mover_go_on() - take netram_mover_stop() back
 * @m: the volume's
 *
 * Somebody has had it at rest for a while.
 *
 * Context: process.
 */
void netram_mover_go_on(struct netram_mover *m)
{
	netram_resync_go_on(&m->resync);
	/* What was to be done meanwhile was passed over. */
	netram_mover_scan(m);
}

/**
 * netram_mover_exit() - counterpart of netram_mover_init()
 * @m: the volume's, stopped; perhaps never initialised
 */
void netram_mover_exit(struct netram_mover *m)
{
	netram_resync_exit(&m->resync);
	kvfree(m->todo);
	kvfree(m->pages);
}
