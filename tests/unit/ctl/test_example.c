// SPDX-License-Identifier: GPL-2.0
/* The example that comes with libnetram does what the header tells its readers to. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kit.h"

int example_main(int argc, char **argv);

#define main	example_main
#include "lib/example.c"
#undef main

static int run(const struct ctl_call *call)
{
	char *argv[] = { "example", "2", NULL };

	(void)call;
	return example_main(2, argv);
}

static const struct ctl_command example = { .name = "example", .run = run };

static void queue_lists(void)
{
	struct kit_msg m = { 0 };

	kit_begin(&m, KIT_FAMILY, NLM_F_MULTI, NETRAM_CMD_NODE_GET);
	kit_put_node(&m, "n1", NETRAM_NODE_UP);
	kit_end(&m);
	kit_done(&m, 0, NULL);
	kit_queue_msg(&m);
	kit_begin(&m, KIT_FAMILY, NLM_F_MULTI, NETRAM_CMD_VOLUME_GET);
	kit_put_volume(&m, "v1", 3, NETRAM_VOLUME_OK);
	kit_end(&m);
	kit_done(&m, 0, NULL);
	kit_queue_msg(&m);
}

static void queue_family(void)
{
	struct kit_msg m = { 0 };

	kit_family(&m);
	kit_queue_msg(&m);
}

static void queue_event(void)
{
	struct kit_msg m = { 0 };

	kit_begin(&m, KIT_FAMILY, 0, NETRAM_CMD_EVENT);
	kit_put_event(&m, NETRAM_EVENT_SESSION, "n1");
	kit_end(&m);
	kit_queue_msg(&m);
}

#define LISTS	"node n1 at 192.0.2.1:10809: up, 3000 pages of ours\n" \
		"volume v1 of 4G is /dev/netram3: ok\n"

/* For both handles, and what it lists first. */
static void start(void)
{
	kit_reset();
	queue_family();
	queue_family();
	queue_lists();
}

static void test_goes_on(void **state)
{
	const struct ctl_call call = { 0 };

	(void)state;
	start();
	kit_queue_errno(-EINTR);
	queue_event();
	kit_queue_errno(-ENOBUFS);
	/* is the module there? */
	queue_family();
	queue_lists();
	queue_event();
	assert_int_equal(kit_run(&example, &call), 0);
	assert_string_equal(kit_output,
			    LISTS "session node n1\n"
			    "events were lost, but this is what there is now:\n"
			    LISTS "session node n1\n");
	assert_string_equal(kit_errors, "");
	assert_int_equal(kit_open_transports(), 0);
}

static void test_ends(void **state)
{
	const struct ctl_call call = { 0 };
	struct kit_msg m = { 0 };

	(void)state;
	start();
	kit_nlctrl(&m, CTRL_CMD_DELFAMILY, NETRAM_GENL_NAME, KIT_FAMILY);
	kit_queue_msg(&m);
	assert_int_equal(kit_run(&example, &call), 1);
	assert_string_equal(kit_errors, "the module was unloaded\n");
	start();
	kit_queue_errno(-ENOMEM);
	assert_int_equal(kit_run(&example, &call), 1);
	assert_string_equal(kit_errors, "cannot read events: Cannot allocate memory\n");
	kit_reset();
	assert_int_equal(kit_open_transports(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_goes_on),
		cmocka_unit_test(test_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
