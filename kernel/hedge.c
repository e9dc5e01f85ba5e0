// SPDX-License-Identifier: GPL-2.0
/*
 * Hedged reads. A read that waits for longer than a budget is sent to another copy
 * in sync as well, by a second command, its hedge; the first good answer completes
 * the request. Who wins is decided by a word of the hedge (race.h).
 *
 * The request does not wait for the loser:
 *   the hedge has lost    it is nobody's leg any more (NETRAM_RACE_OVER); when its
 *                         answer comes, or its connection ends, it is free again
 *   the first has lost    it is part of a tag of blk-mq, which must be given back. So
 *                         the hedge, which is through, takes over what the first has
 *                         under way: place and generation (netram_conn_take).
 *                         That takes locks that may sleep, so a worker does it. The
 *                         hedge, now a ghost, is free when that answer has come.
 * Whatever happens to a command happens to a ghost: it is answered twice or never,
 * its connection breaks or stops. It is not parked (NETRAM_CMD_F_NOWAIT), so it is
 * not sent again either.
 *
 * A read whose data have begun to come cannot be hedged, for its pages are being
 * written to. If its connection falls silent then, it is taken off it, a ghost
 * put there, and it fails over.
 *
 * Slow reads are found by a timer that runs while there are reads of extents with
 * several copies. It goes over the tags in use, so that a read that is not slow
 * pays for two exchanges of a word only.
 *
 * How many: NETRAM_ALLOWANCE_*. A node that answers nothing at all is not
 * overloaded by asking another one, so its reads are not counted, once the budget is
 * over. Where the budget is longer than it takes to call a node silent, its reads
 * need not wait for that, but are counted then (netram_race_silent_ns()).
 *
 * Sessions: the timer uses them in an RCU section, and the worker is waited for by
 * netram_volume_detach() before a session goes.
 */
#include "hedge.h"
#include "read.h"
#include "read_choice.h"
#include "router.h"

#include <linux/delay.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <netram/latency.h>

/* Latencies are looked at that often, and need so many reads to tell a p99. */
#define MEASURE_NS	NSEC_PER_SEC
#define MEASURE_READS	256
/* The timer's pauses: so short that they cost little, and see a new budget soon. */
#define TICK_NS_MIN	(100 * NSEC_PER_USEC)
#define TICK_NS_MAX	(10 * NSEC_PER_MSEC)
/* Of which a look may take one part in so many. */
#define TICK_SHARE	8
#define SILENT_NS	((u32)jiffies_to_nsecs(NETRAM_READ_SILENT))
/* Attempts to take a command back before others get the worker. */
#define TRIES		20

static struct netram_cmd *get(struct netram_hedge *h)
{
	struct llist_node *node = llist_del_first(&h->free);

	return node ? llist_entry(node, struct netram_cmd, tx_node) : NULL;
}

static void put(struct netram_cmd *leg)
{
	llist_add(&leg->tx_node, &leg->router->hedge.free);
}

static void wake_worker(struct netram_hedge *h, unsigned long delay)
{
	mod_delayed_work(h->router->io_wq, &h->work, delay);
}

static enum netram_race_verdict race_done(struct netram_cmd *hedge,
				     enum netram_leg leg, bool ok, u32 *word)
{
	int old = atomic_read(&hedge->race);
	enum netram_race_verdict verdict;

	do {
		*word = old;
		verdict = netram_race_done(word, leg, ok);
	} while (!atomic_try_cmpxchg(&hedge->race, &old, *word));
	return verdict;
}

static bool has(u32 word, enum netram_leg leg, u32 bit)
{
	return word & bit << leg;
}

/* ---- the end of a race */

/**
 * struct result - of a hedge, as it may become a ghost before that is used
 * @session: where it was sent; NULL if it was not
 * @replica: to which copy
 * @error: what came of it
 */
struct result {
	struct netram_session	*session;
	u8			replica;
	int			error;
};

static struct result result_of(const struct netram_cmd *leg)
{
	return (struct result){ leg->session, leg->replica, leg->error };
}

