// SPDX-License-Identifier: GPL-2.0
/*
 * Copying: pages of one extent are read from a copy and written to another, while
 * I/O goes on. Which copy, and why, is the business of who asks: the mover, who
 * makes copies, and verify.c, who compares them.
 *
 * Nothing is allocated on the way, so that this works when memory is out and the
 * pages that move are swap.
 *
 * Sessions: those of an extent's copies do not go while the mover owns a page of
 * it, for then the extent keeps its place, and copies are given up by the mover
 * only, or while it is at rest. Whoever else asks holds them.
 */
#include "resync.h"
#include "extent.h"
#include "integrity.h"
#include "log.h"
#include "router.h"

#include <linux/mm.h>
#include <linux/slab.h>

/* A shorter pause is made later, with others. */
#define PAUSE_NS_MIN	(20 * NSEC_PER_MSEC)
/* Wait so long for a page that somebody writes, then free the rest another time. */
#define TRIM_OWN_MS	1000
/* A page cannot be had now, but perhaps it can be later; others may be all right. */
#define UNREADABLE	(-ENODATA)

static u64 end_of(const struct netram_router *r, u64 extent)
{
	return min_t(u64, (extent + 1) * r->extent_pages, r->pages.count);
}

static void pause_for(struct netram_resync *rs, unsigned long timeout)
{
	wait_event_timeout(rs->wait, netram_resync_stopped(rs), timeout);
}

/**
 * netram_resync_own() - own one page, whoever has it now
 * @rs: whose pages
 * @page: which
 * @patience_ms: how long to wait for it
 *
 * Context: process, sleeps.
 * Return: whether it came off.
 */
bool netram_resync_own(struct netram_resync *rs, u64 page,
		       unsigned int patience_ms)
{
	unsigned long deadline = jiffies + msecs_to_jiffies(patience_ms);

	while (!netram_pages_lock(&rs->router->pages, page, 1)) {
		if (netram_resync_stopped(rs) || time_after(jiffies, deadline))
			return false;
		pause_for(rs, 1);
	}
	return true;
}

/**
 * netram_resync_disown() - counterpart of netram_resync_own()
 * @rs: whose pages
 * @page: the first that is owned
 * @count: how many
 *
 * Context: any.
 */
void netram_resync_disown(struct netram_resync *rs, u64 page, u32 count)
{
	netram_pages_unlock(&rs->router->pages, page, count);
	netram_router_wake(rs->router);
}

enum need { NOTHING, COPY, TRIM };

static enum need need_of(const struct netram_resync_job *j, u64 page)
{
	struct netram_pages *p = &j->rs->router->pages;

	if (netram_pages_present(p, page) && !test_bit(page, p->lost))
		return j->full || test_bit(page, p->behind[j->copy]) ?
		       COPY : NOTHING;
	/* Also of an empty one: it may have some of an earlier time. */
	return TRIM;
}

/* Own up to @most pages with the same need. Return: how many, 0 if somebody has the first. */
static u32 own_run(const struct netram_resync_job *j, u64 page, u32 most,
		   enum need *need)
{
	u32 n;

	if (!netram_pages_lock(&j->rs->router->pages, page, 1))
		return 0;
	*need = need_of(j, page);
	if (*need == COPY)
		most = min_t(u32, most, NETRAM_RESYNC_PAGES);
	for (n = 1; n < most; n++) {
		if (!netram_pages_lock(&j->rs->router->pages, page + n, 1))
			break;
		if (need_of(j, page + n) == *need)
			continue;
		netram_resync_disown(j->rs, page + n, 1);
		break;
	}
	return n;
}

static void cmd_done(struct netram_cmd *cmd)
{
	complete(&container_of(cmd, struct netram_resync, cmd)->done);
}

