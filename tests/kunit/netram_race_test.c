// SPDX-License-Identifier: GPL-2.0
/*
 * Suite netram_race: the rules of hedged reads. What may happen to two legs, of two
 * runs each, is gone through in all orders.
 */
#include <kunit/test.h>

#include "../../kernel/race.c"

#if !IS_ENABLED(CONFIG_KUNIT)
#error "without CONFIG_KUNIT this suite compiles to nothing"
#endif

#define RUNS 2

enum ended { NOT, WELL, BADLY };

struct legs {
	u32 word;
	bool out[2];		/* under way; the hedge's place may be the first's */
	u8 left[2];		/* runs that are not answered */
	u8 wrote[2];		/* runs whose data went to the pages */
	bool take;		/* for the worker */
	bool ghost;		/* the hedge has taken over */
	bool freed;		/* the hedge is */
	enum ended ended;
};

struct walk {
	struct kunit *test;
	u32 ends[3];		/* how often it came to each end */
	u32 bad;
};

static void check(struct walk *w, bool ok, const char *what,
		  const struct legs *l)
{
	if (ok)
		return;
	if (!w->bad++)
		KUNIT_FAIL(w->test, "%s: word %x", what, l->word);
}

static void end(struct walk *w, struct legs *l, int leg, bool well)
{
	check(w, l->ended == NOT, "ends twice", l);
	check(w, !well || l->wrote[leg] == RUNS, "pages not filled", l);
	l->ended = well ? WELL : BADLY;
}

static void release(struct walk *w, struct legs *l)
{
	check(w, !l->freed, "freed twice", l);
	check(w, !l->out[NETRAM_LEG_HEDGE], "freed while it is out", l);
	l->freed = true;
}

/* As hedge.c does what the verdict says. */
static void done(struct walk *w, struct legs *l, enum netram_leg leg, bool ok)
{
	enum netram_race_verdict verdict;

	l->out[leg] = false;
	verdict = netram_race_done(&l->word, leg, ok);
	switch (verdict) {
	case NETRAM_VERDICT_WAIT:
		return;
	case NETRAM_VERDICT_TAKE:
		check(w, leg == NETRAM_LEG_HEDGE && !l->take, "taken twice", l);
		l->take = true;
		return;
	case NETRAM_VERDICT_FREE:
		check(w, leg == NETRAM_LEG_HEDGE, "the first is freed", l);
		release(w, l);
		return;
	case NETRAM_VERDICT_WON:
	case NETRAM_VERDICT_FAILED:
		end(w, l, leg, verdict == NETRAM_VERDICT_WON);
		if (l->word & NETRAM_RACE_DONE << NETRAM_LEG_HEDGE)
			release(w, l);
	}
}

static void answer(struct walk *w, struct legs *l, enum netram_leg leg)
{
	l->left[leg]--;
	if (!netram_race_claim(&l->word, leg))
		return;
	check(w, l->ended == NOT, "written to after the end", l);
	check(w, !l->out[!leg] || !l->wrote[!leg], "two writers", l);
	check(w, leg == NETRAM_LEG_FIRST || !l->ghost, "a ghost writes", l);
	l->wrote[leg]++;
}

/* The worker: the first leg is done, or is taken off and the hedge put there. */
static void go_on(struct walk *w, struct legs *l)
{
	bool over = l->word & NETRAM_RACE_DONE << NETRAM_LEG_FIRST;

	l->take = false;
	if (l->word & NETRAM_RACE_GOOD << NETRAM_LEG_HEDGE)
		end(w, l, NETRAM_LEG_HEDGE, true);
	else if (over && l->word & NETRAM_RACE_GOOD << NETRAM_LEG_FIRST)
		end(w, l, NETRAM_LEG_FIRST, true);
	else
		end(w, l, NETRAM_LEG_FIRST, false);
	if (over) {
		release(w, l);
		return;
	}
	check(w, l->out[NETRAM_LEG_FIRST], "nothing to take", l);
	l->ghost = true;
	l->out[NETRAM_LEG_FIRST] = false;
	l->out[NETRAM_LEG_HEDGE] = true;
	l->left[NETRAM_LEG_HEDGE] = l->left[NETRAM_LEG_FIRST];
}

static void walk_on(struct walk *w, struct legs l)
{
	struct legs next;
	bool more = l.take;
	int leg;

	if (l.take) {
		next = l;
		go_on(w, &next);
		walk_on(w, next);
	}
	for (leg = 0; leg < 2; leg++) {
		if (!l.out[leg])
			continue;
		more = true;
		if (l.left[leg]) {
			next = l;
			answer(w, &next, leg);
			walk_on(w, next);
		} else {
			next = l;
			done(w, &next, leg, true);
			walk_on(w, next);
		}
		next = l;
		done(w, &next, leg, false);
		walk_on(w, next);
	}
	if (more)
		return;
	check(w, l.ended != NOT, "never ends", &l);
	check(w, l.freed, "never freed", &l);
	w->ends[l.ended]++;
}

