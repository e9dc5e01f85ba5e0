// SPDX-License-Identifier: GPL-2.0
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "store.h"
#include "sweep.h"

static struct store store;
static struct space sp;

/* Called when a sweep is about to punch, store->lock held. */
static void (*punching)(void);

/* In place of the C library's. */
int fallocate(int fd, int mode, off_t off, off_t len)
{
	if (punching)
		punching();
	return (int)syscall(SYS_fallocate, fd, mode, off, len);
}

static int setup(void **state)
{
	assert_int_equal(store_init(&store, 64 * PAGE, NULL), 0);
	assert_int_equal(space_init(&sp, &store, 1ULL << 40, "unit"), 0);
	return 0;
}

static int teardown(void **state)
{
	punching = NULL;
	space_exit(&sp);
	assert_int_equal(store.used, 0);
	assert_int_equal(store.present, 0);
	assert_int_equal(store.idle, 0);
	store_exit(&store);
	return 0;
}

/* What is counted is what the kernel has for it. */
static void has_memory(uint64_t pages, uint64_t idle)
{
	struct stat st;

	assert_int_equal(fstat(sp.fd, &st), 0);
	assert_int_equal(st.st_blocks * 512, pages * PAGE);
	assert_int_equal(store.used, pages);
	assert_int_equal(sp.used, pages);
	assert_int_equal(store.present, pages - idle);
	assert_int_equal(sp.present, pages - idle);
	assert_int_equal(store.idle, idle);
}

/* So many pages have data, and no others have memory once swept. */
static void holds(uint64_t pages)
{
	assert_int_equal(store_present(&store), pages);
	assert_int_equal(space_present(&sp), pages);
	sweep_round(&store);
	sweep_round(&store);
	has_memory(pages, 0);
}

static int put(uint64_t off, uint32_t len, int byte)
{
	int ret = space_write_begin(&sp, off, len);

	if (ret)
		return ret;
	memset(space_at(&sp, off), byte, len);
	space_unpin(&sp, off, len);
	return 0;
}

/* All of the range is @byte, and looking changes nothing. */
static void reads(uint64_t off, uint32_t len, int byte)
{
	while (len) {
		bool present;
		uint32_t i, n = space_read_begin(&sp, off, len, &present);
		const uint8_t *p = present ? space_at(&sp, off) : NULL;

		assert_in_range(n, 1, len);
		for (i = 0; i < n; i++)
			assert_int_equal(present ? p[i] : 0, byte);
		if (present)
			space_unpin(&sp, off, n);
		off += n;
		len -= n;
	}
}

/* Does the kernel know that no huge pages are wanted there? */
static bool no_huge_pages(const void *at)
{
	FILE *f = fopen("/proc/self/smaps", "r");
	uintptr_t start, end;
	bool here = false, nh = false;
	char line[512];

	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " ", &start, &end) == 2)
			here = start <= (uintptr_t)at && (uintptr_t)at < end;
		else if (here && !strncmp(line, "VmFlags:", 8))
			nh = strstr(line, " nh");
	}
	fclose(f);
	return nh;
}

static void small_pages(void **state)
{
	if (access("/sys/kernel/mm/transparent_hugepage", F_OK))
		skip();
	assert_true(no_huge_pages(sp.map));
	assert_true(no_huge_pages(sp.state));
	assert_true(no_huge_pages(sp.mark));
}

static void holes_cost_nothing(void **state)
{
	reads(0, 100 * PAGE, 0);
	reads((1ULL << 40) - PAGE, PAGE, 0);
	space_trim(&sp, 0, UINT32_MAX);
	assert_int_equal(space_zero(&sp, 5, UINT32_MAX, false), 0);
	holds(0);
}

static void partial_pages(void **state)
{
	assert_int_equal(put(PAGE - 1, 2, 'a'), 0);
	holds(2);
	reads(0, PAGE - 1, 0);
	reads(PAGE - 1, 2, 'a');
	reads(PAGE + 1, PAGE - 1, 0);
	space_trim(&sp, 1, 2 * PAGE - 2);
	holds(2);
	reads(PAGE - 1, 2, 'a');
	assert_int_equal(space_zero(&sp, PAGE, 1, false), 0);
	reads(PAGE - 1, 1, 'a');
	reads(PAGE, 1, 0);
	space_trim(&sp, 0, PAGE + 1);
	holds(1);
	assert_int_equal(space_zero(&sp, 0, 2 * PAGE, false), 0);
	holds(0);
}

