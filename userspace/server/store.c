// SPDX-License-Identifier: GPL-2.0
/*
 * Each space is one sparse memfd, mapped whole: an untouched page costs
 * nothing, and a page's place is base + offset with no lookup. What may happen
 * to a page is in page.h, giving memory back in sweep.c.
 *
 * Nothing here faults memory in by touching it: allocate() is told where a touch
 * would be answered with SIGBUS. Where the kernel would rather kill than tell,
 * host_permits() has said no before.
 */
#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "page.h"
#include "sweep.h"

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#endif

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 8U
#endif

/* From so many pages on writing zeroes is the cheaper way to have them. */
#define FILL_PAGES	8U

/* Pages that Linux maps around one that is read: 64 KiB, aligned. */
#define FAULT_AROUND	16U

/* Pages added between two questions to the host. */
#define CHECK_PAGES	1024U

static uint64_t first_page(uint64_t off)
{
	return off >> NETRAM_PAGE_SHIFT;
}

static uint64_t end_page(uint64_t off, uint32_t len)
{
	return (off + len + NETRAM_PAGE_SIZE - 1) >> NETRAM_PAGE_SHIFT;
}

static uint64_t state_bytes(uint64_t size)
{
	return (size >> NETRAM_PAGE_SHIFT) * sizeof(uint32_t);
}

static uint64_t mark_bytes(uint64_t size)
{
	return (size >> NETRAM_PAGE_SHIFT) / SWEEP_WINDOW + 1;
}

/* Zeroes that cost memory where they are written. */
static void *map_zeroes(uint64_t bytes, int prot)
{
	return mmap(NULL, bytes, prot,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
}

int store_init(struct store *store, uint64_t limit_bytes,
	       bool (*host_has_memory)(void))
{
	void *z = map_zeroes(STORE_ZEROES, PROT_READ);

	if (z == MAP_FAILED)
		return -errno;
	store->zero_fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	if (store->zero_fd < 0) {
		int err = errno;

		munmap(z, STORE_ZEROES);
		return -err;
	}
	store->zeroes = z;
	store->limit = limit_bytes >> NETRAM_PAGE_SHIFT;
	store->used = 0;
	store->present = 0;
	store->idle = 0;
	store->freed = 0;
	store->spaces = NULL;
	store->last_number = 0;
	store->retired = 0;
	pthread_mutex_init(&store->lock, NULL);
	store->waiting = 0;
	sweeper_init(&store->sweeper);
	store->host_has_memory = host_has_memory;
	store->unchecked = 0;
	store->tight = false;
	store->huge_writes = false;
	return 0;
}

void store_exit(struct store *store)
{
	close(store->zero_fd);
	munmap((void *)store->zeroes, STORE_ZEROES);
}

/*
 * The limit may be more than the host can spare today. Populating past that
 * would call the OOM killer rather than fail, so ask before, every 4 MiB, and
 * when the answer was no, every time until it is yes.
 */
static bool host_permits(struct store *store, uint64_t pages)
{
	uint64_t n = __atomic_add_fetch(&store->unchecked, pages,
					__ATOMIC_RELAXED);
	bool tight = __atomic_load_n(&store->tight, __ATOMIC_RELAXED);

	if (!store->host_has_memory || (n < CHECK_PAGES && !tight))
		return true;
	__atomic_store_n(&store->unchecked, 0, __ATOMIC_RELAXED);
	tight = !store->host_has_memory();
	__atomic_store_n(&store->tight, tight, __ATOMIC_RELAXED);
	return !tight;
}

/*
 * Who has reserved pages and not said yet how many of them it needs is counted
 * above the pages in store->used, so that one who is refused can tell whether
 * that is final.
 */
#define OPEN	(1ULL << 48)

/* 0, -ENOSPC, or -EAGAIN: what others have reserved may turn out to be less. */
static int reserve_limit(struct store *store, uint64_t pages)
{
	uint64_t used = __atomic_load_n(&store->used, __ATOMIC_ACQUIRE);

	do {
		if (pages > store->limit)
			return -ENOSPC;
		if (used % OPEN > store->limit - pages)
			return used < OPEN ? -ENOSPC : -EAGAIN;
	} while (!__atomic_compare_exchange_n(&store->used, &used,
					      used + pages + OPEN, true,
					      __ATOMIC_ACQUIRE,
					      __ATOMIC_ACQUIRE));
	return 0;
}

/* Release: who sees it closed sees the pages that were claimed meanwhile. */
static void store_close(struct store *store, uint64_t unneeded)
{
	__atomic_fetch_sub(&store->used, OPEN + unneeded, __ATOMIC_RELEASE);
}

/* As reserve_limit(); store_close() follows on success. */
static int store_reserve(struct store *store, uint64_t pages)
{
	int ret = reserve_limit(store, pages);

	if (ret || host_permits(store, pages))
		return ret;
	store_close(store, pages);
	return -ENOSPC;
}

static void store_release(struct store *store, uint64_t pages)
{
	__atomic_fetch_sub(&store->used, pages, __ATOMIC_RELAXED);
}

/* Nobody runs programs from it; kernels before 6.3 cannot be told so. */
static int open_memfd(const char *name)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_NOEXEC_SEAL);

	if (fd < 0 && errno == EINVAL)
		fd = memfd_create(name, MFD_CLOEXEC);
	return fd;
}

