// SPDX-License-Identifier: GPL-2.0
/* How a volume stands with its copies, from what the module counts. */
#include "kit.h"
#include "common/drain.h"
#include "ctl/show.h"

static struct ctl_copies copies;

static void look(uint32_t replicas, uint64_t extents, uint64_t degraded,
		 struct netram_session a, struct netram_session b)
{
	struct netram_volume volume = {
		.replicas = replicas, .extents = extents,
		.degraded = degraded, .sessions = &a,
	};

	a.next = &b;
	ctl_copies(&volume, &copies);
}

#define ON(_state, _extents, _stale) \
	(struct netram_session){ .node = #_state, .extents = (_extents), \
		.stale = (_stale), .state = NETRAM_SESSION_##_state }

static void test_all_well(void **state)
{
	(void)state;
	look(2, 10, 0, ON(UP, 10, 0), ON(UP, 10, 0));
	assert_int_equal(copies.least, 2);
	assert_int_equal(copies.copying, 0);
	assert_null(copies.away);
	assert_false(copies.none);
	/* nothing written yet */
	look(2, 0, 0, ON(UP, 0, 0), ON(BROKEN, 0, 0));
	assert_int_equal(copies.least, 2);
	assert_null(copies.away);
	assert_false(copies.none);
}

static void test_degraded(void **state)
{
	(void)state;
	look(2, 10, 1, ON(UP, 10, 0), ON(UP, 10, 1));
	assert_int_equal(copies.least, 1);
	assert_int_equal(copies.copying, 1);
	look(2, 10, 10, ON(UP, 10, 0), ON(BROKEN, 10, 0));
	assert_int_equal(copies.least, 1);
	assert_int_equal(copies.copying, 0);
	assert_string_equal(copies.away, "BROKEN");
	look(3, 10, 10, ON(UP, 10, 0), ON(UP, 10, 0));
	assert_int_equal(copies.least, 2);
	look(1, 10, 5, ON(UP, 5, 0), ON(CONNECTING, 5, 0));
	assert_int_equal(copies.least, 0);
	assert_false(copies.none);
	look(2, 10, 10, ON(BROKEN, 10, 0), ON(CONNECTING, 10, 0));
	assert_int_equal(copies.least, 0);
	assert_true(copies.none);
	/* some extents have more than they should, while they move */
	look(1, 10, 1, ON(UP, 9, 0), ON(UP, 9, 0));
	assert_int_equal(copies.least, 0);
}

static void test_absurd(void **state)
{
	(void)state;
	look(0, 0, 9, ON(UP, 1, 2), ON(UP, UINT64_MAX, 0));
	assert_int_equal(copies.least, 0);
	look(UINT32_MAX, 1, UINT64_MAX, ON(UP, UINT64_MAX, UINT64_MAX),
	     ON(UP, 0, UINT64_MAX));
	assert_int_equal(copies.least, 0);
	assert_true(copies.none);
}

static void test_nodes(void **state)
{
	struct netram_node nodes[] = {
		{ .next = &nodes[1], .state = NETRAM_NODE_UP },
		{ .next = &nodes[2], .state = NETRAM_NODE_SUSPECT },
		{ .next = &nodes[3], .state = NETRAM_NODE_DRAINING,
		  .drain = true },
		{ .next = &nodes[4], .state = NETRAM_NODE_SUSPECT,
		  .drain = true },
		{ .next = &nodes[5], .state = NETRAM_NODE_DOWN },
		{ .state = 200 },
	};

	(void)state;
	assert_int_equal(nodes_for_copies(nodes), 2);
	assert_int_equal(nodes_for_copies(NULL), 0);
	assert_string_equal(ctl_node_also(&nodes[2]), "");
	assert_string_equal(ctl_node_also(&nodes[3]), ", draining");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_well),
		cmocka_unit_test(test_degraded),
		cmocka_unit_test(test_absurd),
		cmocka_unit_test(test_nodes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
