// SPDX-License-Identifier: GPL-2.0
/*
 * The backup: a last copy of the volume's pages on a local block device, for when
 * no node has them. read.c and write.c use it; here is what goes on behind them:
 * pages that the backup lacks are written to it (write-behind, or after an error),
 * and pages that it alone has are brought back to nodes. One worker a volume.
 *
 * What is written behind is read from the nodes again. The requests' own pages are
 * gone by then, and to keep copies would take as much memory as the lag, the very
 * memory a volume is there to save. A page that is written again and again goes to
 * the device once. Order: the worker owns a page (pages.c) from before it reads it
 * until the device has it, so that no write comes in between, and the bit saved is
 * true for as long as no other is acknowledged.
 *
 * How the lag is bounded: a write that would make more pages dirty than may be goes
 * to the nodes and the backup both, as in synchronous mode. So who writes too fast
 * waits for the device, but never for a list, or a node that is away. A write of a
 * page that this worker is just writing waits for that: up to 16 pages, and for as
 * long as a device that hangs does.
 *
 * A device that fails: writes are acknowledged without it, in synchronous mode once
 * it has said that it fails; what it lacks is dirty, and tried again. It is told, and
 * no bound holds meanwhile.
 *
 * A dropped page is not present, and nobody asks the backup for such a page: drops
 * need nothing here.
 *
 * Sessions: the mover may give up a copy beside us, so they are held
 * (netram_extent_hold) while they are used. Nothing is allocated.
 */
#include "backup.h"
#include "extent.h"
#include "integrity.h"
#include "log.h"

#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

/* Gather writes this long before they are written behind. */
#define GATHER_MS	50
/* Try again what could not be done. */
#define RETRY_MS	1000
/* A node without room is not tried again for that long. */
#define FULL_SPARED	(5 * HZ)

static bool stopped(const struct netram_backup *b)
{
	return netram_resync_stopped(&b->resync);
}

static void queue(struct netram_backup *b, unsigned int ms)
{
	if (!stopped(b))
		queue_delayed_work(b->router->mover_wq, &b->work,
				   msecs_to_jiffies(ms));
}

/**
 * netram_backup_kick() - what could not be done may be possible now
 * @b: the backup
 *
 * Context: any.
 */
void netram_backup_kick(struct netram_backup *b)
{
	if (!stopped(b))
		mod_delayed_work(b->router->mover_wq, &b->work, 0);
}

/**
 * netram_backup_extent() - an extent has pages that are not where they should be
 * @b: the backup
 * @extent: which
 *
 * Context: any.
 */
void netram_backup_extent(struct netram_backup *b, u64 extent)
{
	if (!test_bit(extent, b->extents))
		set_bit(extent, b->extents);
	queue(b, GATHER_MS);
}

/* ---- requests ---- */

static u64 pages_of(const struct netram_cmd *cmd)
{
	u64 pages = 0;
	u32 i;

	for (i = 0; i < cmd->nr_runs; i++)
		pages += cmd->runs[i].pages;
	return pages;
}

static void set_failed(struct netram_backup *b, bool failed)
{
	if (READ_ONCE(b->failed) == failed)
		return;
	WRITE_ONCE(b->failed, failed);
	/* Not at once: where one place only is bad this changes with each write. */
	queue(b, GATHER_MS);
}

static void io_done(struct netram_bdev_io *io)
{
	struct netram_backup_io *leg = container_of(io, struct netram_backup_io,
						    io);
	struct netram_cmd *cmd = io->cmd;
	struct netram_router *r = cmd->router;

	if (io->error)
		netram_stats_add(r->stats, NETRAM_STAT_BACKUP_ERRORS, 1);
	else
		netram_stats_add(r->stats, io->write ?
				 NETRAM_STAT_BACKUP_WRITES :
				 NETRAM_STAT_BACKUP_READS, pages_of(cmd));
	if (io->write)
		set_failed(r->backup, io->error);
	leg->then(cmd, io->error);
}

/**
 * netram_backup_submit() - carry the pages of a command to the backup or from it
 * @b: the backup
 * @cmd: laid out, one of the primary ones
 * @then: told of the end, in process context
 *
 * Context: any.
 */