/* Relaxed: being seen late costs others a window's time, nothing else. */
void store_lock(struct store *store)
{
	__atomic_fetch_add(&store->waiting, 1, __ATOMIC_RELAXED);
	pthread_mutex_lock(&store->lock);
	__atomic_fetch_sub(&store->waiting, 1, __ATOMIC_RELAXED);
}

static void enlist(struct space *sp)
{
	struct store *store = sp->store;
	struct space **at = &store->spaces;

	store_lock(store);
	while (*at)
		at = &(*at)->next;
	sp->number = ++store->last_number;
	sp->next = NULL;
	*at = sp;
	pthread_mutex_unlock(&store->lock);
}

static void delist(struct space *sp)
{
	struct store *store = sp->store;
	struct space **at = &store->spaces;

	store_lock(store);
	while (*at != sp)
		at = &(*at)->next;
	*at = sp->next;
	pthread_mutex_unlock(&store->lock);
}

/* More, before they are there, or less, after. Each is looked at by itself. */
static void count_present(struct space *sp, int64_t pages)
{
	__atomic_fetch_add(&sp->present, (uint64_t)pages, __ATOMIC_RELAXED);
	__atomic_fetch_add(&sp->store->present, (uint64_t)pages,
			   __ATOMIC_RELAXED);
}

int space_init(struct space *sp, struct store *store, uint64_t size,
	       const char *name)
{
	int err;

	sp->store = store;
	sp->size = size;
	sp->used = 0;
	sp->present = 0;
	sp->marked = 0;
	sp->retired = false;
	sp->fd = open_memfd(name);
	if (sp->fd < 0)
		return -errno;
	if (ftruncate(sp->fd, (off_t)size))
		goto err_fd;
	sp->map = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_NORESERVE, sp->fd, 0);
	if (sp->map == MAP_FAILED)
		goto err_fd;
	sp->state = map_zeroes(state_bytes(size), PROT_READ | PROT_WRITE);
	if (sp->state == MAP_FAILED)
		goto err_map;
	sp->mark = map_zeroes(mark_bytes(size), PROT_READ | PROT_WRITE);
	if (sp->mark == MAP_FAILED)
		goto err_state;
	/* A core dump of a page server would be the size of its pages. */
	madvise(sp->map, size, MADV_DONTDUMP);
	/* A huge page would hold 511 that nobody asked for, or words for 2 GiB. */
	madvise(sp->map, size, MADV_NOHUGEPAGE);
	madvise(sp->state, state_bytes(size), MADV_NOHUGEPAGE);
	madvise(sp->mark, mark_bytes(size), MADV_NOHUGEPAGE);
	enlist(sp);
	return 0;

