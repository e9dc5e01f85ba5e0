/* SPDX-License-Identifier: GPL-2.0 */
/* A connection: a socket, its session, and the polls that wait for it. */
#ifndef CONN_H
#define CONN_H

#include "loop.h"

/* Takes over @fd, which is counted already. */
void conn_start(struct loop *loop, int fd);

/* Let the session go as far as it can. Afterwards @c may be gone. */
void conn_progress(struct conn *c);

/* The same for all of a loop, because somebody outside changed something. */
void conn_progress_all(struct loop *loop);

void conn_on_poll_in(struct conn *c, const struct io_uring_cqe *cqe);
void conn_on_poll_out(struct conn *c);

/* The clock's part in negotiating and stopping. */
void conn_tick_all(struct loop *loop);

/* One more turn for each that asked for one. */
void conn_take_turns(struct loop *loop);

/* The loop has one connection less than was counted. */
void conn_uncount(struct loop *loop);

#endif /* CONN_H */
