// SPDX-License-Identifier: GPL-2.0
/*
 * Verifying: every page that is present is read from every copy in sync and
 * compared with its checksum, or, where there is none, the copies with each other;
 * while I/O goes on. On request a wrong copy is overwritten by a right one.
 *
 * Nodes that can are asked for their pages' checksums instead (session_sums.c). Only
 * that all is right is taken from there: if not, the pages are read after all, so
 * that nothing is called wrong that was not seen to be.
 *
 * Why nothing is called wrong that is merely being written: a page is owned
 * (pages.c) while its copies are read, so no write or TRIM of it is under way, and
 * those in sync have what was written last. What does not match is read once more,
 * because the network may have turned a bit. Which copies are in sync is looked at
 * again afterwards: a node may have come back empty meanwhile.
 *
 * Sessions: the mover may give up a copy beside us, so a session is held
 * (netram_extent_hold) while it is used.
 *
 * This is no part of keeping memory going and does not run in the mover's queue,
 * whose rescuer it would keep busy for long; but while it owns pages that reclaim
 * may wait for it must not wait for reclaim.
 */
#include "verify.h"
#include "backup.h"
#include "extent.h"
#include "integrity.h"
#include "log.h"
#include "router.h"
#include "sums.h"
#include "verdict.h"

#include <linux/sched/mm.h>
#include <linux/slab.h>

/* Wait so long for the first page of an extent that somebody writes. */
#define OWN_MS		1000
/* Look at the copies again if they have changed while they were read. */
#define TRIES		3

/*
 * Pages that are owned. By copy, a bit: @read has been read, @refused was
 * answered by an error; neither: it could not be asked. Of those read, @by_sum were
 * not, their node has told the checksums.
 */
struct run {
	u64			extent;
	u64			page;
	u32			count;
	union netram_set	set;
	u8			read;
	u8			refused;
	u8			by_sum;
};

static_assert(NETRAM_RESYNC_PAGES <= NETRAM_SUMS_MAX,
	      "the checksums of a run are asked for at once");


static void count(u64 *counter, u64 n)
{
	WRITE_ONCE(*counter, *counter + n);
}

static const char *node_of(const struct netram_session *s)
{
	return strchr(s->cfg.label, '/') + 1;
}

/* @i: whose copy, or -1 if all are meant */
static void list(struct netram_verify *v, const struct run *run, u64 page,
		 int i, enum netram_verify_kind kind)
{
	struct netram_finding one = { .page = page, .kind = kind };
	struct netram_router *r = v->resync.router;
	struct netram_session *s;

	rcu_read_lock();
	s = i < 0 ? NULL : rcu_dereference(r->sessions[run->set.slot[i]]);
	strscpy(one.node, s ? node_of(s) : "", sizeof(one.node));
	rcu_read_unlock();
	spin_lock(&v->bad_lock);
	netram_findings_add(&v->report->bad, &one);
	spin_unlock(&v->bad_lock);
}

/* ---- reading copies ---- */

/* A page stays owned meanwhile. Return: 0 or an errno. */
static int carry(struct netram_verify *v, u8 slot, enum netram_op op, u64 page,
		 u32 pages)
{
	struct netram_session *s = netram_extent_hold(v->resync.router, slot);
	int err;

	if (!s)
		return -ENOTCONN;
	err = netram_resync_carry(&v->resync, slot, op, page, pages);
	netram_extent_release(s);
	return err;
}

static int read_copy(struct netram_verify *v, struct run *run, int i)
{
	u32 crc[NETRAM_RESYNC_PAGES], j;
	int err = carry(v, run->set.slot[i], NETRAM_OP_READ, run->page,
			run->count);

	if (err)
		return err;
	netram_integrity_checksums(&v->resync.cmd, crc);
	for (j = 0; j < run->count; j++)
		v->crc[j][i] = crc[j];
	return 0;
}