err_state:
	err = errno;
	munmap(sp->state, state_bytes(size));
	errno = err;
err_map:
	err = errno;
	munmap(sp->map, size);
	errno = err;
err_fd:
	err = errno;
	close(sp->fd);
	return -err;
}

void space_exit(struct space *sp)
{
	delist(sp);
	sweep_uncount(sp->store, sp->used, sp->used - sp->present);
	count_present(sp, -(int64_t)sp->present);
	munmap(sp->mark, mark_bytes(sp->size));
	munmap(sp->state, state_bytes(sp->size));
	munmap(sp->map, sp->size);
	close(sp->fd);
}

int space_create(struct store *store, uint64_t size, const char *name,
		 struct space **made)
{
	struct space *sp = malloc(sizeof(*sp));
	int ret;

	if (!sp)
		return -ENOMEM;
	ret = space_init(sp, store, size, name);
	if (ret)
		free(sp);
	else
		*made = sp;
	return ret;
}

void space_destroy(struct space *sp)
{
	space_exit(sp);
	free(sp);
}

/* A retired space without a page, which is the caller's now; NULL: there is none. */
static struct space *take_retired(struct store *store)
{
	struct space *sp;

	store_lock(store);
	sp = store->spaces;
	while (sp && (!sp->retired ||
		      __atomic_load_n(&sp->used, __ATOMIC_ACQUIRE)))
		sp = sp->next;
	if (sp)
		sp->retired = false;
	pthread_mutex_unlock(&store->lock);
	return sp;
}

bool store_reap(struct store *store)
{
	bool any = false;
	struct space *sp;

	while (__atomic_load_n(&store->retired, __ATOMIC_SEQ_CST) &&
	       (sp = take_retired(store))) {
		space_destroy(sp);
		__atomic_fetch_sub(&store->retired, 1, __ATOMIC_SEQ_CST);
		any = true;
	}
	return any;
}

void space_retire(struct space *sp)
{
	struct store *store = sp->store;

	if (!__atomic_load_n(&sp->used, __ATOMIC_ACQUIRE)) {
		space_destroy(sp);
		return;
	}
	__atomic_fetch_add(&store->retired, 1, __ATOMIC_SEQ_CST);
	store_lock(store);
	sp->retired = true;
	pthread_mutex_unlock(&store->lock);
	sweeper_wake(store);
}

void space_punch(struct space *sp, uint64_t page, uint64_t nr)
{
	/* Not MADV_REMOVE: that refuses locked memory. */
	while (fallocate(sp->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			 (off_t)(page << NETRAM_PAGE_SHIFT),
			 (off_t)(nr << NETRAM_PAGE_SHIFT)) && errno == EINTR)
		;
}

static int advise(struct space *sp, uint64_t page, uint64_t nr, int advice)
{
	int ret;

	do {
		ret = madvise(sp->map + (page << NETRAM_PAGE_SHIFT),
			      nr << NETRAM_PAGE_SHIFT, advice);
	} while (ret && (errno == EINTR || errno == EAGAIN));
	return ret;
}

/* Like write(2), the whole of it. */
static int write_zeroes(struct space *sp, uint64_t page, uint64_t nr)
{
	uint64_t at = page << NETRAM_PAGE_SHIFT;
	uint64_t end = (page + nr) << NETRAM_PAGE_SHIFT;

	while (at < end) {
		uint64_t n = end - at < STORE_ZEROES ? end - at : STORE_ZEROES;
		ssize_t ret = pwrite(sp->fd, sp->store->zeroes, n, (off_t)at);

		if (ret > 0)
			at += (uint64_t)ret;
		else if (!ret || errno != EINTR)
			return -1;
	}
	return 0;
}

