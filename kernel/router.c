// SPDX-License-Identifier: GPL-2.0
/*
 * The router: which pages of a request must travel, and to which node.
 *
 * Reads fetch the pages that are present; the rest are zeroes. Writes own their
 * pages (netram_pages_lock), keep zero pages as a mere absence, send the others
 * and set the present bit when the node has acknowledged them. Discards only
 * clear bits; trim.c tells the nodes afterwards.
 *
 * A request whose pages lie in more than NETRAM_CMD_RUNS runs takes several
 * rounds: cmd->pos says how far it got.
 *
 * Whoever cannot go on (the pages belong to another write, no node is up, the
 * next round is due) waits on the list and dispatch_work tries again, when
 * pages are given back, when a session comes up, and every RETRY_MS.
 *
 * Checksums and readers: a read takes no lock, so it may meet a write of the
 * same page half-way and see either version, which is allowed, but a checksum
 * of the other. So a mismatch is first tried again as the owner of its pages,
 * with no writer beside it; only then is it believed.
 *
 * Lock order: wait_lock is a leaf.
 */
#include "router.h"
#include "cursor.h"
#include "integrity.h"
#include "log.h"
#include "placement.h"
#include "trace.h"

#include <linux/blkdev.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/sched/mm.h>

#define RETRY_MS	200
#define FULL_SPARED	HZ

static void add_waiting(struct netram_router *r, struct netram_cmd *cmd)
{
	unsigned long flags;

	spin_lock_irqsave(&r->wait_lock, flags);
	list_add_tail(&cmd->list, &r->waiting);
	spin_unlock_irqrestore(&r->wait_lock, flags);
}

static void wait(struct netram_router *r, struct netram_cmd *cmd)
{
	atomic_inc(&r->nr_waiting);
	add_waiting(r, cmd);
	mod_delayed_work(r->io_wq, &r->dispatch_work, 0);
}

/**
 * netram_router_wake() - something others may wait for has happened
 * @r: the router
 *
 * Context: any.
 */
void netram_router_wake(struct netram_router *r)
{
	/* Pages were given back before; a waiter counts itself, then looks. */
	smp_mb__after_atomic();
	if (unlikely(atomic_read(&r->nr_waiting)))
		mod_delayed_work(r->io_wq, &r->dispatch_work, 0);
}

static void finish(struct netram_router *r, struct netram_cmd *cmd, int error)
{
	bool owner = cmd->flags & NETRAM_CMD_F_BUSY;

	if (owner)
		netram_pages_unlock(&r->pages, cmd->page, cmd->pages);
	if (unlikely(error))
		netram_stats_add(r->stats, NETRAM_STAT_ERRORS, 1);
	trace_netram_request_completed(cmd, error);
	r->end(cmd, error);
	if (owner)
		netram_router_wake(r);
}

/**
 * netram_router_submit() - hand a command to a session, to be kicked later
 * @r: the router
 * @s: the session
 * @cmd: laid out, with cmd->done set
 *
 * Context: any but hard interrupt.
 */
void netram_router_submit(struct netram_router *r, struct netram_session *s,
			  struct netram_cmd *cmd)
{
	unsigned long *dirty = r->dirty[cmd->queue];
	u8 slot = s->slot;

	netram_session_submit(s, cmd);
	/* After the command is queued: whoever takes the bit finds it. */
	smp_mb__before_atomic();
	if (!test_bit(slot, dirty))
		set_bit(slot, dirty);
}

/**
 * netram_router_kick() - send what was submitted from a hardware queue
 * @r: the router
 * @queue: which
 *
 * Context: process, may sleep; does not enter reclaim.
 */
void netram_router_kick(struct netram_router *r, u16 queue)
{
	unsigned long *dirty = r->dirty[queue];
	struct netram_session *s;
	unsigned int slot;

	for_each_set_bit(slot, dirty, NETRAM_NODES_MAX) {
		clear_bit(slot, dirty);
		/* netram_router_submit() queues, then looks at the bit. */
		smp_mb__after_atomic();
		s = rcu_dereference_raw(r->sessions[slot]);
		if (s)
			netram_session_kick(s, queue);
	}
}

