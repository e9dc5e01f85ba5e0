// SPDX-License-Identifier: GPL-2.0
/*
 * Giving memory back. Dropping a page only sets bits (pages->dead, and one for
 * its extent), because swap drops them one by one under a spin lock. Here they
 * are gathered into runs and the nodes are told.
 *
 * Where there are several copies, all are told. One that cannot be is out of sync
 * from then on, as for a write; it is trimmed when it is brought up to date.
 *
 * A page is trimmed only by its owner (the busy bit), so that a new write of it
 * waits until the TRIM was answered: the two are never in flight together. What
 * became present or busy meanwhile is left alone.
 */
#include "trim.h"
#include "extent.h"
#include "fanout.h"

#include <linux/mm.h>
#include <linux/slab.h>

/* Gather this long before telling the nodes. */
#define DELAY_MS	5
/* A node that does not answer is not waited for when a volume is deleted. */
#define SWEEP_TIMEOUT	(5 * HZ)
/* Pages of one TRIM when a volume is deleted: 1 GiB. */
#define SWEEP_PAGES	(1U << 18)

static void queue(struct netram_trim *t)
{
	if (!READ_ONCE(t->stopped))
		queue_delayed_work(t->router->session_wq, &t->work,
				   msecs_to_jiffies(DELAY_MS));
}

/**
 * netram_trim_extent() - an extent has dead pages
 * @t: the volume's
 * @extent: which
 *
 * Context: any.
 */
void netram_trim_extent(struct netram_trim *t, u64 extent)
{
	if (!test_bit(extent, t->extents))
		set_bit(extent, t->extents);
	queue(t);
}

/**
 * netram_trim_kick() - what was missed may be possible now
 * @t: the volume's
 *
 * Context: any.
 */
void netram_trim_kick(struct netram_trim *t)
{
	if (find_first_bit(t->extents, t->router->nr_extents) <
	    t->router->nr_extents)
		queue(t);
}

static struct netram_cmd *try_get(struct netram_trim *t)
{
	int i;

	for (i = 0; i < NETRAM_TRIM_CMDS; i++)
		if (test_and_clear_bit(i, &t->free))
			return t->cmds[i];
	return NULL;
}

static void put(struct netram_trim *t, struct netram_cmd *cmd)
{
	int i;

	for (i = 0; i < NETRAM_TRIM_CMDS; i++)
		if (t->cmds[i] == cmd)
			set_bit(i, &t->free);
	wake_up(&t->wait);
	netram_trim_kick(t);
}

/* Never waits: NULL when all are under way, and put() queues the work again. */
static struct netram_cmd *get(struct netram_trim *t)
{
	struct netram_cmd *cmd = try_get(t);

	if (!cmd)
		return NULL;
	cmd->op = NETRAM_OP_TRIM;
	cmd->bio = NULL;
	cmd->queue = 0;
	cmd->flags = NETRAM_CMD_F_NOWAIT;
	cmd->nr_runs = 0;
	cmd->start = jiffies;
	return cmd;
}

/* For want of a connection: tried again when there is one. */
static void undo(struct netram_router *r, u64 first, u32 pages)
{
	u32 i;

	for (i = 0; i < pages; i++)
		set_bit(first + i, r->pages.dead);
	set_bit(netram_router_extent(r, first), r->trim.extents);
}

static void end(struct netram_cmd *cmd, bool done)
{
	struct netram_router *r = cmd->router;
	u32 i;

	for (i = 0; i < cmd->nr_runs; i++) {
		u64 first = cmd->page + cmd->runs[i].first;

		if (!done)
			undo(r, first, cmd->runs[i].pages);
		netram_pages_unlock(&r->pages, first, cmd->runs[i].pages);
	}
	netram_router_wake(r);
	put(&r->trim, cmd);
}

static void trim_done(struct netram_cmd *cmd)
{
	end(cmd, cmd->error != -ENOTCONN);
}

/* What a node will not free does not matter to anybody; what it missed does. */
static void trim_joined(struct netram_cmd *cmd)
{
	u8 acked = netram_fanout_acked(cmd) | netram_fanout_full(cmd) |
		   netram_fanout_refused(cmd) | cmd->tried;

	end(cmd, netram_extent_settle(cmd->router, cmd, acked, NULL));
}

/* Own a dead page that nobody wrote meanwhile. Return: whether it is ours. */
static bool claim(struct netram_router *r, u64 page, bool *again)
{
	struct netram_pages *p = &r->pages;

	if (!netram_pages_lock(p, page, 1)) {
		*again = true;
		return false;
	}
	if (test_and_clear_bit(page, p->dead) && !netram_pages_present(p, page))
		return true;
	netram_pages_unlock(p, page, 1);
	netram_router_wake(r);
	return false;
}

