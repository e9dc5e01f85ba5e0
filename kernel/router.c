// SPDX-License-Identifier: GPL-2.0
/*
 * The router: what becomes of a request. read.c and write.c know which pages of
 * it must travel, extent.c to which node. Discards only clear bits; trim.c tells
 * the nodes afterwards.
 *
 * A request whose pages lie in more than NETRAM_CMD_RUNS runs takes several
 * rounds: cmd->pos says how far it got.
 *
 * Whoever cannot go on (the pages belong to another write, no node is up, the
 * next round is due) waits on the list and dispatch_work tries again, when
 * pages are given back, when a session comes up, and every RETRY_MS.
 *
 * Lock order: wait_lock is a leaf; loss_lock has nothing below but the work queues'.
 */
#include "router.h"
#include "backup.h"
#include "read.h"
#include "trace.h"
#include "write.h"

#include <linux/sched/mm.h>

#define RETRY_MS	200

static void add_waiting(struct netram_router *r, struct netram_cmd *cmd)
{
	unsigned long flags;

	spin_lock_irqsave(&r->wait_lock, flags);
	list_add_tail(&cmd->list, &r->waiting);
	spin_unlock_irqrestore(&r->wait_lock, flags);
}

/**
 * netram_router_wait() - a command cannot go on for now
 * @r: the router
 * @cmd: the command; read.c or write.c goes on with it later, from any CPU
 *
 * Context: any.
 */
void netram_router_wait(struct netram_router *r, struct netram_cmd *cmd)
{
	atomic_inc(&r->nr_waiting);
	add_waiting(r, cmd);
	mod_delayed_work(r->io_wq, &r->dispatch_work, 0);
}

/**
 * netram_router_wait_long() - as netram_router_wait(), if nothing else happens for
 * RETRY_MS
 * @r: the router
 * @cmd: the command
 *
 * Context: any.
 */