/* The hedge has filled the pages. */
static void adopt(struct netram_cmd *cmd, struct result hedge)
{
	netram_stats_add(cmd->router->stats, NETRAM_STAT_HEDGE_WINS, 1);
	cmd->error = 0;
	cmd->session = hedge.session;
	cmd->replica = hedge.replica;
}

/* Neither has. @hedge: if it has failed, too */
static void blame(struct netram_cmd *cmd, struct result hedge)
{
	if (!hedge.session && !cmd->error)
		cmd->error = -ENOTCONN;	/* stuck */
	if (!hedge.session || !hedge.error)
		return;
	if (!cmd->error) {
		/* It had its data thrown away; its copy is as good as before. */
		cmd->session = hedge.session;
		cmd->replica = hedge.replica;
		cmd->error = hedge.error;
		return;
	}
	netram_cmd_tried(cmd, hedge.replica, hedge.error);
	if (hedge.error == -ENOTCONN)
		cmd->error = -ENOTCONN;
}

static void leg_done(struct netram_cmd *leg)
{
	struct netram_cmd *cmd = leg->parent;
	struct netram_hedge *h = &leg->router->hedge;
	u32 word;

	if (leg->session)
		netram_read_account(leg);
	switch (race_done(leg, NETRAM_LEG_HEDGE, !leg->error, &word)) {
	case NETRAM_VERDICT_WAIT:
		return;
	case NETRAM_VERDICT_WON:
		adopt(cmd, result_of(leg));
		break;
	case NETRAM_VERDICT_FAILED:
		blame(cmd, result_of(leg));
		break;
	case NETRAM_VERDICT_TAKE:
		llist_add(&leg->tx_node, &h->due);
		wake_worker(h, 0);
		return;
	case NETRAM_VERDICT_FREE:
		put(leg);
		return;
	}
	put(leg);
	netram_read_land(cmd);
}

/**
 * netram_hedge_settle() - the first leg of a hedged read is through
 * @cmd: the request's own command
 * @leg: its hedge
 *
 * Context: any.
 * Return: whether to go on with it.
 */
bool netram_hedge_settle(struct netram_cmd *cmd, struct netram_cmd *leg)
{
	struct netram_router *r = cmd->router;
	bool sent = leg->session;
	u32 word;

	switch (race_done(leg, NETRAM_LEG_FIRST, !cmd->error, &word)) {
	case NETRAM_VERDICT_WON:
		if (sent)
			netram_stats_add(r->stats, NETRAM_STAT_HEDGE_WASTE, 1);
		break;
	case NETRAM_VERDICT_FAILED:
		/* Else it has lost and not failed. */
		if (has(word, NETRAM_LEG_HEDGE, NETRAM_RACE_DONE))
			blame(cmd, result_of(leg));
		break;
	default:
		if (word & NETRAM_RACE_TAKE)
			wake_worker(&r->hedge, 0);
		return false;
	}
	/* If it is not done, it is its own from now on. */
	if (has(word, NETRAM_LEG_HEDGE, NETRAM_RACE_DONE))
		put(leg);
	return true;
}

/* The first leg, off its connection. */
static enum netram_taken take(struct netram_cmd *cmd, struct netram_cmd *leg)
{
	struct netram_session *s = netram_router_session(cmd->router,
					cmd->set.slot[cmd->replica]);
	enum netram_taken taken;

	/* It is not submitted yet, or its session is about to give it back. */
	if (!s || s != READ_ONCE(cmd->session))
		return NETRAM_TAKEN_NOT;
	taken = netram_session_take(s, cmd, leg);
	if (taken == NETRAM_TAKEN_UNSENT)
		netram_read_unsent(s, cmd);
	return taken;
}

/*
 * Once TAKE is set nobody but us goes on with the request, also if its first leg
 * is done meanwhile: so @cmd is what it was. Return: false to try again.
 */
