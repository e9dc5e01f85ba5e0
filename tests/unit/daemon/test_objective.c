// SPDX-License-Identifier: GPL-2.0
/* What is measured of objectives, and for how long it is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "daemon/objective.h"
#include "daemon/stats.h"

/* Of a bucket that is above the usual limit of p50, and one that is below. */
#define SLOW	100
#define FAST	8

/**
 * struct scene - one volume, whose reads the file has an objective for
 * @config: the file
 * @volume: v1
 * @is: the same
 * @actual: the same
 * @latency: its reads until now
 * @stats: its counters
 * @now: all of them
 * @o: what was measured
 */
struct scene {
	struct config config;
	struct netram_volume volume;
	struct actual_volume is;
	struct actual actual;
	struct netram_latency latency;
	uint64_t stats[STATS_NR];
	struct sample now;
	struct objectives o;
};

static void init(struct scene *s)
{
	memset(s, 0, sizeof(*s));
	strcpy(s->volume.name, "v1");
	strcpy(s->latency.volume, "v1");
	s->is.v = &s->volume;
	s->actual.volumes = &s->is;
	s->actual.nr_volumes = 1;
	s->now = (struct sample){
		.at_ms = 1, .volumes = &s->volume, .latency = &s->latency,
		.stats = s->stats, .nr_stats = STATS_NR,
	};
	/* what was before: nothing */
	s->o.before.at_ms = 1;
	s->config.objectives.set.bits = 1ULL << OBJECTIVE_READ_P99_US;
	s->config.objectives.limit[OBJECTIVE_READ_P99_US] = 1000;
}

/* So many reads more, by this time. */
static void measure(struct scene *s, uint64_t at_ms, unsigned int bucket,
		    uint64_t reads)
{
	static struct netram_latency before;

	before = s->latency;
	s->o.before.latency = &before;
	s->latency.reads[bucket] += reads;
	s->o.measured_ms = at_ms;
	objectives_take(&s->o, &s->config, &s->actual, &s->now);
}

static const struct objective *of(const struct scene *s, enum objective_key id)
{
	size_t i;

	for (i = 0; i < s->o.nr; i++)
		if (s->o.all[i].id == id)
			return &s->o.all[i];
	return NULL;
}

static void end(struct scene *s)
{
	s->o.before = (struct sample){ 0 };
	objectives_free(&s->o);
}

/* A burst of slow reads, and then nobody reads: it is not missed all night. */
static void test_forgotten(void **state)
{
	struct scene s;

	(void)state;
	init(&s);
	measure(&s, 1000, SLOW, 100);
	assert_non_null(of(&s, OBJECTIVE_READ_P50_US));
	assert_false(of(&s, OBJECTIVE_READ_P50_US)->met);
	assert_false(of(&s, OBJECTIVE_READ_P50_US)->asked);
	assert_false(of(&s, OBJECTIVE_READ_P99_US)->met);
	assert_true(of(&s, OBJECTIVE_READ_P99_US)->asked);
	/* too few to tell anything else */
	measure(&s, 31000, FAST, 99);
	assert_false(of(&s, OBJECTIVE_READ_P99_US)->met);
	measure(&s, 60999, FAST, 0);
	assert_int_equal(s.o.nr, 2);
	measure(&s, 61000, FAST, 0);
	assert_int_equal(s.o.nr, 0);
	/* and it may come again */
	measure(&s, 71000, FAST, 100);
	assert_true(of(&s, OBJECTIVE_READ_P99_US)->met);
	end(&s);
}

/* Told when it is so for a while, and once; what is measured is known at once. */
static void test_hovers(void **state)
{
	struct scene s;
	uint64_t ms = 0;
	int i;

	(void)state;
	init(&s);
	for (i = 0; i < 20; i++) {
		measure(&s, ms += 5000, i % 2 ? FAST : SLOW, 2000);
		assert_int_equal(of(&s, OBJECTIVE_READ_P99_US)->met, i % 2);
		assert_true(of(&s, OBJECTIVE_READ_P99_US)->told_met);
	}
	for (i = 1; i < OBJECTIVE_TELLS; i++) {
		measure(&s, ms += 5000, SLOW, 2000);
		assert_true(of(&s, OBJECTIVE_READ_P99_US)->told_met);
	}
	measure(&s, ms += 5000, SLOW, 2000);
	assert_false(of(&s, OBJECTIVE_READ_P99_US)->told_met);
	measure(&s, ms += 5000, FAST, 2000);
	assert_false(of(&s, OBJECTIVE_READ_P99_US)->told_met);
	for (i = 1; i < OBJECTIVE_TELLS; i++)
		measure(&s, ms += 5000, FAST, 2000);
	assert_true(of(&s, OBJECTIVE_READ_P99_US)->told_met);
	end(&s);
}

/* However seldom somebody looks: what has just been measured is known. */
static void test_seldom(void **state)
{
	struct scene s;

	(void)state;
	init(&s);
	measure(&s, 1000, SLOW, 100);
	measure(&s, 3601000, SLOW, 100);
	assert_non_null(of(&s, OBJECTIVE_READ_P99_US));
	measure(&s, 7201000, SLOW, 0);
	assert_null(of(&s, OBJECTIVE_READ_P99_US));
	end(&s);
}

/* How full the node n1 is told to be, of so many bytes. */
static const struct objective *measure_fill(struct scene *s, uint64_t pages,
					    uint64_t capacity)
{
	static struct config_node wanted = { .name = "n1" };
	static struct netram_node node = { .name = "n1" };

	wanted.capacity = capacity;
	node.pages = pages;
	s->config.nodes = &wanted;
	s->config.nr_nodes = 1;
	s->actual.nodes = &node;
	measure(s, s->o.measured_ms + 5000, FAST, 0);
	return of(s, OBJECTIVE_UTILIZATION_PERCENT);
}

/* A page more than the limit, which is 85 % where the file has none, is more. */
static void test_fill(void **state)
{
	static const struct {
		uint64_t pages;
		uint64_t capacity;
		uint64_t percent;
	} fills[] = {
		{ 0, 1 << 20, 0 },
		{ 1, 1ULL << 40, 1 },
		{ 850000, 1000000ULL * 4096, 85 },
		{ 850001, 1000000ULL * 4096, 86 },
		{ 859000, 1000000ULL * 4096, 86 },
		{ 1000000, 1000000ULL * 4096, 100 },
		{ 1000001, 1000000ULL * 4096, 101 },
		{ 1, 50, 8192 },
	};
	const struct objective *one;
	struct scene s;
	size_t i;

	(void)state;
	init(&s);
	for (i = 0; i < sizeof(fills) / sizeof(*fills); i++) {
		one = measure_fill(&s, fills[i].pages, fills[i].capacity);
		assert_non_null(one);
		assert_int_equal(one->value, fills[i].percent);
		assert_int_equal(one->met, fills[i].percent <= 85);
	}
	end(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forgotten),
		cmocka_unit_test(test_seldom),
		cmocka_unit_test(test_hovers),
		cmocka_unit_test(test_fill),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