/**
 * netram_resync_carry() - have a node do something with owned pages, and wait
 * @rs: what carries them; afterwards it has what was read, @rs->cmd tells of it
 * @slot: the node's; its session does not go away
 * @op: what to do; what is written is what was read before
 * @page: the first
 * @count: how many, at most NETRAM_RESYNC_PAGES unless @op is a TRIM
 *
 * Context: process, sleeps; in memalloc_noreclaim_save().
 * Return: 0, -ENOTCONN if the node cannot be reached, or what it answered.
 */
int netram_resync_carry(struct netram_resync *rs, u8 slot, enum netram_op op,
			u64 page, u32 count)
{
	struct netram_session *s = netram_router_session(rs->router, slot);
	struct netram_cmd *cmd = &rs->cmd;

	if (!s)
		return -ENOTCONN;
	rs->bio.bi_iter = (struct bvec_iter){
		.bi_size = min_t(u32, count, NETRAM_RESYNC_PAGES) <<
			   NETRAM_PAGE_SHIFT,
	};
	cmd->op = op;
	cmd->bio = op == NETRAM_OP_TRIM ? NULL : &rs->bio;
	cmd->page = page;
	cmd->pages = count;
	cmd->flags = NETRAM_CMD_F_NOWAIT;
	cmd->start = jiffies;
	cmd->nr_runs = 1;
	cmd->runs[0] = (struct netram_run){ 0, count };
	cmd->done = cmd_done;
	reinit_completion(&rs->done);
	netram_router_submit(rs->router, s, cmd);
	/* Not netram_router_kick(): others' sessions may go while we are there. */
	netram_session_kick(s, cmd->queue);
	wait_for_completion(&rs->done);
	return cmd->error;
}

/*
 * Copies that may have owned pages as they should be, whether they can be reached or
 * not. One that is not in sync becomes that again, and is asked then.
 */
static u8 may_have(const struct netram_resync_job *j, union netram_set set,
		   u64 page, u32 count)
{
	struct netram_pages *p = &j->rs->router->pages;
	u8 may = netram_set_in(set, NETRAM_IN(INSYNC) | NETRAM_IN_PARTIAL);
	int i;

	for (i = 0; i < NETRAM_REPLICAS_MAX; i++)
		if (!(netram_set_in(set, NETRAM_IN(INSYNC)) & (1U << i)) &&
		    find_next_bit(p->behind[i], page + count, page) < page + count)
			may &= ~(1U << i);
	return may & ~(1U << j->copy);
}

/* Copies have an owned page wrong, and one that is in sync has it right. */
static void distrust(const struct netram_resync_job *j, union netram_set set,
		     u64 page, u8 wrong)
{
	int i;

	for (i = 0; i < NETRAM_REPLICAS_MAX; i++)
		if (wrong & (1U << i))
			netram_extent_distrust(j->rs->router, page, set, i);
}

/*
 * Fetch owned pages, as they should be, from a copy in sync. Return: 0; -EILSEQ if no
 * copy has them so; UNREADABLE if one may have them that was not asked, or would not
 * give them; -ENOTCONN if no copy can be reached, which is true of all pages.
 */
static int fetch(const struct netram_resync_job *j, u64 page, u32 count)
{
	struct netram_router *r = j->rs->router;
	union netram_set set = netram_router_set(r, j->extent);
	u8 up = netram_extent_up(r, set, netram_set_in(set, NETRAM_IN(INSYNC)));
	u8 may = may_have(j, set, page, count), wrong = 0;
	bool answered = false;
	int i, err;

	for (i = 0; i < NETRAM_REPLICAS_MAX; i++) {
		if (!(up & (1U << i)) || set.slot[i] == netram_resync_slot(j))
			continue;
		err = netram_resync_carry(j->rs, set.slot[i], NETRAM_OP_READ,
					  page, count);
		/* Its node may have lost all before it answered. */
		if (err == -ENOTCONN ||
		    !(netram_set_same(netram_router_set(r, j->extent), set) &
		      (1U << i)))
			continue;
		answered = true;
		if (err)
			continue;
		if (!r->pages.crc ||
		    netram_integrity_verify(&r->pages, &j->rs->cmd, page) < 0) {
			/* Of several pages others may be the wrong ones. */
			if (count == 1)
				distrust(j, set, page, wrong);
			return 0;
		}
		wrong |= 1U << i;
	}
	if (!answered)
		return -ENOTCONN;
	return wrong == may ? -EILSEQ : UNREADABLE;
}

