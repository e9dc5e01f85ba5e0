// SPDX-License-Identifier: GPL-2.0
/*
 * The state of each page: five bits, one more for each copy that there may be, and a
 * checksum, and two bits more where there is a backup. All is allocated with the
 * volume; no lock but the atomicity of a bit, and the busy bit as a lock of the
 * page against other writers.
 *
 * Why writers must be alone: NBD orders nothing between requests in flight. Two
 * writes of one page, or a write and a TRIM, could be carried out either way
 * round, and no checksum would tell which one.
 */
#include "pages.h"

#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/vmalloc.h>

/* Bits are numbered by unsigned long: 16 TiB of pages do not fit into 32 bits. */
static_assert(BITS_PER_LONG == 64, "netram needs a 64-bit kernel");

/* A volume that is too large is refused, it does not cost others their memory. */
#define GFP_META (GFP_KERNEL | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)

static unsigned long *alloc_bits(u64 count)
{
	return kvcalloc(BITS_TO_LONGS(count), sizeof(long), GFP_META);
}

/**
 * netram_pages_init() - allocate the state of a volume's pages
 * @pages: zeroed
 * @count: pages of the volume
 * @checksum: keep one for each page
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM; netram_pages_exit() is due in both cases.
 */
int netram_pages_init(struct netram_pages *pages, u64 count, bool checksum)
{
	int i;

	pages->count = count;
	pages->present = alloc_bits(count);
	pages->busy = alloc_bits(count);
	pages->dead = alloc_bits(count);
	pages->lost = alloc_bits(count);
	pages->unequal = alloc_bits(count);
	for (i = 0; i < NETRAM_REPLICAS_MAX; i++) {
		pages->behind[i] = alloc_bits(count);
		if (!pages->behind[i])
			return -ENOMEM;
	}
	if (checksum)
		pages->crc = __vmalloc(array_size(count, sizeof(u32)),
				       GFP_META | __GFP_ZERO);
	if (!pages->present || !pages->busy || !pages->dead || !pages->lost ||
	    !pages->unequal || (checksum && !pages->crc))
		return -ENOMEM;
	return 0;
}

/**
 * netram_pages_exit() - free it
 * @pages: initialised, perhaps in part
 */
void netram_pages_exit(struct netram_pages *pages)
{
	int i;

	kvfree(pages->present);
	kvfree(pages->busy);
	kvfree(pages->dead);
	kvfree(pages->lost);
	kvfree(pages->unequal);
	for (i = 0; i < NETRAM_REPLICAS_MAX; i++)
		kvfree(pages->behind[i]);
	kvfree(pages->saved);
	kvfree(pages->dirty);
	vfree(pages->crc);
}

/**
 * netram_pages_lock() - own pages against other writers
 * @pages: the volume's pages
 * @first: first page
 * @count: how many
 *
 * Never waits, and takes all or nothing, so that owners cannot deadlock.
 *
 * Context: any.
 * Return: true if the caller owns them now.
 */
bool netram_pages_lock(struct netram_pages *pages, u64 first, u32 count)
{
	u32 i;

	for (i = 0; i < count; i++) {
		if (likely(!test_and_set_bit_lock(first + i, pages->busy)))
			continue;
		netram_pages_unlock(pages, first, i);
		return false;
	}
	return true;
}

/**
 * netram_pages_unlock() - counterpart of netram_pages_lock()
 * @pages: the volume's pages
 * @first: first page
 * @count: how many
 *
 * The caller then wakes those who wait: the router knows them.
 *
 * Context: any.
 */
void netram_pages_unlock(struct netram_pages *pages, u64 first, u32 count)
{
	u32 i;

	for (i = 0; i < count; i++)
		clear_bit_unlock(first + i, pages->busy);
}

static bool set(unsigned long *bits, u64 page)
{
	return !test_bit(page, bits) && !test_and_set_bit(page, bits);
}

static bool clear(unsigned long *bits, u64 page)
{
	return test_bit(page, bits) && test_and_clear_bit(page, bits);
}

static void forget_lost(struct netram_pages *pages, u64 page)
{
	if (likely(!atomic_long_read(&pages->nr_lost)) ||
	    !clear(pages->lost, page))
		return;
	atomic_long_dec(&pages->nr_lost);
	/* Then whether somebody wants to know: pairs with netram_healing_lost(). */
	smp_mb__after_atomic();
}