void netram_backup_submit(struct netram_backup *b, struct netram_cmd *cmd,
			  void (*then)(struct netram_cmd *cmd, int error))
{
	struct netram_backup_io *leg = &b->ios[cmd->home];

	leg->io.cmd = cmd;
	leg->io.write = cmd->op == NETRAM_OP_WRITE;
	leg->io.done = io_done;
	leg->then = then;
	netram_bdev_submit(b->bdev, &leg->io);
}

static u64 most_dirty(const struct netram_backup *b)
{
	if (READ_ONCE(b->failed))
		return LONG_MAX;
	return (u64)READ_ONCE(b->router->params.backup_lag_mib) <<
	       (20 - NETRAM_PAGE_SHIFT);
}

/**
 * netram_backup_sync() - must the backup have a write before it is acknowledged
 * @b: the backup
 * @cmd: the write, laid out; owns its pages
 *
 * Context: any.
 * Return: whether it must. If not, its pages are dirty from now on.
 */
bool netram_backup_sync(struct netram_backup *b, const struct netram_cmd *cmd)
{
	struct netram_pages *p = &b->router->pages;
	u64 most = most_dirty(b);
	u32 i;

	if (b->mode == NETRAM_BACKUP_SYNC)
		return true;
	for (i = 0; i < cmd->nr_runs; i++)
		if (!netram_pages_reserve(p, cmd->page + cmd->runs[i].first,
					  cmd->runs[i].pages, most))
			return true;
	return false;
}

/* ---- transfers of the worker ---- */

static void carried(struct netram_cmd *cmd, int error)
{
	struct netram_backup *b = cmd->router->backup;

	b->error = error;
	complete(&b->resync.done);
}

/* As netram_resync_carry(), with the device in place of a node. */
static int carry(struct netram_backup *b, enum netram_op op, u64 page,
		 u32 count)
{
	struct netram_resync *rs = &b->resync;
	struct netram_cmd *cmd = &rs->cmd;

	rs->bio.bi_iter = (struct bvec_iter){
		.bi_size = count << NETRAM_PAGE_SHIFT,
	};
	cmd->op = op;
	cmd->bio = &rs->bio;
	cmd->page = page;
	cmd->pages = count;
	cmd->nr_runs = 1;
	cmd->runs[0] = (struct netram_run){ 0, count };
	reinit_completion(&rs->done);
	netram_backup_submit(b, cmd, carried);
	wait_for_completion(&rs->done);
	return b->error;
}

static int carry_node(struct netram_backup *b, u8 slot, enum netram_op op,
		      u64 page, u32 count)
{
	struct netram_session *s = netram_extent_hold(b->router, slot);
	int err;

	if (!s)
		return -ENOTCONN;
	err = netram_resync_carry(&b->resync, slot, op, page, count);
	netram_extent_release(s);
	return err;
}

static bool right(const struct netram_backup *b, u64 page)
{
	const struct netram_pages *p = &b->router->pages;

	return !p->crc ||
	       netram_integrity_verify(p, &b->resync.cmd, page) < 0;
}

/* One page cannot be read, but perhaps it can be later; others may be all right. */
#define UNREADABLE (-EIO)

/* ---- to the backup ---- */

static bool to_be_saved(const struct netram_pages *p, u64 page)
{
	return test_bit(page, p->dirty) && netram_pages_present(p, page) &&
	       !test_bit(page, p->lost);
}

static bool to_be_returned(const struct netram_pages *p, u64 page)
{
	return test_bit(page, p->lost) && test_bit(page, p->saved) &&
	       netram_pages_present(p, page);
}

/* @page is owned. Own those behind it of which the same is true. */
static u32 own_more(struct netram_backup *b, u64 page, u64 end,
		    bool (*is)(const struct netram_pages *p, u64 page))
{
	struct netram_pages *p = &b->router->pages;
	u32 most = min_t(u64, end - page, NETRAM_RESYNC_PAGES), n;

	for (n = 1; n < most; n++) {
		if (!is(p, page + n) || !netram_pages_lock(p, page + n, 1))
			break;
		if (is(p, page + n))
			continue;
		netram_resync_disown(&b->resync, page + n, 1);
		break;
	}
	return n;
}

/*
 * Are they lost by now? Under the lock, as lose() in loss.c changes the copies
 * before it marks the pages: who was shown the one is shown the other.
 */
