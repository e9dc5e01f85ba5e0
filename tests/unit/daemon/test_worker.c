// SPDX-License-Identifier: GPL-2.0
/* Work in a process of its own, which may not come to an end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/worker.h"

#define LONG_MS	60000

static int fine(const void *arg, char *why, size_t size)
{
	(void)why;
	(void)size;
	return *(const int *)arg == 7 ? 0 : -EINVAL;
}

static int refuses(const void *arg, char *why, size_t size)
{
	snprintf(why, size, "because of %s", (const char *)arg);
	return -EBUSY;
}

static int dies(const void *arg, char *why, size_t size)
{
	(void)arg;
	(void)why;
	(void)size;
	raise(SIGKILL);
	return 0;
}

/* For good, and without the file it is told. */
static int waits(const void *arg, char *why, size_t size)
{
	(void)why;
	(void)size;
	if (fcntl(*(const int *)arg, F_GETFD) != -1 || errno != EBADF)
		return -EBADF;
	for (;;)
		pause();
}

static void test_results(void **state)
{
	char why[64] = "";
	int seven = 7;

	(void)state;
	assert_int_equal(worker_run("v1", fine, &seven, LONG_MS, why,
				    sizeof(why)), 0);
	assert_string_equal(why, "");
	assert_int_equal(worker_run("v1", refuses, "this", LONG_MS, why,
				    sizeof(why)), -EBUSY);
	assert_string_equal(why, "because of this");
	assert_int_equal(worker_run("v1", dies, NULL, LONG_MS, why,
				    sizeof(why)), -EIO);
	assert_non_null(strstr(why, "has ended without a word"));
}

static void test_late(void **state)
{
	char why[64], again[64];
	int fd = dup2(1, 100), seven = 7, err, pid, tries = 0;

	(void)state;
	/* so long that it would have told, had it got the file */
	assert_int_equal(worker_run("v1", waits, &fd, 500, why, sizeof(why)),
			 -EINPROGRESS);
	close(fd);
	assert_int_equal(sscanf(why, "process %d is still at it", &pid), 1);
	/* the same is not begun twice; another one can be */
	assert_int_equal(worker_run("v1", fine, &seven, LONG_MS, again,
				    sizeof(again)), -EINPROGRESS);
	assert_string_equal(again, why);
	assert_int_equal(worker_run("v2", fine, &seven, LONG_MS, again,
				    sizeof(again)), 0);
	kill(pid, SIGKILL);
	do {
		usleep(1000);
		err = worker_run("v1", fine, &seven, LONG_MS, again,
				 sizeof(again));
	} while (err == -EINPROGRESS && ++tries < LONG_MS);
	assert_int_equal(err, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_results),
		cmocka_unit_test(test_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