/*
 * Allocate and map @nr pages, fewer than FILL_PAGES, by having the kernel write
 * to each as a program's store would, but for what it does when that fails.
 */
static int touch(struct space *sp, uint64_t page, uint64_t nr)
{
	struct iovec iov[FILL_PAGES];
	ssize_t ret;
	uint64_t i;

	for (i = 0; i < nr; i++) {
		iov[i].iov_base = sp->map + ((page + i) << NETRAM_PAGE_SHIFT);
		iov[i].iov_len = 1;
	}
	do {
		ret = readv(sp->store->zero_fd, iov, (int)nr);
	} while (ret < 0 && errno == EINTR);
	return ret == (ssize_t)nr ? 0 : -1;
}

/*
 * Map pages that are allocated. A fault for reading takes all its neighbours
 * along, writable all the same, since this file system wants no notice of a
 * first write: so one of each group is enough.
 */
static int map_pages(struct space *sp, uint64_t page, uint64_t end)
{
	while (page < end) {
		if (advise(sp, page, 1, MADV_POPULATE_READ))
			return -1;
		page = (page / FAULT_AROUND + 1) * FAULT_AROUND;
	}
	return 0;
}

static int touch_all(struct space *sp, uint64_t page, uint64_t nr)
{
	uint64_t n;

	for (; nr; page += n, nr -= n) {
		n = nr < FILL_PAGES ? nr : FILL_PAGES - 1;
		if (touch(sp, page, n))
			return -1;
	}
	return 0;
}

/*
 * A fault for writing allocates one page. Where there are many, write(2)
 * allocates them for less, mapping included, unless it might take huge ones: it
 * does not look at what the mapping was advised.
 */
static int allocate(struct space *sp, uint64_t page, uint64_t nr)
{
	if (nr < FILL_PAGES || sp->store->huge_writes)
		return touch_all(sp, page, nr);
	if (write_zeroes(sp, page, nr))
		return -1;
	return map_pages(sp, page, page + nr);
}

/* The pages are BUSY by us and reserved; afterwards PRESENT, pinned once. */
static int populate(struct space *sp, uint64_t page, uint64_t nr)
{
	if (allocate(sp, page, nr)) {
		space_punch(sp, page, nr);
		page_set(sp, page, nr, 0);
		store_release(sp->store, nr);
		return -ENOSPC;
	}
	__atomic_fetch_add(&sp->used, nr, __ATOMIC_RELAXED);
	count_present(sp, (int64_t)nr);
	page_set(sp, page, nr, PAGE_PRESENT | 1);
	return 0;
}

uint64_t store_present(const struct store *store)
{
	return __atomic_load_n(&store->present, __ATOMIC_RELAXED);
}

uint64_t space_present(const struct space *sp)
{
	return __atomic_load_n(&sp->present, __ATOMIC_RELAXED);
}

static bool pin_to_read(struct space *sp, uint64_t page)
{
	uint32_t s = page_state(sp, page);

	while (page_is_there(s)) {
		if (page_change(sp, page, &s, s + 1))
			return true;
	}
	return false;
}

static void count_idle(struct space *sp)
{
	if (!__atomic_fetch_add(&sp->store->idle, 1, __ATOMIC_SEQ_CST))
		sweeper_wake(sp->store);
}

static void uncount_idle(struct space *sp)
{
	__atomic_fetch_sub(&sp->store->idle, 1, __ATOMIC_SEQ_CST);
}

/*
 * Make an idle page present and pin it, if its state is @s still. Zeroes even if
 * all of it will be written: what was trimmed is not to be seen again when the
 * connection breaks in the middle.
 */