/* Return: whether the node has told the checksums of all pages of this copy. */
static bool ask_copy(struct netram_verify *v, struct run *run, int i)
{
	struct netram_session *s = netram_extent_hold(v->resync.router,
						      run->set.slot[i]);
	u32 sums[NETRAM_RESYNC_PAGES], j;
	int err;

	if (!s)
		return false;
	err = netram_session_sums(s, run->page, run->count, sums);
	netram_extent_release(s);
	if (err)
		return false;
	for (j = 0; j < run->count; j++) {
		if (sums[j] == NBD_NETRAM_CRC32C_ABSENT)
			return false;
		v->crc[j][i] = netram_integrity_from_node(sums[j]);
	}
	return true;
}

/*
 * @ask: for checksums, where there are any to be had. Return: whether those that were
 * asked are the same as before.
 */
static bool read_copies(struct netram_verify *v, struct run *run, bool ask)
{
	struct netram_router *r = v->resync.router;
	u8 up, same;
	int i, err;

	run->set = netram_router_set(r, run->extent);
	run->read = 0;
	run->refused = 0;
	run->by_sum = 0;
	up = netram_extent_up(r, run->set,
			      netram_set_in(run->set, NETRAM_IN(INSYNC)));
	for (i = 0; i < NETRAM_REPLICAS_MAX; i++) {
		if (!(up & (1U << i)))
			continue;
		if (ask && ask_copy(v, run, i)) {
			run->by_sum |= 1U << i;
			run->read |= 1U << i;
			continue;
		}
		err = read_copy(v, run, i);
		if (!err)
			run->read |= 1U << i;
		else if (err != -ENOTCONN)
			run->refused |= 1U << i;
	}
	/* One that was lost or given up meanwhile may have answered anything. */
	same = netram_set_same(netram_router_set(r, run->extent), run->set);
	up = run->read | run->refused;
	run->read &= same;
	run->refused &= same;
	run->by_sum &= same;
	return !(up & ~same);
}

/* Was it the network? Read one page once more, of some copies. */
static void read_again(struct netram_verify *v, struct run *run, u32 at, u8 some)
{
	struct netram_router *r = v->resync.router;
	int i;

	for (i = 0; i < NETRAM_REPLICAS_MAX; i++) {
		if (!(some & (1U << i)))
			continue;
		if (carry(v, run->set.slot[i], NETRAM_OP_READ, run->page + at, 1))
			run->read &= ~(1U << i);
		else
			netram_integrity_checksums(&v->resync.cmd,
						   &v->crc[at][i]);
	}
	run->read &= netram_set_same(netram_router_set(r, run->extent),
				     run->set);
}

static struct netram_verdict verdict(struct netram_verify *v,
				     const struct run *run, u32 at)
{
	const u32 *known = v->resync.router->pages.crc;

	if (known)
		known += run->page + at;
	/* After a write that failed either version will do, if all have it. */
	if (known && *known == NETRAM_CRC_UNKNOWN)
		known = NULL;
	return netram_verdict(v->crc[at], run->read, known);
}

/* ---- what follows ---- */

/*
 * Overwrite a wrong copy, and see that it is right then. The page is owned, so
 * nothing newer can be overwritten. Return: whether it is right.
 */
static bool overwrite(struct netram_verify *v, const struct run *run, u32 at,
		      int from, int to)
{
	u64 page = run->page + at;
	u32 crc;

	/* What is about to be written may have been spoiled on the way. */
	if (carry(v, run->set.slot[from], NETRAM_OP_READ, page, 1))
		return false;
	netram_integrity_checksums(&v->resync.cmd, &crc);
	if (crc != v->crc[at][from] ||
	    carry(v, run->set.slot[to], NETRAM_OP_WRITE, page, 1) ||
	    carry(v, run->set.slot[to], NETRAM_OP_READ, page, 1))
		return false;
	netram_integrity_checksums(&v->resync.cmd, &crc);
	return crc == v->crc[at][from];
}

