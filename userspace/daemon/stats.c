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

struct hits stats_hits(const struct sample *before, const struct sample *now,
		       const char *volume)
{
	return hits_of(grown(before, now, volume, STAT_READ_BYTES),
		       grown(before, now, volume, STAT_HOLE_PAGES),
		       grown(before, now, volume, STAT_BACKUP_READS) +
		       grown(before, now, volume, STAT_LOST_READS));
}
