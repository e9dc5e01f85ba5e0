// SPDX-License-Identifier: GPL-2.0
#include "test.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

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

/* Of the descriptors the one that has it open. */
static int fd_of(const char *path)
{
	char link[64], text[64];
	ssize_t n;
	int fd;

	for (fd = 0; fd < 1024; fd++) {
		snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
		n = readlink(link, text, sizeof(text) - 1);
		text[n > 0 ? n : 0] = '\0';
		if (!strcmp(text, path))
			return fd;
	}
	return -1;
}

/* Out of descriptors it is told all the same; nothing told is no memory. */
static void has_memory(void **state)
{
	struct rlimit r, none;
	int fd;

	host_open();
	assert_true(host_has_memory());
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &r), 0);
	none = r;
	none.rlim_cur = 0;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_true(host_has_memory());
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &r), 0);
	fd = open("/dev/null", O_WRONLY);
	assert_int_not_equal(fd_of("/proc/meminfo"), -1);
	assert_true(dup2(fd, fd_of("/proc/meminfo")) >= 0);
	assert_false(host_has_memory());
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(huge_setting),
		cmocka_unit_test(spares_memory),
		cmocka_unit_test(has_memory),
	};

	return cmocka_run_group_tests_name("server_host", tests, NULL, NULL);
}
