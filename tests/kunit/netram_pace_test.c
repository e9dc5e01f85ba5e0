// SPDX-License-Identifier: GPL-2.0
/* Suite netram_pace: a rate that is kept, alone and together. */
#include <kunit/test.h>

#include "../../kernel/pace.c"

#if !IS_ENABLED(CONFIG_KUNIT)
#error "without CONFIG_KUNIT this suite compiles to nothing"
#endif

#define MIB	(1ULL << 20)
#define KIB	(1ULL << 10)
#define MS	1000000ULL

static void rate_is_kept(struct kunit *test)
{
	struct netram_pace p = { };
	u64 now = 5000 * MS;

	KUNIT_EXPECT_EQ(test, netram_pace_book(&p, now, MIB, 4), now + 250 * MS);
	KUNIT_EXPECT_EQ(test, netram_pace_book(&p, now, MIB, 4), now + 500 * MS);
	/* what was not used is not saved up */
	now += 9000 * MS;
	KUNIT_EXPECT_EQ(test, netram_pace_book(&p, now, MIB, 4), now + 250 * MS);
	/* another rate from now on */
	KUNIT_EXPECT_EQ(test, netram_pace_book(&p, now, MIB, 100),
			now + 260 * MS);
	KUNIT_EXPECT_EQ(test, netram_pace_book(&p, now, MIB, 0), now);
	KUNIT_EXPECT_EQ(test, netram_pace_book(&p, now, 0, 100), now + 260 * MS);
}

static void pauses_are_bounded(struct kunit *test)
{
	struct netram_pace p = { };
	u64 now = 77;
	int i;

	for (i = 0; i < 100; i++)
		KUNIT_EXPECT_LE(test, netram_pace_book(&p, now, MIB, 1),
				now + NETRAM_PACE_NS_MAX);
	KUNIT_EXPECT_EQ(test, netram_pace_book(&p, now, 8192 * MIB - 1, 1),
			now + NETRAM_PACE_NS_MAX);
	KUNIT_EXPECT_EQ(test,
			netram_pace_book(&p, now, 64 * KIB, U32_MAX),
			now + NETRAM_PACE_NS_MAX);
	now += NETRAM_PACE_NS_MAX;
	KUNIT_EXPECT_EQ(test, netram_pace_book(&p, now, MIB, 4), now + 250 * MS);
}

/* One that carries, as resync.c does: it moves, books, waits. */
struct carrier {
	struct netram_pace own;
	bool gives_way;
	u64 step;	/* bytes */
	u64 next;	/* ns */
	u64 moved;
};

static void turn(struct carrier *c, struct netram_pace *all, u32 rate)
{
	u64 now = c->next, due, of_all;

	of_all = netram_pace_book(all, now, c->step, rate);
	due = netram_pace_book(&c->own, now, c->step, rate);
	if (c->gives_way)
		due = max(due, of_all);
	c->moved += c->step;
	c->next = due + 1;
}

/* Both from @from to @to; without @first, the second alone. */
static void carry(struct carrier *first, struct carrier *second,
		  struct netram_pace *all, u64 from, u64 to, u32 rate)
{
	second->next = max(second->next, from);
	if (first)
		first->next = max(first->next, from);
	while (second->next < to || (first && first->next < to)) {
		if (first && first->next <= second->next)
			turn(first, all, rate);
		else
			turn(second, all, rate);
	}
}

/* The one is not slowed, the other has the rest, and all of it afterwards. */
static void who_gives_way(struct kunit *test)
{
	struct carrier mover = { .step = 64 * KIB };
	struct carrier verify = { .step = 128 * KIB, .gives_way = true };
	struct netram_pace all = { };
	const u64 minute = 60000 * MS;

	carry(&mover, &verify, &all, 0, minute, 8);
	KUNIT_EXPECT_GE(test, mover.moved, 479 * MIB);
	KUNIT_EXPECT_LE(test, mover.moved, 481 * MIB);
	KUNIT_EXPECT_GE(test, verify.moved, 59 * verify.step);
	/* one a second, and some before a second is booked ahead */
	KUNIT_EXPECT_LE(test, verify.moved, 100 * verify.step);
	verify.moved = 0;
	carry(NULL, &verify, &all, minute, 2 * minute, 8);
	KUNIT_EXPECT_GE(test, verify.moved, 471 * MIB);
	KUNIT_EXPECT_LE(test, verify.moved, 481 * MIB);
}

/* What is left is used: a mover that is slower than it may be. */
static void rest_is_used(struct kunit *test)
{
	struct carrier verify = { .step = 64 * KIB, .gives_way = true };
	struct netram_pace all = { };
	u64 now;

	for (now = 0; now < 60000 * MS; now += 100 * MS) {
		netram_pace_book(&all, now, 512 * KIB, 8); /* 5 MiB a second */
		while (verify.next < now + 100 * MS)
			turn(&verify, &all, 8);
	}
	KUNIT_EXPECT_GE(test, verify.moved, 170 * MIB);
	KUNIT_EXPECT_LE(test, verify.moved, 182 * MIB);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(rate_is_kept),
	KUNIT_CASE(pauses_are_bounded),
	KUNIT_CASE(who_gives_way),
	KUNIT_CASE(rest_is_used),
	{}
};

static struct kunit_suite suite = {
	.name = "netram_pace",
	.test_cases = cases,
};
kunit_test_suite(suite);

MODULE_LICENSE("GPL");