static void wrong(struct netram_verify *v, const struct run *run, u32 at,
		  int i, u8 good)
{
	struct netram_verify_report *report = v->report;
	struct netram_router *r = v->resync.router;
	enum netram_verify_kind kind = NETRAM_VERIFY_BAD_WRONG;

	if (report->action == NETRAM_VERIFY_RESOLVE && good) {
		if (overwrite(v, run, at, __ffs(good), i)) {
			netram_stats_add(r->stats, NETRAM_STAT_REPAIRS, 1);
			count(&report->repaired, 1);
			kind = NETRAM_VERIFY_BAD_REPAIRED;
		} else {
			/* The mover tries, as soon as it can. */
			netram_extent_distrust(r, run->page + at, run->set, i);
		}
	}
	list(v, run, run->page + at, i, kind);
}

/* Does nobody have the page, not even a copy that could not be asked? */
static bool nobody(const struct run *run, struct netram_verdict vd)
{
	return vd.bad && !vd.good &&
	       run->read == netram_set_in(run->set, NETRAM_IN(INSYNC));
}

static void tell(struct netram_verify *v, const struct run *run, u32 at,
		 struct netram_verdict vd)
{
	struct netram_verify_report *report = v->report;
	u64 page = run->page + at;
	int i;

	count(&report->wrong, hweight8(vd.bad));
	netram_warn_ratelimited(v->resync.router->label,
				"page %llu has copies that are not what was written",
				page);
	if (run->read & ~(vd.good | vd.bad)) {
		count(&report->undecided, 1);
		list(v, run, page, -1, NETRAM_VERIFY_BAD_UNDECIDED);
	}
	if (nobody(run, vd)) {
		count(&report->lost, 1);
		list(v, run, page, -1, NETRAM_VERIFY_BAD_LOST);
		return;
	}
	for (i = 0; i < NETRAM_REPLICAS_MAX; i++)
		if (vd.bad & (1U << i))
			wrong(v, run, at, i, vd.good);
}

static void judge(struct netram_verify *v, const struct run *all, u32 at)
{
	struct run run = *all;
	struct netram_verdict vd = verdict(v, &run, at);
	struct netram_verify_report *report = v->report;
	u32 want = READ_ONCE(v->resync.router->replicas), have;
	int i;

	if (vd.good != run.read) {
		read_again(v, &run, at, run.read & ~vd.good);
		vd = verdict(v, &run, at);
	}
	have = hweight8(run.read | run.refused);
	count(&report->compared, hweight8(run.read));
	count(&report->by_sum, hweight8(run.by_sum));
	count(&report->unreadable, hweight8(run.refused));
	if (have < want)
		count(&report->missing, want - have);
	for (i = 0; i < NETRAM_REPLICAS_MAX; i++)
		if (run.refused & (1U << i))
			list(v, &run, run.page + at, i,
			     NETRAM_VERIFY_BAD_UNREADABLE);
	if (vd.good != run.read)
		tell(v, &run, at, vd);
}

static void look(struct netram_verify *v, struct run *run, bool ask)
{
	int tries = TRIES;

	while (!read_copies(v, run, ask) && --tries)
		cond_resched();
}

static bool all_right(struct netram_verify *v, const struct run *run)
{
	u32 i;

	for (i = 0; i < run->count; i++)
		if (verdict(v, run, i).good != run->read)
			return false;
	return true;
}

static void check(struct netram_verify *v, struct run *run)
{
	u32 i;

	look(v, run, true);
	if (run->by_sum && !all_right(v, run))
		look(v, run, false);
	for (i = 0; i < run->count; i++)
		judge(v, run, i);
}

/* ---- a run through the volume ---- */

static bool wanted(const struct netram_pages *p, u64 page)
{
	return netram_pages_present(p, page) && !test_bit(page, p->lost);
}

