// SPDX-License-Identifier: GPL-2.0
#include "test.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "listen.h"

static int option(int fd, int level, int name)
{
	socklen_t len = sizeof(int);
	int value = -1;

	assert_int_equal(getsockopt(fd, level, name, &value, &len), 0);
	return value;
}

/* A peer that is gone is found in the same time, whatever was under way. */
static void gone(void **state)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	int seconds;

	assert_true(fd >= 0);
	listen_tune(fd);
	assert_int_equal(option(fd, SOL_SOCKET, SO_KEEPALIVE), 1);
	seconds = option(fd, IPPROTO_TCP, TCP_KEEPIDLE) +
		  option(fd, IPPROTO_TCP, TCP_KEEPINTVL) *
		  option(fd, IPPROTO_TCP, TCP_KEEPCNT);
	assert_int_equal(seconds, 120);
	assert_int_equal(option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT),
			 seconds * 1000);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gone),
	};

	return cmocka_run_group_tests_name("server_listen", tests, NULL, NULL);
}
