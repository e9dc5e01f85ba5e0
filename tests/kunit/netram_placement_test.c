// SPDX-License-Identifier: GPL-2.0
/* Suite netram_placement: the choice of a node for a new extent. */
#include <kunit/test.h>
#include <linux/limits.h>
#include <linux/prandom.h>
#include <netram/limits.h>

#include "../../kernel/placement.c"

#if !IS_ENABLED(CONFIG_KUNIT)
#error "without CONFIG_KUNIT this suite compiles to nothing"
#endif

#define SEED 20260101

/* Place extents one after the other; each adds to its node's load. */
static void place_many(struct kunit *test, struct netram_candidate *c,
		       u32 count, u32 extents)
{
	struct rnd_state rnd;
	int at;

	prandom_seed_state(&rnd, SEED);
	while (extents--) {
		at = netram_placement_pick(c, count, prandom_u32_state(&rnd),
					   prandom_u32_state(&rnd));
		KUNIT_ASSERT_GE(test, at, 0);
		KUNIT_ASSERT_LT(test, at, (int)count);
		c[at].load++;
	}
}

static void expect_near(struct kunit *test, u64 value, u64 wanted, u64 slack)
{
	KUNIT_EXPECT_GE(test, value + slack, wanted);
	KUNIT_EXPECT_LE(test, value, wanted + slack);
}

static void nobody(struct kunit *test)
{
	struct netram_candidate c = { .id = 1, .weight = 1 };

	KUNIT_EXPECT_EQ(test, netram_placement_pick(&c, 0, 0, 0), -1);
	KUNIT_EXPECT_EQ(test, netram_placement_pick(NULL, 0, U32_MAX, U32_MAX),
			-1);
}

static void single(struct kunit *test)
{
	struct netram_candidate c = {
		.id = 7, .weight = NETRAM_WEIGHT_MIN, .load = U64_MAX,
	};
	const u32 randoms[] = { 0, 1, U32_MAX / 2, U32_MAX };
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(randoms); i++)
		for (j = 0; j < ARRAY_SIZE(randoms); j++)
			KUNIT_EXPECT_EQ(test, netram_placement_pick(&c, 1,
						randoms[i], randoms[j]), 0);
}

/* With two candidates both are drawn, so that the load alone decides. */
static void two_by_load(struct kunit *test)
{
	struct rnd_state rnd;
	unsigned int i;

	prandom_seed_state(&rnd, SEED);
	for (i = 0; i < 1000; i++) {
		struct netram_candidate c[] = {
			{ .id = 0, .weight = 100, .load = 11 },
			{ .id = 1, .weight = 100, .load = 10 },
		};

		KUNIT_ASSERT_EQ(test, netram_placement_pick(c, 2,
					prandom_u32_state(&rnd),
					prandom_u32_state(&rnd)), 1);
		c[1].load = 12;
		KUNIT_ASSERT_EQ(test, netram_placement_pick(c, 2,
					prandom_u32_state(&rnd),
					prandom_u32_state(&rnd)), 0);
	}
}

/* 10 of 100 is less load than 2 of 10. */
static void load_counts_by_weight(struct kunit *test)
{
	struct netram_candidate c[] = {
		{ .id = 0, .weight = 100, .load = 10 },
		{ .id = 1, .weight = 10, .load = 2 },
	};

	KUNIT_EXPECT_EQ(test, netram_placement_pick(c, 2, 0, 0), 0);
	KUNIT_EXPECT_EQ(test, netram_placement_pick(c, 2, U32_MAX, 0), 0);
	c[0].load = 21;
	KUNIT_EXPECT_EQ(test, netram_placement_pick(c, 2, 0, 0), 1);
	KUNIT_EXPECT_EQ(test, netram_placement_pick(c, 2, U32_MAX, 0), 1);
}

/* Two draws keep equal nodes together, at every moment. */
static void equal_nodes_stay_equal(struct kunit *test)
{
	struct netram_candidate c[3] = {
		{ .id = 0, .weight = 100 },
		{ .id = 1, .weight = 100 },
		{ .id = 2, .weight = 100 },
	};
	struct rnd_state rnd;
	u32 i, j;
	u64 mean;

	prandom_seed_state(&rnd, SEED);
	for (i = 0; i < 10000; i++) {
		c[netram_placement_pick(c, 3, prandom_u32_state(&rnd),
					prandom_u32_state(&rnd))].load++;
		mean = (i + 1) / 3;
		for (j = 0; j < 3; j++) {
			KUNIT_ASSERT_LE(test, c[j].load, mean + 4);
			KUNIT_ASSERT_GE(test, c[j].load + 4, mean);
		}
	}
	KUNIT_EXPECT_EQ(test, c[0].load + c[1].load + c[2].load, 10000);
}

struct share_case {
	const char *name;
	u32 count;
	u32 weight[4];
};

static const struct share_case share_cases[] = {
	{ "equal", 3, { 100, 100, 100 } },
	{ "one_two_three", 3, { 100, 200, 300 } },
	{ "least_weights", 4, { 1, 1, 1, 1 } },
	{ "greatest_weights", 4, { 1000, 1000, 1000, 1000 } },
	{ "one_to_a_hundred", 2, { 10, 1000 } },
	{ "two_heavy_two_light", 4, { 1000, 1000, 100, 100 } },
};

