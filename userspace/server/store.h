/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The store: pages in memory, addressed by (space, byte offset). It knows
 * nothing of sockets, requests or exports. See page.h for the life of a page.
 */
#ifndef STORE_H
#define STORE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <netram/limits.h>

/* Bytes that may be sent from store_zeroes() at once. */
#define STORE_ZEROES	(1U << 20)

/* The thread that gives idle pages back; see sweep.c. */
struct sweeper {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t cond;
	bool asleep;
	bool stop;
};

/**
 * struct store - the memory all spaces share
 * @limit: pages at most
 * @used: pages that have memory now, exactly, and those about to; atomic
 * @present: those of them that hold data; atomic
 * @idle: those of them that are trimmed; atomic
 * @freed: pages whose memory was given back, ever; atomic
 * @spaces: in the order of their numbers; under @lock
 * @last_number: of the space made last; under @lock
 * @retired: spaces of @spaces that only their idle pages keep; atomic
 * @lock: keeps spaces from coming and going; store_lock()
 * @waiting: threads that want @lock; atomic
 * @sweeper: gives idle pages back
 * @host_has_memory: is there more to be had? Asked now and then before pages
 *                   are added, by any thread; NULL: yes
 * @unchecked: pages added since it was asked; atomic
 * @tight: it said no; atomic
 * @huge_writes: write(2) may allocate huge pages, whatever was advised
 * @zeroes: STORE_ZEROES bytes of zeroes to send holes from; costs no memory
 * @zero_fd: /dev/zero
 */
struct store {
	uint64_t limit;
	uint64_t used;
	uint64_t present;
	uint64_t idle;
	uint64_t freed;
	struct space *spaces;
	uint64_t last_number;
	unsigned int retired;
	pthread_mutex_t lock;
	unsigned int waiting;
	struct sweeper sweeper;
	bool (*host_has_memory)(void);
	uint64_t unchecked;
	bool tight;
	bool huge_writes;
	const void *zeroes;
	int zero_fd;
};

/**
 * struct space - one sparse address space
 * @store: whose pages it uses
 * @map: @size bytes, shared mapping of @fd
 * @state: one word per page, see page.h; atomic
 * @mark: one byte per window of pages, see sweep.c; atomic
 * @size: bytes, a multiple of the page size
 * @used: pages that have memory; atomic
 * @present: those of them that hold data; atomic
 * @marked: windows that have a mark; atomic
 * @fd: the memfd behind @map
 * @number: tells it from others; never used again
 * @retired: by space_retire(); under the store's lock
 * @next: space of the store
 */
struct space {
	struct store *store;
	uint8_t *map;
	uint32_t *state;
	uint8_t *mark;
	uint64_t size;
	uint64_t used;
	uint64_t present;
	uint64_t marked;
	int fd;
	uint64_t number;
	bool retired;
	struct space *next;
};

/*
 * Pages that hold data. It may have changed meanwhile, but is never 0 while one
 * is there.
 */
uint64_t store_present(const struct store *store);
uint64_t space_present(const struct space *sp);

int store_init(struct store *store, uint64_t limit_bytes,
	       bool (*host_has_memory)(void));
void store_exit(struct store *store);

/* Returns 0 or -errno. @name only labels the memory in /proc. */
int space_init(struct space *sp, struct store *store, uint64_t size,
	       const char *name);
/* No request may be using the space any more. */
void space_exit(struct space *sp);

/* The same for a space of its own, from malloc(). */
int space_create(struct store *store, uint64_t size, const char *name,
		 struct space **made);
void space_destroy(struct space *sp);

/*
 * No request uses it any more, nor will; it has no page that is present. It goes at
 * once, or, where it has idle pages, when the sweeper has given those back: unmapping
 * them all takes a second for some 16 GiB, and this thread has others to serve.
 */
void space_retire(struct space *sp);

/*
 * Offsets and lengths below are bytes inside the space, any alignment; the
 * caller has checked them.
 */

/* Address of a byte. Touch it only between a successful begin/pin and its end. */
static inline void *space_at(const struct space *sp, uint64_t off)
{
	return sp->map + off;
}

/*
 * Make all pages of the range present and pinned; new ones are zero.
 * 0, or -ENOSPC and nothing is pinned. Ended by space_unpin().
 */
int space_write_begin(struct space *sp, uint64_t off, uint32_t len);

/* Would space_write_begin() find enough memory now? A hint, nothing is held. */
bool space_has_room(struct space *sp, uint64_t off, uint32_t len);

/*
 * Length of the leading part of the range that is alike: wholly present
 * (*present set, and its pages pinned: space_unpin() later) or wholly absent.
 */
uint32_t space_read_begin(struct space *sp, uint64_t off, uint32_t len,
			  bool *present);

/* The same without pinning: what is there now. */
uint32_t space_run(struct space *sp, uint64_t off, uint32_t len, bool *present);

void space_unpin(struct space *sp, uint64_t off, uint32_t len);

/*
 * Forget all whole pages of the range. Their memory is given back a little
 * later, or when it is wanted: sweep.h.
 */
void space_trim(struct space *sp, uint64_t off, uint32_t len);

/*
 * The range reads as zeroes afterwards. Whole pages are forgotten, or, with
 * @allocate, made present. 0 or -ENOSPC (only with @allocate).
 */
int space_zero(struct space *sp, uint64_t off, uint32_t len, bool allocate);

#endif /* STORE_H */