static void limit(void **state)
{
	assert_int_equal(put(0, 64 * PAGE, 'x'), 0);
	holds(64);
	assert_int_equal(put(64 * PAGE, 1, 'y'), -ENOSPC);
	assert_int_equal(put(63 * PAGE, 2 * PAGE, 'y'), -ENOSPC);
	assert_int_equal(put(0, 64 * PAGE, 'z'), 0);
	reads(63 * PAGE, PAGE, 'z');
	assert_true(space_has_room(&sp, 0, 64 * PAGE));
	assert_false(space_has_room(&sp, 1, 64 * PAGE));
	holds(64);
	space_trim(&sp, 0, PAGE);
	assert_int_equal(put(1ULL << 39, 1, 'y'), 0);
	holds(64);
	assert_int_equal(space_zero(&sp, 0, PAGE, true), -ENOSPC);
	assert_int_equal(space_zero(&sp, PAGE, PAGE, true), 0);
	holds(64);
}

/* A refused write leaves neither pins nor pages. */
static void refusal_is_clean(void **state)
{
	assert_int_equal(put(8 * PAGE, 8 * PAGE, 'x'), 0);
	assert_int_equal(put(0, 80 * PAGE, 'y'), -ENOSPC);
	reads(8 * PAGE, 8 * PAGE, 'x');
	space_trim(&sp, 0, 80 * PAGE);
	holds(0);
}

static void pinned_pages_go_later(void **state)
{
	bool present;

	assert_int_equal(put(0, 5 * PAGE, 'p'), 0);
	assert_int_equal(space_read_begin(&sp, 2 * PAGE, PAGE, &present), PAGE);
	assert_true(present);
	space_trim(&sp, 0, 5 * PAGE);
	has_memory(5, 5);
	assert_int_equal(sweep_now(&store, 99), 4);
	has_memory(1, 1);
	/* Nobody looks for them meanwhile. */
	assert_int_equal(sp.marked, 0);
	assert_int_equal(sweep_now(&store, 99), 0);
	reads(2 * PAGE, PAGE, 0);
	assert_int_equal(space_run(&sp, 0, 5 * PAGE, &present), 5 * PAGE);
	assert_false(present);
	space_unpin(&sp, 2 * PAGE, PAGE);
	assert_int_equal(sp.marked, 1);
	assert_int_equal(sweep_now(&store, 99), 1);
	has_memory(0, 0);
	assert_int_equal(sp.marked, 0);
}

/* With two pins, or made idle while pinned: the last one off counts. */
static void last_pin(void **state)
{
	bool present;

	assert_int_equal(put(0, 64 * PAGE, 'p'), 0);
	assert_int_equal(space_read_begin(&sp, 0, PAGE, &present), PAGE);
	assert_int_equal(space_read_begin(&sp, 0, PAGE, &present), PAGE);
	space_trim(&sp, 0, PAGE);
	assert_int_equal(put(1 << 30, PAGE, 'q'), -ENOSPC);
	space_unpin(&sp, 0, PAGE);
	assert_int_equal(sp.marked, 0);
	assert_int_equal(put(1 << 30, PAGE, 'q'), -ENOSPC);
	space_unpin(&sp, 0, PAGE);
	assert_int_equal(put(1 << 30, PAGE, 'q'), 0);
	/* A page that is written again while it is pinned needs no mark. */
	assert_int_equal(space_read_begin(&sp, PAGE, PAGE, &present), PAGE);
	space_trim(&sp, PAGE, PAGE);
	assert_int_equal(sweep_now(&store, 99), 0);
	assert_int_equal(put(PAGE, PAGE, 'r'), 0);
	space_unpin(&sp, PAGE, PAGE);
	assert_int_equal(sp.marked, 0);
	holds(64);
}

/* Written after the TRIM, a page stays, whoever lets go of it when. */
static void written_after_trim(void **state)
{
	bool present;

	assert_int_equal(put(0, PAGE, 'p'), 0);
	space_read_begin(&sp, 0, PAGE, &present);
	space_trim(&sp, 0, PAGE);
	assert_int_equal(put(0, PAGE, 'w'), 0);
	space_unpin(&sp, 0, PAGE);
	holds(1);
	reads(0, PAGE, 'w');
}

