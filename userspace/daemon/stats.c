// SPDX-License-Identifier: GPL-2.0
#include "stats.h"

#include <netram/limits.h>

const char *const stat_files[STATS_NR] = {
#define X(file, constant, metric, help) #file,
	STATS(X)
#undef X
};

const struct stat_metric stat_metrics[STATS_NR] = {
#define X(file, constant, metric, help) { "netram_volume_" metric, help },
	STATS(X)
#undef X
};

static uint64_t grown(const struct sample *before, const struct sample *now,
		      const char *volume, enum stat_id id)
{
	return sample_grown(sample_stat(now, volume, id),
			    sample_stat(before, volume, id));
}

/*
 * Pages that the backup gives back to nodes count as missed, too: the module does
 * not tell them apart from those that somebody wanted to read.
 */
struct hits stats_hits(const struct sample *before, const struct sample *now,
		       const char *volume)
{
	uint64_t pages = grown(before, now, volume, STAT_READ_BYTES) /
			 NETRAM_PAGE_SIZE;
	uint64_t holes = grown(before, now, volume, STAT_HOLE_PAGES);
	struct hits hits = {
		.pages = pages > holes ? pages - holes : 0,
		.missed = grown(before, now, volume, STAT_BACKUP_READS) +
			  grown(before, now, volume, STAT_LOST_READS),
	};

	if (hits.missed > hits.pages)
		hits.missed = hits.pages;
	return hits;
}
