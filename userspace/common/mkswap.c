// SPDX-License-Identifier: GPL-2.0
/* Write a swap signature with util-linux's mkswap. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/device.h"

#define LABEL_SIZE	16
#define PATH_DIRS	"/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin"

static void run_mkswap(const char *device, const char *label, bool force)
{
	const char *const args[] = {
		"mkswap", "--quiet", "--label", label, device,
		force ? "--force" : NULL, NULL
	};

	setenv("PATH", PATH_DIRS, 1);
	execvp(args[0], (char *const *)args);
	_exit(127);
}

/* 0 or -errno, and then why, in a line. The label has room for 15 bytes; a longer name is cut. */
int mkswap_run(const char *device, const char *label, bool force, char *why,
	       size_t size)
{
	char cut[LABEL_SIZE];
	int status;
	pid_t pid;

	snprintf(cut, sizeof(cut), "%s", label);
	pid = fork();
	if (pid == 0)
		run_mkswap(device, cut, force);
	if (pid < 0 || waitpid(pid, &status, 0) != pid) {
		snprintf(why, size, "cannot run mkswap: %m");
		return -errno;
	}
	if (!status)
		return 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		snprintf(why, size,
			 "cannot find mkswap: install util-linux");
	else
		snprintf(why, size,
			 "mkswap could not write a swap signature to %s",
			 device);
	return -EIO;
}