/* Zeroes stay zeroes when part of a page is written while it is being sent. */
static void zeroed_while_pinned(void **state)
{
	bool present;

	assert_int_equal(put(0, 2 * PAGE, 'p'), 0);
	space_read_begin(&sp, 0, 2 * PAGE, &present);
	assert_int_equal(space_zero(&sp, 0, 2 * PAGE, false), 0);
	reads(0, 2 * PAGE, 0);
	assert_int_equal(put(10, 5, 'w'), 0);
	reads(10, 5, 'w');
	reads(15, 2 * PAGE - 15, 0);
	space_unpin(&sp, 0, 2 * PAGE);
	holds(1);
	reads(0, 10, 0);
}

static bool host_memory;

static bool host_has_memory(void)
{
	return host_memory;
}

/* A host without memory refuses new pages, old ones go on. */
static void tight_host(void **state)
{
	assert_int_equal(put(0, PAGE, 'h'), 0);
	store.host_has_memory = host_has_memory;
	store.unchecked = 1 << 20;
	host_memory = false;
	assert_int_equal(put(PAGE, PAGE, 'h'), -ENOSPC);
	assert_int_equal(put(PAGE, 1, 'h'), -ENOSPC);
	assert_int_equal(put(0, PAGE, 'i'), 0);
	holds(1);
	host_memory = true;
	assert_int_equal(put(PAGE, PAGE, 'h'), 0);
	holds(2);
}

/* Pages that the kernel does not give are refused, not counted. */
static void not_given(void **state)
{
	int fd = store.zero_fd;

	store.zero_fd = -1;
	assert_int_equal(put(0, 3 * PAGE, 'n'), -ENOSPC);
	holds(0);
	store.zero_fd = fd;
	assert_int_equal(put(0, 3 * PAGE, 'n'), 0);
	holds(3);
	reads(0, 3 * PAGE, 'n');
	assert_int_equal(put(PAGE, 40 * PAGE + 1, 'o'), 0);
	holds(42);
	reads(PAGE, 40 * PAGE + 1, 'o');
}

/* Where write(2) might take huge pages, it takes none at all. */
static void huge_writes(void **state)
{
	int fd = store.zero_fd;

	store.huge_writes = true;
	store.zero_fd = -1;
	assert_int_equal(put(PAGE, 40 * PAGE, 'h'), -ENOSPC);
	holds(0);
	store.zero_fd = fd;
	assert_int_equal(put(PAGE, 40 * PAGE + 1, 'h'), 0);
	holds(41);
	reads(PAGE, 40 * PAGE + 1, 'h');
}

static void runs(void **state)
{
	bool present;

	assert_int_equal(put(3 * PAGE, 2 * PAGE, 'r'), 0);
	assert_int_equal(space_run(&sp, 10, 10 * PAGE, &present),
			 3 * PAGE - 10);
	assert_false(present);
	assert_int_equal(space_run(&sp, 3 * PAGE + 10, 10 * PAGE, &present),
			 2 * PAGE - 10);
	assert_true(present);
	assert_int_equal(space_run(&sp, 3 * PAGE + 10, 5, &present), 5);
	assert_int_equal(space_run(&sp, 5 * PAGE, UINT32_MAX, &present),
			 UINT32_MAX);
	assert_false(present);
}

/* Memory stays for the round that finds it idle, and goes with the next. */
static void idle_for_a_round(void **state)
{
	assert_int_equal(put(0, 4 * PAGE, 'i'), 0);
	space_trim(&sp, 0, 3 * PAGE);
	has_memory(4, 3);
	reads(0, 3 * PAGE, 0);
	sweep_round(&store);
	has_memory(4, 3);
	/* Freed later in the same window: not a reason to wait for longer. */
	space_trim(&sp, 3 * PAGE, PAGE);
	has_memory(4, 4);
	sweep_round(&store);
	has_memory(0, 0);
	sweep_round(&store);
	space_trim(&sp, 0, 4 * PAGE);
	has_memory(0, 0);
}