static void all_orders(struct kunit *test)
{
	struct walk w = { .test = test };

	walk_on(&w, (struct legs){
		.out = { true, true }, .left = { RUNS, RUNS },
	});
	KUNIT_EXPECT_EQ(test, w.bad, 0);
	KUNIT_EXPECT_GT(test, w.ends[WELL], 0);
	KUNIT_EXPECT_GT(test, w.ends[BADLY], 0);
}

/* It has got one of two runs, and is given up. */
static void stuck(struct kunit *test)
{
	struct walk w = { .test = test };

	walk_on(&w, (struct legs){
		.word = NETRAM_RACE_STUCK, .take = true,
		.out = { true, false }, .left = { 1, 0 }, .wrote = { 1, 0 },
	});
	KUNIT_EXPECT_EQ(test, w.bad, 0);
	KUNIT_EXPECT_GT(test, w.ends[WELL], 0);
	KUNIT_EXPECT_GT(test, w.ends[BADLY], 0);
}

/* A leg that failed half-way does not keep the other from filling the pages. */
static void claim_is_given_back(struct kunit *test)
{
	int leg;

	for (leg = 0; leg < 2; leg++) {
		u32 word = 0;

		KUNIT_EXPECT_TRUE(test, netram_race_claim(&word, leg));
		KUNIT_EXPECT_EQ(test, netram_race_done(&word, leg, false),
				NETRAM_VERDICT_WAIT);
		KUNIT_EXPECT_TRUE(test, netram_race_claim(&word, !leg));
		KUNIT_EXPECT_EQ(test, netram_race_done(&word, !leg, true),
				NETRAM_VERDICT_WON);
	}
}

static void allowance(struct kunit *test)
{
	struct netram_allowance a = { .reads = 1000 };
	u32 i;

	KUNIT_EXPECT_FALSE(test, netram_allowance_spend(&a));
	netram_allowance_earn(&a, 1000 + NETRAM_ALLOWANCE_READS - 1);
	KUNIT_EXPECT_FALSE(test, netram_allowance_spend(&a));
	netram_allowance_earn(&a, 1000 + NETRAM_ALLOWANCE_READS);
	KUNIT_EXPECT_TRUE(test, netram_allowance_spend(&a));
	KUNIT_EXPECT_FALSE(test, netram_allowance_spend(&a));
	netram_allowance_earn(&a, U64_MAX);
	for (i = 0; netram_allowance_spend(&a); i++)
		;
	KUNIT_EXPECT_EQ(test, i, NETRAM_ALLOWANCE_BURST);
}

static void budget(struct kunit *test)
{
	const u32 automatic = NETRAM_HEDGE_US_AUTO;

	KUNIT_EXPECT_EQ(test, netram_race_budget_ns(250, 1), 250000);
	KUNIT_EXPECT_EQ(test, netram_race_budget_ns(NETRAM_HEDGE_US_MAX, 1),
			1000000000);
	KUNIT_EXPECT_EQ(test, netram_race_budget_ns(automatic, 0),
			NETRAM_HEDGE_US_UNKNOWN * 1000);
	KUNIT_EXPECT_EQ(test, netram_race_budget_ns(automatic, 1),
			NETRAM_HEDGE_US_FLOOR * 1000);
	KUNIT_EXPECT_EQ(test, netram_race_budget_ns(automatic, 3000001), 3000001);
	KUNIT_EXPECT_EQ(test, netram_race_budget_ns(automatic, U32_MAX),
			NETRAM_HEDGE_US_MAX * 1000);
}

/* What a user has set counts; else silence cuts a long budget short. */
static void silent(struct kunit *test)
{
	const u32 automatic = NETRAM_HEDGE_US_AUTO;

	KUNIT_EXPECT_EQ(test, netram_race_silent_ns(automatic, 1000000000, 50000000),
			50000000);
	KUNIT_EXPECT_EQ(test, netram_race_silent_ns(automatic, 1000000, 50000000),
			1000000);
	KUNIT_EXPECT_EQ(test, netram_race_silent_ns(1000000, 1000000000, 50000000),
			1000000000);
	KUNIT_EXPECT_EQ(test, netram_race_silent_ns(100, 100000, 50000000), 100000);
}

static void p99_grows_slowly(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, netram_race_p99_ns(0, 50000000), 50000000);
	KUNIT_EXPECT_EQ(test, netram_race_p99_ns(0, U64_MAX), U32_MAX);
	KUNIT_EXPECT_EQ(test, netram_race_p99_ns(1000, 1400), 1400);
	KUNIT_EXPECT_EQ(test, netram_race_p99_ns(1000, 50000000), 1500);
	KUNIT_EXPECT_EQ(test, netram_race_p99_ns(1000, 10), 10);
	KUNIT_EXPECT_EQ(test, netram_race_p99_ns(U32_MAX, U64_MAX), U32_MAX);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(all_orders),
	KUNIT_CASE(stuck),
	KUNIT_CASE(claim_is_given_back),
	KUNIT_CASE(allowance),
	KUNIT_CASE(budget),
	KUNIT_CASE(silent),
	KUNIT_CASE(p99_grows_slowly),
	{}
};

static struct kunit_suite suite = {
	.name = "netram_race",
	.test_cases = cases,
};

kunit_test_suite(suite);

MODULE_LICENSE("GPL");
