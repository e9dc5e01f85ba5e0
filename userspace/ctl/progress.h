/* SPDX-License-Identifier: GPL-2.0 */
/* How far swapoff(2), or what the module does for long, has come, on a terminal. */
#ifndef NETRAM_CTL_PROGRESS_H
#define NETRAM_CTL_PROGRESS_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/drain.h"
#include "print.h"

/* bar.c */

/**
 * struct ctl_plain - lines about something, where there is no terminal
 * @began_ms: when it was looked at first; 0: it was not yet
 * @tenth: how many tenths of it were done when there was last a line
 */
struct ctl_plain {
	uint64_t began_ms;
	unsigned int tenth;
};

bool ctl_plain_due(struct ctl_plain *p, uint64_t gone, uint64_t total,
		   uint64_t now_ms);
void ctl_bar_draw(uint64_t gone, uint64_t total, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void ctl_bar_clear(void);

/* drain.c */
struct ctl_human ctl_drain_rest(const struct drain *d, uint64_t now_ms);

/* progress.c */

/**
 * struct ctl_progress - a thread that looks at /proc/swaps while swapoff runs
 * @device: what to look for
 * @drain: how fast it goes, in kB instead of extents
 * @thread: the watcher
 * @running: there is one
 * @done: tells it to end
 */
struct ctl_progress {
	const char *device;
	struct drain drain;
	pthread_t thread;
	bool running;
	bool done;
};

void ctl_progress_start(struct ctl_progress *p, const char *device,
			uint64_t start_kb);
void ctl_progress_stop(struct ctl_progress *p);

/* lookon.c */
void ctl_lookon_start(void);
void ctl_lookon_stop(void);
bool ctl_lookon_interrupted(void);
void ctl_lookon_pause(unsigned int ms);

#endif /* NETRAM_CTL_PROGRESS_H */