/* What is written again comes back without what was trimmed. */
static void idle_written_again(void **state)
{
	assert_int_equal(put(0, 4 * PAGE, 'i'), 0);
	space_trim(&sp, 0, 4 * PAGE);
	assert_int_equal(put(PAGE + 10, 5, 'w'), 0);
	has_memory(4, 3);
	reads(0, PAGE + 10, 0);
	reads(PAGE + 10, 5, 'w');
	reads(PAGE + 15, 3 * PAGE - 15, 0);
	/* Begun and never received. */
	assert_int_equal(space_write_begin(&sp, 2 * PAGE, PAGE), 0);
	space_unpin(&sp, 2 * PAGE, PAGE);
	reads(2 * PAGE, PAGE, 0);
	has_memory(4, 2);
	assert_int_equal(space_zero(&sp, 3 * PAGE, PAGE, true), 0);
	reads(3 * PAGE, PAGE, 0);
	has_memory(4, 1);
	assert_int_equal(space_zero(&sp, 100, PAGE, false), 0);
	has_memory(4, 1);
	holds(3);
}

/* Idle pages are no reason to refuse one, in whatever space they are. */
static void idle_is_given_to_others(void **state)
{
	struct space other, third;

	assert_int_equal(space_init(&third, &store, 9000 * PAGE, "third"), 0);
	assert_int_equal(space_init(&other, &store, 9000 * PAGE, "other"), 0);
	assert_int_equal(space_write_begin(&other, 8000 * PAGE, 50 * PAGE), 0);
	space_unpin(&other, 8000 * PAGE, 50 * PAGE);
	assert_int_equal(put(0, 14 * PAGE, 'x'), 0);
	space_trim(&other, 8000 * PAGE, 49 * PAGE);
	assert_int_equal(store_present(&store), 15);
	assert_true(space_has_room(&sp, 14 * PAGE, 49 * PAGE));
	assert_false(space_has_room(&sp, 14 * PAGE, 50 * PAGE));
	assert_int_equal(put(14 * PAGE, 20 * PAGE, 'y'), 0);
	assert_int_equal(put(34 * PAGE, 29 * PAGE, 'y'), 0);
	assert_int_equal(put(63 * PAGE, 1, 'z'), -ENOSPC);
	space_exit(&third);
	space_exit(&other);
	assert_int_equal(put(63 * PAGE, 1, 'z'), 0);
	holds(64);
}

/* A space goes with pages idle, another comes: nothing of it is left over. */
static void idle_space_goes(void **state)
{
	struct space other;

	assert_int_equal(space_init(&other, &store, 100 * PAGE, "other"), 0);
	assert_int_equal(space_write_begin(&other, 0, 60 * PAGE), 0);
	space_unpin(&other, 0, 60 * PAGE);
	space_trim(&other, 0, 60 * PAGE);
	assert_int_equal(store.idle, 60);
	space_exit(&other);
	assert_int_equal(store.idle, 0);
	assert_int_equal(space_init(&other, &store, 100 * PAGE, "other"), 0);
	holds(0);
	space_exit(&other);
}

/* In threads as well, where cmocka's assertions may not be. */
static void await(const unsigned int *what, unsigned int least)
{
	unsigned int i;

	for (i = 0; __atomic_load_n(what, __ATOMIC_SEQ_CST) < least; i++) {
		if (i == 30000)
			abort();
		usleep(1000);
	}
}

static unsigned int punches;

static void *rounds(void *arg)
{
	sweep_round(&store);
	sweep_round(&store);
	return NULL;
}

static void *write_one(void *arg)
{
	return put((1ULL << 30), PAGE, 'v') ? NULL : arg;
}

static void punch_when_wanted(void)
{
	__atomic_store_n(&punches, 1, __ATOMIC_SEQ_CST);
	await(&store.waiting, 1);
}

/* Who waits for pages that another gives back gets them: all, and no more. */
static void others_sweep(void **state)
{
	pthread_t sweeper, writer;
	void *wrote;

	assert_int_equal(put(0, 64 * PAGE, 'o'), 0);
	space_trim(&sp, 0, 10 * PAGE);
	sweep_round(&store);
	punches = 0;
	punching = punch_when_wanted;
	assert_int_equal(pthread_create(&sweeper, NULL, rounds, NULL), 0);
	await(&punches, 1);
	assert_int_equal(pthread_create(&writer, NULL, write_one, &sp), 0);
	pthread_join(writer, &wrote);
	pthread_join(sweeper, NULL);
	assert_ptr_equal(wrote, &sp);
	assert_int_equal(put(0, 9 * PAGE, 'o'), 0);
	assert_int_equal(put(9 * PAGE, PAGE, 'o'), -ENOSPC);
	holds(64);
}

