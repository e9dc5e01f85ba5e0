// SPDX-License-Identifier: GPL-2.0
/*
 * Looking on while the module does something long: it can be interrupted, and the
 * module goes on all the same.
 */
#include <signal.h>
#include <time.h>

#include "progress.h"

static volatile sig_atomic_t interrupted;
static struct sigaction old_int, old_term;

static void interrupt(int sig)
{
	(void)sig;
	interrupted = 1;
}

void ctl_lookon_start(void)
{
	const struct sigaction action = { .sa_handler = interrupt };

	interrupted = 0;
	sigaction(SIGINT, &action, &old_int);
	sigaction(SIGTERM, &action, &old_term);
}

void ctl_lookon_stop(void)
{
	sigaction(SIGTERM, &old_term, NULL);
	sigaction(SIGINT, &old_int, NULL);
}

bool ctl_lookon_interrupted(void)
{
	return interrupted;
}

void ctl_lookon_pause(unsigned int ms)
{
	const struct timespec pause = {
		.tv_sec = ms / 1000,
		.tv_nsec = ms % 1000 * 1000000L,
	};

	if (!interrupted)
		nanosleep(&pause, NULL);
}
