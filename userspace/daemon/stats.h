/* SPDX-License-Identifier: GPL-2.0 */
/* A volume's counters in /sys/block/netramN/netram_stats, and their metrics. */
#ifndef NETRAMD_STATS_H
#define NETRAMD_STATS_H

#include "common/hits.h"
#include "common/sample.h"

/*
 * X(file, STAT_ constant, metric behind netram_volume_, help). One that a module
 * does not have is not told of.
 */
#define STATS(X)							\
	X(reads, READS, "reads_total",					\
	  "Read requests of the block layer.")				\
	X(read_bytes, READ_BYTES, "read_bytes_total",			\
	  "Bytes of read requests.")					\
	X(writes, WRITES, "writes_total",				\
	  "Write requests of the block layer.")				\
	X(write_bytes, WRITE_BYTES, "written_bytes_total",		\
	  "Bytes of write requests.")					\
	X(discards, DISCARDS, "discards_total",				\
	  "Discard and write-zeroes requests of the block layer.")	\
	X(discard_bytes, DISCARD_BYTES, "discarded_bytes_total",	\
	  "Bytes of discard and write-zeroes requests.")		\
	X(slot_frees, SLOT_FREES, "swap_slot_frees_total",		\
	  "Pages that the swap layer gave up one by one.")		\
	X(zero_pages, ZERO_PAGES, "zero_pages_written_total",		\
	  "Pages written that were all zeroes, which no node keeps.")	\
	X(hole_pages, HOLE_PAGES, "hole_pages_read_total",		\
	  "Pages read that were not present: zeroes, without the network.") \
	X(trims, TRIMS, "trims_total",					\
	  "TRIM requests sent to nodes.")				\
	X(trim_pages, TRIM_PAGES, "trimmed_pages_total",		\
	  "Pages of TRIM requests.")					\
	X(conflicts, CONFLICTS, "conflicts_total",			\
	  "Requests that had to wait before they could start.")		\
	X(replays, REPLAYS, "replays_total",				\
	  "Requests that waited for a connection to be made anew.")	\
	X(checksum_retries, CHECKSUM_RETRIES, "checksum_retries_total",	\
	  "Reads that did not match a checksum and were tried again.")	\
	X(checksum_errors, CHECKSUM_ERRORS, "checksum_errors_total",	\
	  "Pages that did not match their checksum when they were read a second time either.") \
	X(lost_reads, LOST_READS, "lost_page_reads_total",		\
	  "Pages that could not be read: nobody has them any more, or, with a backup, gave them in time.") \
	X(moves, MOVES, "extent_moves_total",				\
	  "Extents placed elsewhere because a node had no room.")	\
	X(failovers, FAILOVERS, "read_failovers_total",			\
	  "Reads that were tried at another copy.")			\
	X(hedges, HEDGES, "hedged_reads_total",				\
	  "Slow reads sent to a second copy.")				\
	X(hedge_wins, HEDGE_WINS, "hedge_wins_total",			\
	  "Hedged reads that the second copy answered first.")		\
	X(hedge_waste, HEDGE_WASTE, "hedge_waste_total",		\
	  "Hedged reads that the first copy answered first after all.")	\
	X(hedge_skipped, HEDGE_SKIPPED, "hedges_skipped_total",		\
	  "Slow reads that were not sent to a second copy.")		\
	X(demotions, DEMOTIONS, "demotions_total",			\
	  "Copies of extents that became stale.")			\
	X(resync_pages, RESYNC_PAGES, "resynced_pages_total",		\
	  "Pages copied between nodes so that copies are in sync.")	\
	X(repairs, REPAIRS, "repaired_pages_total",			\
	  "Bad pages of a node that are made good from another copy or the backup.") \
	X(backup_reads, BACKUP_READS, "backup_read_pages_total",	\
	  "Pages read from the backup.")				\
	X(backup_writes, BACKUP_WRITES, "backup_written_pages_total",	\
	  "Pages written to the backup.")				\
	X(backup_errors, BACKUP_ERRORS, "backup_errors_total",		\
	  "Transfers to or from the backup that failed.")		\
	X(backup_returns, BACKUP_RETURNS, "backup_returned_pages_total", \
	  "Pages brought back from the backup to nodes.")		\
	X(errors, ERRORS, "errors_total",				\
	  "Requests that were completed with an error.")

enum stat_id {
#define X(file, constant, metric, help) STAT_##constant,
	STATS(X)
#undef X
	STATS_NR,
};

/* The names of the files, for sample_take(). */
extern const char *const stat_files[STATS_NR];

/**
 * struct stat_metric - how a counter is told to Prometheus
 * @name: the metric's
 * @help: what it counts
 */
struct stat_metric {
	const char *name;
	const char *help;
};

extern const struct stat_metric stat_metrics[STATS_NR];

struct hits stats_hits(const struct sample *before, const struct sample *now,
		       const char *volume);

#endif /* NETRAMD_STATS_H */