static bool now_lost(struct netram_router *r, u64 page, u32 count)
{
	bool lost;

	spin_lock_irq(&r->loss_lock);
	lost = find_next_bit(r->pages.lost, page + count, page) < page + count;
	spin_unlock_irq(&r->loss_lock);
	return lost;
}

/*
 * Fetch owned pages, as they should be, from a node. Return: 0; -EILSEQ if no copy
 * in sync has them so; UNREADABLE if one that could not be asked may have; else what
 * the last one answered.
 */
static int fetch(struct netram_backup *b, u64 extent, u64 page, u32 count)
{
	struct netram_router *r = b->router;
	union netram_set set = netram_router_set(r, extent);
	u8 insync = netram_set_in(set, NETRAM_IN(INSYNC)), wrong = 0;
	u8 up = netram_extent_up(r, set, insync);
	int i, err = -ENOTCONN;

	for (i = 0; i < NETRAM_REPLICAS_MAX; i++) {
		if (!(up & (1U << i)))
			continue;
		err = carry_node(b, set.slot[i], NETRAM_OP_READ, page, count);
		/* Its node may have lost all before it answered. */
		if (!err && !(netram_set_same(netram_router_set(r, extent),
					      set) & (1U << i)))
			err = -ENOTCONN;
		/* Or before we looked at the copies: this one never had them. */
		if (!err && now_lost(r, page, count))
			return -ENOTCONN;
		if (!err && right(b, page))
			return 0;
		if (!err)
			wrong |= 1U << i;
	}
	if (!wrong)
		return err;
	return wrong == insync ? -EILSEQ : UNREADABLE;
}

/*
 * Return: 0; UNREADABLE or -EILSEQ, of one of the pages; or what keeps others from
 * being saved, too.
 */
static int save_run(struct netram_backup *b, u64 extent, u64 page, u32 count)
{
	struct netram_pages *p = &b->router->pages;
	int err = fetch(b, extent, page, count);
	u32 i;

	if (err)
		return err == -ENOTCONN || err == -EILSEQ ? err : UNREADABLE;
	if (carry(b, NETRAM_OP_WRITE, page, count)) {
		b->fails = true;
		b->first = extent + 1;
		return -ENODEV;
	}
	for (i = 0; i < count; i++) {
		set_bit(page + i, p->saved);
		netram_pages_clean(p, page + i);
	}
	return 0;
}

/* One bad page must not keep the others from being saved; reading it tells. */
static int save_each(struct netram_backup *b, u64 extent, u64 page, u32 count)
{
	u64 end = page + count;
	int err, left = 0;

	for (; page < end; page++) {
		err = save_run(b, extent, page, 1);
		if (err == -EILSEQ)
			netram_pages_clean(&b->router->pages, page);
		else if (err == UNREADABLE)
			left = err;
		else if (err)
			return err;
	}
	return left;
}

/* The caller owns @page. Return: 0 or what went wrong; @count pages are done with. */
static int save(struct netram_backup *b, u64 extent, u64 page, u64 end,
		u32 *count)
{
	struct netram_pages *p = &b->router->pages;
	int err = 0;

	if (to_be_saved(p, page)) {
		*count = own_more(b, page, end, to_be_saved);
		err = save_run(b, extent, page, *count);
		if (err == -EILSEQ || err == UNREADABLE)
			err = save_each(b, extent, page, *count);
	} else if (test_bit(page, p->dirty)) {
		/* Dropped, or gone with its node. */
		netram_pages_clean(p, page);
	}
	return err;
}

/* ---- from the backup ---- */

static void returned(struct netram_router *r, struct netram_cmd *cmd)
{
	u64 page = cmd->page, end = page + cmd->pages;
	bool dropped = false;

	for (; page < end; page++)
		dropped |= !netram_pages_return(&r->pages, page);
	if (dropped)
		netram_trim_extent(&r->trim, netram_router_extent(r, page - 1));
}

/* Have all copies that can be reached carry it out. Return: which have. */
static u8 give(struct netram_backup *b, union netram_set set, u8 up, u64 page,
	       u32 count, u8 *full)
{
	u8 acked = 0;
	int i, err;

	for (i = 0; i < NETRAM_REPLICAS_MAX; i++) {
		if (!(up & (1U << i)))
			continue;
		err = carry_node(b, set.slot[i], NETRAM_OP_WRITE, page, count);
		if (!err)
			acked |= 1U << i;
		else if (err == -ENOSPC)
			*full |= 1U << i;
	}
	return acked;
}