/* Collect runs from @page on. Return: where to go on. */
static u64 gather(struct netram_router *r, struct netram_cmd *cmd, u64 page,
		  u64 end, bool *again)
{
	struct netram_run *run = NULL;
	u32 at;

	for (; page < end; page++) {
		page = find_next_bit(r->pages.dead, end, page);
		if (page >= end)
			break;
		at = page - cmd->page;
		if (run && run->first + run->pages != at)
			run = NULL;
		if (!run && cmd->nr_runs == NETRAM_CMD_RUNS)
			break;
		if (!claim(r, page, again))
			continue;
		if (run) {
			run->pages++;
			continue;
		}
		run = &cmd->runs[cmd->nr_runs++];
		*run = (struct netram_run){ at, 1 };
	}
	return page;
}

static void count(struct netram_router *r, const struct netram_cmd *cmd)
{
	u32 i;

	netram_stats_add(r->stats, NETRAM_STAT_TRIMS, cmd->nr_runs);
	for (i = 0; i < cmd->nr_runs; i++)
		netram_stats_add(r->stats, NETRAM_STAT_TRIM_PAGES,
				 cmd->runs[i].pages);
}

/* Copies whose node takes TRIMs. */
static u8 able(struct netram_router *r, union netram_set set, u8 among)
{
	struct netram_session *s;
	int i;

	for (i = 0; i < NETRAM_REPLICAS_MAX; i++) {
		s = netram_router_session(r, set.slot[i]);
		if (!s || !READ_ONCE(s->trim))
			among &= ~(1U << i);
	}
	return among;
}

/*
 * The copies' sessions do not go while we are here, but one that was given up may not be
 * found any more.
 */
static void send(struct netram_trim *t, struct netram_cmd *cmd, u64 extent)
{
	struct netram_router *r = t->router;
	union netram_set set = netram_router_set(r, extent);
	u8 up = netram_extent_up(r, set, netram_set_in(set, NETRAM_IN_WRITABLE));
	u8 targets = able(r, set, up);
	struct netram_session *s;

	count(r, cmd);
	cmd->set = set;
	/* The others that are up have nothing to miss. */
	cmd->tried = up & ~targets;
	if (!targets) {
		end(cmd, !set.word || netram_extent_settle(r, cmd, cmd->tried,
							      NULL));
		return;
	}
	if (netram_set_single(set)) {
		s = netram_router_session(r, set.slot[0]);
		if (!s) {
			end(cmd, false);
			return;
		}
		cmd->done = trim_done;
		netram_router_submit(r, s, cmd);
	} else {
		netram_fanout_submit(r, cmd, targets, false, trim_joined);
	}
	netram_router_kick(r, 0);
}

/* Return: true if dead pages are left: a writer's, or for want of a command. */
static bool trim_extent(struct netram_trim *t, u64 extent)
{
	struct netram_router *r = t->router;
	u64 first = extent * r->extent_pages, page = first;
	u64 end = min_t(u64, first + r->extent_pages, r->pages.count);
	struct netram_cmd *cmd;
	bool again = false;

	while (page < end) {
		cmd = get(t);
		if (!cmd)
			return true;
		cmd->page = first;
		cmd->pages = end - first;
		page = gather(r, cmd, page, end, &again);
		if (cmd->nr_runs)
			send(t, cmd, extent);
		else
			put(t, cmd);
	}
	return again;
}

static void forget(struct netram_router *r, u64 extent)
{
	u64 first = extent * r->extent_pages, page;
	u64 end = min_t(u64, first + r->extent_pages, r->pages.count);

	for (page = first; page < end; page++)
		if (test_bit(page, r->pages.dead))
			clear_bit(page, r->pages.dead);
}

static void trim_work(struct work_struct *work)
{
	struct netram_trim *t = container_of(to_delayed_work(work),
					     struct netram_trim, work);
	struct netram_router *r = t->router;
	union netram_set set;
	bool again = false;
	u64 extent;
	u8 up;

	for_each_set_bit(extent, t->extents, r->nr_extents) {
		set = netram_router_set(r, extent);
		up = netram_extent_up(r, set,
				      netram_set_in(set, NETRAM_IN(INSYNC)));
		/* One that is down is looked at again when it is up. */
		if (set.word && !up)
			continue;
		clear_bit(extent, t->extents);
		/* Who drops a page marks it dead, then looks at this bit. */
		smp_mb__after_atomic();
		if (!able(r, set, netram_set_in(set, NETRAM_IN_USE))) {
			forget(r, extent);
			continue;
		}
		if (trim_extent(t, extent)) {
			set_bit(extent, t->extents);
			again = true;
		}
		cond_resched();
	}
	if (again)
		queue(t);
}