static unsigned int trims_left;

static void *write_trim_sweep(void *arg)
{
	while (__atomic_load_n(&trims_left, __ATOMIC_RELAXED)) {
		put(10 * PAGE, 10 * PAGE, 'n');
		space_trim(&sp, 10 * PAGE, 10 * PAGE);
		sweep_now(&store, 10);
		__atomic_sub_fetch(&trims_left, 1, __ATOMIC_RELAXED);
	}
	return arg;
}

/* Pages come and go: those that stay are there at any moment. */
static void never_empty(void **state)
{
	uint64_t seen = 1, all = 1, now;
	pthread_t t;

	assert_int_equal(put(0, PAGE, 'n'), 0);
	trims_left = 3000;
	assert_int_equal(pthread_create(&t, NULL, write_trim_sweep, NULL), 0);
	while (__atomic_load_n(&trims_left, __ATOMIC_RELAXED)) {
		now = space_present(&sp);
		seen = now < seen ? now : seen;
		now = store_present(&store);
		all = now < all ? now : all;
	}
	pthread_join(t, NULL);
	assert_int_equal(seen, 1);
	assert_int_equal(all, 1);
	holds(1);
}

#define QUOTA	16U	/* of four threads that share the limit */

static unsigned int quota_refusals;

/* Trims all that it has before it writes elsewhere. */
static void *keep_to_quota(void *arg)
{
	uint64_t at = (uint64_t)(uintptr_t)arg << 30;
	unsigned int i;

	for (i = 0; i < 3000; i++) {
		at ^= (i % 5) * SWEEP_WINDOW * PAGE;
		if (!space_has_room(&sp, at, QUOTA * PAGE) ||
		    put(at, QUOTA * PAGE, 'q'))
			__atomic_add_fetch(&quota_refusals, 1, __ATOMIC_RELAXED);
		space_trim(&sp, at, QUOTA * PAGE);
	}
	return NULL;
}

/* What fits is never refused, whoever sweeps when. */
static void quotas(void **state)
{
	pthread_t t[4];
	uintptr_t i;

	quota_refusals = 0;
	for (i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&t[i], NULL, keep_to_quota,
						(void *)i), 0);
	for (i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	assert_int_equal(quota_refusals, 0);
	holds(0);
}

static pthread_barrier_t together;
static unsigned int shared_refusals;

/* Two that write the same pages, in part, where there is room for them once. */
static void *write_shared(void *arg)
{
	uint64_t first = (uint64_t)(uintptr_t)arg;
	unsigned int i;

	for (i = 0; i < 3000; i++) {
		uint64_t at = (1ULL << 30) + (i % 7) * SWEEP_WINDOW * PAGE;

		pthread_barrier_wait(&together);
		if (put(at + first * PAGE, (4 - first) * PAGE, 's'))
			__atomic_add_fetch(&shared_refusals, 1, __ATOMIC_RELAXED);
		pthread_barrier_wait(&together);
		if (first)
			space_trim(&sp, at, 4 * PAGE);
	}
	return NULL;
}

static void shared_pages(void **state)
{
	pthread_t t[2];
	uintptr_t i;

	assert_int_equal(put(0, 60 * PAGE, 's'), 0);
	shared_refusals = 0;
	pthread_barrier_init(&together, NULL, 2);
	for (i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&t[i], NULL, write_shared,
						(void *)i), 0);
	for (i = 0; i < 2; i++)
		pthread_join(t[i], NULL);
	pthread_barrier_destroy(&together);
	assert_int_equal(shared_refusals, 0);
	holds(60);
}

static pthread_t second;

static void *write_same(void *arg)
{
	return put(1 << 30, 4 * PAGE, 't') ? NULL : arg;
}

/* The first has reserved and not claimed when the second comes. */
static bool second_comes(void)
{
	store.host_has_memory = NULL;
	assert_int_equal(pthread_create(&second, NULL, write_same, &sp), 0);
	usleep(50000);
	return true;
}

