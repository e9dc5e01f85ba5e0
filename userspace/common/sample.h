/* SPDX-License-Identifier: GPL-2.0 */
/* What all counters say at one moment, and what happened between two of them. */
#ifndef NETRAM_COMMON_SAMPLE_H
#define NETRAM_COMMON_SAMPLE_H

#include <netram/netram.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A counter that there is not: of another version of the module, or just gone. */
#define SAMPLE_UNKNOWN	UINT64_MAX

/**
 * struct sample - all counters at one moment
 * @at_ms: CLOCK_MONOTONIC
 * @nodes: with what went over the network
 * @volumes: with how full they are
 * @latency: with how many reads and writes there were
 * @stats: @nr_stats for each of @volumes, or SAMPLE_UNKNOWN
 * @nr_stats: as many as sample_take() was asked for
 */
struct sample {
	uint64_t at_ms;
	struct netram_node *nodes;
	struct netram_volume *volumes;
	struct netram_latency *latency;
	uint64_t *stats;
	size_t nr_stats;
};

/**
 * struct sample_counts - histograms, added up
 * @reads: counts of buckets
 * @writes: counts of buckets
 */
struct sample_counts {
	__u64 reads[NETRAM_LATENCY_BUCKETS];
	__u64 writes[NETRAM_LATENCY_BUCKETS];
};

uint64_t sample_read_stat(uint32_t index, const char *name);
int sample_take(struct netram *nt, const char *const *stats, size_t nr,
		struct sample *sample);
void sample_free(struct sample *sample);
const struct netram_node *sample_node(const struct sample *sample,
				      const char *name);
const struct netram_volume *sample_volume(const struct sample *sample,
					  const char *name);
uint64_t sample_stat(const struct sample *sample, const char *volume,
		     size_t which);
uint64_t sample_grown(uint64_t now, uint64_t before);
void sample_count(const struct sample *before, const struct sample *now,
		  const char *volume, const char *node,
		  struct sample_counts *counts);

#endif /* NETRAM_COMMON_SAMPLE_H */