/**
 * netram_pages_written() - a write was acknowledged
 * @pages: the volume's pages; the caller owns those written
 * @first: first page
 * @count: how many
 *
 * Context: any.
 * Return: pages that were not present before.
 */
u32 netram_pages_written(struct netram_pages *pages, u64 first, u32 count)
{
	u32 i, new = 0;

	for (i = 0; i < count; i++) {
		new += set(pages->present, first + i);
		forget_lost(pages, first + i);
	}
	if (new)
		atomic_long_add(new, &pages->nr_present);
	return new;
}

/**
 * netram_pages_drop() - pages are to read as zeroes from now on
 * @pages: the volume's pages
 * @first: first page
 * @count: how many
 *
 * What nodes hold of them is marked dead, to be trimmed.
 *
 * Context: any; the caller need not own the pages.
 * Return: pages that were present.
 */
u32 netram_pages_drop(struct netram_pages *pages, u64 first, u32 count)
{
	u64 end = first + count, page;
	u32 dropped = 0;

	for (page = find_next_bit(pages->present, end, first); page < end;
	     page = find_next_bit(pages->present, end, page + 1)) {
		if (!clear(pages->present, page))
			continue;
		forget_lost(pages, page);
		set(pages->dead, page);
		dropped++;
	}
	if (dropped)
		atomic_long_sub(dropped, &pages->nr_present);
	return dropped;
}

/* A drop may run beside this: one of the two takes the bit back. */
static bool lose(struct netram_pages *pages, u64 page)
{
	/* Counted first: forget_lost() looks at the bits only if there are any. */
	atomic_long_inc(&pages->nr_lost);
	if (!set(pages->lost, page)) {
		atomic_long_dec(&pages->nr_lost);
		return false;
	}
	/* The drop clears present, then looks at lost. */
	smp_mb__after_atomic();
	if (test_bit(page, pages->present))
		return true;
	forget_lost(pages, page);
	return false;
}

/**
 * netram_pages_lose() - the node that held these pages has them no more
 * @pages: the volume's pages; no write of them has been acknowledged by another
 *   node only
 * @first: first page
 * @count: how many
 * @behind: only those that are: another node has the rest; NULL: all
 *
 * Context: any.
 * Return: pages that were present and are gone by this call: the backup does not
 * have them either.
 */
u32 netram_pages_lose(struct netram_pages *pages, u64 first, u32 count,
		      const unsigned long *behind)
{
	u64 end = first + count, page;
	u32 lost = 0;

	for (page = first; page < end; page++) {
		if (behind && !test_bit(page, behind))
			continue;
		if (!behind)
			clear(pages->dead, page);
		if (test_bit(page, pages->present) && lose(pages, page))
			lost += !pages->saved || !test_bit(page, pages->saved);
	}
	return lost;
}

/**
 * netram_pages_missed() - copies lack pages from now on
 * @pages: the volume's pages; the caller owns these
 * @first: first page
 * @count: how many
 * @copies: a bit for each place in the set
 *
 * Context: any.
 */
void netram_pages_missed(struct netram_pages *pages, u64 first, u32 count,
			 u8 copies)
{
	u64 end = first + count, page;
	int i;

	for (i = 0; i < NETRAM_REPLICAS_MAX; i++)
		for (page = first; copies & (1U << i) && page < end; page++)
			set(pages->behind[i], page);
}

/**
 * netram_pages_caught_up() - copies have pages they may have lacked
 * @pages: the volume's pages; the caller owns these, or nobody can note at this
 *   moment that a copy lacks one
 * @first: first page
 * @count: how many
 * @copies: a bit for each place in the set
 *
 * Context: any.
 */
void netram_pages_caught_up(struct netram_pages *pages, u64 first, u32 count,
			    u8 copies)
{
	u64 end = first + count, page;
	int i;

	for (i = 0; i < NETRAM_REPLICAS_MAX; i++) {
		if (!(copies & (1U << i)))
			continue;
		for (page = find_next_bit(pages->behind[i], end, first);
		     page < end;
		     page = find_next_bit(pages->behind[i], end, page + 1))
			clear(pages->behind[i], page);
	}
}

/**
 * netram_pages_lacking() - what would be gone if there were one copy only
 * @pages: the volume's pages
 * @first: first page
 * @count: how many
 * @copy: its place in the set
 *
 * Context: any.
 * Return: pages that are present and that it lacks.
 */
