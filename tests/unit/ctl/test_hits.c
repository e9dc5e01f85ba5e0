// SPDX-License-Identifier: GPL-2.0
/* netramctl status: the hit rate. */
#include "kit.h"
#include "ctl/hits.h"

#define PAGE	4096ULL
#define NONE	SAMPLE_UNKNOWN

static const struct {
	uint64_t stats[HITS_STATS];	/* bytes read, holes, backup, lost */
	uint64_t pages;
	uint64_t missed;
	bool met;
} cases[] = {
	{ { 0, 0, 0, 0 }, 0, 0, true },
	{ { 100 * PAGE, 0, 0, 0 }, 100, 0, true },
	{ { 100 * PAGE, 0, 3, 2 }, 100, 5, true },
	{ { 100 * PAGE, 0, 3, 3 }, 100, 6, false },
	{ { 100 * PAGE, 80, 2, 0 }, 20, 2, false },
	/* counted at different moments */
	{ { 10 * PAGE, 11, 0, 0 }, 0, 0, true },
	{ { 10 * PAGE, 0, 11, 0 }, 10, 10, false },
	/* of a module that does not count them, or a volume that is gone */
	{ { 100 * PAGE, NONE, NONE, NONE }, 100, 0, true },
	{ { NONE, NONE, NONE, NONE }, 0, 0, true },
};

static void test_cases(void **state)
{
	struct hits hits;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		hits = (struct hits){ 0 };
		hits_add(&hits, cases[i].stats);
		assert_int_equal(hits.pages, cases[i].pages);
		assert_int_equal(hits.missed, cases[i].missed);
		assert_int_equal(hits_met(&hits), cases[i].met);
	}
}

/* Volumes add up. */
static void test_sum(void **state)
{
	struct hits hits = { 0 };
	struct json_object *o;

	(void)state;
	hits_add(&hits, cases[2].stats);
	hits_add(&hits, cases[3].stats);
	assert_int_equal(hits.pages, 200);
	assert_int_equal(hits.missed, 11);
	assert_false(hits_met(&hits));
	o = hits_json(&hits);
	assert_string_equal(json_object_to_json_string_ext(o, 0),
			    "{\"pages\":200,\"missed_pages\":11,\"hit_share\":0.945000,\"hit_rate_met\":false}");
	json_object_put(o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_sum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
