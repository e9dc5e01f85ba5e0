/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The rules of hedged reads: one word says how far the two legs of a read are.
 * The first leg is the request's own command, the hedge a command of hedge.c.
 *
 * A leg that gets a good answer claims the pages of the request before it writes
 * to them, and who comes second throws its data away. So the pages have one
 * writer, and the request may end as soon as that is done.
 *
 * A leg that claimed and then failed gives the claim back, unless the other has
 * already thrown something away.
 */
#ifndef NETRAM_RACE_H
#define NETRAM_RACE_H

#include <linux/types.h>

enum netram_leg {
	NETRAM_LEG_FIRST,
	NETRAM_LEG_HEDGE,
};

/* The word's bits; those of a leg are the first's, shifted by enum netram_leg. */
#define NETRAM_RACE_OWNER	0x01U	/* it alone may write to the pages */
#define NETRAM_RACE_LOST	0x04U	/* it has thrown data away */
#define NETRAM_RACE_DONE	0x10U	/* it is through */
#define NETRAM_RACE_GOOD	0x40U	/* and has filled the pages */
/* The request goes on without its hedge, which must not look at it any more. */
#define NETRAM_RACE_OVER	0x100U
/*
 * It is decided; a worker takes the first leg off its connection and goes on. What
 * the hedge, which is through, gets from then on is the first leg's late answer.
 */
#define NETRAM_RACE_TAKE	0x200U

/* The word of a first leg that is given up: it has begun to write, and got stuck. */
#define NETRAM_RACE_STUCK						\
	(NETRAM_RACE_TAKE |						\
	 NETRAM_RACE_OWNER << NETRAM_LEG_FIRST |			\
	 NETRAM_RACE_LOST << NETRAM_LEG_HEDGE |				\
	 NETRAM_RACE_DONE << NETRAM_LEG_HEDGE)

/**
 * enum netram_race_verdict - what whoever is done has to do
 * @NETRAM_VERDICT_WAIT: nothing, the other leg or the worker sees to all
 * @NETRAM_VERDICT_WON: go on with the request, this leg has filled the pages
 * @NETRAM_VERDICT_FAILED: go on with the request, nobody has
 * @NETRAM_VERDICT_TAKE: have the worker go on
 * @NETRAM_VERDICT_FREE: the hedge is free, the request none of its business
 */
enum netram_race_verdict {
	NETRAM_VERDICT_WAIT,
	NETRAM_VERDICT_WON,
	NETRAM_VERDICT_FAILED,
	NETRAM_VERDICT_TAKE,
	NETRAM_VERDICT_FREE,
};

/**
 * struct netram_allowance - how many hedges there may be
 * @reads: read requests when it was last looked at
 * @credit: hedges that may be sent, in parts of NETRAM_ALLOWANCE_READS
 */
struct netram_allowance {
	u64 reads;
	u32 credit;
};

/* One hedge for so many reads, in the long run, ... */
#define NETRAM_ALLOWANCE_READS	20
/* ... and so many at once. */
#define NETRAM_ALLOWANCE_BURST	64

bool netram_race_claim(u32 *word, enum netram_leg leg);
enum netram_race_verdict netram_race_done(u32 *word, enum netram_leg leg, bool ok);
void netram_allowance_earn(struct netram_allowance *a, u64 reads);
bool netram_allowance_spend(struct netram_allowance *a);
u32 netram_race_p99_ns(u32 old, u64 measured);
u32 netram_race_silent_ns(u32 hedge_us, u32 budget_ns, u32 silent_ns);
u32 netram_race_budget_ns(u32 hedge_us, u32 p99_ns);

#endif /* NETRAM_RACE_H */
