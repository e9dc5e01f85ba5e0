// SPDX-License-Identifier: GPL-2.0
/*
 * Each space is one sparse memfd, mapped whole: an untouched page costs
 * nothing, and a page's place is base + offset with no lookup.
 *
 * The life of a page. Pages are received into and sent from the mapping while
 * other threads free and allocate. Merely touching a page that was punched out
 * would allocate it again, uncounted and past the limit (a read fault on shmem
 * allocates too), so who may touch a page is decided by one atomic word:
 *
 *   0                 absent: reads as zeroes, must not be touched
 *   BUSY              one thread is populating or punching it; must not be
 *                     touched, ends soon and without waiting for anybody
 *   PRESENT + n       counted in used; n requests are touching it ("pins")
 *   PRESENT|DOOMED+n  trimmed while pinned: absent to readers, and punched by
 *                     whoever takes off the last pin, unless written before
 *
 *   0         -> BUSY       write (populate), or trim bridging a gap
 *   BUSY      -> PRESENT+1  populated; pinned by the writer
 *   PRESENT+0 -> BUSY       trim; never while pinned
 *   BUSY      -> 0          punched, or populating failed
 *   PRESENT+n -> PRESENT+n±1
 *   PRESENT+n -> PRESENT|DOOMED+n  trim, n > 0
 *   PRESENT|DOOMED+n -> PRESENT+n+1  write
 *   PRESENT|DOOMED+0 -> BUSY       the last pin is off
 *
 * A page may be pinned by a READ that the client has its answer of already: the
 * thread that sent it has not looked yet. So a TRIM that meets pins leaves word
 * rather than leave the page. A write's pins are off before it is answered; if
 * a TRIM meets those, the client has both in flight, and either may win.
 * A thread that waits for a BUSY page holds no BUSY page itself.
 * Readers never wait: a BUSY page is absent before or after, so it reads as 0.
 *
 * Nothing here faults memory in by touching it: allocate() is told where a touch
 * would be answered with SIGBUS. Where the kernel would rather kill than tell,
 * host_permits() has said no before.
 */
#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#endif

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 8U
#endif

#define PAGE_PRESENT	(1U << 31)
#define PAGE_BUSY	(1U << 30)
#define PAGE_DOOMED	(1U << 29)
#define PAGE_PINS	(PAGE_DOOMED - 1)

/* From so many pages on writing zeroes is the cheaper way to have them. */
#define FILL_PAGES	8U

/* Pages that Linux maps around one that is read: 64 KiB, aligned. */
#define FAULT_AROUND	16U

/* Pages added between two questions to the host. */
#define CHECK_PAGES	1024U

/* Trim looks at this many pages at a time: one page of state words. */
#define TRIM_WINDOW	(NETRAM_PAGE_SIZE / sizeof(uint32_t))

static uint32_t state_of(const struct space *sp, uint64_t page)
{
	return __atomic_load_n(&sp->state[page], __ATOMIC_ACQUIRE);
}