/* @page is owned. Own those behind it that can be looked at together with it. */
static u32 own_more(struct netram_verify *v, u64 page, u64 end)
{
	struct netram_pages *p = &v->resync.router->pages;
	u32 most = min_t(u64, end - page, NETRAM_RESYNC_PAGES), n;

	for (n = 1; n < most; n++) {
		if (!netram_pages_lock(p, page + n, 1))
			break;
		/* Not before: it may be dropped and trimmed in between. */
		if (wanted(p, page + n))
			continue;
		netram_resync_disown(&v->resync, page + n, 1);
		break;
	}
	return n;
}

/* Return: how many pages are done with. */
static u32 look_at(struct netram_verify *v, u64 extent, u64 page, u64 end)
{
	struct run run = { .extent = extent, .page = page, .count = 1 };
	struct netram_pages *p = &v->resync.router->pages;

	if (wanted(p, page)) {
		run.count = own_more(v, page, end);
		check(v, &run);
	} else if (netram_pages_present(p, page) &&
		   netram_backup_has(v->resync.router, page)) {
		count(&v->report->missing,
		      READ_ONCE(v->resync.router->replicas));
	} else if (netram_pages_present(p, page)) {
		count(&v->report->lost, 1);
		list(v, &run, page, -1, NETRAM_VERIFY_BAD_LOST);
	} /* else it was dropped just now */
	netram_resync_disown(&v->resync, page, run.count);
	/* Only now: nobody is to wait for what we do slowly on purpose. */
	netram_resync_limit(&v->resync, run.count * hweight8(run.read));
	return run.count;
}

/* Before a page is owned: nobody is to wait for a connection. */
static void get_ready(struct netram_verify *v, u64 extent)
{
	struct netram_router *r = v->resync.router;
	union netram_set set = netram_router_set(r, extent);
	struct netram_session *s;
	int i;

	for (i = 0; i < NETRAM_REPLICAS_MAX; i++) {
		if (!(netram_set_in(set, NETRAM_IN(INSYNC)) & (1U << i)))
			continue;
		s = netram_extent_hold(r, set.slot[i]);
		if (!s)
			continue;
		netram_session_sums_open(s);
		netram_extent_release(s);
	}
}

/* A session that is about to go does that itself. */
static void ask_no_more(struct netram_verify *v)
{
	struct netram_session *s;
	u32 slot;

	for (slot = 0; slot < NETRAM_NODES_MAX; slot++) {
		s = netram_extent_hold(v->resync.router, slot);
		if (!s)
			continue;
		netram_session_sums_close(s);
		netram_extent_release(s);
	}
}

static void look_after(struct netram_verify *v, u64 extent)
{
	struct netram_router *r = v->resync.router;
	u64 page = extent * r->extent_pages, patience = OWN_MS;
	u64 end = min_t(u64, page + r->extent_pages, r->pages.count);
	u32 n;

	for (;; page += n) {
		page = find_next_bit(r->pages.present, end, page);
		if (page >= end || netram_resync_stopped(&v->resync))
			return;
		n = 1;
		if (netram_resync_own(&v->resync, page, patience)) {
			n = look_at(v, extent, page, end);
		} else if (!netram_resync_stopped(&v->resync)) {
			count(&v->report->skipped, 1);
			/* Whatever keeps it may keep others of this extent. */
			patience = 0;
		}
		count(&v->report->pages, n);
		cond_resched();
	}
}

static enum netram_verify_state outcome(const struct netram_verify *v)
{
	const struct netram_verify_report *r = v->report;

	if (netram_resync_stopped(&v->resync))
		return NETRAM_VERIFY_CANCELLED;
	return r->wrong > r->repaired || r->missing || r->unreadable ||
	       r->lost || r->undecided ?
	       NETRAM_VERIFY_WRONG : NETRAM_VERIFY_CLEAN;
}