static bool revive(struct space *sp, uint64_t page, uint32_t s)
{
	if (!page_move(sp, page, s, s | PAGE_BUSY))
		return false;
	memset(sp->map + (page << NETRAM_PAGE_SHIFT), 0, NETRAM_PAGE_SIZE);
	count_present(sp, 1);
	/* Pins went off meanwhile, maybe, but none came. */
	s = page_state(sp, page);
	while (!page_change(sp, page, &s,
			    PAGE_PRESENT | ((s & PAGE_PINS) + 1)))
		;
	uncount_idle(sp);
	return true;
}

static bool pin_to_write(struct space *sp, uint64_t page)
{
	uint32_t s = page_state(sp, page);

	while (s & PAGE_PRESENT && !(s & PAGE_BUSY)) {
		if (s & PAGE_DOOMED ? revive(sp, page, s) :
				      page_move(sp, page, s, s + 1))
			return true;
		s = page_state(sp, page);
	}
	return false;
}

/* Whoever lets go of an idle page last says that it may be swept now. */
static void unpin_pages(struct space *sp, uint64_t page, uint64_t end)
{
	for (; page < end; page++)
		if (__atomic_fetch_sub(&sp->state[page], 1, __ATOMIC_SEQ_CST) ==
		    (PAGE_PRESENT | PAGE_DOOMED | 1))
			sweep_mark(sp, page);
}

static uint64_t count_absent(const struct space *sp, uint64_t page,
			     uint64_t end)
{
	uint64_t at = page;

	while (at < end && page_state(sp, at) == 0)
		at++;
	return at - page;
}

/* Claim absent pages from @page on; how many became BUSY by us. */
static uint64_t claim_absent(struct space *sp, uint64_t page, uint64_t end)
{
	uint64_t at = page;

	while (at < end && page_state(sp, at) == 0 &&
	       page_move(sp, at, 0, PAGE_BUSY))
		at++;
	return at - page;
}

/* Of @nr reserved pages, make those that are absent still; how many. */
static int64_t add_reserved(struct space *sp, uint64_t page, uint64_t nr)
{
	uint64_t got = claim_absent(sp, page, page + nr);

	store_close(sp->store, nr - got);
	return got && populate(sp, page, got) ? -ENOSPC : (int64_t)got;
}

static uint64_t freed_so_far(const struct store *store)
{
	return __atomic_load_n(&store->freed, __ATOMIC_ACQUIRE);
}

/*
 * Make some of @nr pages that were absent; how many, or -ENOSPC: there was no
 * room, nothing to sweep, nobody else has swept anything meanwhile, and they are
 * absent still. 0: look again.
 */
static int64_t add_some(struct space *sp, uint64_t page, uint64_t nr)
{
	struct store *store = sp->store;
	uint64_t before = freed_so_far(store);
	int ret = store_reserve(store, nr);

	if (!ret)
		return add_reserved(sp, page, nr);
	if (ret == -EAGAIN) {
		sched_yield();
		return 0;
	}
	/* Sweeping may wait for a lock: no page is BUSY by us. */
	if (sweep_now(store, nr) || freed_so_far(store) != before ||
	    count_absent(sp, page, page + nr) < nr)
		return 0;
	return -ENOSPC;
}

/*
 * Pin or make pages from @page on; how many, at least one, or -ENOSPC. Absent
 * pages are claimed only when there is room for them: the first claim makes
 * memory of a page of state words, which nobody counts, so that refusing writes
 * all over a space must not.
 */
static int64_t write_some(struct space *sp, uint64_t page, uint64_t end)
{
	uint64_t nr;
	int64_t got;

	while (!pin_to_write(sp, page)) {
		nr = count_absent(sp, page, end);
		got = nr ? add_some(sp, page, nr) : 0;
		if (got)
			return got;
		if (!nr)
			sched_yield();
	}
	return 1;
}