static void kick_all(struct netram_router *r)
{
	u32 i;

	for (i = 0; i < r->queues; i++)
		netram_router_kick(r, i);
}

/* ---- placement ---- */

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

static struct netram_session *place(struct netram_router *r, u64 page)
{
	u64 extent = netram_router_extent(r, page);
	struct netram_session *s = netram_router_session(r, extent);
	int err;

	if (likely(s))
		return s;
	rcu_read_lock();
	err = place_extent(r, extent);
	rcu_read_unlock();
	return err ? ERR_PTR(err) : netram_router_session(r, extent);
}

/* ---- dropping pages ---- */

/* All within one extent. */
static void drop_in_extent(struct netram_router *r, u64 first, u32 count)
{
	u64 extent = netram_router_extent(r, first);
	struct netram_session *s;
	u32 dropped;

	/* Once no page is present the extent may lose its place at any time. */
	rcu_read_lock();
	s = netram_router_session(r, extent);
	dropped = netram_pages_drop(&r->pages, first, count);
	if (s && dropped)
		atomic_long_sub(dropped, &s->pages);
	rcu_read_unlock();
	if (dropped)
		netram_trim_extent(&r->trim, extent);
}

/**
 * netram_router_drop() - pages are to read as zeroes and their memory be freed
 * @r: the router
 * @first: first page
 * @count: how many
 *
 * Done when it returns, as far as readers can tell; the nodes hear of it soon.
 *
 * Context: any.
 */
void netram_router_drop(struct netram_router *r, u64 first, u64 count)
{
	u64 end = first + count, next;

	for (; first < end; first = next) {
		next = min(end, round_down(first, r->extent_pages) +
				r->extent_pages);
		drop_in_extent(r, first, next - first);
	}
}

/* ---- writing ---- */

static bool add_page(struct netram_cmd *cmd, u32 at)
{
	struct netram_run *last;

	if (cmd->nr_runs) {
		last = &cmd->runs[cmd->nr_runs - 1];
		if (last->first + last->pages == at) {
			last->pages++;
			return true;
		}
	}
	if (cmd->nr_runs == NETRAM_CMD_RUNS)
		return false;
	cmd->runs[cmd->nr_runs++] = (struct netram_run){ at, 1 };
	return true;
}

/* From cmd->pos on: drop zero pages, collect the others until runs are used up. */
static void lay_out_write(struct netram_router *r, struct netram_cmd *cmd)
{
	struct netram_pages *pages = &r->pages;
	struct netram_cursor c;
	u32 crc = 0;
	u64 page;

	netram_cursor_init(&c, cmd->bio);
	netram_cursor_advance(&c, cmd->pos << NETRAM_PAGE_SHIFT);
	for (; cmd->pos < cmd->pages; cmd->pos++) {
		page = cmd->page + cmd->pos;
		if (netram_integrity_digest(&c, pages->crc, &crc)) {
			drop_in_extent(r, page, 1);
			netram_stats_add(r->stats, NETRAM_STAT_ZERO_PAGES, 1);
			continue;
		}
		if (!add_page(cmd, cmd->pos))
			break;
		if (pages->crc)
			WRITE_ONCE(pages->crc[page], crc);
		if (test_bit(page, pages->dead))
			clear_bit(page, pages->dead);
	}
}

static void written(struct netram_router *r, struct netram_cmd *cmd)
{
	u32 i, new = 0;

	for (i = 0; i < cmd->nr_runs; i++)
		new += netram_pages_written(&r->pages,
					    cmd->page + cmd->runs[i].first,
					    cmd->runs[i].pages);
	if (new)
		atomic_long_add(new, &cmd->session->pages);
}

/*
 * A failed write may have landed or not: either version of a page will do, and
 * one that is not present is to be trimmed.
 */
