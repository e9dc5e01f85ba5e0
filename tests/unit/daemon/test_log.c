// SPDX-License-Identifier: GPL-2.0
/* What is logged as an event: with fields in the journal, as a line elsewhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/log.h"

static const struct log_event event = {
	.text = "volume v1: read_p99_us is 700, above the objective of 500",
	.type = "read_p99_us",
	.object = "volume",
	.name = "v1",
	.value = 700,
	.limit = 500,
};

/* Standard error is a pipe while the event is logged. */
static void log_to_pipe(bool journal, char *said, size_t size)
{
	int fds[2], old = dup(STDERR_FILENO);
	char stream[64];
	struct stat st;
	ssize_t got;

	assert_int_equal(pipe(fds), 0);
	assert_int_equal(fstat(fds[1], &st), 0);
	snprintf(stream, sizeof(stream), "%ju:%ju", (uintmax_t)st.st_dev,
		 (uintmax_t)st.st_ino + !journal);
	setenv("JOURNAL_STREAM", stream, 1);
	dup2(fds[1], STDERR_FILENO);
	close(fds[1]);
	log_event(&event);
	dup2(old, STDERR_FILENO);
	close(old);
	got = read(fds[0], said, size - 1);
	close(fds[0]);
	said[got > 0 ? got : 0] = '\0';
	unsetenv("JOURNAL_STREAM");
}

static void test_line(void **state)
{
	char said[256];

	(void)state;
	log_to_pipe(false, said, sizeof(said));
	assert_string_equal(said, "netramd: volume v1: read_p99_us is 700, above the objective of 500\n");
}

/* The journal's socket has its place, so that is made in a mount namespace. */
static int open_journal(void)
{
	struct sockaddr_un at = {
		.sun_family = AF_UNIX,
		.sun_path = "/run/systemd/journal/socket",
	};
	int fd;

	if (unshare(CLONE_NEWNS) ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("none", "/run", "tmpfs", 0, NULL))
		return -1;
	mkdir("/run/systemd", 0755);
	mkdir("/run/systemd/journal", 0755);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && !bind(fd, (struct sockaddr *)&at, sizeof(at)))
		return fd;
	return -1;
}

static void test_journal(void **state)
{
	static const char *const fields[] = {
		"MESSAGE=volume v1: read_p99_us is 700, above the objective of 500\n",
		"PRIORITY=4\n", "NETRAM_EVENT=read_p99_us\n",
		"NETRAM_STATE=on\n", "NETRAM_OBJECT=volume\n",
		"NETRAM_NAME=v1\n", "NETRAM_VALUE=700\n", "NETRAM_LIMIT=500\n",
	};
	char said[256], sent[2048];
	ssize_t got;
	size_t i;
	int fd = open_journal();

	(void)state;
	if (fd < 0) {
		print_message("no namespace of its own\n");
		skip();
	}
	log_to_pipe(true, said, sizeof(said));
	assert_string_equal(said, "");
	got = recv(fd, sent, sizeof(sent) - 1, MSG_DONTWAIT);
	assert_true(got > 0);
	sent[got] = '\0';
	for (i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		if (!strstr(sent, fields[i]))
			fail_msg("no %s in %s", fields[i], sent);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_line),
		cmocka_unit_test(test_journal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
