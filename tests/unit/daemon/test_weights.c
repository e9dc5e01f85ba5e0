// SPDX-License-Identifier: GPL-2.0
/* With what part of its weight a node counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "daemon/weights.h"

#define GIB	(1ULL << 30)

static void test_fill(void **state)
{
	static const struct {
		uint64_t used, room;
		uint32_t share;
	} cases[] = {
		{ 0, 64 * GIB, 1000 },		{ GIB, GIB, 50 },
		{ 32 * GIB, 64 * GIB, 1000 },	{ 40 * GIB, 64 * GIB, 750 },
		{ 48 * GIB, 64 * GIB, 500 },	{ 85 * GIB, 100 * GIB, 300 },
		{ 64 * GIB, 64 * GIB, 50 },	{ 65 * GIB, 64 * GIB, 50 },
		{ UINT64_MAX, GIB, 50 },		{ UINT64_MAX, UINT64_MAX, 50 },
		{ 0, 1 << 20, 1000 },
	};
	uint32_t share, before = WEIGHTS_WHOLE;
	uint64_t used;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		share = weights_for_fill(cases[i].used, cases[i].room);
		if (share + 2 < cases[i].share || share > cases[i].share + 2)
			fail_msg("%zu: %u", i, share);
	}
	for (used = 0; used < 1200; used++) {
		share = weights_for_fill(used * GIB, 1000 * GIB);
		assert_true(share <= before && share >= WEIGHTS_FILL_MIN);
		before = share;
	}
}

static void test_latency(void **state)
{
	static const struct {
		uint64_t ns, median_ns;
		uint32_t share;
	} cases[] = {
		{ 0, 0, 1000 },		{ 100, 100, 1000 },	{ 50, 100, 1000 },
		{ 200, 100, 500 },	{ 400, 100, 250 },	{ 800, 100, 125 },
		{ 801, 100, 125 },	{ 20000000000, 1250, 125 },
		{ 100, 0, 125 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(weights_for_latency(cases[i].ns,
						     cases[i].median_ns),
				 cases[i].share);
}

static void test_pressure(void **state)
{
	static const struct {
		double percent;
		uint32_t share;
	} cases[] = {
		{ 0, 1000 },	{ 10, 1000 },	{ 12.5, 800 },	{ 20, 500 },
		{ 50, 200 },	{ 80, 125 },	{ 100, 125 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(weights_for_pressure(cases[i].percent),
				 cases[i].share);
}

/* A machine that is short of memory, and a server that cannot be asked any more. */
static void test_pressure_counts(void **state)
{
	struct weight_input in = {
		.node = "n1", .used = 75 * GIB, .room = 100 * GIB,
		.has_pressure = true, .pressure_percent = 40,
	};
	struct weights w = { 0 };
	int i;

	(void)state;
	for (i = 0; i < WEIGHTS_VOTES; i++)
		weights_update(&w, &in, 1);
	assert_int_equal(weights_find(&w, "n1")->share, 125);
	in.has_pressure = false;
	for (i = 0; i < WEIGHTS_VOTES; i++)
		assert_false(weights_update(&w, &in, 1));
	in.has_pressure = true;
	in.pressure_percent = 0;
	for (i = 0; i < WEIGHTS_VOTES; i++)
		weights_update(&w, &in, 1);
	assert_int_equal(weights_find(&w, "n1")->share, 500);
	in.pressure_percent = 40;
	for (i = 0; i < WEIGHTS_VOTES; i++)
		weights_update(&w, &in, 1);
	in.has_pressure = false;
	for (i = 1; i < WEIGHTS_QUIET_MAX; i++)
		assert_false(weights_update(&w, &in, 1));
	assert_int_equal(weights_find(&w, "n1")->share, 125);
	for (i = 0; i < WEIGHTS_VOTES; i++)
		weights_update(&w, &in, 1);
	assert_int_equal(weights_find(&w, "n1")->share, 500);
}

/* ---- measures in a row: n1 is measured, n2 and n3 are as they should be */

static struct weight_input input(const char *node, uint64_t fill,
				 uint64_t reads, uint64_t p50, uint64_t p99)
{
	return (struct weight_input){
		.node = node, .used = fill * GIB, .room = 100 * GIB,
		.reads = reads, .p50_ns = p50, .p99_ns = p99,
	};
}

static uint32_t share_of(const struct weights *w, const char *node)
{
	const struct weight *one = weights_find(w, node);

	return one ? one->share : 0;
}