static void not_written(struct netram_router *r, struct netram_cmd *cmd)
{
	struct netram_pages *pages = &r->pages;
	u64 page, end;
	u32 i;

	for (i = 0; i < cmd->nr_runs; i++) {
		page = cmd->page + cmd->runs[i].first;
		for (end = page + cmd->runs[i].pages; page < end; page++) {
			if (!netram_pages_present(pages, page))
				set_bit(page, pages->dead);
			else if (pages->crc)
				WRITE_ONCE(pages->crc[page],
					   NETRAM_CRC_UNKNOWN);
		}
	}
	netram_trim_extent(&r->trim, netram_router_extent(r, cmd->page));
}

static void disown(struct netram_router *r, struct netram_cmd *cmd)
{
	netram_pages_unlock(&r->pages, cmd->page, cmd->pages);
	cmd->flags &= ~NETRAM_CMD_F_BUSY;
	netram_router_wake(r);
}

/*
 * The node has no room. The extent may get another place, but only when nobody
 * owns a page of it: so we own none while we wait, and lay out anew.
 */
static void refused(struct netram_router *r, struct netram_cmd *cmd)
{
	not_written(r, cmd);
	WRITE_ONCE(cmd->session->full_until, jiffies + FULL_SPARED);
	cmd->pos = cmd->runs[0].first;
	cmd->nr_runs = 0;
	cmd->flags |= NETRAM_CMD_F_MOVE;
	disown(r, cmd);
	wait(r, cmd);
}

static struct netram_router *router_of(const struct netram_cmd *cmd)
{
	return cmd->session->cfg.owner;
}

static void write_done(struct netram_cmd *cmd)
{
	struct netram_router *r = router_of(cmd);

	if (unlikely(cmd->error == -ENOSPC)) {
		refused(r, cmd);
	} else if (unlikely(cmd->error)) {
		atomic64_inc(&cmd->session->cfg.peer->errors);
		not_written(r, cmd);
		finish(r, cmd, cmd->error);
	} else {
		written(r, cmd);
		cmd->nr_runs = 0;
		if (likely(cmd->pos == cmd->pages))
			finish(r, cmd, 0);
		else
			wait(r, cmd);
	}
}

static bool overdue(struct netram_router *r, const struct netram_cmd *cmd)
{
	return time_after(jiffies, cmd->start + msecs_to_jiffies(
				   READ_ONCE(r->params.io_deadline_ms)));
}

/* Return: false if the command must wait. */
static bool send_write(struct netram_router *r, struct netram_cmd *cmd)
{
	struct netram_session *s = place(r, cmd->page);

	if (IS_ERR(s)) {
		if (PTR_ERR(s) == -EAGAIN && !overdue(r, cmd))
			return false;
		finish(r, cmd, PTR_ERR(s) == -EAGAIN ? -ETIMEDOUT : PTR_ERR(s));
		return true;
	}
	cmd->done = write_done;
	netram_router_submit(r, s, cmd);
	return true;
}

static bool own(struct netram_router *r, struct netram_cmd *cmd)
{
	if (cmd->flags & NETRAM_CMD_F_BUSY)
		return true;
	if (unlikely(!netram_pages_lock(&r->pages, cmd->page, cmd->pages)))
		return false;
	cmd->flags |= NETRAM_CMD_F_BUSY;
	return true;
}

static bool start_write(struct netram_router *r, struct netram_cmd *cmd)
{
	if (!own(r, cmd))
		return false;
	if (!cmd->nr_runs)
		lay_out_write(r, cmd);
	if (cmd->nr_runs)
		return send_write(r, cmd);
	finish(r, cmd, 0);
	return true;
}

/* ---- a node without room ---- */

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

/* Return: 0 when the extent is no longer on the node, else as unplace(). */
static int move(struct netram_router *r, struct netram_session *s, u64 extent)
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