u32 netram_pages_lacking(const struct netram_pages *pages, u64 first, u32 count,
			 int copy)
{
	const unsigned long *behind = pages->behind[copy];
	u64 end = first + count, page;
	u32 lacking = 0;

	for (page = find_next_bit(behind, end, first); page < end;
	     page = find_next_bit(behind, end, page + 1))
		lacking += test_bit(page, pages->present) &&
			   !test_bit(page, pages->lost);
	return lacking;
}

/**
 * netram_pages_any_lost() - is one of these pages lost
 * @pages: the volume's pages
 * @first: first page
 * @count: how many
 *
 * Context: any.
 * Return: true if one is.
 */
bool netram_pages_any_lost(const struct netram_pages *pages, u64 first,
			   u32 count)
{
	if (likely(!atomic_long_read(&pages->nr_lost)))
		return false;
	return find_next_bit(pages->lost, first + count, first) < first + count;
}

/**
 * netram_pages_unequal() - copies may differ in these pages
 * @pages: the volume's pages; the caller holds the router's loss_lock
 * @first: first page
 * @count: how many
 *
 * Context: any.
 */
void netram_pages_unequal(struct netram_pages *pages, u64 first, u32 count)
{
	u32 i;

	for (i = 0; i < count; i++)
		if (set(pages->unequal, first + i))
			atomic_long_inc(&pages->nr_unequal);
}

/**
 * netram_pages_equal() - it is known now which copy counts
 * @pages: the volume's pages; the caller holds the router's loss_lock
 * @first: first page
 * @count: how many
 *
 * Context: any.
 */
void netram_pages_equal(struct netram_pages *pages, u64 first, u32 count)
{
	u64 end = first + count, page;

	if (likely(!atomic_long_read(&pages->nr_unequal)))
		return;
	for (page = find_next_bit(pages->unequal, end, first); page < end;
	     page = find_next_bit(pages->unequal, end, page + 1))
		if (clear(pages->unequal, page))
			atomic_long_dec(&pages->nr_unequal);
}

/**
 * netram_pages_any_unequal() - may copies differ in one of these pages
 * @pages: the volume's pages
 * @first: first page
 * @count: how many
 *
 * Context: any.
 * Return: true if they may.
 */
bool netram_pages_any_unequal(const struct netram_pages *pages, u64 first,
			      u32 count)
{
	if (likely(!atomic_long_read(&pages->nr_unequal)))
		return false;
	return find_next_bit(pages->unequal, first + count, first) <
	       first + count;
}

/* ---- with a backup ---- */

/**
 * netram_pages_back_up() - make room for what the backup has
 * @pages: initialised, of a new volume
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM; netram_pages_exit() is due in both cases.
 */
int netram_pages_back_up(struct netram_pages *pages)
{
	pages->saved = alloc_bits(pages->count);
	pages->dirty = alloc_bits(pages->count);
	return pages->saved && pages->dirty ? 0 : -ENOMEM;
}

/**
 * netram_pages_reserve() - pages are about to be written to nodes only
 * @pages: the volume's pages, with a backup
 * @first: first page, owned
 * @count: how many
 * @most: so many pages may be dirty
 *
 * Context: any.
 * Return: whether they may; then they are dirty. If not, nothing is changed.
 */
bool netram_pages_reserve(struct netram_pages *pages, u64 first, u32 count,
			  u64 most)
{
	long more = 0;
	u32 i;

	for (i = 0; i < count; i++)
		more += !test_bit(first + i, pages->dirty);
	if (!more)
		return true;
	/* Counted first, so that together all stay below. */
	if (atomic_long_add_return(more, &pages->nr_dirty) > most) {
		atomic_long_sub(more, &pages->nr_dirty);
		return false;
	}
	for (i = 0; i < count; i++)
		set(pages->dirty, first + i);
	return true;
}

/**
 * netram_pages_clean() - a page needs not be written to the backup
 * @pages: the volume's pages, with a backup
 * @page: which; owned
 *
 * Context: any.
 */
void netram_pages_clean(struct netram_pages *pages, u64 page)
{
	if (clear(pages->dirty, page))
		atomic_long_dec(&pages->nr_dirty);
}

static void soil(struct netram_pages *pages, u64 page)
{
	if (set(pages->dirty, page))
		atomic_long_inc(&pages->nr_dirty);
}

