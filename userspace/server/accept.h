/* SPDX-License-Identifier: GPL-2.0 */
/* New connections: taken by one loop, spread over all. */
#ifndef ACCEPT_H
#define ACCEPT_H

#include "loop.h"

/* Start accepting on all of the loop's listeners that are not yet. */
void accept_arm(struct loop *loop);
void accept_on_cqe(struct listener *l, const struct io_uring_cqe *cqe);
/* Refuse newcomers from here on. */
void accept_stop(struct loop *loop);

/* Start the connections that were placed on this loop. */
void accept_take_inbox(struct loop *loop);

#endif /* ACCEPT_H */
