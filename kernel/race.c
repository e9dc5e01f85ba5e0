// SPDX-License-Identifier: GPL-2.0
/*
 * The rules of hedged reads. Pure: no locks, no allocation, no clock. The caller
 * exchanges the word (hedge.h).
 */
#include "race.h"

#include <linux/minmax.h>
#include <netram/limits.h>

/**
 * netram_race_claim() - a good answer has come, its data follow
 * @word: changed
 * @leg: whose answer
 *
 * Return: whether the data may be written to the pages; if not, they are to be
 * thrown away.
 */
bool netram_race_claim(u32 *word, enum netram_leg leg)
{
	u32 others = NETRAM_RACE_OWNER << !leg;

	if (leg == NETRAM_LEG_HEDGE)
		others |= NETRAM_RACE_OVER | NETRAM_RACE_TAKE;
	if (*word & others) {
		*word |= NETRAM_RACE_LOST << leg;
		return false;
	}
	*word |= NETRAM_RACE_OWNER << leg;
	return true;
}

/* The other leg is still out, and this one has not filled the pages. */
static enum netram_race_verdict not_good(u32 *word, enum netram_leg leg)
{
	if (!(*word & NETRAM_RACE_OWNER << leg))
		return NETRAM_VERDICT_WAIT;
	if (!(*word & NETRAM_RACE_LOST << !leg)) {
		*word &= ~(NETRAM_RACE_OWNER << leg);
		return NETRAM_VERDICT_WAIT;
	}
	/* The other cannot fill them either, so there is nothing to wait for. */
	if (leg == NETRAM_LEG_HEDGE) {
		*word |= NETRAM_RACE_TAKE;
		return NETRAM_VERDICT_TAKE;
	}
	*word |= NETRAM_RACE_OVER;
	return NETRAM_VERDICT_FAILED;
}

/**
 * netram_race_done() - a leg is through
 * @word: changed
 * @leg: which
 * @ok: it was answered, without an error
 *
 * Return: what is to be done now. Of all calls for one request one returns
 * WON, FAILED or TAKE.
 */
enum netram_race_verdict netram_race_done(u32 *word, enum netram_leg leg, bool ok)
{
	u32 other = *word & NETRAM_RACE_DONE << !leg;
	bool good = ok && *word & NETRAM_RACE_OWNER << leg;

	/* It has taken over what the first leg had under way, or lost its request. */
	if (leg == NETRAM_LEG_HEDGE &&
	    *word & (NETRAM_RACE_OVER | NETRAM_RACE_DONE << leg))
		return NETRAM_VERDICT_FREE;
	*word |= NETRAM_RACE_DONE << leg;
	if (good)
		*word |= NETRAM_RACE_GOOD << leg;
	if (*word & NETRAM_RACE_TAKE)
		return NETRAM_VERDICT_WAIT;
	if (other)
		return good ? NETRAM_VERDICT_WON : NETRAM_VERDICT_FAILED;
	if (!good)
		return not_good(word, leg);
	if (leg == NETRAM_LEG_HEDGE) {
		*word |= NETRAM_RACE_TAKE;
		return NETRAM_VERDICT_TAKE;
	}
	*word |= NETRAM_RACE_OVER;
	return NETRAM_VERDICT_WON;
}

/**
 * netram_allowance_earn() - reads have been made: more hedges may be
 * @a: the allowance
 * @reads: read requests so far
 */
void netram_allowance_earn(struct netram_allowance *a, u64 reads)
{
	a->credit = min_t(u64, a->credit + (reads - a->reads),
			  NETRAM_ALLOWANCE_BURST * NETRAM_ALLOWANCE_READS);
	a->reads = reads;
}

/**
 * netram_allowance_spend() - may there be one more hedge
 * @a: the allowance
 *
 * Return: whether there may; then it is paid for.
 */
bool netram_allowance_spend(struct netram_allowance *a)
{
	if (a->credit < NETRAM_ALLOWANCE_READS)
		return false;
	a->credit -= NETRAM_ALLOWANCE_READS;
	return true;
}

/**
 * netram_race_silent_ns() - how long a read may be unanswered by a silent node
 * @hedge_us: as the user set it, not 0
 * @budget_ns: how long one may be unanswered by a node that answers others
 * @silent_ns: after so long without an answer a node is silent
 *
 * Where all copies have been slow for a while the budget is long, and rightly: another
 * one would not have answered sooner. That is no reason to wait as long for a node
 * that has stopped to answer while another has not. Such hedges are paid for, lest
 * each read is sent twice where silence is merely how slow all of them are.
 *
 * Return: ns, at most @budget_ns.
 */
u32 netram_race_silent_ns(u32 hedge_us, u32 budget_ns, u32 silent_ns)
{
	return hedge_us == NETRAM_HEDGE_US_AUTO ? min(budget_ns, silent_ns) :
						  budget_ns;
}

/**
 * netram_race_p99_ns() - what 99 of 100 reads of a node take
 * @old: what was thought so far, 0 if nothing
 * @measured: what those of the last while took
 *
 * A node that has become slow must not be found to be as it always was, so this
 * grows by half at most.
 *
 * Return: what to think now, ns.
 */
u32 netram_race_p99_ns(u32 old, u64 measured)
{
	u64 most = old ? (u64)old + old / 2 : U32_MAX;

	return min3(measured, most, (u64)U32_MAX);
}

/**
 * netram_race_budget_ns() - how long a read may be unanswered
 * @hedge_us: as the user set it, not 0
 * @p99_ns: what 99 of 100 reads of a node that has a copy take; 0 if nobody knows
 *
 * Where there are several such nodes, the least is what counts.
 *
 * Return: ns.
 */
u32 netram_race_budget_ns(u32 hedge_us, u32 p99_ns)
{
	if (hedge_us != NETRAM_HEDGE_US_AUTO)
		return hedge_us * 1000;
	if (!p99_ns)
		return NETRAM_HEDGE_US_UNKNOWN * 1000;
	return clamp_t(u32, p99_ns, NETRAM_HEDGE_US_FLOOR * 1000,
		       NETRAM_HEDGE_US_MAX * 1000);
}
