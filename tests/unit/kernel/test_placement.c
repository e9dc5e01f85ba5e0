// SPDX-License-Identifier: GPL-2.0
/* The choice of a node: what must hold for any candidates and any dice. */
#include "random.h"

#include <math.h>
#include <netram/limits.h>
#include "placement.h"

static void random_candidates(struct netram_candidate *c, u32 count)
{
	u32 i;

	for (i = 0; i < count; i++) {
		c[i].id = random_u32();
		c[i].weight = 1 + random_below(NETRAM_WEIGHT_MAX);
		c[i].load = random_u64() >> (24 + random_below(40));
	}
}

static double fullness(const struct netram_candidate *c)
{
	return (double)c->load / c->weight;
}

/* Always a candidate; never the strictly fullest of several. */
static void any_candidates(void **state)
{
	struct netram_candidate c[NETRAM_NODES_MAX];
	u32 rounds = random_rounds(300000), count, i, fuller;
	int at;

	while (rounds--) {
		count = 1 + random_below(NETRAM_NODES_MAX);
		random_candidates(c, count);
		at = netram_placement_pick(c, count, random_u32(),
					   random_u32());
		assert_in_range(at, 0, count - 1);
		for (fuller = 0, i = 0; i < count; i++)
			fuller += (int)i != at &&
				  c[i].load * c[at].weight >=
				  c[at].load * c[i].weight;
		assert_true(count == 1 || fuller);
	}
}

static void none(void **state)
{
	assert_int_equal(netram_placement_pick(NULL, 0, random_u32(),
					       random_u32()), -1);
}

/* The same arguments, the same answer; the candidates are only read. */
static void no_memory(void **state)
{
	struct netram_candidate c[8], copy[8];
	u32 rounds = random_rounds(100000), r1, r2;
	int at;

	while (rounds--) {
		random_candidates(c, 8);
		memcpy(copy, c, sizeof(c));
		r1 = random_u32();
		r2 = random_u32();
		at = netram_placement_pick(c, 8, r1, r2);
		assert_int_equal(at, netram_placement_pick(c, 8, r1, r2));
		assert_memory_equal(c, copy, sizeof(c));
	}
}

/* An array that ends where the candidates end: ASAN sees a step too far. */
static void nothing_past_the_end(void **state)
{
	u32 rounds = random_rounds(20000), count;
	struct netram_candidate *c;

	while (rounds--) {
		count = 1 + random_below(5);
		c = malloc(count * sizeof(*c));
		random_candidates(c, count);
		netram_placement_pick(c, count, random_u32(), random_u32());
		netram_placement_pick(c, count, 0, UINT32_MAX);
		netram_placement_pick(c, count, UINT32_MAX, UINT32_MAX);
		free(c);
	}
}

/* With loads out of the way, draws alone: everybody is drawn by its weight. */
static void draws_follow_weights(void **state)
{
	const u32 rounds = random_rounds(400000);
	struct netram_candidate c[5] = {
		{ .weight = 1 }, { .weight = 10 }, { .weight = 100 },
		{ .weight = 500 }, { .weight = 1000 },
	};
	double total = 1611, wanted, sigma;
	u32 won[5] = {}, i;

	/* on a tie the first draw wins */
	for (i = 0; i < rounds; i++)
		won[netram_placement_pick(c, 5, random_u32(), random_u32())]++;
	for (i = 0; i < 5; i++) {
		wanted = rounds * c[i].weight / total;
		sigma = sqrt(wanted);
		assert_true(fabs(won[i] - wanted) < 6 * sigma + 1);
	}
}

/* Where the first draw loses, the second one is seen: by weight among the rest. */
static void second_draw_follows_weights(void **state)
{
	const u32 rounds = random_rounds(400000);
	struct netram_candidate c[4] = {
		{ .weight = 1000, .load = 1ULL << 40 }, { .weight = 1 },
		{ .weight = 2 }, { .weight = 3 },
	};
	u32 won[4] = {}, i;
	double wanted;

	for (i = 0; i < rounds; i++)
		won[netram_placement_pick(c, 4, random_u32(), random_u32())]++;
	assert_int_equal(won[0], 0);
	for (i = 1; i < 4; i++) {
		wanted = rounds * i / 6.0;
		/* the few rounds whose first draw was another one */
		assert_true(fabs(won[i] - wanted) < 6 * sqrt(wanted) +
						    rounds * 0.012);
	}
}

/* Any weights, extents placed one by one: shares come out by weight. */
static void shares_follow_weights(void **state)
{
	u32 rounds = random_rounds(60), count, i, extents;
	struct netram_candidate c[NETRAM_NODES_MAX];
	double low, high;

	while (rounds--) {
		count = 2 + random_below(15);
		random_candidates(c, count);
		for (i = 0; i < count; i++) {
			c[i].weight = 50 + random_below(100);
			c[i].load = 0;
		}
		for (extents = 0; extents < 4000 * count; extents++)
			c[netram_placement_pick(c, count, random_u32(),
						random_u32())].load++;
		low = high = fullness(c);
		for (i = 1; i < count; i++) {
			low = fmin(low, fullness(c + i));
			high = fmax(high, fullness(c + i));
		}
		/* 4000 extents at weights around 100: 40 of them a unit */
		assert_true(high - low < 1.0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_candidates),
		cmocka_unit_test(none),
		cmocka_unit_test(no_memory),
		cmocka_unit_test(nothing_past_the_end),
		cmocka_unit_test(draws_follow_weights),
		cmocka_unit_test(second_draw_follows_weights),
		cmocka_unit_test(shares_follow_weights),
	};

	random_seed();
	return cmocka_run_group_tests_name("kernel/placement", tests, NULL, NULL);
}
