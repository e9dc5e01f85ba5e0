// SPDX-License-Identifier: GPL-2.0
/* Programs of the system: what is told of one that fails. */
#include <errno.h>
#include <string.h>

#include "kit.h"
#include "common/device.h"

static void test_program(void **state)
{
	static const struct {
		const char *name, *script, *why;
	} cases[] = {
		{ "sh", "exit 0", "" },
		{ "sh", "exit 3", "sh has failed" },
		{ "sh", "kill -9 $$", "sh has failed" },
		{ "sh", "echo no >&2; echo more >&2; exit 1", "sh has failed: no" },
		{ "sh", "echo sh: no >&2; exit 1", "sh has failed: no" },
		/* more than is kept, and more than a pipe holds */
		{ "sh", "echo no >&2; head -c 200000 /dev/zero >&2; exit 1",
		  "sh has failed: no" },
		{ "no-such-program", "", "cannot find no-such-program: install it" },
	};
	char why[128];
	size_t i;
	int err;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *const args[] = {
			cases[i].name, "-c", cases[i].script, NULL
		};

		why[0] = '\0';
		err = program_run(args, "it", why, sizeof(why));
		assert_int_equal(err, cases[i].why[0] ? -EIO : 0);
		assert_string_equal(why, cases[i].why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