static void same_pages_at_the_limit(void **state)
{
	void *wrote;

	assert_int_equal(put(0, 60 * PAGE, 's'), 0);
	store.host_has_memory = second_comes;
	store.unchecked = 1 << 20;
	assert_int_equal(put(1 << 30, 4 * PAGE, 's'), 0);
	pthread_join(second, &wrote);
	assert_ptr_equal(wrote, &sp);
	holds(64);
}

/* Does the kernel have memory for the page's state word? */
static bool has_state(uint64_t page)
{
	uintptr_t at = (uintptr_t)&sp.state[page] & ~(uintptr_t)(PAGE - 1);
	FILE *f = fopen("/proc/self/pagemap", "r");
	uint64_t entry;

	assert_non_null(f);
	assert_int_equal(fseek(f, (long)(at / PAGE * sizeof(entry)), SEEK_SET), 0);
	assert_int_equal(fread(&entry, sizeof(entry), 1, f), 1);
	fclose(f);
	/* Looking maps the kernel's page of zeroes, which is not ours alone. */
	return entry >> 63 && entry >> 56 & 1;
}

/* Neither looking nor a refusal makes a word for a page. */
static void no_words_for_nothing(void **state)
{
	uint64_t at = 1 << 30;
	bool present;

	assert_int_equal(put(0, 64 * PAGE, 'n'), 0);
	assert_true(has_state(0));
	assert_int_equal(put(at, PAGE, 'n'), -ENOSPC);
	assert_int_equal(space_zero(&sp, at, MIB, true), -ENOSPC);
	assert_int_equal(space_zero(&sp, at, MIB, false), 0);
	space_trim(&sp, at, MIB);
	reads(at, MIB, 0);
	assert_int_equal(space_run(&sp, at, MIB, &present), MIB);
	assert_false(space_has_room(&sp, at, MIB));
	assert_false(has_state(at / PAGE));
	space_trim(&sp, 0, PAGE);
	assert_int_equal(put(at, PAGE, 'n'), 0);
	assert_true(has_state(at / PAGE));
}

#define COMERS 8U

static unsigned int spaces_then;

/* Each other one waits until somebody wants the lock; the next looks who had it. */
static void punch_slowly(void)
{
	unsigned int nr = __atomic_add_fetch(&punches, 1, __ATOMIC_SEQ_CST);
	struct space *s;

	if (nr > 2 * COMERS)
		return;
	if (nr % 2)
		await(&store.waiting, 1);
	else
		for (s = store.spaces; s; s = s->next)
			spaces_then++;
}

/* Whoever wants the lock has it before the next window is swept. */
static void a_round_lets_others_in(void **state)
{
	struct space others[COMERS];
	pthread_t t;
	uint64_t i;

	for (i = 0; i < 60; i++)
		assert_int_equal(put(i * SWEEP_WINDOW * PAGE, PAGE, 'l'), 0);
	space_trim(&sp, 0, 60 * SWEEP_WINDOW * PAGE);
	punches = spaces_then = 0;
	punching = punch_slowly;
	assert_int_equal(pthread_create(&t, NULL, rounds, NULL), 0);
	for (i = 0; i < COMERS; i++) {
		await(&punches, 2 * (unsigned int)i + 1);
		assert_int_equal(space_init(&others[i], &store, PAGE, "new"), 0);
	}
	pthread_join(t, NULL);
	assert_int_equal(punches, 60);
	assert_int_equal(spaces_then, COMERS * (COMERS + 3) / 2);
	for (i = 0; i < COMERS; i++)
		space_exit(&others[i]);
	has_memory(0, 0);
}

/* With nobody to ask for it, the thread gives idle memory back. */
static void sweeper(void **state)
{
	unsigned int i, round;

	assert_int_equal(sweeper_start(&store), 0);
	for (round = 0; round < 2; round++) {
		assert_int_equal(put(0, 30 * PAGE, 's'), 0);
		space_trim(&sp, 0, 30 * PAGE);
		for (i = 0; i < 3000 && __atomic_load_n(&store.idle, __ATOMIC_ACQUIRE); i++)
			usleep(10000);
		has_memory(0, 0);
	}
	sweeper_stop(&store);
}

static void gaps_are_bridged(void **state)
{
	uint64_t page;

	for (page = 0; page < 64; page++)
		assert_int_equal(put(page * 100 * PAGE, 1, 'g'), 0);
	holds(64);
	space_trim(&sp, PAGE, 6400 * PAGE);
	holds(1);
	space_trim(&sp, 0, PAGE);
	holds(0);
}

