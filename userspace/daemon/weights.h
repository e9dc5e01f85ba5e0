/* SPDX-License-Identifier: GPL-2.0 */
/*
 * With what part of its weight a node counts at present, which depends on how full,
 * how slow and how short of memory it is. Pure: it looks at its arguments and at nothing else.
 * netram.conf(5) describes it at auto_weight.
 */
#ifndef NETRAMD_WEIGHTS_H
#define NETRAMD_WEIGHTS_H

#include <netram/limits.h>

#include "config.h"

/* Parts of a weight are told in thousandths. */
#define WEIGHTS_WHOLE		1000
/* What a full node keeps, and one that is slower than all measure. */
#define WEIGHTS_FILL_MIN	50
#define WEIGHTS_LATENCY_MIN	(WEIGHTS_WHOLE / 8)
#define WEIGHTS_PRESSURE_MIN	(WEIGHTS_WHOLE / 8)
/* So many percent of the time some task may wait for memory without a word. */
#define WEIGHTS_PRESSURE_FREE	10
/* Of fewer reads no percentile can be told. */
#define WEIGHTS_READS_P50	100
#define WEIGHTS_READS_P99	1000
/* So many measures in a row have to say the same before it counts. */
#define WEIGHTS_VOTES		3
/*
 * After so many without enough reads it is not known any more how slow a node is, and
 * without an answer, how short of memory its machine is.
 */
#define WEIGHTS_QUIET_MAX	60

/**
 * struct weight_input - a measure of a node
 * @node: its name
 * @used: bytes of pages it holds
 * @room: bytes it may hold; 0: not known
 * @reads: since the measure before
 * @p50_ns: half of these took less
 * @p99_ns: 99 of 100 did
 * @has_pressure: the next one is known
 * @pressure_percent: of the last seconds, in which some task of its machine waited
 *   for memory
 */
struct weight_input {
	const char *node;
	uint64_t used;
	uint64_t room;
	uint64_t reads;
	uint64_t p50_ns;
	uint64_t p99_ns;
	bool has_pressure;
	double pressure_percent;
};

/**
 * struct weight - what is known of a node
 * @node: its name
 * @for_fill: the part that is left to it for how full it is
 * @for_latency: and for how slow it is
 * @for_pressure: and for how short of memory its machine is
 * @share: all together, as it is in force
 * @votes: measures in a row that want more (or, below 0, less) than @share
 * @quiet: measures in a row without enough reads
 * @unheard: measures in a row without word of how short of memory its machine is
 * @seen: it is in the present measure
 */
struct weight {
	char node[NETRAM_NAME_SIZE];
	uint32_t for_fill;
	uint32_t for_latency;
	uint32_t for_pressure;
	uint32_t share;
	int votes;
	unsigned int quiet;
	unsigned int unheard;
	bool seen;
};

/**
 * struct weights - of all nodes
 * @all: they
 * @nr: how many
 */
struct weights {
	struct weight all[NETRAM_NODES_MAX];
	size_t nr;
};

uint32_t weights_for_fill(uint64_t used, uint64_t room);
uint32_t weights_for_latency(uint64_t ns, uint64_t median_ns);
uint32_t weights_for_pressure(double percent);
bool weights_update(struct weights *w, const struct weight_input *in,
		    size_t nr);
void weights_make_whole(struct weights *w);
const struct weight *weights_find(const struct weights *w, const char *node);
uint32_t weights_wanted(const struct weights *w,
			const struct config_node *node);

#endif /* NETRAMD_WEIGHTS_H */
