// SPDX-License-Identifier: GPL-2.0
#include "test.h"

#include "host.h"

static void huge_setting(void **state)
{
	assert_false(host_huge_setting("always within_size advise [never] deny force\n"));
	assert_false(host_huge_setting("always within_size [advise] never deny force\n"));
	assert_false(host_huge_setting("always within_size advise never [deny] force\n"));
	assert_true(host_huge_setting("[always] within_size advise never deny force\n"));
	assert_true(host_huge_setting("always [within_size] advise never deny force\n"));
	assert_true(host_huge_setting("always within_size advise never deny [force]\n"));
	assert_false(host_huge_setting(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(huge_setting),
	};

	return cmocka_run_group_tests_name("server_host", tests, NULL, NULL);
}