static void sweep_done(struct netram_cmd *cmd)
{
	put(&cmd->router->trim, cmd);
}

static long remaining(unsigned long deadline)
{
	return max_t(long, deadline - jiffies, 1);
}

/* The next extent that @s has something of, from @extent on, or r->nr_extents. */
static u64 next_held(const struct netram_router *r,
		     const struct netram_session *s, u64 extent)
{
	if (netram_session_owes(s))
		return extent;
	for (; extent < r->nr_extents; extent++) {
		union netram_set set = netram_router_set(r, extent);

		if (set.word && netram_set_find(set, s->slot) >= 0)
			break;
	}
	return extent;
}

/* What lies between two extents of the node costs nothing to trim along. */
static void sweep(struct netram_trim *t, struct netram_session *s,
		  unsigned long deadline)
{
	struct netram_router *r = t->router;
	u64 extent = 0, step = SWEEP_PAGES / r->extent_pages;
	struct netram_cmd *cmd;

	for (;; extent += step) {
		extent = next_held(r, s, extent);
		if (extent >= r->nr_extents ||
		    !wait_event_timeout(t->wait, READ_ONCE(t->free),
					remaining(deadline)))
			return;
		cmd = get(t);
		cmd->page = extent * r->extent_pages;
		cmd->runs[0].first = 0;
		cmd->runs[0].pages = min_t(u64, SWEEP_PAGES,
					   r->pages.count - cmd->page);
		cmd->nr_runs = 1;
		cmd->done = sweep_done;
		netram_router_submit(r, s, cmd);
		netram_router_kick(r, 0);
	}
}

/**
 * netram_trim_all() - have the nodes forget the whole volume
 * @t: the volume's; no request is under way, and netram_trim_stop() was called
 *
 * A node that does not answer keeps the pages; a few seconds are spent waiting.
 * Nodes are asked where they have extents only: a thin volume is gone at once.
 *
 * Context: process, sleeps.
 */
void netram_trim_all(struct netram_trim *t)
{
	struct netram_router *r = t->router;
	unsigned long deadline = jiffies + SWEEP_TIMEOUT;
	struct netram_session *s;
	u32 slot;

	for (slot = 0; slot < NETRAM_NODES_MAX; slot++) {
		s = rcu_dereference_raw(r->sessions[slot]);
		if (s && netram_session_up(s) && s->trim)
			sweep(t, s, deadline);
	}
	wait_event_timeout(t->wait,
			   READ_ONCE(t->free) == BIT(NETRAM_TRIM_CMDS) - 1,
			   remaining(deadline));
}

static int alloc_cmd(struct netram_trim *t, int i)
{
	struct netram_router *r = t->router;

	t->cmds[i] = kzalloc(sizeof(*t->cmds[i]), GFP_KERNEL);
	if (!t->cmds[i])
		return -ENOMEM;
	t->cmds[i]->router = r;
	/* The last places of the primaries are verify's and the mover's. */
	netram_table_add(&r->table, r->primaries - 2 - NETRAM_TRIM_CMDS + i,
			 t->cmds[i]);
	return 0;
}

/**
 * netram_trim_init() - make ready
 * @t: zeroed
 * @r: the router; NETRAM_TRIM_CMDS places of its table are ours
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM; netram_trim_exit() is due in both cases.
 */
int netram_trim_init(struct netram_trim *t, struct netram_router *r)
{
	int i, err = 0;

	t->router = r;
	t->free = BIT(NETRAM_TRIM_CMDS) - 1;
	init_waitqueue_head(&t->wait);
	INIT_DELAYED_WORK(&t->work, trim_work);
	t->extents = kvcalloc(BITS_TO_LONGS(r->nr_extents), sizeof(long),
			      GFP_KERNEL);
	if (!t->extents)
		return -ENOMEM;
	for (i = 0; i < NETRAM_TRIM_CMDS && !err; i++)
		err = alloc_cmd(t, i);
	return err;
}

/**
 * netram_trim_stop() - end the work
 * @t: the volume's
 *
 * Context: process, sleeps.
 */
void netram_trim_stop(struct netram_trim *t)
{
	WRITE_ONCE(t->stopped, true);
	wake_up_all(&t->wait);
	cancel_delayed_work_sync(&t->work);
}

/**
 * netram_trim_exit() - counterpart of netram_trim_init()
 * @t: the volume's, stopped, no command under way
 */
void netram_trim_exit(struct netram_trim *t)
{
	int i;

	for (i = 0; i < NETRAM_TRIM_CMDS; i++)
		kfree(t->cmds[i]);
	kvfree(t->extents);
}
