/* SPDX-License-Identifier: GPL-2.0 */
/* The hit rate, of the counters that a volume has in sysfs. */
#ifndef NETRAM_COMMON_HITS_H
#define NETRAM_COMMON_HITS_H

#include <netram/limits.h>
#include <stdint.h>

/* What it should be at least where nobody tells. */
#define HITS_TARGET_PERCENT	95

/**
 * struct hits - where pages that were read came from, but for those that were
 *   never written
 * @pages: how many were read
 * @missed: of these, not from memory of a node: from the backup, or lost
 */
struct hits {
	uint64_t pages;
	uint64_t missed;
};

/*
 * Counters are not read at one moment. Pages that the backup gives back to nodes
 * count as missed, too: the module does not tell them apart from those that somebody
 * wanted to read.
 */
static inline struct hits hits_of(uint64_t read_bytes, uint64_t holes,
				  uint64_t missed)
{
	uint64_t pages = read_bytes / NETRAM_PAGE_SIZE;

	pages = pages > holes ? pages - holes : 0;
	return (struct hits){ pages, missed < pages ? missed : pages };
}

#endif /* NETRAM_COMMON_HITS_H */