static bool start_move(struct netram_router *r, struct netram_cmd *cmd)
{
	int err = move(r, cmd->session, netram_router_extent(r, cmd->page));

	if (err == -EAGAIN && !overdue(r, cmd))
		return false;
	if (err) {
		finish(r, cmd, -ENOSPC);
		return true;
	}
	cmd->flags &= ~NETRAM_CMD_F_MOVE;
	return start_write(r, cmd);
}

/* ---- reading ---- */

/*
 * A page that cannot be had. Only the bio it belongs to fails: swap reads ahead,
 * and a neighbour that is intact must not go down with it.
 */
static void fail_page(struct netram_router *r, struct netram_cmd *cmd, u64 page,
		      int error, enum netram_stat which)
{
	u64 left = (page - cmd->page) << NETRAM_PAGE_SHIFT;
	struct bio *bio = cmd->bio;

	while (bio && left >= bio->bi_iter.bi_size) {
		left -= bio->bi_iter.bi_size;
		bio = bio->bi_next;
	}
	if (!WARN_ON_ONCE(!bio))
		bio->bi_status = errno_to_blk_status(error);
	netram_stats_add(r->stats, which, 1);
	netram_stats_add(r->stats, NETRAM_STAT_ERRORS, 1);
}

/* Fail the lost pages at the start of @from .. @to. Return: the first other. */
static u64 skip_lost(struct netram_router *r, struct netram_cmd *cmd, u64 from,
		     u64 to)
{
	for (; from < to && test_bit(from, r->pages.lost); from++)
		fail_page(r, cmd, from, -ENODATA, NETRAM_STAT_LOST_READS);
	return from;
}

static void add_hole(struct netram_router *r, struct netram_cursor *c, u32 pages)
{
	netram_cursor_zero(c, pages << NETRAM_PAGE_SHIFT);
	netram_stats_add(r->stats, NETRAM_STAT_HOLE_PAGES, pages);
}

/* From cmd->pos on: fill in zeroes, collect what is present. */
static void lay_out_read(struct netram_router *r, struct netram_cmd *cmd)
{
	bool lost = netram_pages_any_lost(&r->pages, cmd->page, cmd->pages);
	const unsigned long *present = r->pages.present;
	u64 at = cmd->page + cmd->pos, end = cmd->page + cmd->pages, from, to;
	struct netram_cursor c;

	netram_cursor_init(&c, cmd->bio);
	netram_cursor_advance(&c, cmd->pos << NETRAM_PAGE_SHIFT);
	cmd->nr_runs = 0;
	for (; at < end && cmd->nr_runs < NETRAM_CMD_RUNS; at = to) {
		from = find_next_bit(present, end, at);
		if (from > at)
			add_hole(r, &c, from - at);
		to = from < end ? find_next_zero_bit(present, end, from) : end;
		at = from;
		if (unlikely(lost)) {
			from = skip_lost(r, cmd, from, to);
			to = find_next_bit(r->pages.lost, to, from);
		}
		netram_cursor_advance(&c, (to - at) << NETRAM_PAGE_SHIFT);
		if (from < to)
			cmd->runs[cmd->nr_runs++] =
				(struct netram_run){ from - cmd->page, to - from };
	}
	cmd->pos = at - cmd->page;
}

static void read_again(struct netram_router *r, struct netram_cmd *cmd)
{
	cmd->flags |= NETRAM_CMD_F_VERIFY;
	cmd->pos = 0;
	cmd->nr_runs = 0;
	netram_stats_add(r->stats, NETRAM_STAT_CHECKSUM_RETRIES, 1);
	wait(r, cmd);
}

/* Read as their owner, and still not what was written. */
static void fail_corrupt(struct netram_router *r, struct netram_cmd *cmd,
			 s64 page)
{
	for (; page >= 0;
	     page = netram_integrity_verify(&r->pages, cmd, page + 1)) {
		netram_warn_ratelimited(cmd->session->cfg.label,
					"page %lld is not what was written: checksum does not match",
					page);
		fail_page(r, cmd, page, -EILSEQ, NETRAM_STAT_CHECKSUM_ERRORS);
	}
}