/* What its node refuses, for whatever reason, it has no room for. */
static int put(const struct netram_resync_job *j, u64 page, u32 count)
{
	u8 slot = netram_resync_slot(j);
	struct netram_session *s = netram_router_session(j->rs->router, slot);
	int err = netram_resync_carry(j->rs, slot, NETRAM_OP_WRITE, page, count);

	if (!err || err == -ENOTCONN || err == -ENOSPC)
		return err;
	if (s)
		netram_warn_ratelimited(s->cfg.label,
					"pages cannot be copied there: its node refuses them with error %d",
					-err);
	return -ENOSPC;
}

static bool under_way(const struct netram_resync_job *j)
{
	union netram_set set = netram_router_set(j->rs->router, j->extent);

	return netram_set_same(set, j->set) & (1U << j->copy) &
	       netram_set_in(set, NETRAM_IN(COPYING) | NETRAM_IN(FILLING));
}

/*
 * The copy goes without an owned page for now. With its loss, and others', locked out: if
 * it is in sync by now, as heir of one that is lost, it is not to be blamed for a page
 * that is lost, too.
 */
static int leave_behind(const struct netram_resync_job *j, u64 page)
{
	struct netram_router *r = j->rs->router;
	bool left;

	spin_lock_irq(&r->loss_lock);
	left = under_way(j);
	if (left)
		netram_pages_missed(&r->pages, page, 1, 1U << j->copy);
	spin_unlock_irq(&r->loss_lock);
	return left ? 0 : -EINTR;
}

static int copy_run(const struct netram_resync_job *j, u64 page, u32 count)
{
	struct netram_router *r = j->rs->router;
	int err = fetch(j, page, count);

	if (!err)
		err = put(j, page, count);
	if (err)
		return err;
	/* Its place is its own: only who asks us gives copies up. */
	netram_pages_caught_up(&r->pages, page, count, 1U << j->copy);
	netram_stats_add(r->stats, NETRAM_STAT_RESYNC_PAGES, count);
	return 0;
}

/* One bad page must not keep the others from being copied. */
static int copy_each(const struct netram_resync_job *j, u64 page, u32 count,
		     struct netram_resync_left *left)
{
	struct netram_router *r = j->rs->router;
	u64 end = page + count;
	int err;

	for (; page < end; page++) {
		err = copy_run(j, page, 1);
		if (err == -EILSEQ) {
			/* It stays as it is; reading it tells. */
			netram_warn_ratelimited(r->label,
						"page %llu cannot be copied: no copy of it is right",
						page);
			netram_pages_caught_up(&r->pages, page, 1, 1U << j->copy);
			continue;
		}
		if (err == UNREADABLE) {
			err = leave_behind(j, page);
			if (!left->count++)
				left->first = page;
		}
		if (err)
			return err;
	}
	return 0;
}

/**
 * netram_resync_limit() - go as fast as the user allows
 * @rs: what carries the pages
 * @count: pages that were carried
 *
 * The volume's rate is one for all: who gives way waits until what the others have
 * carried is paid for as well.
 *
 * Context: process, sleeps.
 */
void netram_resync_limit(struct netram_resync *rs, u32 count)
{
	u32 of_all = READ_ONCE(rs->router->params.sync_rate_mib);
	u64 bytes = (u64)count << NETRAM_PAGE_SHIFT, now = ktime_get_ns();
	u64 all, due;

	all = netram_pace_book(&rs->router->sync_pace, now, bytes, of_all);
	due = netram_pace_book(&rs->pace, now, bytes,
			       min_not_zero(of_all, rs->rate_mib));
	if (rs->gives_way)
		due = max(due, all);
	if (due - now >= PAUSE_NS_MIN)
		pause_for(rs, nsecs_to_jiffies(due - now));
}

