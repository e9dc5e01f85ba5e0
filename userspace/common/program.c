// SPDX-License-Identifier: GPL-2.0
/* Run one of the system's programs, and wait. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/device.h"

#define PATH_DIRS	"/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin"
#define NOT_FOUND	127

static void become(const char *const *args)
{
	sigset_t none;

	/* what a daemon blocks, its children should not */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setenv("PATH", PATH_DIRS, 1);
	execvp(args[0], (char *const *)args);
	_exit(NOT_FOUND);
}

/* What it says goes to our own stdout and stderr. */
int program_run(const char *const *args, const char *package, char *why,
		size_t size)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		become(args);
	if (pid < 0 || waitpid(pid, &status, 0) != pid) {
		snprintf(why, size, "cannot run %s: %m", args[0]);
		return -errno;
	}
	if (!status)
		return 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_FOUND)
		snprintf(why, size, "cannot find %s: install %s", args[0],
			 package);
	else
		snprintf(why, size, "%s has failed", args[0]);
	return -EIO;
}