/* The node lost them while the read was parked: what came is not they. */
static void fail_lost(struct netram_router *r, struct netram_cmd *cmd)
{
	u64 page, end;
	u32 i;

	for (i = 0; i < cmd->nr_runs; i++) {
		page = cmd->page + cmd->runs[i].first;
		for (end = page + cmd->runs[i].pages; page < end; page++)
			if (test_bit(page, r->pages.lost))
				fail_page(r, cmd, page, -ENODATA,
					  NETRAM_STAT_LOST_READS);
	}
}

static void read_done(struct netram_cmd *cmd)
{
	struct netram_router *r = router_of(cmd);
	s64 bad = -1;

	if (unlikely(cmd->error)) {
		atomic64_inc(&cmd->session->cfg.peer->errors);
		finish(r, cmd, cmd->error);
		return;
	}
	if (r->pages.crc)
		bad = netram_integrity_verify(&r->pages, cmd, cmd->page);
	else if (netram_pages_any_lost(&r->pages, cmd->page, cmd->pages))
		fail_lost(r, cmd);
	if (unlikely(bad >= 0)) {
		if (!(cmd->flags & NETRAM_CMD_F_VERIFY)) {
			read_again(r, cmd);
			return;
		}
		fail_corrupt(r, cmd, bad);
	}
	if (likely(cmd->pos == cmd->pages))
		finish(r, cmd, 0);
	else
		wait(r, cmd);
}

static bool start_read(struct netram_router *r, struct netram_cmd *cmd)
{
	struct netram_session *s;
	u32 pos = cmd->pos;

	if ((cmd->flags & NETRAM_CMD_F_VERIFY) && !own(r, cmd))
		return false;
	lay_out_read(r, cmd);
	if (!cmd->nr_runs) {
		finish(r, cmd, 0);
		return true;
	}
	s = netram_router_session(r, netram_router_extent(r, cmd->page));
	/* Dropped since, and its extent unplaced: next time it is a hole. */
	if (unlikely(!s)) {
		cmd->pos = pos;
		return false;
	}
	cmd->done = read_done;
	netram_router_submit(r, s, cmd);
	return true;
}

/* ---- the ways in ---- */

static bool start(struct netram_router *r, struct netram_cmd *cmd)
{
	if (cmd->op == NETRAM_OP_READ)
		return start_read(r, cmd);
	if (cmd->flags & NETRAM_CMD_F_MOVE)
		return start_move(r, cmd);
	return start_write(r, cmd);
}

static void begin(struct netram_router *r, struct netram_cmd *cmd)
{
	cmd->start = jiffies;
	cmd->flags = 0;
	cmd->pos = 0;
	cmd->nr_runs = 0;
	trace_netram_request_start(cmd);
	if (likely(start(r, cmd)))
		return;
	netram_stats_add(r->stats, NETRAM_STAT_CONFLICTS, 1);
	wait(r, cmd);
}

/**
 * netram_router_read() - carry out a read
 * @r: the router
 * @cmd: with op, bio, page, pages and queue set, within one extent
 *
 * netram_router.end is called once, perhaps before this returns.
 *
 * Context: process, does not sleep; netram_router_kick() is due afterwards.
 */
void netram_router_read(struct netram_router *r, struct netram_cmd *cmd)
{
	netram_stats_add(r->stats, NETRAM_STAT_READS, 1);
	netram_stats_add(r->stats, NETRAM_STAT_READ_BYTES,
			 (u64)cmd->pages << NETRAM_PAGE_SHIFT);
	begin(r, cmd);
}

/**
 * netram_router_write() - carry out a write
 * @r: the router
 * @cmd: with op, bio, page, pages and queue set, within one extent
 *
 * As netram_router_read().
 */