static void share_name(const struct share_case *s, char *desc)
{
	strscpy(desc, s->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(share, share_cases, share_name);

/* Each node's share is its part of all weights, within one in a hundred. */
static void shares_follow_weights(struct kunit *test)
{
	const struct share_case *s = test->param_value;
	const u32 extents = 20000;
	struct netram_candidate c[4] = {};
	u32 i, total = 0;

	for (i = 0; i < s->count; i++) {
		c[i].id = i;
		c[i].weight = s->weight[i];
		total += s->weight[i];
	}
	place_many(test, c, s->count, extents);
	for (i = 0; i < s->count; i++)
		expect_near(test, c[i].load,
			    (u64)extents * s->weight[i] / total, extents / 100);
}

/* A node that comes empty is filled first, but not with everything. */
static void newcomer_catches_up(struct kunit *test)
{
	struct netram_candidate c[] = {
		{ .id = 0, .weight = 100, .load = 1000 },
		{ .id = 1, .weight = 100, .load = 1000 },
		{ .id = 2, .weight = 100, .load = 0 },
	};

	place_many(test, c, 3, 600);
	KUNIT_EXPECT_GT(test, c[2].load, 300);
	KUNIT_EXPECT_GT(test, c[0].load, 1000);
	KUNIT_EXPECT_GT(test, c[1].load, 1000);
	place_many(test, c, 3, 3000);
	expect_near(test, c[2].load, c[0].load, 8);
	expect_near(test, c[1].load, c[0].load, 8);
}

/* The most nodes, weights and loads there can be: no overflow, no bias. */
static void extremes(struct kunit *test)
{
	const u64 most = NETRAM_VOLUME_SIZE_MAX / NETRAM_EXTENT_SIZE_MIN *
			 NETRAM_VOLUMES_MAX;
	struct netram_candidate *c;
	u32 i;

	c = kunit_kcalloc(test, NETRAM_NODES_MAX, sizeof(*c), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, c);
	for (i = 0; i < NETRAM_NODES_MAX; i++) {
		c[i].id = i;
		c[i].weight = NETRAM_WEIGHT_MAX;
		c[i].load = most;
	}
	place_many(test, c, NETRAM_NODES_MAX, 6400);
	for (i = 0; i < NETRAM_NODES_MAX; i++)
		expect_near(test, c[i].load, most + 100, 8);
}

/* Where the first draw always loses, the second one shows: it is fair too. */
static void second_draw_is_fair(struct kunit *test)
{
	struct netram_candidate c[] = {
		{ .id = 0, .weight = 1000, .load = 1000000 },
		{ .id = 1, .weight = 100 },
		{ .id = 2, .weight = 100 },
		{ .id = 3, .weight = 100 },
	};
	struct rnd_state rnd;
	u32 won[4] = {};
	int i;

	prandom_seed_state(&rnd, SEED);
	for (i = 0; i < 30000; i++)
		won[netram_placement_pick(c, 4, prandom_u32_state(&rnd),
					  prandom_u32_state(&rnd))]++;
	KUNIT_EXPECT_EQ(test, won[0], 0);
	for (i = 1; i < 4; i++)
		expect_near(test, won[i], 10000, 300);
}

static void corners_of_the_dice(struct kunit *test)
{
	struct netram_candidate c[] = {
		{ .id = 0, .weight = 1, .load = 5 },
		{ .id = 1, .weight = 1000, .load = 5 },
		{ .id = 2, .weight = 1, .load = 5 },
	};
	const u32 randoms[] = { 0, 1, U32_MAX / 2, U32_MAX - 1, U32_MAX };
	unsigned int i, j;
	int at;

	for (i = 0; i < ARRAY_SIZE(randoms); i++)
		for (j = 0; j < ARRAY_SIZE(randoms); j++) {
			at = netram_placement_pick(c, 3, randoms[i],
						   randoms[j]);
			KUNIT_EXPECT_GE(test, at, 0);
			KUNIT_EXPECT_LE(test, at, 2);
		}
}

/* Ids are the caller's: what comes back is a place in the array. */
static void ids_are_not_looked_at(struct kunit *test)
{
	struct netram_candidate c[] = {
		{ .id = 63, .weight = 1, .load = 1 },
		{ .id = 63, .weight = 1, .load = 0 },
	};

	KUNIT_EXPECT_EQ(test, netram_placement_pick(c, 2, 0, 0), 1);
	KUNIT_EXPECT_EQ(test, netram_placement_pick(c, 2, U32_MAX, 0), 1);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(nobody),
	KUNIT_CASE(single),
	KUNIT_CASE(two_by_load),
	KUNIT_CASE(load_counts_by_weight),
	KUNIT_CASE(equal_nodes_stay_equal),
	KUNIT_CASE_PARAM(shares_follow_weights, share_gen_params),
	KUNIT_CASE(newcomer_catches_up),
	KUNIT_CASE(extremes),
	KUNIT_CASE(second_draw_is_fair),
	KUNIT_CASE(corners_of_the_dice),
	KUNIT_CASE(ids_are_not_looked_at),
	{}
};

static struct kunit_suite suite = {
	.name = "netram_placement",
	.test_cases = cases,
};
kunit_test_suite(suite);

MODULE_LICENSE("GPL");
