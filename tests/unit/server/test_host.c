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

/* 1/64 of 4 GiB and 16 MiB are 80 MiB. Free swap is no memory. */
#define MEMINFO(available, swap) \
	"MemTotal:        4194304 kB\nMemFree:         3000000 kB\n" \
	"MemAvailable:    " available " kB\nBuffers: 7 kB\n" \
	"SwapTotal:       8388608 kB\nSwapFree:        " swap " kB\n"

static void spares_memory(void **state)
{
	assert_true(host_spares_memory(MEMINFO("81921", "0")));
	assert_false(host_spares_memory(MEMINFO("81920", "0")));
	assert_false(host_spares_memory(MEMINFO("81920", "8388608")));
	assert_true(host_spares_memory(MEMINFO("4000000", "8388608")));
	assert_false(host_spares_memory(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(huge_setting),
		cmocka_unit_test(spares_memory),
	};

	return cmocka_run_group_tests_name("server_host", tests, NULL, NULL);
}
