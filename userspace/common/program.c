// SPDX-License-Identifier: GPL-2.0
/* Run one of the system's programs, and wait. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/device.h"

#define PATH_DIRS	"/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin"
#define NOT_FOUND	127

#define SAID_SIZE	1024

static void become(const char *const *args, int err)
{
	sigset_t none;

	/* what a daemon blocks, its children should not */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setenv("PATH", PATH_DIRS, 1);
	dup2(err, STDERR_FILENO);
	execvp(args[0], (char *const *)args);
	_exit(NOT_FOUND);
}

/* Until it has closed its stderr; what there is no room for is dropped. */
static void listen_to(int fd, char said[SAID_SIZE])
{
	char rest[256];
	size_t len = 0;
	ssize_t n;

	do {
		if (len < SAID_SIZE - 1)
			n = read(fd, said + len, SAID_SIZE - 1 - len);
		else
			n = read(fd, rest, sizeof(rest));
		if (n > 0 && len < SAID_SIZE - 1)
			len += n;
	} while (n > 0 || (n < 0 && errno == EINTR));
	said[len] = '\0';
}

static int run(const char *const *args, int *status, char said[SAID_SIZE])
{
	int fds[2];
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		return -errno;
	pid = fork();
	if (pid == 0)
		become(args, fds[1]);
	close(fds[1]);
	listen_to(fds[0], said);
	close(fds[0]);
	return pid < 0 || waitpid(pid, status, 0) != pid ? -errno : 0;
}

/* The first line, without the program's own name. */
static void explain(const char *name, const char *said, char *why, size_t size)
{
	size_t len = strlen(name);

	if (!strncmp(said, name, len) && !strncmp(said + len, ": ", 2))
		said += len + 2;
	snprintf(why, size, "%s has failed%s%.*s", name, said[0] ? ": " : "",
		 (int)strcspn(said, "\n"), said);
}

/* What it says on stderr is told where it fails, by a line of it, in why. */
int program_run(const char *const *args, const char *package, char *why,
		size_t size)
{
	char said[SAID_SIZE];
	int status, err = run(args, &status, said);

	if (err) {
		snprintf(why, size, "cannot run %s: %s", args[0],
			 strerror(-err));
		return err;
	}
	if (!status) {
		fputs(said, stderr);
		return 0;
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_FOUND)
		snprintf(why, size, "cannot find %s: install %s", args[0],
			 package);
	else
		explain(args[0], said, why, size);
	return -EIO;
}