static int give(const struct netram_resync_job *j, enum need need, u64 page,
		u32 count, struct netram_resync_left *left)
{
	struct netram_router *r = j->rs->router;
	u8 slot = netram_resync_slot(j);
	struct netram_session *s = netram_router_session(r, slot);
	int err;

	/* What it lacks by now, somebody has decided who does not own the page. */
	if (need == NOTHING)
		return 0;
	if (need == COPY) {
		err = copy_run(j, page, count);
		if (err == -EILSEQ || err == UNREADABLE)
			err = copy_each(j, page, count, left);
		return err;
	}
	if (s && READ_ONCE(s->trim)) {
		err = netram_resync_carry(j->rs, slot, NETRAM_OP_TRIM, page,
					  count);
		/* What it will not free does no harm. */
		if (err == -ENOTCONN)
			return err;
	}
	netram_pages_caught_up(&r->pages, page, count, 1U << j->copy);
	return 0;
}

/*
 * Give the copy those pages of @j->todo that nobody owns just now. Return: how many, or
 * what is to be returned for all.
 */
static int give_round(const struct netram_resync_job *j,
		      struct netram_resync_left *left)
{
	struct netram_resync *rs = j->rs;
	u64 first = j->extent * rs->router->extent_pages;
	u32 end = end_of(rs->router, j->extent) - first, at, most, count;
	enum need need;
	int err, given = 0;

	for (at = 0; (at = find_next_bit(j->todo, end, at)) < end; at += count) {
		most = find_next_zero_bit(j->todo, end, at) - at;
		count = own_run(j, first + at, most, &need);
		if (!count) {
			count = 1;
			continue;
		}
		/* Else its session may have gone while we owned nothing. */
		if (!under_way(j)) {
			netram_resync_disown(rs, first + at, count);
			return -EINTR;
		}
		err = give(j, need, first + at, count, left);
		netram_resync_disown(rs, first + at, count);
		if (err)
			return err;
		bitmap_clear(j->todo, at, count);
		given += count;
		if (netram_resync_stopped(rs))
			return -EINTR;
		if (need == COPY)
			netram_resync_limit(rs, count);
		cond_resched();
	}
	return given;
}

/**
 * netram_resync_give_all() - have a copy get all that it lacks
 * @j: the copy; its state is one that is written to
 * @left: set to what it has not got: pages that copies may have which cannot be asked,
 *   or would not give them. These are marked behind
 *
 * Whoever writes a page has it until the slowest node has answered, and there may
 * always be some who do. So these are passed over, and come later, while the copy stays
 * written to: begun anew, it would lack again what is written in between. It is given up
 * when none of those left is to be had for as long as a node may take to answer.
 *
 * Context: process, sleeps; in memalloc_noreclaim_save().
 * Return: 0 when it has all but that; -ENOSPC when its node has no room, or will not
 * take them; -EAGAIN when somebody keeps a page for long; -EINTR when it is not to go on;
 * -ENOTCONN when it, or all that could give it pages, cannot be reached.
 */
int netram_resync_give_all(const struct netram_resync_job *j,
			   struct netram_resync_left *left)
{
	struct netram_router *r = j->rs->router;
	u32 count = end_of(r, j->extent) - j->extent * r->extent_pages;
	unsigned long since = jiffies;
	int given;

	*left = (struct netram_resync_left){ 0 };
	bitmap_fill(j->todo, count);
	do {
		given = give_round(j, left);
		if (given < 0)
			return given;
		if (bitmap_empty(j->todo, count))
			return 0;
		if (given)
			since = jiffies;
		else
			pause_for(j->rs, 1);
		if (netram_resync_stopped(j->rs) || !under_way(j))
			return -EINTR;
	} while (time_before(jiffies, since +
			     msecs_to_jiffies(READ_ONCE(r->params.io_timeout_ms))));
	return -EAGAIN;
}

