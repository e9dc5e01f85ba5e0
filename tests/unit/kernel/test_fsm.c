// SPDX-License-Identifier: GPL-2.0
/* States: what must hold along any way through them. */
#include "random.h"

#include <netram/limits.h>
#include "fsm.h"

/* From anywhere the end can be reached, and from the end nothing. */
static void always_a_way_out(void **state)
{
	int s;

	for (s = NETRAM_SESSION_CONNECTING; s < NETRAM_SESSION_CLOSED; s++)
		assert_true(netram_fsm_session_may(s, NETRAM_SESSION_CLOSED));
	for (s = NETRAM_SESSION_CONNECTING; s <= NETRAM_SESSION_CLOSED; s++) {
		assert_false(netram_fsm_session_may(NETRAM_SESSION_CLOSED, s));
		assert_false(netram_fsm_session_may(s, s));
	}
}

/* However events come, a session is up only after a handshake, and a broken
 * one has been torn down before it connects. */
static void any_events(void **state)
{
	u32 rounds = random_rounds(1000000);
	enum netram_session_state now = NETRAM_SESSION_CONNECTING, to;

	while (rounds--) {
		to = random_below(NETRAM_SESSION_CLOSED + 1);
		if (!netram_fsm_session_may(now, to))
			continue;
		if (to == NETRAM_SESSION_UP)
			assert_int_equal(now, NETRAM_SESSION_CONNECTING);
		if (to == NETRAM_SESSION_CONNECTING)
			assert_int_equal(now, NETRAM_SESSION_BROKEN);
		if (to == NETRAM_SESSION_BROKEN)
			assert_int_equal(now, NETRAM_SESSION_UP);
		now = to == NETRAM_SESSION_CLOSED ? NETRAM_SESSION_CONNECTING :
						    to;
	}
}

static void any_backoff(void **state)
{
	u32 rounds = random_rounds(1000000), ms, next;

	while (rounds--) {
		ms = random_u32() >> random_below(32);
		next = netram_fsm_backoff_ms(ms);
		assert_in_range(next, NETRAM_RECONNECT_MS_MIN,
				NETRAM_RECONNECT_MS_MAX);
		if (ms < NETRAM_RECONNECT_MS_MAX)
			assert_true(next > ms);
	}
}

/* A node that is gone is noticed by then, and TCP can do it. */
static void any_keepalive(void **state)
{
	u32 rounds = random_rounds(1000000), ms, all;
	struct netram_keepalive ka;

	while (rounds--) {
		ms = NETRAM_IO_TIMEOUT_MS_MIN +
		     random_below(NETRAM_IO_TIMEOUT_MS_MAX);
		netram_fsm_keepalive(ms, &ka);
		assert_in_range(ka.idle_s, 1, 32767);
		assert_in_range(ka.interval_s, 1, 32767);
		assert_in_range(ka.probes, 1, 127);
		all = ka.idle_s + ka.interval_s * ka.probes;
		assert_true(all <= ms / 1000 || all == 2);
		assert_true(all >= ms / 1000 * 3 / 4);
	}
}

static void backoff_comes_to_its_end(void **state)
{
	u32 ms = 0, attempts = 0, total = 0;

	while (ms != NETRAM_RECONNECT_MS_MAX) {
		ms = netram_fsm_backoff_ms(ms);
		total += ms;
		attempts++;
	}
	assert_int_equal(attempts, 7);
	assert_true(total < 15000);
	assert_int_equal(netram_fsm_backoff_ms(ms), ms);
}

static void any_node(void **state)
{
	u32 rounds = random_rounds(100000), sessions, up;
	enum netram_node_state s;
	bool draining;

	while (rounds--) {
		sessions = random_below(NETRAM_VOLUMES_MAX + 1);
		up = random_below(sessions + 1);
		draining = random_below(2);
		s = netram_fsm_node_state(sessions, up, draining);
		assert_int_equal(s == NETRAM_NODE_DRAINING,
				 draining && up == sessions);
		assert_int_equal(s == NETRAM_NODE_IDLE, !draining && !sessions);
		assert_int_equal(s == NETRAM_NODE_UP,
				 !draining && sessions && up == sessions);
		assert_int_equal(s == NETRAM_NODE_DOWN, sessions && !up);
		assert_int_equal(s == NETRAM_NODE_SUSPECT, up && up < sessions);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(always_a_way_out),
		cmocka_unit_test(any_events),
		cmocka_unit_test(any_backoff),
		cmocka_unit_test(any_keepalive),
		cmocka_unit_test(backoff_comes_to_its_end),
		cmocka_unit_test(any_node),
	};

	random_seed();
	return cmocka_run_group_tests_name("kernel/fsm", tests, NULL, NULL);
}