static void conclude(struct netram_verify *v)
{
	enum netram_verify_state state = outcome(v);
	struct netram_verify_report *report = v->report;
	struct netram_router *r = v->resync.router;

	if (state != NETRAM_VERIFY_CANCELLED)
		WRITE_ONCE(report->total, report->pages);
	if (state == NETRAM_VERIFY_WRONG)
		netram_warn(r->label,
			    "verified %llu pages: of their copies %llu are wrong, %llu repaired, %llu missing, %llu unreadable; %llu pages are lost, %llu undecided",
			    report->pages, report->wrong, report->repaired,
			    report->missing, report->unreadable, report->lost,
			    report->undecided);
	else if (state == NETRAM_VERIFY_CLEAN)
		netram_info(r->label,
			    "verified %llu pages: all copies are right, %llu repaired",
			    report->pages, report->repaired);
	/* From here on the report may be another run's. */
	smp_store_release(&report->state, state);
	r->verified(r, state);
}

static void verify_work(struct work_struct *work)
{
	struct netram_verify *v = container_of(work, struct netram_verify,
					       work);
	unsigned int noreclaim = memalloc_noreclaim_save();
	struct netram_router *r = v->resync.router;
	u64 extent;

	for (extent = 0; extent < r->nr_extents; extent++) {
		if (netram_resync_stopped(&v->resync))
			break;
		/* One without a place may have pages that are lost, or on the backup. */
		get_ready(v, extent);
		look_after(v, extent);
		cond_resched();
	}
	ask_no_more(v);
	memalloc_noreclaim_restore(noreclaim);
	conclude(v);
}

/**
 * netram_verify_start() - begin to compare all copies
 * @v: the volume's
 * @action: whether to repair what is wrong
 * @rate: MiB a second at most, beside sync_rate_mib; 0: as that says
 *
 * Context: process, may sleep; one caller at a time. Does not wait for the end.
 * Return: 0, -EBUSY while a run is under way, or -ENOMEM.
 */
int netram_verify_start(struct netram_verify *v,
			enum netram_verify_action action, u32 rate)
{
	struct netram_verify_report *report = v->report;
	u64 run = report ? report->run + 1 : 1;

	if (report &&
	    smp_load_acquire(&report->state) == NETRAM_VERIFY_RUNNING)
		return -EBUSY;
	if (netram_resync_alloc(&v->resync))
		return -ENOMEM;
	if (!report)
		report = kzalloc(sizeof(*report), GFP_KERNEL);
	if (!report)
		return -ENOMEM;
	memset(report, 0, sizeof(*report));
	report->run = run;
	report->action = action;
	report->state = NETRAM_VERIFY_RUNNING;
	report->total = atomic_long_read(&v->resync.router->pages.nr_present);
	v->report = report;
	v->resync.rate_mib = rate;
	WRITE_ONCE(v->resync.stopped, false);
	queue_work(system_unbound_wq, &v->work);
	return 0;
}

/**
 * netram_verify_cancel() - end a run, if there is one, soon
 * @v: the volume's
 *
 * Context: process.
 */
void netram_verify_cancel(struct netram_verify *v)
{
	netram_resync_stop(&v->resync);
}

/**
 * netram_verify_init() - make ready
 * @v: zeroed
 * @r: the router; the last but one of the primary places of its table is ours
 */
void netram_verify_init(struct netram_verify *v, struct netram_router *r)
{
	INIT_WORK(&v->work, verify_work);
	spin_lock_init(&v->bad_lock);
	netram_resync_init(&v->resync, r, r->primaries - 2);
	/* Pages that have too few copies are more urgent. */
	v->resync.gives_way = true;
}

/**
 * netram_verify_stop() - end a run and wait for that
 * @v: the volume's; nobody starts another
 *
 * Context: process, sleeps, at worst until a node's requests time out.
 */
void netram_verify_stop(struct netram_verify *v)
{
	netram_resync_stop(&v->resync);
	cancel_work_sync(&v->work);
}

/**
 * netram_verify_exit() - counterpart of netram_verify_init()
 * @v: the volume's, stopped; perhaps never initialised
 */
void netram_verify_exit(struct netram_verify *v)
{
	netram_resync_exit(&v->resync);
	kfree(v->report);
}
