/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_PAGES_H
#define NETRAM_PAGES_H

#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/types.h>
#include <netram/limits.h>

/**
 * struct netram_pages - what a volume knows of each of its pages
 * @count: pages of the volume
 * @present: the page was written and not discarded since; others read as zeroes
 *   without the network. Set when a write is acknowledged.
 * @busy: a write or TRIM of the page is under way; whoever sets the bit owns the
 *   page against other writers. Readers do not look.
 * @dead: some node may still hold the page although it is not present: a TRIM
 *   is due
 * @lost: the page was present on a node that came back without it
 * @unequal: a write of the page has failed, and which copy counts is still to be known:
 *   see unequal.c. Changed under the router's loss_lock
 * @behind: for each place in a set of copies: the copy there lacks the page. Set and
 *   cleared by the owner of @busy, and for a whole extent where its copies change, by
 *   who changes them. Means something where the copy is STALE or COPYING, or
 *   FILLING, of what it will lack when it is STALE; none is set where it is INSYNC
 * @saved: the backup has the page as it was last acknowledged, or will not be asked
 *   for it: it is not present. Changed by the owner of @busy; NULL without a backup
 * @dirty: the page is to be written to the backup, which may not have it; likewise
 * @crc: crc32c of what was last written, valid where @present; changed by the
 *   owner of @busy; NULL without checksums
 * @nr_present: bits set in @present
 * @nr_lost: bits set in @lost
 * @nr_unequal: bits set in @unequal
 * @nr_dirty: bits set in @dirty, and some that are about to be
 *
 * A page that is @lost and @saved is on the backup only: no node has it as it was
 * last acknowledged, whatever it holds.
 */
struct netram_pages {
	u64		count;
	unsigned long	*present;
	unsigned long	*busy;
	unsigned long	*dead;
	unsigned long	*lost;
	unsigned long	*unequal;
	unsigned long	*behind[NETRAM_REPLICAS_MAX];
	unsigned long	*saved;
	unsigned long	*dirty;
	u32		*crc;
	atomic_long_t	nr_present;
	atomic_long_t	nr_lost;
	atomic_long_t	nr_unequal;
	atomic_long_t	nr_dirty;
};

int netram_pages_init(struct netram_pages *pages, u64 count, bool checksum);
void netram_pages_exit(struct netram_pages *pages);
bool netram_pages_lock(struct netram_pages *pages, u64 first, u32 count);
void netram_pages_unlock(struct netram_pages *pages, u64 first, u32 count);
u32 netram_pages_written(struct netram_pages *pages, u64 first, u32 count);
u32 netram_pages_drop(struct netram_pages *pages, u64 first, u32 count);
u32 netram_pages_lose(struct netram_pages *pages, u64 first, u32 count,
		      const unsigned long *behind);
void netram_pages_missed(struct netram_pages *pages, u64 first, u32 count,
			 u8 copies);
void netram_pages_caught_up(struct netram_pages *pages, u64 first, u32 count,
			    u8 copies);
u32 netram_pages_lacking(const struct netram_pages *pages, u64 first, u32 count,
			 int copy);
void netram_pages_unequal(struct netram_pages *pages, u64 first, u32 count);
void netram_pages_equal(struct netram_pages *pages, u64 first, u32 count);
bool netram_pages_any_unequal(const struct netram_pages *pages, u64 first,
			      u32 count);
bool netram_pages_any_lost(const struct netram_pages *pages, u64 first,
			   u32 count);
int netram_pages_back_up(struct netram_pages *pages);
bool netram_pages_reserve(struct netram_pages *pages, u64 first, u32 count,
			  u64 most);
void netram_pages_clean(struct netram_pages *pages, u64 page);
void netram_pages_settled(struct netram_pages *pages, u64 page, bool saved);
void netram_pages_banish(struct netram_pages *pages, u64 page);
void netram_pages_forsake(struct netram_pages *pages, u64 page);
bool netram_pages_return(struct netram_pages *pages, u64 page);
void netram_pages_doubt(struct netram_pages *pages, u64 page);
u64 netram_pages_backed(const struct netram_pages *pages);
u64 netram_pages_gone(const struct netram_pages *pages);

static inline bool netram_pages_present(const struct netram_pages *pages,
					u64 page)
{
	return test_bit(page, pages->present);
}

#endif /* NETRAM_PAGES_H */