/* Have all nodes of these copies refused something for want of room, a moment ago? */
static bool spared(struct netram_router *r, union netram_set set, u8 copies)
{
	struct netram_session *s;
	bool all = true;
	int i;

	rcu_read_lock();
	for (i = 0; i < NETRAM_REPLICAS_MAX; i++) {
		s = netram_router_session(r, set.slot[i]);
		if (copies & (1U << i) && s && netram_session_has_room(s))
			all = false;
	}
	rcu_read_unlock();
	return all;
}

/* Return: as save_run(). */
static int return_run(struct netram_backup *b, u64 extent, u64 page, u32 count)
{
	struct netram_router *r = b->router;
	u8 up, acked, full = 0;
	union netram_set set;
	int err;

	set = netram_extent_place(r, extent, &err);
	if (err)
		return err;
	up = netram_extent_up(r, set, netram_set_in(set, NETRAM_IN_WRITABLE));
	if (!(up & netram_set_in(set, NETRAM_IN(INSYNC))))
		return -ENOTCONN;
	/* Else each extent of a node that is full would be carried there in vain. */
	if (spared(r, set, up & netram_set_in(set, NETRAM_IN(INSYNC))))
		return -ENOSPC;
	if (carry(b, NETRAM_OP_READ, page, count))
		return UNREADABLE;
	if (!right(b, page))
		return -EILSEQ;
	acked = give(b, set, up, page, count, &full);
	b->resync.cmd.set = set;
	if (netram_extent_settle_late(r, &b->resync.cmd, acked, returned)) {
		netram_stats_add(r->stats, NETRAM_STAT_BACKUP_RETURNS, count);
		return 0;
	}
	if (!full)
		return -ENOTCONN;
	netram_extent_spare(r, set, full, FULL_SPARED);
	return -ENOSPC;
}

/* A page that cannot be read stays where it is; reading it tells. */
static int return_each(struct netram_backup *b, u64 extent, u64 page, u32 count)
{
	u64 end = page + count;
	int err, left = 0;

	for (; page < end; page++) {
		err = return_run(b, extent, page, 1);
		if (err == -EILSEQ)
			netram_warn_ratelimited(b->router->label,
						"page %llu cannot be brought back: the backup does not have it as it was written",
						page);
		else if (err == UNREADABLE)
			left = err;
		else if (err)
			return err;
	}
	return left;
}

/* As save(). */
static int bring_back(struct netram_backup *b, u64 extent, u64 page, u64 end,
		      u32 *count)
{
	int err = 0;

	if (to_be_returned(&b->router->pages, page)) {
		*count = own_more(b, page, end, to_be_returned);
		err = return_run(b, extent, page, *count);
		if (err == -EILSEQ || err == UNREADABLE)
			err = return_each(b, extent, page, *count);
	}
	return err;
}

/* ---- the worker ---- */

/* How a look at an extent, or at all, has ended; the worst counts. */
enum outcome {
	DONE,
	BUSY,	/* somebody owns pages: look again soon */
	STUCK,	/* a node or the device must change first */
};

/*
 * Do something with all pages of an extent that have a bit set. Return: what is to
 * be done with those that are left.
 */
static enum outcome see_to(struct netram_backup *b, u64 extent,
			   const unsigned long *bits,
			   int (*what)(struct netram_backup *b, u64 extent,
				       u64 page, u64 end, u32 *count),
			   bool limit)
{
	struct netram_router *r = b->router;
	u64 page = extent * r->extent_pages;
	u64 end = min_t(u64, page + r->extent_pages, r->pages.count);
	enum outcome left = DONE;
	u32 count;
	int err;

	for (;; page += count) {
		page = find_next_bit(bits, end, page);
		if (page >= end)
			return left;
		if (stopped(b))
			return STUCK;
		count = 1;
		if (!netram_pages_lock(&r->pages, page, 1)) {
			left = max(left, BUSY);
			continue;
		}
		err = what(b, extent, page, end, &count);
		netram_resync_disown(&b->resync, page, count);
		if (err == UNREADABLE)
			left = STUCK;
		else if (err)
			return STUCK;
		/* Only now: nobody is to wait for what we do slowly on purpose. */
		if (limit)
			netram_resync_limit(&b->resync, count);
		cond_resched();
	}
}

