// SPDX-License-Identifier: GPL-2.0
#include "worker.h"

#include <errno.h>
#include <fcntl.h>
#include <netram/limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"

#define WHY_SIZE	512

/**
 * struct result - what comes through the pipe; less than PIPE_BUF, so all at once
 * @err: 0 or -errno
 * @why: why
 */
struct result {
	int err;
	char why[WHY_SIZE];
};

/* Those that were left to themselves, by what they work on. */
static struct late {
	pid_t pid;
	char name[NETRAM_NAME_MAX + 1];
} late[NETRAM_VOLUMES_MAX];

static struct late *find_late(const char *name)
{
	size_t i;

	for (i = 0; i < NETRAM_VOLUMES_MAX; i++)
		if (late[i].pid && !strcmp(late[i].name, name))
			return &late[i];
	return NULL;
}

static void remember(const char *name, pid_t pid)
{
	size_t i = 0;

	while (i < NETRAM_VOLUMES_MAX && late[i].pid)
		i++;
	if (i == NETRAM_VOLUMES_MAX)
		return;
	late[i].pid = pid;
	snprintf(late[i].name, sizeof(late[i].name), "%s", name);
}

static int still_at_it(pid_t pid, char *why, size_t size)
{
	snprintf(why, size,
		 "process %d is still at it: does it wait for a node?",
		 (int)pid);
	return -EINPROGRESS;
}

/* Is one of an earlier call still at work? One that has ended is forgotten. */
static int check_late(const char *name, char *why, size_t size)
{
	struct late *l = find_late(name);

	if (!l)
		return 0;
	if (!waitpid(l->pid, NULL, WNOHANG))
		return still_at_it(l->pid, why, size);
	l->pid = 0;
	return 0;
}

/*
 * Without our sockets: were they kept open by one who is still at it when netramd
 * has been killed, the next one would take it for a living netramd.
 */
static void work(int to, worker_fn fn, const void *arg)
{
	struct result result = { 0 };

	to = dup2(to, STDERR_FILENO + 1);
	close_range(STDERR_FILENO + 2, ~0U, 0);
	result.err = fn(arg, result.why, sizeof(result.why));
	_exit(write(to, &result, sizeof(result)) != sizeof(result));
}

static bool comes_in_time(int from, int timeout_ms)
{
	struct pollfd fd = { .fd = from, .events = POLLIN };
	uint64_t end = clock_ms() + timeout_ms, now;
	int n;

	do {
		now = clock_ms();
		n = poll(&fd, 1, now < end ? (int)(end - now) : 0);
	} while (n < 0 && errno == EINTR);
	return n > 0;
}

static int take_result(int from, pid_t pid, char *why, size_t size)
{
	struct result result;
	bool told = read(from, &result, sizeof(result)) == sizeof(result);

	waitpid(pid, NULL, 0);
	if (!told) {
		snprintf(why, size, "process %d has ended without a word",
			 (int)pid);
		return -EIO;
	}
	if (result.err)
		snprintf(why, size, "%s", result.why);
	return result.err;
}

/**
 * worker_run() - do something in a process of its own
 * @name: of the volume; one process at a time works on it
 * @fn: what to do
 * @arg: passed on
 * @timeout_ms: how long to wait
 * @why: on failure one line that says why
 * @size: room there
 *
 * Return: 0, what @fn returned, -EINPROGRESS: it has not come to an end, and goes
 * on by itself, or another -errno.
 */
int worker_run(const char *name, worker_fn fn, const void *arg, int timeout_ms,
	       char *why, size_t size)
{
	int fds[2], err = check_late(name, why, size);
	pid_t pid;

	if (err)
		return err;
	if (pipe2(fds, O_CLOEXEC)) {
		snprintf(why, size, "pipe2(2): %m");
		return -errno;
	}
	pid = fork();
	if (pid == 0)
		work(fds[1], fn, arg);
	close(fds[1]);
	if (pid < 0) {
		snprintf(why, size, "fork(2): %m");
		err = -errno;
	} else if (comes_in_time(fds[0], timeout_ms)) {
		err = take_result(fds[0], pid, why, size);
	} else {
		remember(name, pid);
		err = still_at_it(pid, why, size);
	}
	close(fds[0]);
	return err;
}
