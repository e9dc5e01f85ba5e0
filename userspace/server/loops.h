/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Threads that move bytes between sockets and sessions, an io_uring each. A
 * connection stays with one thread for life; only that thread touches it.
 */
#ifndef LOOPS_H
#define LOOPS_H

#include "session.h"

#define LOOP_THREADS_MAX	64
#define LOOP_HANDSHAKE_MS	10000	/* to get from accept to requests */
#define LOOP_STOP_BEGIN_MS	500	/* of stopping: requests still begin */
#define LOOP_STOP_END_MS	5000	/* of stopping: then hang up */

struct loop;

/**
 * struct loops - all of them
 * @loop: @nr of them; the first accepts for all
 * @max_connections: over all threads
 * @busy_poll_us: how long a thread may look for a request before it sleeps
 * @nr_connections: now; atomic
 */
struct loops {
	struct loop *loop[LOOP_THREADS_MAX];
	unsigned int nr;
	unsigned int max_connections;
	unsigned int busy_poll_us;
	unsigned int nr_connections;
};

/* Can this kernel do what the loops need? 0 or -errno. */
int loops_probe(void);

/* 0 or -errno. The sockets are closed by the loops when they stop. */
int loops_start(struct loops *l, const struct service *service,
		const int *listeners, unsigned int nr_listeners);

/* Finishes requests in flight, hangs up, ends the threads. */
void loops_stop(struct loops *l);

/* Sum over all threads. */
void loops_stats(const struct loops *l, struct stats *sum);

#endif /* LOOPS_H */
