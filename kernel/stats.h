/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_STATS_H
#define NETRAM_STATS_H

#include <linux/percpu.h>
#include <linux/types.h>

/* X(name in sysfs, constant): counters of a volume since it was created. */
#define NETRAM_STATS(X)							\
	X(reads, READS)			/* read requests */		\
	X(read_bytes, READ_BYTES)					\
	X(writes, WRITES)		/* write requests */		\
	X(write_bytes, WRITE_BYTES)					\
	X(discards, DISCARDS)		/* discard and write-zeroes */	\
	X(discard_bytes, DISCARD_BYTES)					\
	X(slot_frees, SLOT_FREES)	/* pages swap gave up */	\
	X(zero_pages, ZERO_PAGES)	/* written, kept as a bit */	\
	X(hole_pages, HOLE_PAGES)	/* read without the network */	\
	X(trims, TRIMS)			/* TRIMs sent */		\
	X(trim_pages, TRIM_PAGES)					\
	X(conflicts, CONFLICTS)		/* writes that waited for another */ \
	X(replays, REPLAYS)		/* sent again after a reconnect */ \
	X(checksum_retries, CHECKSUM_RETRIES) /* reads tried again alone */ \
	X(checksum_errors, CHECKSUM_ERRORS) /* pages found corrupt */	\
	X(lost_reads, LOST_READS)	/* reads of pages nobody has */	\
	X(moves, MOVES)			/* extents placed elsewhere: node full */ \
	X(failovers, FAILOVERS)		/* reads tried at another copy */ \
	X(hedges, HEDGES)		/* slow reads sent to a second copy */ \
	X(hedge_wins, HEDGE_WINS)	/* which was faster */		\
	X(hedge_waste, HEDGE_WASTE)	/* which was not */		\
	X(hedge_skipped, HEDGE_SKIPPED)	/* slow reads that were not sent */ \
	X(demotions, DEMOTIONS)		/* copies that became stale */	\
	X(resync_pages, RESYNC_PAGES)	/* pages copied to such ones */	\
	X(repairs, REPAIRS)		/* corrupt pages to be copied anew */ \
	X(backup_reads, BACKUP_READS)	/* pages read from the backup */ \
	X(backup_writes, BACKUP_WRITES)	/* pages written to it */	\
	X(backup_errors, BACKUP_ERRORS)	/* transfers that failed there */ \
	X(backup_returns, BACKUP_RETURNS) /* pages brought back from it */ \
	X(errors, ERRORS)		/* requests that failed */

enum netram_stat {
#define X(name, constant) NETRAM_STAT_##constant,
	NETRAM_STATS(X)
#undef X
	NETRAM_STAT_NR,
};

/**
 * struct netram_stats - a volume's counters, one set per CPU: no lock, no
 * shared cache line
 * @v: the counters
 */
struct netram_stats {
	u64 v[NETRAM_STAT_NR];
};

static inline void netram_stats_add(struct netram_stats __percpu *stats,
				    enum netram_stat which, u64 n)
{
	this_cpu_add(stats->v[which], n);
}

u64 netram_stats_read(struct netram_stats __percpu *stats,
		      enum netram_stat which);
const char *netram_stats_name(enum netram_stat which);

#endif /* NETRAM_STATS_H */