static void several_spaces(void **state)
{
	struct space other;

	assert_int_equal(space_init(&other, &store, 100 * PAGE, "other"), 0);
	assert_int_equal(space_write_begin(&other, 0, 60 * PAGE), 0);
	space_unpin(&other, 0, 60 * PAGE);
	assert_int_equal(put(0, 5 * PAGE, 'x'), -ENOSPC);
	space_exit(&other);
	assert_int_equal(put(0, 5 * PAGE, 'x'), 0);
	holds(5);
}

/*
 * Threads write, read, trim and zero the same few pages. A page's bytes are
 * written by whoever has it pinned, so contents may mix; the count may not.
 */
static void *storm(void *arg)
{
	unsigned int seed = (unsigned int)(uintptr_t)arg, i;

	for (i = 0; i < 4000; i++) {
		uint64_t off = (uint64_t)(rand_r(&seed) % 90) * PAGE +
			       (uint64_t)(rand_r(&seed) % 3) * 100;
		uint32_t len = (uint32_t)(1 + rand_r(&seed) % (9 * PAGE));
		bool present;
		uint32_t n;

		switch (rand_r(&seed) % 5) {
		case 0:
			if (!space_write_begin(&sp, off, len))
				space_unpin(&sp, off, len);
			break;
		case 1:
			n = space_read_begin(&sp, off, len, &present);
			if (present)
				space_unpin(&sp, off, n);
			break;
		case 2:
			space_trim(&sp, off, len);
			break;
		case 3:
			sweep_round(&store);
			break;
		default:
			space_zero(&sp, off, len, rand_r(&seed) % 2);
		}
	}
	return NULL;
}

static void threads(void **state)
{
	pthread_t t[4];
	uintptr_t i;

	for (i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&t[i], NULL, storm,
						(void *)(i + 1)), 0);
	for (i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	assert_in_range(store.used, 0, 64);
	has_memory(store.used, store.idle);
	holds(store_present(&store));
	assert_int_equal(space_zero(&sp, 0, 200 * PAGE, false), 0);
	holds(0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(small_pages, setup, teardown),
		cmocka_unit_test_setup_teardown(holes_cost_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(partial_pages, setup, teardown),
		cmocka_unit_test_setup_teardown(limit, setup, teardown),
		cmocka_unit_test_setup_teardown(refusal_is_clean, setup, teardown),
		cmocka_unit_test_setup_teardown(pinned_pages_go_later, setup, teardown),
		cmocka_unit_test_setup_teardown(last_pin, setup, teardown),
		cmocka_unit_test_setup_teardown(written_after_trim, setup, teardown),
		cmocka_unit_test_setup_teardown(zeroed_while_pinned, setup, teardown),
		cmocka_unit_test_setup_teardown(tight_host, setup, teardown),
		cmocka_unit_test_setup_teardown(not_given, setup, teardown),
		cmocka_unit_test_setup_teardown(huge_writes, setup, teardown),
		cmocka_unit_test_setup_teardown(runs, setup, teardown),
		cmocka_unit_test_setup_teardown(idle_for_a_round, setup, teardown),
		cmocka_unit_test_setup_teardown(idle_written_again, setup, teardown),
		cmocka_unit_test_setup_teardown(idle_is_given_to_others, setup, teardown),
		cmocka_unit_test_setup_teardown(idle_space_goes, setup, teardown),
		cmocka_unit_test_setup_teardown(others_sweep, setup, teardown),
		cmocka_unit_test_setup_teardown(never_empty, setup, teardown),
		cmocka_unit_test_setup_teardown(quotas, setup, teardown),
		cmocka_unit_test_setup_teardown(shared_pages, setup, teardown),
		cmocka_unit_test_setup_teardown(same_pages_at_the_limit, setup, teardown),
		cmocka_unit_test_setup_teardown(no_words_for_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(a_round_lets_others_in, setup, teardown),
		cmocka_unit_test_setup_teardown(sweeper, setup, teardown),
		cmocka_unit_test_setup_teardown(gaps_are_bridged, setup, teardown),
		cmocka_unit_test_setup_teardown(several_spaces, setup, teardown),
		cmocka_unit_test_setup_teardown(threads, setup, teardown),
	};

	return cmocka_run_group_tests_name("server_store", tests, NULL, NULL);
}