static bool go_on(struct netram_cmd *leg)
{
	struct netram_cmd *cmd = leg->parent;
	struct result hedge = result_of(leg);
	enum netram_taken taken = NETRAM_TAKEN_NOT;
	u32 word = atomic_read_acquire(&leg->race);

	if (!has(word, NETRAM_LEG_FIRST, NETRAM_RACE_DONE)) {
		taken = take(cmd, leg);
		if (taken == NETRAM_TAKEN_NOT)
			return false;
		/* If it has taken over, its answer may come at any time. */
		cmd->error = 0;
		WRITE_ONCE(cmd->rival, NULL);
	}
	if (has(word, NETRAM_LEG_HEDGE, NETRAM_RACE_GOOD))
		adopt(cmd, hedge);
	else if (!has(word, NETRAM_LEG_FIRST, NETRAM_RACE_GOOD))
		blame(cmd, hedge);
	if (taken != NETRAM_TAKEN_SENT)
		put(leg);
	netram_read_land(cmd);
	return true;
}

static bool try_go_on(struct netram_cmd *leg)
{
	int i;

	/* It may be handed over this very moment, or its connection be sending. */
	for (i = 0; i < TRIES; i++) {
		if (go_on(leg))
			return true;
		usleep_range(20, 100);
	}
	return false;
}

static void go_on_all(struct netram_hedge *h)
{
	struct llist_node *node = llist_reverse_order(llist_del_all(&h->due));
	struct llist_node *next;
	struct netram_cmd *leg;
	bool again = false;

	llist_for_each_safe(node, next, node) {
		leg = llist_entry(node, struct netram_cmd, tx_node);
		if (try_go_on(leg))
			continue;
		llist_add(&leg->tx_node, &h->due);
		again = true;
	}
	if (again)
		queue_delayed_work(h->router->io_wq, &h->work, 1);
}

/* ---- how long a read may take */

static u32 budget_of(struct netram_router *r, union netram_set set)
{
	u32 hedge_us = READ_ONCE(r->params.hedge_us), budget, least = U32_MAX;
	struct netram_session *s;
	int i;

	for (i = 0; i < NETRAM_REPLICAS_MAX; i++) {
		if (netram_set_state(set, i) != NETRAM_REPLICA_INSYNC)
			continue;
		s = netram_router_session(r, set.slot[i]);
		budget = netram_race_budget_ns(hedge_us,
					       s ? READ_ONCE(s->p99_ns) : 0);
		least = min(least, budget);
	}
	return least;
}

/* Return: reads since the last time in h->window. */
static u64 look_at(struct netram_hedge *h, struct netram_session *s, bool forget)
{
	u64 total = 0, count;
	int i;

	for (i = 0; i < NETRAM_LATENCY_BUCKETS; i++) {
		count = netram_latency_read(s->latency, NETRAM_OP_READ, i);
		h->window[i] = count - s->seen[i];
		total += h->window[i];
		if (forget)
			s->seen[i] = count;
	}
	return total;
}

static void measure(struct netram_hedge *h)
{
	struct netram_router *r = h->router;
	struct netram_session *s;
	u64 p99;
	u32 slot;

	for (slot = 0; slot < NETRAM_NODES_MAX; slot++) {
		s = netram_router_session(r, slot);
		if (!s || look_at(h, s, false) < MEASURE_READS)
			continue;
		look_at(h, s, true);
		p99 = netram_latency_percentile(h->window, 9900);
		WRITE_ONCE(s->p99_ns, netram_race_p99_ns(s->p99_ns, p99));
	}
}

static void hedge_work(struct work_struct *work)
{
	struct netram_hedge *h = container_of(to_delayed_work(work),
					      struct netram_hedge, work);
	unsigned int noreclaim = memalloc_noreclaim_save();
	u32 i;

	if (test_and_clear_bit(NETRAM_HEDGE_KICK, &h->flags))
		for (i = 0; i < h->router->queues; i++)
			netram_router_kick(h->router, i);
	go_on_all(h);
	if (test_and_clear_bit(NETRAM_HEDGE_MEASURE, &h->flags))
		measure(h);
	memalloc_noreclaim_restore(noreclaim);
}

