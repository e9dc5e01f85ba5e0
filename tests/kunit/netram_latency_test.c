// SPDX-License-Identifier: GPL-2.0
/* Suite netram_latency: which bucket counts a latency, and what counts tell. */
#include <kunit/test.h>
#include <linux/ktime.h>
#include <netram/latency.h>

#include "../../kernel/latency.c"

#if !IS_ENABLED(CONFIG_KUNIT)
#error "without CONFIG_KUNIT this suite compiles to nothing"
#endif

struct bucket {
	u64 ns;
	unsigned int bucket;
};

static const struct bucket buckets[] = {
	{ 0, 0 },
	{ 1, 0 },
	{ 1249, 0 },
	{ 1250, 1 },
	{ 9999, 7 },
	{ 10000, 8 },
	{ 19999, 15 },
	{ 20000, 16 },
	{ 22499, 16 },
	{ 22500, 17 },
	{ 89999, 32 },
	{ 90000, 33 },
	{ 99999, 33 },
	{ 100000, 34 },
	{ 109999, 34 },
	{ NSEC_PER_MSEC, 60 },
	{ NSEC_PER_SEC, 140 },
	{ 19660799999ULL, 174 },
	{ 19660800000ULL, 175 },
	{ 20971520000ULL, 175 },
	{ 1ULL << 40, 175 },
	{ U64_MAX, 175 },
};

static void name_bucket(const struct bucket *b, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%llu ns", b->ns);
}

KUNIT_ARRAY_PARAM(buckets, buckets, name_bucket);

static void bucket_of(struct kunit *test)
{
	const struct bucket *b = test->param_value;

	KUNIT_EXPECT_EQ(test, netram_latency_bucket(b->ns), b->bucket);
}

/* The formula of the interface and the module's way agree at every edge. */
static void bounds(struct kunit *test)
{
	unsigned int i;
	u64 from, to;

	KUNIT_EXPECT_EQ(test, netram_latency_bound(0), 0);
	for (i = 0; i < NETRAM_LATENCY_BUCKETS; i++) {
		from = netram_latency_bound(i);
		to = netram_latency_bound(i + 1);
		KUNIT_ASSERT_LT(test, from, to);
		KUNIT_EXPECT_EQ(test, netram_latency_bucket(from), i);
		KUNIT_EXPECT_EQ(test, netram_latency_bucket(to - 1), i);
		if (i >= NETRAM_LATENCY_MINORS)
			KUNIT_EXPECT_LE(test,
					(to - from) * NETRAM_LATENCY_MINORS,
					from);
	}
}

static void target_is_a_bound(struct kunit *test)
{
	unsigned int i =
		netram_latency_bucket(NETRAM_LATENCY_TARGET_NS);

	KUNIT_EXPECT_EQ(test, netram_latency_bound(i),
			NETRAM_LATENCY_TARGET_NS);
}

/* An operation's and a bucket's counts are its own; CPUs are summed up. */
static void counting(struct kunit *test)
{
	struct netram_latency __percpu *l = alloc_percpu(struct netram_latency);
	unsigned int op, i;
	u64 wanted;
	int cpu;

	KUNIT_ASSERT_NOT_NULL(test, (void __force *)l);
	for (op = 0; op < NETRAM_LATENCY_OPS; op++)
		for (i = 0; i < NETRAM_LATENCY_BUCKETS; i++)
			if ((i + op) % 3)
				netram_latency_add(l, op,
						   netram_latency_bound(i));
	for (op = 0; op < NETRAM_LATENCY_OPS; op++)
		for (i = 0; i < NETRAM_LATENCY_BUCKETS; i++)
			KUNIT_EXPECT_EQ(test, netram_latency_read(l, op, i),
					!!((i + op) % 3));
	wanted = 1ULL << 40;
	for_each_possible_cpu(cpu) {
		per_cpu_ptr(l, cpu)->counts[1][9] = cpu;
		wanted += cpu;
	}
	this_cpu_add(l->counts[1][9], 1ULL << 40);
	KUNIT_EXPECT_EQ(test, netram_latency_read(l, 1, 9), wanted);
	free_percpu(l);
}

/* Latencies @at buckets, @n in each; and the buckets percentiles point at. */
struct distribution {
	const char *name;
	struct {
		unsigned int at;
		u64 n;
	} in[3];
	unsigned int p50, p99, p999, max;
};

