// SPDX-License-Identifier: GPL-2.0
/* resolve --dry-run and volume set --dry-run: what is asked, and what is told. */
#include <errno.h>
#include <string.h>

#include "kit.h"

/* n1 and n3 are in sync, n2 is stale and away. */
static void queue_extent(void)
{
	struct kit_msg m = { 0 };

	kit_begin(&m, KIT_FAMILY, 0, NETRAM_CMD_EXTENT_GET);
	kit_put_extent(&m, 0, 3);
	kit_end(&m);
	kit_ack(&m, 0, NULL);
	kit_queue_msg(&m);
}

static void queue_extents(void)
{
	struct kit_msg m = { 0 };
	unsigned int copies;

	for (copies = 0; copies <= 4; copies++) {
		kit_begin(&m, KIT_FAMILY, NLM_F_MULTI, NETRAM_CMD_EXTENT_GET);
		kit_put_extent(&m, copies, copies);
		kit_end(&m);
	}
	kit_done(&m, 0, NULL);
	kit_queue_msg(&m);
}

/* @asked: how often for an extent */
static void resolve(const struct netram_verify *v, int asked, bool json,
		    int want)
{
	char *argv[] = { "v1", "--dry-run", json ? "--json" : NULL, NULL };
	struct ctl_call call;
	int requests = 3 + asked;

	kit_parse(&ctl_resolve, argv, &call);
	kit_reset_family();
	kit_queue_verified(NULL);
	kit_queue_verified(v);
	while (asked--)
		queue_extent();
	assert_int_equal(kit_run(&ctl_resolve, &call), want);
	assert_int_equal(kit_requests(), requests);
	assert_int_equal(kit_open_transports(), 0);
}

static void test_resolve(void **state)
{
	struct netram_bad bad[] = {
		{ .next = &bad[1], .offset = 4096, .node = "n1",
		  .kind = NETRAM_VERIFY_BAD_WRONG },
		{ .next = &bad[2], .offset = 8192, .node = "n3",
		  .kind = NETRAM_VERIFY_BAD_WRONG },
	};
	struct netram_verify v = {
		.run = 4, .state = NETRAM_VERIFY_WRONG, .pages = 100,
		.total = 100, .compared = 200, .wrong = 2, .found = 2,
		.bad = bad,
	};

	(void)state;
	bad[1].next = NULL;
	resolve(&v, 2, false, CTL_OK);
	assert_string_equal(kit_output,
			    "would run: netramctl resolve v1\n"
			    "v1: 100 pages checked, 200 copies compared: 2 wrong, 0 missing, 0 unreadable\n"
			    "  offset 4096 on n1: wrong, would be repaired from n3\n"
			    "  offset 8192 on n3: wrong, would be repaired from n1\n");
	resolve(&v, 2, true, CTL_OK);
	assert_non_null(strstr(kit_output, "\"dry_run\": true"));
	assert_non_null(strstr(kit_output, "\"action\": \"verify\""));
	assert_non_null(strstr(kit_output, "\"from\": \"n3\""));

	/* neither is right, and the third one is away */
	bad[1].offset = 4096;
	resolve(&v, 2, false, CTL_FAILED);
	assert_null(strstr(kit_output, "repaired"));
	bad[1].offset = 8192;
	/* more than are listed: whether the last one's other copy is, is not known */
	v.wrong = 3;
	v.found = 3;
	resolve(&v, 1, false, CTL_FAILED);
	assert_non_null(strstr(kit_output, "n1: wrong, would be repaired from n3\n"));
	assert_non_null(strstr(kit_output, "n3: wrong\n  and 1 more\n"));
	v.wrong = 2;
	v.found = 2;
	/* all of this is repaired, and yet not all is well */
	v.missing = 1;
	resolve(&v, 2, false, CTL_FAILED);
	v.missing = 0;
	/* lost ones are nobody's to repair */
	bad[1].kind = NETRAM_VERIFY_BAD_LOST;
	bad[1].node[0] = '\0';
	v.wrong = 1;
	v.lost = 1;
	resolve(&v, 1, false, CTL_FAILED);
	assert_non_null(strstr(kit_output, "  offset 8192 on all nodes: lost\n"));
	v.state = NETRAM_VERIFY_CLEAN;
	v.bad = NULL;
	v.found = 0;
	resolve(&v, 0, false, CTL_OK);
}

/* What cannot be asked leaves nothing to tell. */
static void test_refused(void **state)
{
	char *argv[] = { "v1", "--dry-run", "--json", NULL };
	struct kit_msg m = { 0 };
	struct ctl_call call;

	(void)state;
	kit_parse(&ctl_resolve, argv, &call);
	kit_reset_family();
	kit_queue_verified(NULL);
	kit_ack(&m, -EBUSY, "the volume is being verified");
	kit_queue_msg(&m);
	assert_int_equal(kit_run(&ctl_resolve, &call), CTL_FAILED);
	assert_string_equal(kit_output, "");
}

static void expect_set(const char *replicas, bool json, const char *want)
{
	char *argv[] = { "v1", "--replicas", (char *)replicas, "--dry-run",
			 json ? "--json" : NULL, NULL };
	struct ctl_call call;

	kit_parse(&ctl_volume_set, argv, &call);
	kit_reset_family();
	queue_extents();
	assert_int_equal(kit_run(&ctl_volume_set, &call), CTL_OK);
	assert_int_equal(kit_requests(), 2);
	if (!strstr(kit_output, want))
		fail_msg("it says: %s", kit_output);
}

/* Of extents with none to four copies, 100 pages each. */
static void test_volume_set(void **state)
{
	(void)state;
	expect_set("1", false,
		   "would run: netramctl volume set v1 --replicas 1\n"
		   "would give up: 6 copies of 3 extents, 2.3 MiB\n");
	assert_null(strstr(kit_output, "make"));
	expect_set("3", false,
		   "would give up: 1 copy of 1 extent, 400 KiB\n"
		   "would make: 3 copies of 2 extents, 1.1 MiB\n");
	expect_set("4", false, "would make: 6 copies of 3 extents");
	assert_null(strstr(kit_output, "give up"));
	expect_set("2", true, "\"given_up\": {");
	assert_non_null(strstr(kit_output, "\"bytes\": 1228800"));
	assert_int_equal(kit_open_transports(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_resolve),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_volume_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
