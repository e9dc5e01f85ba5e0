// SPDX-License-Identifier: GPL-2.0
/*
 * A byte for each window of pages says whether to look there: whoever dooms
 * pages, or takes the last pin off a doomed one, sets it to FRESH unless it is
 * set, a round makes OLD of FRESH, and sweeps where it was OLD already. Changing a
 * page and then looking at the mark, taking the mark and then looking at the
 * pages, are each in this order for all to see, so no page that may be swept is
 * without a mark, or it is about to get one. space->marked is never below what
 * marks there are, so spaces where it is 0 need not be looked through.
 *
 * store->lock keeps spaces from coming and going. It is let go of after each
 * window and left to whoever waits for it, so that nobody does for more than a
 * system call or two. A mutex alone would be ours again before they have woken.
 */
#include "sweep.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <time.h>

#include "page.h"

enum mark { MARK_NONE, MARK_OLD, MARK_FRESH };

void sweep_mark(struct space *sp, uint64_t page)
{
	uint8_t *mark = &sp->mark[page / SWEEP_WINDOW];
	uint8_t none = MARK_NONE;

	if (__atomic_load_n(mark, __ATOMIC_SEQ_CST) != MARK_NONE)
		return;
	__atomic_fetch_add(&sp->marked, 1, __ATOMIC_RELAXED);
	if (!__atomic_compare_exchange_n(mark, &none, MARK_FRESH, false,
					 __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
		__atomic_fetch_sub(&sp->marked, 1, __ATOMIC_RELAXED);
}

/* In this order: whoever sees fewer idle sees that there is room for others. */
void sweep_uncount(struct store *store, uint64_t used, uint64_t idle)
{
	__atomic_fetch_sub(&store->used, used, __ATOMIC_RELAXED);
	__atomic_fetch_add(&store->freed, used, __ATOMIC_RELEASE);
	__atomic_fetch_sub(&store->idle, idle, __ATOMIC_SEQ_CST);
}

static void uncount(struct space *sp, uint64_t pages)
{
	__atomic_fetch_sub(&sp->used, pages, __ATOMIC_RELAXED);
	sweep_uncount(sp->store, pages, pages);
}

/* True: BUSY by us. */
static bool claim(struct space *sp, uint64_t page, uint64_t *freed)
{
	if (page_move(sp, page, 0, PAGE_BUSY))
		return true;
	if (!page_move(sp, page, PAGE_PRESENT | PAGE_DOOMED, PAGE_BUSY))
		return false;
	++*freed;
	return true;
}

/*
 * One run of pages that are idle or absent: punched, so absent, afterwards. Its
 * length.
 */
static uint64_t sweep_run(struct space *sp, uint64_t page, uint64_t end,
			  uint64_t *total)
{
	uint64_t at = page, freed = 0;

	while (at < end && claim(sp, at, &freed))
		at++;
	if (freed)
		space_punch(sp, page, at - page);
	page_set(sp, page, at - page, 0);
	if (freed)
		uncount(sp, freed);
	*total += freed;
	return at - page;
}

static bool is_doomed(struct space *sp, uint64_t page)
{
	return page_state(sp, page) & PAGE_DOOMED;
}

/*
 * Between the first and the last idle page gaps are punched along, so that
 * fragmented memory costs one system call a window, not one a page. Pages that
 * are pinned, or being cleared, are left. How many were freed.
 */
static uint64_t sweep_window(struct space *sp, uint64_t page, uint64_t end)
{
	uint64_t freed = 0;

	while (page < end && !is_doomed(sp, page))
		page++;
	while (end > page && !is_doomed(sp, end - 1))
		end--;
	while (page < end)
		page += sweep_run(sp, page, end, &freed) + 1;
	return freed;
}

/* Shall the window be swept now? Its mark is taken off then. */
static bool take_mark(struct space *sp, uint64_t window, bool aged)
{
	uint8_t *mark = &sp->mark[window];
	uint8_t m = __atomic_load_n(mark, __ATOMIC_RELAXED);

	if (m == MARK_NONE)
		return false;
	if (aged && m == MARK_FRESH) {
		__atomic_store_n(mark, MARK_OLD, __ATOMIC_RELAXED);
		return false;
	}
	__atomic_exchange_n(mark, MARK_NONE, __ATOMIC_SEQ_CST);
	__atomic_fetch_sub(&sp->marked, 1, __ATOMIC_RELAXED);
	return true;
}

static uint64_t pages_of(const struct space *sp)
{
	return sp->size >> NETRAM_PAGE_SHIFT;
}

/* From window *@at on the first to be swept, swept; *@at is behind it. */
static uint64_t sweep_next(struct space *sp, uint64_t *at, bool aged)
{
	uint64_t pages = pages_of(sp);

	while (*at * SWEEP_WINDOW < pages) {
		uint64_t start = *at * SWEEP_WINDOW, end = start + SWEEP_WINDOW;

		if (take_mark(sp, (*at)++, aged))
			return sweep_window(sp, start, end < pages ? end : pages);
	}
	return 0;
}

/* The first from that number on with a mark; store->lock is held. */
static struct space *marked_from(struct store *store, uint64_t number)
{
	struct space *sp = store->spaces;

	while (sp && (sp->number < number ||
		      !__atomic_load_n(&sp->marked, __ATOMIC_RELAXED)))
		sp = sp->next;
	return sp;
}

static void let_others_in(struct store *store)
{
	pthread_mutex_unlock(&store->lock);
	while (__atomic_load_n(&store->waiting, __ATOMIC_RELAXED))
		sched_yield();
	store_lock(store);
}

static uint64_t sweep(struct store *store, uint64_t pages, bool aged)
{
	uint64_t number = 0, at = 0, freed = 0;
	struct space *sp;

	store_lock(store);
	while (freed < pages && (sp = marked_from(store, number))) {
		if (sp->number != number)
			at = 0;
		number = sp->number;
		freed += sweep_next(sp, &at, aged);
		if (at * SWEEP_WINDOW >= pages_of(sp)) {
			number++;
			at = 0;
		}
		let_others_in(store);
	}
	pthread_mutex_unlock(&store->lock);
	return freed;
}

uint64_t sweep_now(struct store *store, uint64_t pages)
{
	if (!__atomic_load_n(&store->idle, __ATOMIC_ACQUIRE))
		return 0;
	return sweep(store, pages, false);
}

void sweep_round(struct store *store)
{
	sweep(store, UINT64_MAX, true);
	store_reap(store);
}

bool sweep_out(struct store *store)
{
	sweep_now(store, UINT64_MAX);
	return store_reap(store);
}

static bool has_work(const struct store *store)
{
	return __atomic_load_n(&store->idle, __ATOMIC_SEQ_CST) ||
	       __atomic_load_n(&store->retired, __ATOMIC_SEQ_CST);
}

/*
 * The sweeper sleeps while nothing is idle or retired, else from round to round. It
 * says that it is about to sleep and then looks for work; who makes the first of it
 * counts it and then looks whether the sweeper sleeps.
 */
static void wait_for_work(struct store *store)
{
	struct sweeper *w = &store->sweeper;

	__atomic_store_n(&w->asleep, true, __ATOMIC_SEQ_CST);
	while (!w->stop && !has_work(store))
		pthread_cond_wait(&w->cond, &w->lock);
	__atomic_store_n(&w->asleep, false, __ATOMIC_RELAXED);
}

static void wait_for_round(struct sweeper *w)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += SWEEP_MS / 1000;
	t.tv_nsec += SWEEP_MS % 1000 * 1000000;
	if (t.tv_nsec >= 1000000000) {
		t.tv_sec++;
		t.tv_nsec -= 1000000000;
	}
	while (!w->stop && pthread_cond_timedwait(&w->cond, &w->lock, &t) != ETIMEDOUT)
		;
}

static void *sweeper_main(void *arg)
{
	struct store *store = arg;
	struct sweeper *w = &store->sweeper;

	pthread_mutex_lock(&w->lock);
	while (!w->stop) {
		wait_for_work(store);
		wait_for_round(w);
		pthread_mutex_unlock(&w->lock);
		sweep_round(store);
		pthread_mutex_lock(&w->lock);
	}
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

void sweeper_init(struct sweeper *w)
{
	pthread_condattr_t attr;

	w->asleep = false;
	w->stop = false;
	pthread_mutex_init(&w->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&w->cond, &attr);
	pthread_condattr_destroy(&attr);
}

int sweeper_start(struct store *store)
{
	return -pthread_create(&store->sweeper.thread, NULL, sweeper_main,
			       store);
}

void sweeper_stop(struct store *store)
{
	struct sweeper *w = &store->sweeper;

	pthread_mutex_lock(&w->lock);
	w->stop = true;
	pthread_cond_signal(&w->cond);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
}

void sweeper_wake(struct store *store)
{
	struct sweeper *w = &store->sweeper;

	if (!__atomic_load_n(&w->asleep, __ATOMIC_SEQ_CST))
		return;
	pthread_mutex_lock(&w->lock);
	pthread_cond_signal(&w->cond);
	pthread_mutex_unlock(&w->lock);
}