/* Has it no business on the node? The caller owns it. */
static bool unwanted(const struct netram_router *r, u64 extent, u8 slot, u64 page)
{
	return netram_set_find(netram_router_set(r, extent), slot) < 0 ||
	       !netram_pages_present(&r->pages, page);
}

/**
 * netram_resync_trim() - free what a node has of an extent and should not
 * @rs: what carries the TRIMs
 * @extent: the extent
 * @slot: the node's; its session is kept by the caller
 *
 * That is all of it if it has no copy. Nobody writes what it has: a write that is
 * still under way there owns its pages. Who still reads it looks at the set afterwards.
 *
 * Context: process, sleeps; in memalloc_noreclaim_save().
 * Return: whether all of it is free.
 */
bool netram_resync_trim(struct netram_resync *rs, u64 extent, u8 slot)
{
	struct netram_router *r = rs->router;
	u64 page = extent * r->extent_pages, end = end_of(r, extent);
	bool again = false, free;
	u32 n;

	for (; page < end && !again; page += n) {
		if (!netram_resync_own(rs, page, TRIM_OWN_MS))
			return false;
		free = unwanted(r, extent, slot, page);
		for (n = 1; page + n < end; n++) {
			if (!netram_pages_lock(&r->pages, page + n, 1))
				break;
			if (unwanted(r, extent, slot, page + n) == free)
				continue;
			netram_resync_disown(rs, page + n, 1);
			break;
		}
		if (free)
			again = netram_resync_carry(rs, slot, NETRAM_OP_TRIM,
						    page, n) == -ENOTCONN;
		netram_resync_disown(rs, page, n);
		cond_resched();
	}
	return !again;
}

/**
 * netram_resync_init() - make ready, but for the pages
 * @rs: zeroed
 * @r: the router
 * @index: a place of its table, among the primary ones, that is ours
 */
void netram_resync_init(struct netram_resync *rs, struct netram_router *r,
			u32 index)
{
	rs->router = r;
	init_completion(&rs->done);
	init_waitqueue_head(&rs->wait);
	bio_init(&rs->bio, NULL, rs->vecs, NETRAM_RESYNC_PAGES, 0);
	rs->cmd.router = r;
	rs->cmd.purpose = NETRAM_FOR_MOVER;
	netram_table_add(&r->table, index, &rs->cmd);
}

/**
 * netram_resync_alloc() - get the pages that what is carried is in
 * @rs: initialised; may have them already
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int netram_resync_alloc(struct netram_resync *rs)
{
	struct page *page;
	int i;

	for (i = 0; i < NETRAM_RESYNC_PAGES; i++) {
		if (rs->vecs[i].bv_page)
			continue;
		page = alloc_page(GFP_KERNEL);
		if (!page)
			return -ENOMEM;
		rs->vecs[i] = (struct bio_vec){
			.bv_page = page,
			.bv_len = NETRAM_PAGE_SIZE,
		};
	}
	return 0;
}

/**
 * netram_resync_stop() - have whoever is at it give up soon
 * @rs: initialised
 *
 * The caller then waits for him.
 *
 * Context: any.
 */
void netram_resync_stop(struct netram_resync *rs)
{
	WRITE_ONCE(rs->stopped, true);
	wake_up_all(&rs->wait);
}

/**
 * netram_resync_go_on() - take netram_resync_stop() back
 * @rs: stopped, and whoever was at it has given up
 *
 * Context: any.
 */
void netram_resync_go_on(struct netram_resync *rs)
{
	WRITE_ONCE(rs->stopped, false);
}

/**
 * netram_resync_exit() - counterpart of netram_resync_init()
 * @rs: stopped; perhaps never initialised
 */
void netram_resync_exit(struct netram_resync *rs)
{
	int i;

	for (i = 0; i < NETRAM_RESYNC_PAGES; i++)
		if (rs->vecs[i].bv_page)
			__free_page(rs->vecs[i].bv_page);
}