/**
 * netram_pages_settled() - nodes have carried out a write
 * @pages: the volume's pages, with a backup
 * @page: which; owned
 * @saved: the backup has carried it out, too
 *
 * At no time may a reader find it where an older version is: the backup's is out
 * of question before the page is present. Only a page that is on the backup alone
 * stays there until the nodes' counts, or a reader would find it nowhere.
 *
 * Context: any.
 */
void netram_pages_settled(struct netram_pages *pages, u64 page, bool saved)
{
	if (saved) {
		netram_pages_written(pages, page, 1);
		set_bit(page, pages->saved);
		netram_pages_clean(pages, page);
		return;
	}
	soil(pages, page);
	if (!test_bit(page, pages->lost))
		clear(pages->saved, page);
	netram_pages_written(pages, page, 1);
	/* A reader looks at saved, and then again whether it is lost. */
	smp_mb__after_atomic();
	clear(pages->saved, page);
}

/**
 * netram_pages_banish() - the backup alone has carried out a write
 * @pages: the volume's pages, with a backup
 * @page: which; owned
 *
 * What nodes have of it is out of question before the page is present.
 *
 * Context: any.
 */
void netram_pages_banish(struct netram_pages *pages, u64 page)
{
	set_bit(page, pages->saved);
	netram_pages_clean(pages, page);
	atomic_long_inc(&pages->nr_lost);
	if (!set(pages->lost, page))
		atomic_long_dec(&pages->nr_lost);
	smp_mb__after_atomic();
	if (set(pages->present, page))
		atomic_long_inc(&pages->nr_present);
	/*
	 * A drop of what was there before may have taken it back meanwhile; or,
	 * if it comes only now, finds it present.
	 */
	smp_mb__after_atomic();
	if (!test_bit(page, pages->lost))
		lose(pages, page);
}

/**
 * netram_pages_forsake() - what nodes have of a page is wrong: the backup's counts
 * @pages: the volume's pages, with a backup
 * @page: which; owned, saved
 *
 * As netram_pages_banish(), but one that was dropped meanwhile stays so.
 *
 * Context: any.
 */
void netram_pages_forsake(struct netram_pages *pages, u64 page)
{
	netram_pages_clean(pages, page);
	if (test_bit(page, pages->present))
		lose(pages, page);
}

/**
 * netram_pages_return() - a page that was on the backup only is on nodes again
 * @pages: the volume's pages, with a backup
 * @page: which; owned
 *
 * Context: any.
 * Return: false if it was dropped meanwhile, and nodes are to be told of that.
 */
bool netram_pages_return(struct netram_pages *pages, u64 page)
{
	forget_lost(pages, page);
	if (test_bit(page, pages->present))
		return true;
	set(pages->dead, page);
	return false;
}

/**
 * netram_pages_doubt() - a write has failed, or the backup's page is corrupt
 * @pages: the volume's pages, with a backup
 * @page: which; owned, present
 *
 * The nodes' version counts and is to be written to the backup, unless they have
 * none.
 *
 * Context: any.
 */
void netram_pages_doubt(struct netram_pages *pages, u64 page)
{
	if (test_bit(page, pages->lost))
		return;
	soil(pages, page);
	clear(pages->saved, page);
}

static u64 count_lost(const struct netram_pages *pages, bool saved)
{
	u64 words = BITS_TO_LONGS(pages->count), i, n = 0;

	if (!atomic_long_read(&pages->nr_lost))
		return 0;
	for (i = 0; i < words; i++)
		n += hweight_long(READ_ONCE(pages->lost[i]) &
				  READ_ONCE(pages->present[i]) &
				  (saved ? READ_ONCE(pages->saved[i]) :
					  ~READ_ONCE(pages->saved[i])));
	return n;
}

/**
 * netram_pages_backed() - pages that the backup alone has
 * @pages: the volume's pages
 *
 * Context: process. Takes some 10 ms for each TiB, if there are any.
 * Return: how many.
 */
u64 netram_pages_backed(const struct netram_pages *pages)
{
	return pages->saved ? count_lost(pages, true) : 0;
}

/**
 * netram_pages_gone() - pages that nobody has any more
 * @pages: the volume's pages
 *
 * Context: as netram_pages_backed().
 * Return: how many.
 */
u64 netram_pages_gone(const struct netram_pages *pages)
{
	return pages->saved ? count_lost(pages, false) :
			      atomic_long_read(&pages->nr_lost);
}
