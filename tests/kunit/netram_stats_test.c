// SPDX-License-Identifier: GPL-2.0
/* Suite netram_stats: counters per CPU, their sums and names. */
#include <kunit/test.h>

#include "../../kernel/stats.c"

#if !IS_ENABLED(CONFIG_KUNIT)
#error "without CONFIG_KUNIT this suite compiles to nothing"
#endif

static int init(struct kunit *test)
{
	test->priv = (void __force *)alloc_percpu(struct netram_stats);
	return test->priv ? 0 : -ENOMEM;
}

static void exit_stats(struct kunit *test)
{
	free_percpu((void __percpu __force *)test->priv);
}

static struct netram_stats __percpu *stats_of(struct kunit *test)
{
	return (struct netram_stats __percpu __force *)test->priv;
}

static void begin_at_zero(struct kunit *test)
{
	int i;

	for (i = 0; i < NETRAM_STAT_NR; i++)
		KUNIT_EXPECT_EQ(test, netram_stats_read(stats_of(test), i), 0);
}

/* Each counter by itself: none spills into a neighbour. */
static void add_to_each(struct kunit *test)
{
	struct netram_stats __percpu *stats = stats_of(test);
	int i;

	for (i = 0; i < NETRAM_STAT_NR; i++) {
		netram_stats_add(stats, i, i + 1);
		netram_stats_add(stats, i, 1ULL << 40);
	}
	for (i = 0; i < NETRAM_STAT_NR; i++)
		KUNIT_EXPECT_EQ(test, netram_stats_read(stats, i),
				(1ULL << 40) + i + 1);
}

static void sum_over_cpus(struct kunit *test)
{
	struct netram_stats __percpu *stats = stats_of(test);
	u64 wanted = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		per_cpu_ptr(stats, cpu)->v[NETRAM_STAT_READS] = 100 + cpu;
		wanted += 100 + cpu;
	}
	KUNIT_EXPECT_EQ(test, netram_stats_read(stats, NETRAM_STAT_READS),
			wanted);
	KUNIT_EXPECT_EQ(test, netram_stats_read(stats, NETRAM_STAT_READ_BYTES),
			0);
}

static void names(struct kunit *test)
{
	int i, j;

	KUNIT_EXPECT_STREQ(test, netram_stats_name(NETRAM_STAT_READS), "reads");
	KUNIT_EXPECT_STREQ(test, netram_stats_name(NETRAM_STAT_TRIM_PAGES),
			   "trim_pages");
	KUNIT_EXPECT_STREQ(test, netram_stats_name(NETRAM_STAT_NR - 1),
			   "errors");
	for (i = 0; i < NETRAM_STAT_NR; i++) {
		KUNIT_ASSERT_NOT_NULL(test, netram_stats_name(i));
		for (j = 0; j < i; j++)
			KUNIT_EXPECT_STRNEQ(test, netram_stats_name(i),
					    netram_stats_name(j));
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(begin_at_zero),
	KUNIT_CASE(add_to_each),
	KUNIT_CASE(sum_over_cpus),
	KUNIT_CASE(names),
	{}
};

static struct kunit_suite suite = {
	.name = "netram_stats",
	.init = init,
	.exit = exit_stats,
	.test_cases = cases,
};
kunit_test_suite(suite);

MODULE_LICENSE("GPL");
