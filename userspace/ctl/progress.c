// SPDX-License-Identifier: GPL-2.0
/*
 * swapoff(2) does not return before the last page is back, so another thread
 * watches. It takes no signals: those must reach the one in swapoff(2), which
 * is how a person ends it.
 */
#include <signal.h>
#include <string.h>
#include <time.h>

#include "common/clock.h"
#include "print.h"
#include "progress.h"

#define PAUSE_NS	100000000

static void draw(struct ctl_progress *p, uint64_t left_kb)
{
	struct drain *d = &p->drain;

	drain_look(d, left_kb, 0, clock_ms());
	ctl_bar_draw(d->start - d->left, d->start, "%s left%s",
		     ctl_human(left_kb * 1024).text,
		     ctl_drain_rest(d, clock_ms()).text);
}

static bool look(struct ctl_progress *p)
{
	const struct swap *swap;
	struct swaps swaps;

	if (swaps_read(&swaps))
		return false;
	swap = swaps_find(&swaps, p->device);
	if (swap)
		draw(p, swap->used_kb);
	swaps_free(&swaps);
	return swap;
}

static void *watch(void *arg)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NS };
	struct ctl_progress *p = arg;

	while (!__atomic_load_n(&p->done, __ATOMIC_ACQUIRE) && look(p))
		nanosleep(&pause, NULL);
	return NULL;
}

void ctl_progress_start(struct ctl_progress *p, const char *device,
			uint64_t start_kb)
{
	sigset_t all, old;

	memset(p, 0, sizeof(*p));
	p->device = device;
	drain_start(&p->drain, start_kb, 0, clock_ms());
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	p->running = !pthread_create(&p->thread, NULL, watch, p);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

void ctl_progress_stop(struct ctl_progress *p)
{
	if (!p->running)
		return;
	__atomic_store_n(&p->done, true, __ATOMIC_RELEASE);
	pthread_join(p->thread, NULL);
	ctl_bar_clear();
}
