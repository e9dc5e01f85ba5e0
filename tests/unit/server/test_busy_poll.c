// SPDX-License-Identifier: GPL-2.0
#include "test.h"

#include "busy_poll.h"

#define US	1000ULL

static void off(void **state)
{
	struct busy_poll b;

	busy_poll_init(&b, 0);
	assert_false(busy_poll_wanted(&b));
	busy_poll_slept(&b, 0);
	assert_false(busy_poll_wanted(&b));
}

/* While requests come, one that is late does not end it. */
static void stays_on(void **state)
{
	struct busy_poll b;
	int i;

	busy_poll_init(&b, 50);
	for (i = 0; i < 100; i++) {
		assert_true(busy_poll_wanted(&b));
		busy_poll_ended(&b, i % 2);
	}
}

static void gives_up_and_begins_again(void **state)
{
	struct busy_poll b;

	busy_poll_init(&b, 50);
	busy_poll_ended(&b, false);
	busy_poll_ended(&b, false);
	assert_false(busy_poll_wanted(&b));
	busy_poll_slept(&b, 50 * US + 1);
	assert_false(busy_poll_wanted(&b));
	busy_poll_slept(&b, 50 * US);
	assert_true(busy_poll_wanted(&b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(off),
		cmocka_unit_test(stays_on),
		cmocka_unit_test(gives_up_and_begins_again),
	};

	return cmocka_run_group_tests_name("server_busy_poll", tests, NULL, NULL);
}
