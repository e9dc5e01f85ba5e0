/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The life of a page. Pages are received into and sent from the mapping while
 * other threads free and allocate. Merely touching a page that was punched out
 * would allocate it again, uncounted and past the limit (a read fault on shmem
 * allocates too), so who may touch a page is decided by one atomic word:
 *
 *   0                 absent: reads as zeroes, must not be touched
 *   BUSY              one thread is populating or punching it; must not be
 *                     touched, ends soon and without waiting for anybody
 *   PRESENT + n       n requests are touching it ("pins")
 *   PRESENT|DOOMED+n  idle: trimmed, absent to readers, but its memory is still
 *                     there, until it is written again or swept
 *   PRESENT|DOOMED|BUSY+n  one thread clears it before it is written again
 *
 *   0         -> BUSY       write (populate), or a sweep bridging a gap
 *   BUSY      -> PRESENT+1  populated; pinned by the writer
 *   BUSY      -> 0          punched, or populating failed
 *   PRESENT+n -> PRESENT+n±1
 *   PRESENT+n -> PRESENT|DOOMED+n       trim
 *   PRESENT|DOOMED+n      -> PRESENT|DOOMED|BUSY+n   write
 *   PRESENT|DOOMED|BUSY+n -> PRESENT+n+1             cleared
 *   PRESENT|DOOMED+0      -> BUSY                    sweep; never while pinned
 *
 * A page may be pinned by a READ that the client has its answer of already: the
 * thread that sent it has not looked yet. So pins keep nobody from trimming or
 * clearing; a READ that is not answered meanwhile may be answered either way. A
 * write's pins are off before it is answered; if a TRIM meets those, the client
 * has both in flight, and either may win.
 * A thread that waits for a BUSY page holds no BUSY page itself.
 * Readers never wait: an absent page and a BUSY one are zeroes to them.
 *
 * Counting. @used of the store and of the space are pages with memory, @present
 * those among them that are there to readers, @idle of the store the others. A
 * page is counted in @used before it is PRESENT and until after it has been
 * punched, in @present from before it is there until after it is doomed, in @idle
 * from before it is doomed until after it no longer is, so none falls below what
 * is so: where one is 0, there is no such page. None can be had from the others
 * while they change.
 */
#ifndef PAGE_H
#define PAGE_H

#include "store.h"

#define PAGE_PRESENT	(1U << 31)
#define PAGE_BUSY	(1U << 30)
#define PAGE_DOOMED	(1U << 29)
#define PAGE_PINS	(PAGE_DOOMED - 1)

static inline uint32_t page_state(const struct space *sp, uint64_t page)
{
	return __atomic_load_n(&sp->state[page], __ATOMIC_ACQUIRE);
}

/* On failure *@from is what the state is instead. */
static inline bool page_change(struct space *sp, uint64_t page, uint32_t *from,
			       uint32_t to)
{
	return __atomic_compare_exchange_n(&sp->state[page], from, to, false,
					   __ATOMIC_SEQ_CST, __ATOMIC_ACQUIRE);
}

static inline bool page_move(struct space *sp, uint64_t page, uint32_t from,
			     uint32_t to)
{
	return page_change(sp, page, &from, to);
}

static inline void page_set(struct space *sp, uint64_t page, uint64_t nr,
			    uint32_t to)
{
	while (nr--)
		__atomic_store_n(&sp->state[page++], to, __ATOMIC_RELEASE);
}

static inline bool page_is_there(uint32_t s)
{
	return (s & (PAGE_PRESENT | PAGE_DOOMED)) == PAGE_PRESENT;
}

/* Give the memory of pages that are BUSY by us back to the system. */
void space_punch(struct space *sp, uint64_t page, uint64_t nr);

/* Retired spaces that have no page any more go; true: there were some. */
bool store_reap(struct store *store);

/* store->lock, in such a way that a sweep lets us have it. */
void store_lock(struct store *store);

#endif /* PAGE_H */