static void test_rows(void **state)
{
	/* fill, reads, p50 and p99 of n1, so many times; what counts then */
	static const struct {
		const char *name;
		uint64_t fill, reads, p50, p99;
		unsigned int times;
		uint32_t share;
	} rows[] = {
		{ "all is well", 10, 5000, 100, 300, 3, 1000 },
		{ "full, but not for long", 90, 5000, 100, 300, 2, 1000 },
		{ "it was nothing", 10, 5000, 100, 300, 1, 1000 },
		{ "anew, it takes three", 90, 5000, 100, 300, 2, 1000 },
		{ "the third", 90, 5000, 100, 300, 1, 200 },
		{ "a little less full", 88, 5000, 100, 300, 9, 200 },
		{ "a third more", 85, 5000, 100, 300, 3, 300 },
		{ "and slow", 85, 5000, 200, 600, 3, 150 },
		{ "few reads: as before", 85, 99, 100, 100, 59, 150 },
		{ "nobody knows any more", 85, 0, 0, 0, 4, 300 },
		{ "all again", 50, 0, 0, 0, 3, 1000 },
		{ "not much slower", 50, 5000, 130, 300, 9, 1000 },
		{ "slow at times only", 50, 5000, 100, 1200, 3, 250 },
		{ "of too few reads p99 does not count", 50, 999, 100, 9000, 3,
		  1000 },
		{ "very slow", 50, 100, 100000, 0, 3, 125 },
	};
	static struct weights w;
	struct weight_input in[3];
	unsigned int i, t;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		bool changed = false;
		uint32_t before = w.nr ? share_of(&w, "n1") : WEIGHTS_WHOLE;

		in[0] = input("n1", rows[i].fill, rows[i].reads, rows[i].p50,
			      rows[i].p99);
		in[1] = input("n2", 20, 5000, 100, 300);
		in[2] = input("n3", 20, 5000, 100, 300);
		for (t = 0; t < rows[i].times; t++)
			changed |= weights_update(&w, in, 3);
		if (share_of(&w, "n1") < rows[i].share - 2 ||
		    share_of(&w, "n1") > rows[i].share + 2)
			fail_msg("%s: %u", rows[i].name, share_of(&w, "n1"));
		assert_int_equal(changed, before != share_of(&w, "n1"));
		assert_int_equal(share_of(&w, "n2"), WEIGHTS_WHOLE);
		assert_int_equal(share_of(&w, "n3"), WEIGHTS_WHOLE);
	}
}

/* Of two nodes the slower one is the slow one; one alone is not. */
static void test_few(void **state)
{
	static struct weights w;
	struct weight_input in[2];
	unsigned int t;

	(void)state;
	in[0] = input("n1", 0, 5000, 800, 800);
	for (t = 0; t < 3; t++)
		assert_false(weights_update(&w, in, 1));
	in[1] = input("n2", 0, 5000, 200, 200);
	for (t = 0; t < 3; t++)
		assert_int_equal(weights_update(&w, in, 2), t == 2);
	assert_int_equal(share_of(&w, "n1"), 250);
	assert_int_equal(share_of(&w, "n2"), WEIGHTS_WHOLE);
	/* what is gone is forgotten */
	weights_update(&w, &in[1], 1);
	assert_null(weights_find(&w, "n1"));
	weights_update(&w, in, 2);
	assert_int_equal(share_of(&w, "n1"), WEIGHTS_WHOLE);
}

/* Where nothing is known of how full a node is, that does not count. */
static void test_unknown(void **state)
{
	static struct weights w;
	struct weight_input in = { .node = "n1" };
	unsigned int t;

	(void)state;
	for (t = 0; t < 100; t++)
		assert_false(weights_update(&w, &in, 1));
	assert_int_equal(share_of(&w, "n1"), WEIGHTS_WHOLE);
}

static void test_wanted(void **state)
{
	static struct weights w = { .nr = 1 };
	struct config_node told = { .name = "n1", .weight = 64 };
	struct config_node untold = { .name = "n1" }, other = { .name = "n2" };

	(void)state;
	told.set.bits = 1ULL << NODE_WEIGHT;
	strcpy(w.all[0].node, "n1");
	w.all[0].share = 500;
	assert_int_equal(weights_wanted(NULL, &told), 64);
	assert_int_equal(weights_wanted(NULL, &untold), 0);
	assert_int_equal(weights_wanted(&w, &told), 32);
	assert_int_equal(weights_wanted(&w, &untold), 50);
	assert_int_equal(weights_wanted(&w, &other), 100);
	told.weight = 1;
	w.all[0].share = 50;
	assert_int_equal(weights_wanted(&w, &told), 1);
	weights_make_whole(&w);
	assert_int_equal(weights_wanted(&w, &untold), 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fill),
		cmocka_unit_test(test_latency),
		cmocka_unit_test(test_pressure),
		cmocka_unit_test(test_pressure_counts),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_few),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_wanted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