/* ---- slow reads */

/**
 * struct look - one look of the timer at all reads
 * @h: the volume's
 * @now: ns
 * @next: when to look again
 * @budget: the least that was met
 * @sent: something was submitted
 */
struct look {
	struct netram_hedge	*h;
	u64			now;
	u64			next;
	u32			budget;
	bool			sent;
};

/* What is seen of @cmd may be of two rounds: see as_prepared(). */
static void prepare(struct netram_cmd *leg, const struct netram_cmd *cmd)
{
	leg->bio = cmd->bio;
	leg->page = cmd->page;
	leg->pages = cmd->pages;
	leg->queue = cmd->queue;
	leg->start = cmd->start;
	leg->set = cmd->set;
	leg->nr_runs = cmd->nr_runs;
	memcpy(leg->runs, cmd->runs, sizeof(leg->runs));
}

/* Return: whether the read has @leg for its hedge now; if not, it is through. */
static bool pin(struct netram_cmd *cmd, struct netram_cmd *rival,
		struct netram_cmd *leg)
{
	leg->parent = cmd;
	leg->error = 0;
	atomic_set(&leg->race,
		   rival == NETRAM_CMD_CLAIMED ? NETRAM_RACE_STUCK : 0);
	/* A full barrier, behind which all that was prepared can be seen. */
	return cmpxchg(&cmd->rival, rival, leg) == rival;
}

/*
 * As with a seqlock, the time of submission being the sequence: each round has
 * another. Also the copies must still be what they were.
 */
static bool as_prepared(struct netram_cmd *cmd, struct netram_cmd *leg,
			u64 submitted)
{
	struct netram_router *r = leg->router;

	return READ_ONCE(cmd->submitted) == submitted &&
	       netram_router_set(r, netram_router_extent(r, leg->page)).word ==
	       leg->set.word;
}

static void hedge(struct look *l, struct netram_cmd *cmd,
		  struct netram_cmd *rival, struct netram_cmd *leg,
		  u64 submitted)
{
	struct netram_router *r = l->h->router;
	bool stuck = rival == NETRAM_CMD_CLAIMED;

	leg->session = stuck ? NULL :
		       netram_router_session(r, leg->set.slot[leg->replica]);
	if (!pin(cmd, rival, leg)) {
		put(leg);
		return;
	}
	l->sent = true;
	if (stuck) {
		llist_add(&leg->tx_node, &l->h->due);
	} else if (leg->session && as_prepared(cmd, leg, submitted)) {
		netram_stats_add(r->stats, NETRAM_STAT_HEDGES, 1);
		netram_read_sent(leg->session, leg);
		netram_router_submit(r, leg->session, leg);
	} else {
		leg->session = NULL;
		leg->error = -ENOTCONN;
		leg_done(leg);
	}
}

/* Its node is known to be as slow as that, and need not answer to be avoided. */
static void note_slow(struct netram_read_rtt *rtt, u64 age)
{
	u32 ns = min_t(u64, age, NSEC_PER_SEC);

	if (READ_ONCE(rtt->avg_ns) < ns)
		WRITE_ONCE(rtt->avg_ns, ns);
}

/*
 * A read that is being answered goes on unless its connection is silent. One that
 * is tried again at the same copy, to know whether that is corrupt, is not
 * answered by another as long as the node is there.
 */
static bool bears_with(const struct netram_cmd *cmd, struct netram_cmd *rival,
		       const struct netram_session *s, bool silent)
{
	if (rival == NETRAM_CMD_CLAIMED)
		return !silent ||
		       time_before_eq(jiffies, NETRAM_READ_SILENT +
				      netram_session_last(s, cmd->queue));
	return !silent && cmd->flags & NETRAM_CMD_F_VERIFY;
}