void netram_router_wait_long(struct netram_router *r, struct netram_cmd *cmd)
{
	atomic_inc(&r->nr_waiting);
	add_waiting(r, cmd);
	queue_delayed_work(r->io_wq, &r->dispatch_work,
			   msecs_to_jiffies(RETRY_MS));
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

/**
 * netram_router_own() - become the owner of a command's pages
 * @r: the router
 * @cmd: the command; it may own them already
 *
 * Context: any.
 * Return: false if another command owns one of them.
 */
bool netram_router_own(struct netram_router *r, struct netram_cmd *cmd)
{
	if (cmd->flags & NETRAM_CMD_F_BUSY)
		return true;
	if (unlikely(!netram_pages_lock(&r->pages, cmd->page, cmd->pages)))
		return false;
	cmd->flags |= NETRAM_CMD_F_BUSY;
	return true;
}

/**
 * netram_router_lend() - own pages no more, and wake nobody
 * @r: the router
 * @cmd: the command, about to wait; it may own its pages or not
 *
 * Whoever waits itself would only wake itself, at once; others that wait look from
 * time to time.
 *
 * Context: any.
 */
void netram_router_lend(struct netram_router *r, struct netram_cmd *cmd)
{
	if (!(cmd->flags & NETRAM_CMD_F_BUSY))
		return;
	netram_pages_unlock(&r->pages, cmd->page, cmd->pages);
	cmd->flags &= ~NETRAM_CMD_F_BUSY;
}

/**
 * netram_router_disown() - counterpart of netram_router_own()
 * @r: the router
 * @cmd: the command, which owns its pages
 *
 * Context: any.
 */
void netram_router_disown(struct netram_router *r, struct netram_cmd *cmd)
{
	netram_router_lend(r, cmd);
	netram_router_wake(r);
}

/**
 * netram_router_finish() - a command has ended
 * @r: the router
 * @cmd: the command; not to be touched any more
 * @error: 0 or a negative errno that holds for all of it
 *
 * Context: any.
 */
void netram_router_finish(struct netram_router *r, struct netram_cmd *cmd,
			  int error)
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

	cmd->submitted = ktime_get_ns();
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

/* ---- dropping pages ---- */

/* All within one extent. */
static void drop_in_extent(struct netram_router *r, u64 first, u32 count)
{
	u64 extent = netram_router_extent(r, first);
	u32 dropped = netram_pages_drop(&r->pages, first, count);

	if (!dropped)
		return;
	netram_trim_extent(&r->trim, extent);
	netram_healing_look(&r->healing);
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

/* ---- the ways in ---- */

static bool start(struct netram_router *r, struct netram_cmd *cmd)
{
	if (cmd->op == NETRAM_OP_READ)
		return netram_read_start(r, cmd);
	return netram_write_start(r, cmd);
}

/**
 * netram_router_overdue() - no copy of its pages can be reached: is that the end
 * @r: the router
 * @cmd: the command
 *
 * Context: any.
 * Return: what it is to fail with: -EBADE when another host has the volume,
 * -ETIMEDOUT after io_deadline_ms; 0 if it is to wait.
 */
int netram_router_overdue(struct netram_router *r, const struct netram_cmd *cmd)
{
	bool overdue = netram_params_overdue(&r->params, cmd->start);

	if (READ_ONCE(r->fenced))
		return -EBADE;
	netram_outage_note(&r->outage, overdue);
	return overdue ? -ETIMEDOUT : 0;
}

/**
 * netram_router_fence() - another host has taken the volume over
 * @r: the router
 * @host: its name; the first one that is told is kept
 *
 * From now on requests fail, those under way soon; no session connects again.
 *
 * Context: process.
 */
void netram_router_fence(struct netram_router *r, const char *host)
{
	struct netram_session *s;
	u32 slot;

	if (!test_and_set_bit(0, &r->holder_known)) {
		strscpy(r->holder, host, sizeof(r->holder));
		/* Who sees it sees the name. */
		smp_store_release(&r->fenced, true);
	}
	smp_mb(); /* netram_volume_attach() shows a session, then looks at it */
	rcu_read_lock();
	for (slot = 0; slot < NETRAM_NODES_MAX; slot++) {
		s = rcu_dereference(r->sessions[slot]);
		if (s)
			netram_session_fence(s);
	}
	rcu_read_unlock();
	netram_router_wake(r);
}

static void begin(struct netram_router *r, struct netram_cmd *cmd)
{
	cmd->start = jiffies;
	cmd->flags = 0;
	cmd->pos = 0;
	cmd->nr_runs = 0;
	cmd->tried = 0;
	trace_netram_request_start(cmd);
	if (unlikely(READ_ONCE(r->fenced))) {
		netram_router_finish(r, cmd, -EBADE);
		return;
	}
	if (likely(start(r, cmd)))
		return;
	netram_stats_add(r->stats, NETRAM_STAT_CONFLICTS, 1);
	netram_router_wait(r, cmd);
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
	netram_mover_scan(&r->mover);
	if (r->backup)
		netram_backup_kick(r->backup);
}

static int make_twins(struct netram_router *r, u32 nr)
{
	u32 first = (nr + 1) * r->primaries, i;
	struct netram_cmd *twins;

	twins = kvcalloc(r->primaries, sizeof(*twins), GFP_KERNEL);
	if (!twins)
		return -ENOMEM;
	for (i = 0; i < r->primaries; i++) {
		twins[i].router = r;
		twins[i].purpose = NETRAM_FOR_COPY;
		netram_table_add(&r->table, first + i, &twins[i]);
	}
	r->twins[nr] = twins;
	return 0;
}

/**
 * netram_router_widen() - let requests go to so many copies at once
 * @r: the router
 * @width: how many; nothing happens if they may go to as many already
 *
 * Context: process, may sleep; one caller at a time. I/O may go on.
 * Return: 0 or -ENOMEM.
 */
int netram_router_widen(struct netram_router *r, u32 width)
{
	int err = 0;

	if (width > 1)
		err = netram_hedge_widen(&r->hedge);
	if (err)
		return err;
	while (r->width < min_t(u32, width, NETRAM_REPLICAS_MAX)) {
		err = make_twins(r, r->width - 1);
		if (err)
			return err;
		/* Whoever sees it sees the twins. */
		smp_store_release(&r->width, r->width + 1);
	}
	return 0;
}

/**
 * netram_router_init() - make the data plane of a volume
 * @r: zeroed but for @label, @end, @each, @synced, @verified, @outage, @healing,
 *   @queues, @replicas, @params and the work queues
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
	spin_lock_init(&r->loss_lock);
	spin_lock_init(&r->wait_lock);
	INIT_LIST_HEAD(&r->waiting);
	INIT_DELAYED_WORK(&r->dispatch_work, dispatch_work);
	netram_outage_init(&r->outage);
	netram_healing_init(&r->healing, &r->pages);
	r->stats = alloc_percpu(struct netram_stats);
	r->latency = alloc_percpu(struct netram_latency);
	r->sets = kvcalloc(r->nr_extents, sizeof(*r->sets), GFP_KERNEL);
	netram_hedge_init(&r->hedge, r);
	/*
	 * Then the backup's, trim's, verify's and the mover's commands and, leg by leg,
	 * the twins of those before, and their hedges.
	 */
	r->primaries = commands + NETRAM_ROUTER_OWN;
	r->width = 1;
	err = netram_table_init(&r->table,
				r->primaries * (NETRAM_REPLICAS_MAX + 1));
	if (!err)
		err = netram_trim_init(&r->trim, r);
	if (!err)
		err = netram_mover_init(&r->mover, r);
	if (!err)
		netram_verify_init(&r->verify, r);
	if (!err)
		err = netram_pages_init(&r->pages, pages, checksum);
	/* One more, for the new copy when an old one cannot be reached for long. */
	if (!err && r->replicas > 1)
		err = netram_router_widen(r, r->replicas + 1);
	if (!r->stats || !r->latency || !r->sets)
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
	netram_verify_stop(&r->verify);
	if (r->backup)
		netram_backup_stop(r->backup);
	netram_mover_stop(&r->mover);
	netram_trim_stop(&r->trim);
	netram_hedge_stop(&r->hedge);
	netram_outage_stop(&r->outage);
	netram_healing_stop(&r->healing);
	cancel_delayed_work_sync(&r->dispatch_work);
}

/**
 * netram_router_exit() - counterpart of netram_router_init()
 * @r: the router, stopped, its sessions destroyed
 */
void netram_router_exit(struct netram_router *r)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(r->twins); i++)
		kvfree(r->twins[i]);
	if (r->backup)
		netram_backup_destroy(r->backup);
	netram_verify_exit(&r->verify);
	netram_hedge_exit(&r->hedge);
	netram_mover_exit(&r->mover);
	netram_trim_exit(&r->trim);
	netram_table_exit(&r->table);
	netram_pages_exit(&r->pages);
	kvfree(r->sets);
	free_percpu(r->latency);
	free_percpu(r->stats);
}