static bool state_move(struct space *sp, uint64_t page, uint32_t from,
		       uint32_t to)
{
	return __atomic_compare_exchange_n(&sp->state[page], &from, to, false,
					   __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

static void state_set(struct space *sp, uint64_t page, uint64_t nr,
		      uint32_t to)
{
	while (nr--)
		__atomic_store_n(&sp->state[page++], to, __ATOMIC_RELEASE);
}

static uint64_t first_page(uint64_t off)
{
	return off >> NETRAM_PAGE_SHIFT;
}

static uint64_t end_page(uint64_t off, uint32_t len)
{
	return (off + len + NETRAM_PAGE_SIZE - 1) >> NETRAM_PAGE_SHIFT;
}

int store_init(struct store *store, uint64_t limit_bytes,
	       bool (*host_has_memory)(void))
{
	void *z = mmap(NULL, STORE_ZEROES, PROT_READ,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

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
	store->host_has_memory = host_has_memory;
	store->unchecked = 0;
	store->tight = false;
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

static bool reserve_limit(struct store *store, uint64_t pages)
{
	uint64_t used = __atomic_load_n(&store->used, __ATOMIC_RELAXED);

	do {
		if (pages > store->limit || used > store->limit - pages)
			return false;
	} while (!__atomic_compare_exchange_n(&store->used, &used, used + pages,
					      true, __ATOMIC_RELAXED,
					      __ATOMIC_RELAXED));
	return true;
}

static void store_release(struct store *store, uint64_t pages)
{
	__atomic_fetch_sub(&store->used, pages, __ATOMIC_RELAXED);
}

static bool store_reserve(struct store *store, uint64_t pages)
{
	if (!reserve_limit(store, pages))
		return false;
	if (host_permits(store, pages))
		return true;
	store_release(store, pages);
	return false;
}

static void *map_state(uint64_t pages)
{
	return mmap(NULL, pages * sizeof(uint32_t), PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
}

/* Nobody runs programs from it; kernels before 6.3 cannot be told so. */
static int open_memfd(const char *name)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_NOEXEC_SEAL);

	if (fd < 0 && errno == EINVAL)
		fd = memfd_create(name, MFD_CLOEXEC);
	return fd;
}

int space_init(struct space *sp, struct store *store, uint64_t size,
	       const char *name)
{
	int err;

	sp->store = store;
	sp->size = size;
	sp->used = 0;
	sp->fd = open_memfd(name);
	if (sp->fd < 0)
		return -errno;
	if (ftruncate(sp->fd, (off_t)size))
		goto err_fd;
	sp->map = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_NORESERVE, sp->fd, 0);
	if (sp->map == MAP_FAILED)
		goto err_fd;
	sp->state = map_state(size >> NETRAM_PAGE_SHIFT);
	if (sp->state == MAP_FAILED)
		goto err_map;
	/* A core dump of a page server would be the size of its pages. */
	madvise(sp->map, size, MADV_DONTDUMP);
	/* A huge page would hold 511 pages that nobody asked for. */
	madvise(sp->map, size, MADV_NOHUGEPAGE);
	return 0;

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
	store_release(sp->store, sp->used);
	munmap(sp->state, (sp->size >> NETRAM_PAGE_SHIFT) * sizeof(uint32_t));
	munmap(sp->map, sp->size);
	close(sp->fd);
}

static void punch(struct space *sp, uint64_t page, uint64_t nr)
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

/*
 * A fault for writing allocates one page. Where there are many, write(2)
 * allocates them for less, mapping included.
 */
static int allocate(struct space *sp, uint64_t page, uint64_t nr)
{
	if (nr < FILL_PAGES)
		return touch(sp, page, nr);
	if (write_zeroes(sp, page, nr))
		return -1;
	return map_pages(sp, page, page + nr);
}

/* The pages are BUSY by us and reserved; afterwards PRESENT, pinned once. */
static int populate(struct space *sp, uint64_t page, uint64_t nr)
{
	if (allocate(sp, page, nr)) {
		punch(sp, page, nr);
		state_set(sp, page, nr, 0);
		store_release(sp->store, nr);
		return -ENOSPC;
	}
	__atomic_fetch_add(&sp->used, nr, __ATOMIC_RELAXED);
	state_set(sp, page, nr, PAGE_PRESENT | 1);
	return 0;
}

static bool is_there(uint32_t s)
{
	return (s & (PAGE_PRESENT | PAGE_DOOMED)) == PAGE_PRESENT;
}

/* One pin more, for a page that is present and nothing of @lacks; less @clear. */
static bool pin_if(struct space *sp, uint64_t page, uint32_t lacks,
		   uint32_t clear)
{
	uint32_t s = state_of(sp, page);

	while (s & PAGE_PRESENT && !(s & lacks)) {
		if (__atomic_compare_exchange_n(&sp->state[page], &s,
						(s & ~clear) + 1, true,
						__ATOMIC_ACQ_REL,
						__ATOMIC_ACQUIRE))
			return true;
	}
	return false;
}

static bool pin_to_read(struct space *sp, uint64_t page)
{
	return pin_if(sp, page, PAGE_DOOMED, 0);
}

static bool pin_to_write(struct space *sp, uint64_t page)
{
	return pin_if(sp, page, 0, PAGE_DOOMED);
}

/* What is doomed stays so: its bytes are only to be zero until then. */
static bool pin_to_zero(struct space *sp, uint64_t page)
{
	return pin_if(sp, page, 0, 0);
}

static void uncount(struct space *sp, uint64_t pages)
{
	__atomic_fetch_sub(&sp->used, pages, __ATOMIC_RELAXED);
	store_release(sp->store, pages);
}

/* Another may have pinned it for writing, or claimed it, in between. */
static void execute(struct space *sp, uint64_t page)
{
	if (!state_move(sp, page, PAGE_PRESENT | PAGE_DOOMED, PAGE_BUSY))
		return;
	punch(sp, page, 1);
	state_set(sp, page, 1, 0);
	uncount(sp, 1);
}

static void unpin_pages(struct space *sp, uint64_t page, uint64_t end)
{
	for (; page < end; page++) {
		uint32_t s = __atomic_sub_fetch(&sp->state[page], 1,
						__ATOMIC_ACQ_REL);

		if (s == (PAGE_PRESENT | PAGE_DOOMED))
			execute(sp, page);
	}
}

/* Claim absent pages from @page on; how many became BUSY by us. */
static uint64_t claim_absent(struct space *sp, uint64_t page, uint64_t end)
{
	uint64_t at = page;

	while (at < end && state_of(sp, at) == 0 &&
	       state_move(sp, at, 0, PAGE_BUSY))
		at++;
	return at - page;
}

/* Pin or make pages from @page on; how many, at least one, or -ENOSPC. */
static int64_t write_some(struct space *sp, uint64_t page, uint64_t end)
{
	uint64_t nr;

	while (!pin_to_write(sp, page)) {
		nr = claim_absent(sp, page, end);
		if (!nr) {
			sched_yield();
			continue;
		}
		if (!store_reserve(sp->store, nr)) {
			state_set(sp, page, nr, 0);
			return -ENOSPC;
		}
		return populate(sp, page, nr) ? -ENOSPC : (int64_t)nr;
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
	uint64_t used = __atomic_load_n(&sp->store->used, __ATOMIC_RELAXED);
	uint64_t absent = 0;

	for (; page < end; page++)
		absent += !(state_of(sp, page) & PAGE_PRESENT);
	return used + absent <= sp->store->limit || !absent;
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
		while (page < end && !is_there(state_of(sp, page)))
			page++;
	}
	return run_bytes(off, len, page);
}

uint32_t space_run(struct space *sp, uint64_t off, uint32_t len, bool *present)
{
	uint64_t page = first_page(off), end = end_page(off, len);
	bool like = is_there(state_of(sp, page++));

	while (page < end && is_there(state_of(sp, page)) == like)
		page++;
	*present = like;
	return run_bytes(off, len, page);
}

/* False: the page has no pins (any more). */
static bool doom(struct space *sp, uint64_t page)
{
	uint32_t s = state_of(sp, page);

	while (s & PAGE_PRESENT && s & PAGE_PINS) {
		if (__atomic_compare_exchange_n(&sp->state[page], &s,
						s | PAGE_DOOMED, true,
						__ATOMIC_ACQ_REL,
						__ATOMIC_ACQUIRE))
			return true;
	}
	return !(s & PAGE_PRESENT);
}

/* True: BUSY by us. False: somebody is at it, and told if need be. */
static bool claim_for_punch(struct space *sp, uint64_t page, uint64_t *freed)
{
	do {
		if (state_move(sp, page, 0, PAGE_BUSY))
			return true;
		if (state_move(sp, page, PAGE_PRESENT, PAGE_BUSY) ||
		    state_move(sp, page, PAGE_PRESENT | PAGE_DOOMED,
			       PAGE_BUSY)) {
			++*freed;
			return true;
		}
	} while (!doom(sp, page));
	return false;
}

/* One run of claimable pages: punched and absent afterwards. Its length. */
static uint64_t trim_run(struct space *sp, uint64_t page, uint64_t end)
{
	uint64_t at = page, freed = 0;

	while (at < end && claim_for_punch(sp, at, &freed))
		at++;
	if (at == page)
		return 0;
	if (freed)
		punch(sp, page, at - page);
	state_set(sp, page, at - page, 0);
	uncount(sp, freed);
	return at - page;
}

/*
 * Between the first and the last present page gaps are punched along, so that
 * fragmented memory costs one system call a window, not one a page.
 */
static void trim_window(struct space *sp, uint64_t page, uint64_t end)
{
	while (page < end && !(state_of(sp, page) & PAGE_PRESENT))
		page++;
	while (end > page && !(state_of(sp, end - 1) & PAGE_PRESENT))
		end--;
	while (page < end) {
		uint64_t nr = trim_run(sp, page, end);

		page += nr ? nr : 1;
	}
}

static void trim_pages(struct space *sp, uint64_t page, uint64_t end)
{
	while (page < end) {
		uint64_t stop = (page / TRIM_WINDOW + 1) * TRIM_WINDOW;

		if (stop > end)
			stop = end;
		trim_window(sp, page, stop);
		page = stop;
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

		if (pin_to_zero(sp, page)) {
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