int space_write_begin(struct space *sp, uint64_t off, uint32_t len)
{
	uint64_t start = first_page(off), end = end_page(off, len);
	uint64_t page = start;

	while (page < end) {
		int64_t nr = write_some(sp, page, end);

		if (nr < 0) {
			unpin_pages(sp, start, page);
			return -ENOSPC;
		}
		page += (uint64_t)nr;
	}
	return 0;
}

bool space_has_room(struct space *sp, uint64_t off, uint32_t len)
{
	uint64_t page = first_page(off), end = end_page(off, len);
	uint64_t present = store_present(sp->store);
	uint64_t absent = 0;

	for (; page < end; page++)
		absent += !page_is_there(page_state(sp, page));
	return present + absent <= sp->store->limit || !absent;
}

void space_unpin(struct space *sp, uint64_t off, uint32_t len)
{
	unpin_pages(sp, first_page(off), end_page(off, len));
}

/* Bytes from @off to the end of the page run [.., @end), within @len. */
static uint32_t run_bytes(uint64_t off, uint32_t len, uint64_t end)
{
	uint64_t bytes = (end << NETRAM_PAGE_SHIFT) - off;

	return bytes < len ? (uint32_t)bytes : len;
}

uint32_t space_read_begin(struct space *sp, uint64_t off, uint32_t len,
			  bool *present)
{
	uint64_t page = first_page(off), end = end_page(off, len);

	*present = pin_to_read(sp, page++);
	if (*present) {
		while (page < end && pin_to_read(sp, page))
			page++;
	} else {
		while (page < end && !page_is_there(page_state(sp, page)))
			page++;
	}
	return run_bytes(off, len, page);
}

uint32_t space_run(struct space *sp, uint64_t off, uint32_t len, bool *present)
{
	uint64_t page = first_page(off), end = end_page(off, len);
	bool like = page_is_there(page_state(sp, page++));

	while (page < end && page_is_there(page_state(sp, page)) == like)
		page++;
	*present = like;
	return run_bytes(off, len, page);
}

/* True: it is idle now, by us. */
static bool doom(struct space *sp, uint64_t page)
{
	uint32_t s = page_state(sp, page);

	if (!page_is_there(s))
		return false;
	count_idle(sp);
	do {
		if (page_change(sp, page, &s, s | PAGE_DOOMED))
			return true;
	} while (page_is_there(s));
	uncount_idle(sp);
	return false;
}

static void trim_pages(struct space *sp, uint64_t page, uint64_t end)
{
	while (page < end) {
		uint64_t stop = (page / SWEEP_WINDOW + 1) * SWEEP_WINDOW;
		uint64_t start = page;
		uint64_t doomed = 0;

		for (; page < end && page < stop; page++)
			doomed += doom(sp, page);
		if (!doomed)
			continue;
		count_present(sp, -(int64_t)doomed);
		sweep_mark(sp, start);
	}
}

void space_trim(struct space *sp, uint64_t off, uint32_t len)
{
	uint64_t first = (off + NETRAM_PAGE_SIZE - 1) >> NETRAM_PAGE_SHIFT;
	uint64_t end = (off + len) >> NETRAM_PAGE_SHIFT;

	if (first < end)
		trim_pages(sp, first, end);
}

/* Overwrite what is present of the range; what is absent is zero already. */
static void zero_present(struct space *sp, uint64_t off, uint32_t len)
{
	while (len) {
		uint64_t page = first_page(off);
		uint32_t n = run_bytes(off, len, page + 1);

		if (pin_to_read(sp, page)) {
			memset(space_at(sp, off), 0, n);
			unpin_pages(sp, page, page + 1);
		}
		off += n;
		len -= n;
	}
}

int space_zero(struct space *sp, uint64_t off, uint32_t len, bool allocate)
{
	if (!allocate) {
		space_trim(sp, off, len);
		zero_present(sp, off, len);
		return 0;
	}
	if (space_write_begin(sp, off, len))
		return -ENOSPC;
	memset(space_at(sp, off), 0, len);
	space_unpin(sp, off, len);
	return 0;
}
