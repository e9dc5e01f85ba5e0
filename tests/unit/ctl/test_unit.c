// SPDX-License-Identifier: GPL-2.0
/* Whether systemd would swap a volume off at a shutdown, by what is in its folders. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kit.h"
#include "common/unit.h"

static char *root; /* of each test */

static int make_root(void **state)
{
	char template[] = "/tmp/netram-unit.XXXXXX";

	(void)state;
	root = mkdtemp(template) ? strdup(template) : NULL;
	return root ? 0 : -1;
}

static int remove_root(void **state)
{
	char command[64];
	int err;

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", root);
	err = system(command);
	free(root);
	return err;
}

static void enable(const char *where, const char *unit)
{
	static const char *const parts[] = {
		"", "/systemd", "/systemd/system", NULL
	};
	char path[512];
	size_t i;

	for (i = 0; parts[i]; i++) {
		snprintf(path, sizeof(path), "%s%s%s", root, where, parts[i]);
		mkdir(path, 0700);
	}
	snprintf(path, sizeof(path),
		 "%s%s/systemd/system/dev-netram-by\\x2dname-x.device.wants", root,
		 where);
	mkdir(path, 0700);
	snprintf(path, sizeof(path),
		 "%s%s/systemd/system/dev-netram-by\\x2dname-x.device.wants/%s",
		 root, where, unit);
	assert_int_equal(symlink("/dev/null", path), 0);
}

static void test_enabled(void **state)
{
	(void)state;
	assert_false(unit_swap_enabled(root, "swap0"));
	enable("/etc", "netram-swap@swap0.service");
	enable("/run", "netram-swap@a\\x2db_c.d.service");
	assert_true(unit_swap_enabled(root, "swap0"));
	assert_true(unit_swap_enabled(root, "a-b_c.d"));
	assert_false(unit_swap_enabled(root, "swap"));
	assert_false(unit_swap_enabled(root, "swap01"));
	assert_false(unit_swap_enabled(root, "a_b_c.d"));
}

static void test_runs(void **state)
{
	char command[512];

	(void)state;
	assert_false(unit_swap_runs(root, "a-b"));
	snprintf(command, sizeof(command),
		 "mkdir -p '%s/run/netram-swap/active/a\\x2db'", root);
	assert_int_equal(system(command), 0);
	assert_true(unit_swap_runs(root, "a-b"));
	assert_false(unit_swap_runs(root, "a"));
}

static void test_command(void **state)
{
	char text[UNIT_COMMAND_SIZE], longest[NETRAM_NAME_SIZE] = { 0 };

	(void)state;
	unit_swap_command("swap0", text, sizeof(text));
	assert_string_equal(text, "systemctl enable --now netram-swap@swap0");
	unit_swap_command("my-swap", text, sizeof(text));
	assert_string_equal(text,
			    "systemctl enable --now \"netram-swap@my\\x2dswap\"");
	memset(longest, '-', sizeof(longest) - 1);
	unit_swap_command(longest, text, sizeof(text));
	assert_int_equal(text[strlen(text) - 1], '"');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_enabled, make_root,
						remove_root),
		cmocka_unit_test_setup_teardown(test_runs, make_root,
						remove_root),
		cmocka_unit_test(test_command),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
