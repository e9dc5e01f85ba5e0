// SPDX-License-Identifier: GPL-2.0
/*
 * The hit rate: of the pages read that had been written, how many came from memory
 * of a node: were neither read from the backup nor lost. netramd's page and metrics tell
 * the same of an interval; this is since the volumes were created.
 */
#include <stdio.h>

#include "common/put.h"
#include "hits.h"

static const char *const names[HITS_STATS] = {
	[HITS_READ_BYTES] = "read_bytes",
	[HITS_HOLES] = "hole_pages",
	[HITS_BACKUP] = "backup_reads",
	[HITS_LOST] = "lost_reads",
};

/* A counter that this module does not have has counted nothing. */
static uint64_t counted(uint64_t stat)
{
	return stat == SAMPLE_UNKNOWN ? 0 : stat;
}

/**
 * hits_add() - count what a volume has counted
 * @sum: grows
 * @stats: of the volume, or SAMPLE_UNKNOWN
 */
void hits_add(struct hits *sum, const uint64_t stats[HITS_STATS])
{
	struct hits hits = hits_of(counted(stats[HITS_READ_BYTES]),
				   counted(stats[HITS_HOLES]),
				   counted(stats[HITS_BACKUP]) +
				   counted(stats[HITS_LOST]));

	sum->pages += hits.pages;
	sum->missed += hits.missed;
}

void hits_read(const struct netram_volume *volume, struct hits *sum)
{
	uint64_t stats[HITS_STATS];
	size_t i;

	*sum = (struct hits){ 0 };
	for (; volume; volume = volume->next) {
		for (i = 0; i < HITS_STATS; i++)
			stats[i] = sample_read_stat(volume->index, names[i]);
		hits_add(sum, stats);
	}
}

bool hits_met(const struct hits *hits)
{
	return (hits->pages - hits->missed) * 100 >=
	       hits->pages * HITS_TARGET_PERCENT;
}

/* A line, or none where nothing was read yet. */
void hits_show(const struct hits *hits)
{
	if (!hits->pages)
		return;
	/* rounded down, so that it is not told to be what it just is not */
	printf("hit rate: %.2f %% of the pages read came from memory of a node; it should be at least %u %%: %s\n",
	       (double)((hits->pages - hits->missed) * 10000 / hits->pages) / 100,
	       HITS_TARGET_PERCENT, hits_met(hits) ? "met" : "missed");
}

struct json_object *hits_json(const struct hits *hits)
{
	struct json_object *o = json_object_new_object();

	put_u64(o, "pages", hits->pages);
	put_u64(o, "missed_pages", hits->missed);
	if (!hits->pages)
		return o;
	put_share(o, "hit_share",
		  (double)(hits->pages - hits->missed) / hits->pages);
	put_bool(o, "hit_rate_met", hits_met(hits));
	return o;
}
