/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counters. Each thread has its own and is the only one that writes them, so
 * counting costs a plain addition; the status page reads them from outside.
 */
#ifndef STATS_H
#define STATS_H

#include <stdint.h>

struct stats {
	uint64_t reads;
	uint64_t writes;
	uint64_t trims;
	uint64_t zeroes;
	uint64_t errors;
	uint64_t enospc;
	uint64_t bytes_read;
	uint64_t bytes_written;
};

static inline void stats_add(uint64_t *counter, uint64_t n)
{
	__atomic_store_n(counter, *counter + n, __ATOMIC_RELAXED);
}

static inline uint64_t stats_get(const uint64_t *counter)
{
	return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

#endif /* STATS_H */