void netram_router_write(struct netram_router *r, struct netram_cmd *cmd)
{
	netram_stats_add(r->stats, NETRAM_STAT_WRITES, 1);
	netram_stats_add(r->stats, NETRAM_STAT_WRITE_BYTES,
			 (u64)cmd->pages << NETRAM_PAGE_SHIFT);
	begin(r, cmd);
}

static void dispatch_work(struct work_struct *work)
{
	struct netram_router *r = container_of(to_delayed_work(work),
					       struct netram_router,
					       dispatch_work);
	unsigned int noreclaim = memalloc_noreclaim_save();
	struct netram_cmd *cmd, *next;
	LIST_HEAD(waiting);

	spin_lock_irq(&r->wait_lock);
	list_splice_init(&r->waiting, &waiting);
	spin_unlock_irq(&r->wait_lock);
	list_for_each_entry_safe(cmd, next, &waiting, list) {
		list_del(&cmd->list);
		if (start(r, cmd))
			atomic_dec(&r->nr_waiting);
		else
			add_waiting(r, cmd);
	}
	kick_all(r);
	/* Not mod_: a wake-up that came meanwhile must not be put off. */
	if (atomic_read(&r->nr_waiting))
		queue_delayed_work(r->io_wq, &r->dispatch_work,
				   msecs_to_jiffies(RETRY_MS));
	memalloc_noreclaim_restore(noreclaim);
}

/**
 * netram_router_session_up() - a node can be reached again
 * @r: the router
 *
 * Context: process.
 */
void netram_router_session_up(struct netram_router *r)
{
	netram_router_wake(r);
	netram_trim_kick(&r->trim);
}

/**
 * netram_router_lost() - a node came back without its pages
 * @r: the router
 * @s: its session; no command is in flight on it
 *
 * Context: process.
 * Return: pages lost.
 */
u64 netram_router_lost(struct netram_router *r, struct netram_session *s)
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
 * netram_router_placed() - extents that have a place
 * @r: the router
 *
 * Context: process.
 * Return: how many.
 */
u64 netram_router_placed(struct netram_router *r)
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

/**
 * netram_router_init() - make the data plane of a volume
 * @r: zeroed but for @label, @end, @queues, @params and the work queues
 * @pages: size of the volume
 * @extent_pages: a power of two
 * @checksum: keep checksums
 * @commands: places for the block layer's commands
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM; netram_router_exit() is due in both cases.
 */
int netram_router_init(struct netram_router *r, u64 pages, u32 extent_pages,
		       bool checksum, u32 commands)
{
	int err;

	r->extent_pages = extent_pages;
	r->nr_extents = DIV_ROUND_UP_ULL(pages, extent_pages);
	spin_lock_init(&r->wait_lock);
	INIT_LIST_HEAD(&r->waiting);
	INIT_DELAYED_WORK(&r->dispatch_work, dispatch_work);
	r->stats = alloc_percpu(struct netram_stats);
	r->slots = kvmalloc(r->nr_extents, GFP_KERNEL);
	if (r->slots)
		memset(r->slots, NETRAM_SLOT_NONE, r->nr_extents);
	err = netram_table_init(&r->table, commands + NETRAM_TRIM_CMDS);
	if (!err)
		err = netram_trim_init(&r->trim, r);
	if (!err)
		err = netram_pages_init(&r->pages, pages, checksum);
	if (!r->stats || !r->slots)
		err = -ENOMEM;
	return err;
}

/**
 * netram_router_stop() - end the works
 * @r: the router; no request is under way and none will come
 *
 * Context: process, sleeps.
 */
void netram_router_stop(struct netram_router *r)
{
	netram_trim_stop(&r->trim);
	cancel_delayed_work_sync(&r->dispatch_work);
}

/**
 * netram_router_exit() - counterpart of netram_router_init()
 * @r: the router, stopped, its sessions destroyed
 */
void netram_router_exit(struct netram_router *r)
{
	netram_trim_exit(&r->trim);
	netram_table_exit(&r->table);
	netram_pages_exit(&r->pages);
	kvfree(r->slots);
	free_percpu(r->stats);
}