/* @early: the budget is not over yet, and that counts unless the node is silent. */
static void see_to(struct look *l, struct netram_cmd *cmd,
		   struct netram_cmd *rival, u64 submitted, bool early)
{
	struct netram_router *r = l->h->router;
	union netram_set set = { .word = READ_ONCE(cmd->set.word) };
	u8 replica = READ_ONCE(cmd->replica) % NETRAM_REPLICAS_MAX;
	struct netram_session *s = netram_router_session(r, set.slot[replica]);
	struct netram_cmd *leg = NULL;
	bool silent;
	int i;

	if (!s)
		return;
	silent = netram_read_silent(s, cmd->queue);
	if (early && !silent)
		return;
	note_slow(&s->rtts[cmd->queue], l->now - submitted);
	if (bears_with(cmd, rival, s, silent))
		return;
	i = netram_read_other(r, cmd, set, cmd->tried | 1U << replica);
	if (i >= 0 &&
	    ((silent && !early) || netram_allowance_spend(&l->h->allowance)))
		leg = get(l->h);
	if (leg) {
		prepare(leg, cmd);
		leg->replica = i;
		/* Else it was prepared for other copies. */
		if (leg->set.word == set.word)
			hedge(l, cmd, rival, leg, submitted);
		else
			put(leg);
	} else if (!early && !cmd->passed) {
		cmd->passed = true;
		netram_stats_add(r->stats, NETRAM_STAT_HEDGE_SKIPPED, 1);
	}
}

static void look_at_cmd(struct netram_cmd *cmd, void *data)
{
	struct netram_cmd *rival = READ_ONCE(cmd->rival);
	u64 submitted = READ_ONCE(cmd->submitted), age;
	struct look *l = data;
	u32 budget, silent;

	/* What is looked at below must not be of an earlier round. */
	smp_rmb();
	if (rival != NETRAM_CMD_ARMED && rival != NETRAM_CMD_CLAIMED)
		return;
	if (submitted > l->now)
		return;
	budget = budget_of(l->h->router, cmd->set);
	silent = netram_race_silent_ns(READ_ONCE(l->h->router->params.hedge_us),
				       budget, SILENT_NS);
	l->budget = min(l->budget, budget);
	age = l->now - submitted;
	if (age < budget)
		l->next = min(l->next,
			      submitted + (age < silent ? silent : budget));
	if (age >= silent)
		see_to(l, cmd, rival, submitted, age < budget);
}

/* ---- the timer */

static bool any_reads(struct netram_router *r)
{
	struct netram_session *s;
	u32 slot;

	for (slot = 0; slot < NETRAM_NODES_MAX; slot++) {
		s = rcu_dereference(r->sessions[slot]);
		if (s && netram_read_any(s))
			return true;
	}
	return false;
}

/* Return: whether the timer may end: there was nothing to do for a whole turn. */
static bool may_end(struct netram_hedge *h, u64 reads)
{
	bool off = READ_ONCE(h->stopped) ||
		   !READ_ONCE(h->router->params.hedge_us);
	bool idle = h->idle_reads == reads && !any_reads(h->router);

	h->idle_reads = reads;
	if (!idle && !off)
		return false;
	WRITE_ONCE(h->ticking, false);
	/* Who sends a read counts it, then looks whether we tick. */
	smp_mb();
	return off || !any_reads(h->router) || xchg(&h->ticking, true);
}

static enum hrtimer_restart tick(struct hrtimer *timer)
{
	struct netram_hedge *h = container_of(timer, struct netram_hedge, timer);
	struct netram_router *r = h->router;
	u64 reads = netram_stats_read(r->stats, NETRAM_STAT_READS);
	struct look l = {
		.h = h,
		.now = ktime_get_ns(),
		.next = U64_MAX,
		.budget = U32_MAX,
	};
	u64 now, pause;
	bool end;