static enum outcome look_after(struct netram_backup *b, u64 extent)
{
	struct netram_pages *p = &b->router->pages;
	enum outcome saved = STUCK, returned = DONE;

	/* Once it has failed it is not to be tried for each extent. */
	if (!b->fails)
		saved = see_to(b, extent, p->dirty, save, false);
	if (atomic_long_read(&p->nr_lost))
		returned = see_to(b, extent, p->lost, bring_back, true);
	return max(saved, returned);
}

static void tell(struct netram_backup *b)
{
	bool failed = READ_ONCE(b->failed);

	if (b->told == failed)
		return;
	b->told = failed;
	b->tell(b, failed);
}

/* See to those from @extent to before @end. */
static enum outcome look_after_all(struct netram_backup *b, u64 extent, u64 end)
{
	enum outcome left = DONE, it;

	for_each_set_bit_from(extent, b->extents, end) {
		if (stopped(b))
			break;
		clear_bit(extent, b->extents);
		/* Who has something for us does that, then sets the bit. */
		smp_mb__after_atomic();
		it = look_after(b, extent);
		if (it != DONE)
			set_bit(extent, b->extents);
		left = max(left, it);
		cond_resched();
	}
	return left;
}

static void backup_work(struct work_struct *work)
{
	struct netram_backup *b = container_of(to_delayed_work(work),
					       struct netram_backup, work);
	unsigned int noreclaim = memalloc_noreclaim_save();
	u64 first = b->first;
	enum outcome left;

	tell(b);
	b->fails = false;
	left = look_after_all(b, first, b->router->nr_extents);
	left = max(left, look_after_all(b, 0, first));
	tell(b);
	if (left != DONE)
		queue(b, left == BUSY ? GATHER_MS : RETRY_MS);
	memalloc_noreclaim_restore(noreclaim);
}

/**
 * netram_backup_create() - give a volume a backup
 * @r: the router, initialised, without requests
 * @bdev: the device, with its work queues set; stays the caller's if this fails
 * @mode: enum netram_backup_mode
 *
 * Context: process, may sleep.
 * Return: the backup, its ops not set, or an error pointer.
 */
struct netram_backup *netram_backup_create(struct netram_router *r,
					   struct netram_bdev *bdev, u8 mode)
{
	struct netram_backup *b = kzalloc(sizeof(*b), GFP_KERNEL);
	int err = -ENOMEM;

	if (!b)
		return ERR_PTR(-ENOMEM);
	b->router = r;
	b->mode = mode;
	INIT_DELAYED_WORK(&b->work, backup_work);
	netram_outage_init(&b->serving);
	netram_corruption_init(&b->corruption);
	netram_resync_init(&b->resync, r, NETRAM_ROUTER_BACKUP(r));
	b->ios = kvcalloc(r->primaries, sizeof(*b->ios), GFP_KERNEL);
	b->extents = kvcalloc(BITS_TO_LONGS(r->nr_extents), sizeof(long),
			      GFP_KERNEL);
	if (b->ios && b->extents)
		err = netram_pages_back_up(&r->pages);
	if (!err)
		err = netram_resync_alloc(&b->resync);
	if (err) {
		netram_backup_destroy(b);
		return ERR_PTR(err);
	}
	b->bdev = bdev;
	return b;
}

/**
 * netram_backup_stop() - end the works
 * @b: the backup; no request is under way
 *
 * Context: process, sleeps, at worst until a node's requests time out, or the
 * device's.
 */
void netram_backup_stop(struct netram_backup *b)
{
	netram_resync_stop(&b->resync);
	cancel_delayed_work_sync(&b->work);
	netram_outage_stop(&b->serving);
	netram_corruption_stop(&b->corruption);
}

/**
 * netram_backup_destroy() - counterpart of netram_backup_create()
 * @b: the backup, stopped
 *
 * The device is closed.
 *
 * Context: process, sleeps.
 */
void netram_backup_destroy(struct netram_backup *b)
{
	if (b->bdev)
		netram_bdev_close(b->bdev);
	netram_resync_exit(&b->resync);
	kvfree(b->extents);
	kvfree(b->ios);
	kfree(b);
}
