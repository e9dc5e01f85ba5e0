// SPDX-License-Identifier: GPL-2.0
/* Suite netram_fsm: what may follow what, and when to try again. */
#include <kunit/test.h>
#include <linux/limits.h>

#include "../../kernel/fsm.c"

#if !IS_ENABLED(CONFIG_KUNIT)
#error "without CONFIG_KUNIT this suite compiles to nothing"
#endif

#define STATES (NETRAM_SESSION_CLOSED + 1)

static const bool may[STATES][STATES] = {
	[NETRAM_SESSION_CONNECTING] = {
		[NETRAM_SESSION_UP] = true,
		[NETRAM_SESSION_CLOSED] = true,
	},
	[NETRAM_SESSION_UP] = {
		[NETRAM_SESSION_BROKEN] = true,
		[NETRAM_SESSION_CLOSED] = true,
	},
	[NETRAM_SESSION_BROKEN] = {
		[NETRAM_SESSION_CONNECTING] = true,
		[NETRAM_SESSION_CLOSED] = true,
	},
};

static void session_transitions(struct kunit *test)
{
	int from, to;

	for (from = 0; from < STATES; from++)
		for (to = 0; to < STATES; to++)
			KUNIT_EXPECT_EQ_MSG(test, netram_fsm_session_may(from, to),
					    may[from][to], "%d -> %d", from, to);
}

static void closed_is_the_end(struct kunit *test)
{
	int to;

	for (to = 0; to < STATES; to++)
		KUNIT_EXPECT_FALSE(test,
				   netram_fsm_session_may(NETRAM_SESSION_CLOSED,
							  to));
}

static void unknown_states_are_refused(struct kunit *test)
{
	int from;

	for (from = 0; from < STATES; from++) {
		KUNIT_EXPECT_FALSE(test, netram_fsm_session_may(from, STATES));
		KUNIT_EXPECT_FALSE(test, netram_fsm_session_may(from, -1));
	}
}

static void backoff_sequence(struct kunit *test)
{
	const u32 wanted[] = {
		100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000
	};
	unsigned int i;
	u32 ms = 0;

	for (i = 0; i < ARRAY_SIZE(wanted); i++) {
		ms = netram_fsm_backoff_ms(ms);
		KUNIT_EXPECT_EQ(test, ms, wanted[i]);
	}
}

static void backoff_bounds(struct kunit *test)
{
	const u32 previous[] = {
		0, 1, 99, 100, 101, 2499, 2500, 2501, 4999, 5000, 5001,
		U32_MAX / 2, U32_MAX / 2 + 1, U32_MAX
	};
	unsigned int i;
	u32 ms;

	for (i = 0; i < ARRAY_SIZE(previous); i++) {
		ms = netram_fsm_backoff_ms(previous[i]);
		KUNIT_EXPECT_GE(test, ms, NETRAM_RECONNECT_MS_MIN);
		KUNIT_EXPECT_LE(test, ms, NETRAM_RECONNECT_MS_MAX);
		if (previous[i] <= NETRAM_RECONNECT_MS_MAX)
			KUNIT_EXPECT_GE(test, ms, previous[i]);
	}
}

struct node_case {
	u32 sessions, up;
	bool draining;
	enum netram_node_state state;
};

static const struct node_case node_cases[] = {
	{ 0, 0, false, NETRAM_NODE_IDLE },
	{ 1, 0, false, NETRAM_NODE_DOWN },
	{ 1, 1, false, NETRAM_NODE_UP },
	{ 2, 0, false, NETRAM_NODE_DOWN },
	{ 2, 1, false, NETRAM_NODE_SUSPECT },
	{ 2, 2, false, NETRAM_NODE_UP },
	{ 256, 1, false, NETRAM_NODE_SUSPECT },
	{ 256, 255, false, NETRAM_NODE_SUSPECT },
	{ 256, 256, false, NETRAM_NODE_UP },
	/* Whether it can be reached at all matters more than that it is drained. */
	{ 0, 0, true, NETRAM_NODE_DRAINING },
	{ 1, 0, true, NETRAM_NODE_DOWN },
	{ 1, 1, true, NETRAM_NODE_DRAINING },
	{ 2, 0, true, NETRAM_NODE_DOWN },
	{ 2, 1, true, NETRAM_NODE_SUSPECT },
	{ 2, 2, true, NETRAM_NODE_DRAINING },
};

static void node_name(const struct node_case *n, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%u of %u up%s", n->up,
		 n->sessions, n->draining ? ", draining" : "");
}

KUNIT_ARRAY_PARAM(node, node_cases, node_name);

static void state_of_a_node(struct kunit *test)
{
	const struct node_case *n = test->param_value;

	KUNIT_EXPECT_EQ(test, netram_fsm_node_state(n->sessions, n->up,
						    n->draining),
			n->state);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(session_transitions),
	KUNIT_CASE(closed_is_the_end),
	KUNIT_CASE(unknown_states_are_refused),
	KUNIT_CASE(backoff_sequence),
	KUNIT_CASE(backoff_bounds),
	KUNIT_CASE_PARAM(state_of_a_node, node_gen_params),
	{}
};

static struct kunit_suite suite = {
	.name = "netram_fsm",
	.test_cases = cases,
};
kunit_test_suite(suite);

MODULE_LICENSE("GPL");
