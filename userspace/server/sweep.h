/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pages that were trimmed keep their memory for one to two seconds, since what
 * swaps writes the places that it has just freed: such a page is ready, where a
 * new one must be allocated, cleared twice, mapped and locked. It also takes
 * the system calls from the threads that answer requests, and makes few of
 * many. A page that is wanted elsewhere is given back at once.
 */
#ifndef SWEEP_H
#define SWEEP_H

#include "store.h"

/* Milliseconds from one round of the sweeper to the next. */
#define SWEEP_MS	1000

/* Pages that a mark stands for: one page of state words. */
#define SWEEP_WINDOW	(NETRAM_PAGE_SIZE / sizeof(uint32_t))

/* After pages of the window that @page is in were doomed, or let go of. */
void sweep_mark(struct space *sp, uint64_t page);

/*
 * Give idle pages back, all spaces', whatever their age: @pages of them or a
 * little more. How many were. Takes store->lock; no page may be BUSY by us.
 */
uint64_t sweep_now(struct store *store, uint64_t pages);

/* The store has so many pages less, @idle of them idle. */
void sweep_uncount(struct store *store, uint64_t used, uint64_t idle);

/* A round: gives back what was idle in the last round already. */
void sweep_round(struct store *store);

/* All that is idle, and retired spaces with it, now; true: some of these went. */
bool sweep_out(struct store *store);

void sweeper_init(struct sweeper *w);

/* A thread that makes rounds while there are idle pages or retired spaces. 0 or -errno. */
int sweeper_start(struct store *store);
void sweeper_stop(struct store *store);

/* There is an idle page, or a retired space, where there was none. */
void sweeper_wake(struct store *store);

#endif /* SWEEP_H */
