/* SPDX-License-Identifier: GPL-2.0 */
/* How far swapoff(2) has come, on a terminal. */
#ifndef NETRAM_CTL_PROGRESS_H
#define NETRAM_CTL_PROGRESS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * struct ctl_progress - a thread that looks at /proc/swaps while swapoff runs
 * @device: what to look for
 * @start_kb: used at the beginning
 * @thread: the watcher
 * @running: there is one
 * @done: tells it to end
 */
struct ctl_progress {
	const char *device;
	uint64_t start_kb;
	pthread_t thread;
	bool running;
	bool done;
};

void ctl_progress_start(struct ctl_progress *p, const char *device,
			uint64_t start_kb);
void ctl_progress_stop(struct ctl_progress *p);

#endif /* NETRAM_CTL_PROGRESS_H */
