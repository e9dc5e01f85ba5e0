/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_HEDGE_H
#define NETRAM_HEDGE_H

#include <linux/hrtimer.h>
#include <linux/llist.h>
#include <linux/netram.h>
#include <linux/workqueue.h>
#include "cmd.h"

struct netram_router;

/**
 * struct netram_hedge - what a volume needs for hedged reads
 * @router: the volume's
 * @legs: second legs of reads, as many as there may be reads; NULL for a volume
 *   that has had one copy only so far
 * @free: of them, those not in use; the timer alone takes any
 * @due: of them, those for the worker: see NETRAM_VERDICT_TAKE
 * @timer: looks for slow reads
 * @work: what may sleep
 * @flags: NETRAM_HEDGE_*
 * @ticking: the timer runs
 * @stopped: it must not any more
 * @allowance: the timer's
 * @idle_reads: read requests when the timer last found none under way
 * @measured: ns when latencies were last looked at
 * @budget_ns: the least of the budgets that reads now have
 * @window: reads of one node since they were looked at before, the worker's
 */
struct netram_hedge {
	struct netram_router	*router;
	struct netram_cmd	*legs;
	struct llist_head	free;
	struct llist_head	due;
	struct hrtimer		timer;
	struct delayed_work	work;
	unsigned long		flags;
	bool			ticking;
	bool			stopped;
	struct netram_allowance	allowance;
	u64			idle_reads;
	u64			measured;
	u32			budget_ns;
	u64			window[NETRAM_LATENCY_BUCKETS];
};

/* netram_hedge.flags: the worker is to ... */
enum {
	NETRAM_HEDGE_KICK,	/* send what the timer has submitted */
	NETRAM_HEDGE_MEASURE,	/* look at latencies */
};

void netram_hedge_init(struct netram_hedge *h, struct netram_router *r);
int netram_hedge_widen(struct netram_hedge *h);
void netram_hedge_stop(struct netram_hedge *h);
void netram_hedge_exit(struct netram_hedge *h);
void netram_hedge_wake(struct netram_hedge *h);
bool netram_hedge_settle(struct netram_cmd *cmd, struct netram_cmd *leg);

/**
 * netram_hedge_arm() - a read may be hedged from now on
 * @cmd: about to be submitted
 *
 * Context: any.
 */
static inline void netram_hedge_arm(struct netram_cmd *cmd)
{
	cmd->passed = false;
	/* It has not waited at all yet: netram_router_submit() puts the time in. */
	cmd->submitted = U64_MAX;
	/* pairs with the exchange in pin(): who finds it armed sees all of it */
	smp_store_release(&cmd->rival, NETRAM_CMD_ARMED);
}

/**
 * netram_hedge_through() - a read has been answered, or has failed
 * @cmd: the request's own command
 *
 * Context: any.
 * Return: whether to go on with it. If not, the hedge does: see netram_read_land().
 */
static inline bool netram_hedge_through(struct netram_cmd *cmd)
{
	struct netram_cmd *rival;

	if (!cmd->rival)
		return true;
	rival = xchg(&cmd->rival, NULL);
	if (likely(rival == NETRAM_CMD_CLAIMED || rival == NETRAM_CMD_ARMED))
		return true;
	return netram_hedge_settle(cmd, rival);
}

#endif /* NETRAM_HEDGE_H */
