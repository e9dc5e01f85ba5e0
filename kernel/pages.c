// SPDX-License-Identifier: GPL-2.0
/*
 * The state of each page: five bits and a checksum. All is allocated with the
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
	pages->count = count;
	pages->present = alloc_bits(count);
	pages->busy = alloc_bits(count);
	pages->dead = alloc_bits(count);
	pages->lost = alloc_bits(count);
	pages->behind = alloc_bits(count);
	if (checksum)
		pages->crc = __vmalloc(array_size(count, sizeof(u32)),
				       GFP_META | __GFP_ZERO);
	if (!pages->present || !pages->busy || !pages->dead || !pages->lost ||
	    !pages->behind || (checksum && !pages->crc))
		return -ENOMEM;
	return 0;
}

/**
 * netram_pages_exit() - free it
 * @pages: initialised, perhaps in part
 */
void netram_pages_exit(struct netram_pages *pages)
{
	kvfree(pages->present);
	kvfree(pages->busy);
	kvfree(pages->dead);
	kvfree(pages->lost);
	kvfree(pages->behind);
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
	if (unlikely(atomic_long_read(&pages->nr_lost)) &&
	    clear(pages->lost, page))
		atomic_long_dec(&pages->nr_lost);
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
 * @only_behind: only those that are behind: another node has the rest
 *
 * Context: any.
 * Return: pages that were present and are lost by this call.
 */
u32 netram_pages_lose(struct netram_pages *pages, u64 first, u32 count,
		      bool only_behind)
{
	u64 end = first + count, page;
	u32 lost = 0;

	for (page = first; page < end; page++) {
		if (only_behind && !test_bit(page, pages->behind))
			continue;
		if (!only_behind)
			clear(pages->dead, page);
		if (test_bit(page, pages->present))
			lost += lose(pages, page);
	}
	return lost;
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
