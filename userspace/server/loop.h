/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inside of a loop: for loop.c and the files that work in its thread, conn.c
 * (a connection) and accept.c (new ones). Others see loops.h alone.
 */
#ifndef LOOP_H
#define LOOP_H

#include <liburing.h>
#include <pthread.h>

#include "busy_poll.h"
#include "listen.h"
#include "loops.h"

/* What a completion is about: low bits of user_data; the rest is a pointer. */
enum tag {
	TAG_NONE,		/* nobody cares */
	TAG_ACCEPT,
	TAG_WAKE,
	TAG_TICK,
	TAG_IN,			/* a connection has something to read */
	TAG_OUT,		/* it has room to write */
	TAG_MASK = 7,
};

struct conn;

struct listener {
	struct loop *loop;
	int fd;
	bool armed;
} __attribute__((aligned(8)));

struct loop {
	struct io_uring ring;
	struct loops *all;
	const struct service *service;
	struct stats stats;
	struct busy_poll busy_poll;
	pthread_t thread;
	struct listener listeners[LISTEN_MAX];
	unsigned int nr_listeners;
	bool single_accept;	/* kernel without multishot accept */

	struct conn *conns;
	struct conn *turns;
	unsigned int nr_conns;	/* written by any thread: placed here */
	bool tick_armed;
	struct __kernel_timespec tick;
	int64_t stop_since;	/* 0: not stopping */

	int wake_fd;
	uint64_t wake_value;
	bool woken;		/* atomic; a wake is on its way */
	bool stop;		/* atomic */

	pthread_mutex_t inbox_lock;	/* leaf; guards inbox */
	int *inbox;		/* sockets placed here by the acceptor */
	unsigned int nr_inbox;

	pthread_mutex_t start_lock;
	pthread_cond_t start_cond;
	int start_result;	/* 1 until the thread knows */
};

/* Any thread: there is something to do for this loop; it will look. */
void loop_wake(struct loop *loop);

/* The loop's thread only, from here on. */
struct io_uring_sqe *loop_sqe(struct loop *loop);
void loop_tag(struct io_uring_sqe *sqe, const void *p, enum tag tag);
/* End what was tagged so; its completion comes all the same. */
void loop_cancel(struct loop *loop, const void *p, enum tag tag);
void loop_arm_tick(struct loop *loop);

/* loop.c, for loops.c: its thread; tells how it began by start_result. */
void *loop_main(void *arg);
int loop_ring_init(struct io_uring *ring);

#endif /* LOOP_H */