static const struct distribution distributions[] = {
	{ "one", { { 20, 1 } }, 20, 20, 20, 20 },
	{ "one in the first", { { 0, 1 } }, 0, 0, 0, 0 },
	{ "one in the last", { { 175, 1 } }, 175, 175, 175, 175 },
	{ "halves", { { 10, 50 }, { 11, 50 } }, 10, 11, 11, 11 },
	{ "more than half", { { 10, 49 }, { 11, 51 } }, 11, 11, 11, 11 },
	{ "one slow of 100", { { 10, 99 }, { 90, 1 } }, 10, 10, 90, 90 },
	{ "two slow of 100", { { 10, 98 }, { 90, 2 } }, 10, 90, 90, 90 },
	{ "one slow of 1000", { { 10, 999 }, { 90, 1 } }, 10, 10, 10, 90 },
	{ "two slow of 1000", { { 10, 998 }, { 90, 2 } }, 10, 10, 90, 90 },
	{ "three", { { 1, 1 }, { 2, 1 }, { 3, 1 } }, 2, 3, 3, 3 },
	{ "many", { { 30, 99ULL << 42 }, { 31, 1ULL << 42 } }, 30, 30, 31, 31 },
};

static void name_distribution(const struct distribution *d, char *desc)
{
	strscpy(desc, d->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(distributions, distributions, name_distribution);

static void percentiles(struct kunit *test)
{
	const struct distribution *d = test->param_value;
	u64 *counts = kunit_kcalloc(test, NETRAM_LATENCY_BUCKETS,
				    sizeof(*counts), GFP_KERNEL);
	u64 total = 0;
	int i;

	KUNIT_ASSERT_NOT_NULL(test, counts);
	for (i = 0; i < ARRAY_SIZE(d->in); i++) {
		counts[d->in[i].at] += d->in[i].n;
		total += d->in[i].n;
	}
	KUNIT_EXPECT_EQ(test, netram_latency_total(counts), total);
	KUNIT_EXPECT_EQ(test, netram_latency_percentile(counts, 5000),
			netram_latency_bound(d->p50 + 1));
	KUNIT_EXPECT_EQ(test, netram_latency_percentile(counts, 9900),
			netram_latency_bound(d->p99 + 1));
	KUNIT_EXPECT_EQ(test, netram_latency_percentile(counts, 9990),
			netram_latency_bound(d->p999 + 1));
	KUNIT_EXPECT_EQ(test,
			netram_latency_percentile(counts, NETRAM_LATENCY_ALL),
			netram_latency_bound(d->max + 1));
}

static void nothing_counted(struct kunit *test)
{
	u64 *counts = kunit_kcalloc(test, NETRAM_LATENCY_BUCKETS,
				    sizeof(*counts), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, counts);
	KUNIT_EXPECT_EQ(test, netram_latency_total(counts), 0);
	KUNIT_EXPECT_EQ(test, netram_latency_percentile(counts, 9900), 0);
	KUNIT_EXPECT_EQ(test, netram_latency_within(counts, U64_MAX), 0);
}

static void within(struct kunit *test)
{
	u64 *counts = kunit_kcalloc(test, NETRAM_LATENCY_BUCKETS,
				    sizeof(*counts), GFP_KERNEL);
	const u64 target = NETRAM_LATENCY_TARGET_NS;

	KUNIT_ASSERT_NOT_NULL(test, counts);
	counts[netram_latency_bucket(0)] += 1;
	counts[netram_latency_bucket(target - 1)] += 2;
	counts[netram_latency_bucket(target)] += 4;
	counts[NETRAM_LATENCY_BUCKETS - 1] += 8;
	KUNIT_EXPECT_EQ(test, netram_latency_within(counts, 0), 0);
	KUNIT_EXPECT_EQ(test, netram_latency_within(counts, target), 3);
	KUNIT_EXPECT_EQ(test, netram_latency_within(counts, target - 1), 1);
	KUNIT_EXPECT_EQ(test, netram_latency_within(counts, U64_MAX), 15);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(bucket_of, buckets_gen_params),
	KUNIT_CASE(bounds),
	KUNIT_CASE(target_is_a_bound),
	KUNIT_CASE(counting),
	KUNIT_CASE_PARAM(percentiles, distributions_gen_params),
	KUNIT_CASE(nothing_counted),
	KUNIT_CASE(within),
	{}
};

static struct kunit_suite suite = {
	.name = "netram_latency",
	.test_cases = cases,
};
kunit_test_suite(suite);

MODULE_LICENSE("GPL");