	rcu_read_lock();
	netram_allowance_earn(&h->allowance, reads);
	if (READ_ONCE(r->params.hedge_us))
		r->each(r, look_at_cmd, &l);
	end = may_end(h, reads);
	rcu_read_unlock();
	if (l.budget != U32_MAX)
		WRITE_ONCE(h->budget_ns, l.budget);
	if (l.sent)
		set_bit(NETRAM_HEDGE_KICK, &h->flags);
	if (l.now - h->measured > MEASURE_NS) {
		h->measured = l.now;
		set_bit(NETRAM_HEDGE_MEASURE, &h->flags);
		l.sent = true;
	}
	if (l.sent)
		wake_worker(h, 0);
	if (end)
		return HRTIMER_NORESTART;
	/* Whatever is submitted meanwhile is not due before that either. */
	l.next = min_t(u64, l.next, l.now + READ_ONCE(h->budget_ns));
	/* A look at many reads takes its time, of which most is to be left. */
	now = ktime_get_ns();
	pause = max_t(u64, TICK_NS_MIN, TICK_SHARE * (now - l.now));
	l.next = clamp_t(u64, l.next, now + pause, now + max(pause, (u64)TICK_NS_MAX));
	hrtimer_set_expires(timer, ns_to_ktime(l.next));
	return HRTIMER_RESTART;
}

/**
 * netram_hedge_wake() - there are reads that may be slow
 * @h: the volume's
 *
 * Context: any but hard interrupt.
 */
void netram_hedge_wake(struct netram_hedge *h)
{
	if (READ_ONCE(h->stopped) || xchg(&h->ticking, true))
		return;
	hrtimer_start(&h->timer,
		      min_t(u64, READ_ONCE(h->budget_ns), TICK_NS_MAX),
		      HRTIMER_MODE_REL_SOFT);
}

/**
 * netram_hedge_init() - make ready, without any hedge
 * @h: zeroed
 * @r: the router
 */
void netram_hedge_init(struct netram_hedge *h, struct netram_router *r)
{
	h->router = r;
	h->budget_ns = NETRAM_HEDGE_US_FLOOR * NSEC_PER_USEC;
	h->allowance.credit = NETRAM_ALLOWANCE_BURST * NETRAM_ALLOWANCE_READS;
	init_llist_head(&h->free);
	init_llist_head(&h->due);
	hrtimer_init(&h->timer, CLOCK_MONOTONIC, HRTIMER_MODE_ABS_SOFT);
	h->timer.function = tick;
	INIT_DELAYED_WORK(&h->work, hedge_work);
}

/**
 * netram_hedge_widen() - make hedges: there are going to be several copies
 * @h: the volume's; nothing happens if it has them
 *
 * As many as requests: when a node falls silent with all of them under way there,
 * each has one.
 *
 * Context: process, may sleep; one caller at a time. I/O may go on.
 * Return: 0 or -ENOMEM.
 */
int netram_hedge_widen(struct netram_hedge *h)
{
	struct netram_router *r = h->router;
	u32 first = r->primaries * NETRAM_REPLICAS_MAX, i;

	if (h->legs)
		return 0;
	h->legs = kvcalloc(r->primaries, sizeof(*h->legs), GFP_KERNEL);
	if (!h->legs)
		return -ENOMEM;
	for (i = 0; i < r->primaries; i++) {
		h->legs[i].router = r;
		h->legs[i].op = NETRAM_OP_READ;
		h->legs[i].purpose = NETRAM_FOR_HEDGE;
		h->legs[i].flags = NETRAM_CMD_F_NOWAIT | NETRAM_CMD_F_HEDGE;
		h->legs[i].done = leg_done;
		netram_table_add(&r->table, first + i, &h->legs[i]);
		put(&h->legs[i]);
	}
	return 0;
}

/**
 * netram_hedge_stop() - end timer and work
 * @h: the volume's; no request is under way and none will come. Ghosts may be: they
 *   end with their connections at the latest
 *
 * Context: process, sleeps.
 */
void netram_hedge_stop(struct netram_hedge *h)
{
	WRITE_ONCE(h->stopped, true);
	hrtimer_cancel(&h->timer);
	cancel_delayed_work_sync(&h->work);
}

/**
 * netram_hedge_exit() - counterpart of netram_hedge_init() and netram_hedge_widen()
 * @h: the volume's, stopped, its sessions gone
 */
void netram_hedge_exit(struct netram_hedge *h)
{
	kvfree(h->legs);
}
