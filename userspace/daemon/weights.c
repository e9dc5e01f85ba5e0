// SPDX-License-Identifier: GPL-2.0
#include "weights.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t clamp(uint64_t share, uint32_t least)
{
	if (share < least)
		return least;
	return share < WEIGHTS_WHOLE ? share : WEIGHTS_WHOLE;
}

/**
 * weights_for_fill() - what is left to a node for how full it is
 * @used: bytes of pages it holds
 * @room: bytes it may hold, not 0
 *
 * All up to half full; from there on in proportion to the room that is left, so that
 * nodes of which each is filled by others, too, are full at the same time. Of nodes
 * that are as full as each other all lose the same, and nothing changes.
 *
 * Return: WEIGHTS_FILL_MIN to WEIGHTS_WHOLE.
 */
uint32_t weights_for_fill(uint64_t used, uint64_t room)
{
	uint64_t left = used < room ? room - used : 0;

	/* rooms are of a mebibyte at least, and of less than 64 bits by far */
	return clamp(left / (room / WEIGHTS_WHOLE / 2 ?: 1), WEIGHTS_FILL_MIN);
}

/**
 * weights_for_latency() - what is left to a node for how slow it is
 * @ns: how long it takes
 * @median_ns: how long nodes take that are neither fast nor slow
 *
 * One that takes n times as long gets an n-th, for then as many of its answers are
 * waited for as of another. It always gets some: else nobody would see it recover.
 *
 * Return: WEIGHTS_LATENCY_MIN to WEIGHTS_WHOLE.
 */
uint32_t weights_for_latency(uint64_t ns, uint64_t median_ns)
{
	if (ns <= median_ns)
		return WEIGHTS_WHOLE;
	return clamp(median_ns * WEIGHTS_WHOLE / ns, WEIGHTS_LATENCY_MIN);
}

/**
 * weights_for_pressure() - what is left to a node whose machine is short of memory
 * @percent: of the time, in which some task waited for memory
 *
 * Its own programs suffer for the pages it keeps, and these may be refused or swapped
 * soon. Nothing happens up to WEIGHTS_PRESSURE_FREE; at n times of that it gets an n-th.
 *
 * Return: WEIGHTS_PRESSURE_MIN to WEIGHTS_WHOLE.
 */
uint32_t weights_for_pressure(double percent)
{
	if (percent <= WEIGHTS_PRESSURE_FREE)
		return WEIGHTS_WHOLE;
	return clamp(WEIGHTS_WHOLE * WEIGHTS_PRESSURE_FREE / percent,
		     WEIGHTS_PRESSURE_MIN);
}

static int by_size(const void *a, const void *b)
{
	const uint64_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

/**
 * struct medians - how long nodes take that are neither fast nor slow
 * @p50_ns: the median of what half of their reads take; 0: nobody has enough
 * @p99_ns: likewise, of 99 of 100
 */
struct medians {
	uint64_t p50_ns;
	uint64_t p99_ns;
};

/* Of an even number the lower one: of two nodes the slower one is the slow one. */
static uint64_t median(uint64_t *values, size_t nr)
{
	if (!nr)
		return 0;
	qsort(values, nr, sizeof(*values), by_size);
	return values[(nr - 1) / 2];
}

static struct medians find_medians(const struct weight_input *in, size_t nr)
{
	uint64_t p50[NETRAM_NODES_MAX], p99[NETRAM_NODES_MAX];
	size_t i, nr50 = 0, nr99 = 0;

	for (i = 0; i < nr; i++) {
		if (in[i].reads >= WEIGHTS_READS_P50)
			p50[nr50++] = in[i].p50_ns;
		if (in[i].reads >= WEIGHTS_READS_P99)
			p99[nr99++] = in[i].p99_ns;
	}
	return (struct medians){ median(p50, nr50), median(p99, nr99) };
}

static struct weight *find_or_add(struct weights *w, const char *node)
{
	struct weight *one = (struct weight *)weights_find(w, node);

	if (one || w->nr == NETRAM_NODES_MAX)
		return one;
	one = &w->all[w->nr++];
	*one = (struct weight){
		.for_fill = WEIGHTS_WHOLE,
		.for_latency = WEIGHTS_WHOLE,
		.for_pressure = WEIGHTS_WHOLE,
		.share = WEIGHTS_WHOLE,
	};
	snprintf(one->node, sizeof(one->node), "%s", node);
	return one;
}

static void forget_unseen(struct weights *w)
{
	size_t i, kept = 0;

	for (i = 0; i < w->nr; i++)
		if (w->all[i].seen)
			w->all[kept++] = w->all[i];
	w->nr = kept;
}

/* What is not known now is as it was, for a while. */
static void measure_pressure(struct weight *one, const struct weight_input *in)
{
	if (in->has_pressure) {
		one->unheard = 0;
		one->for_pressure = weights_for_pressure(in->pressure_percent);
	} else if (++one->unheard >= WEIGHTS_QUIET_MAX) {
		one->for_pressure = WEIGHTS_WHOLE;
	}
}

/* Likewise. */
static void measure(struct weight *one, const struct weight_input *in,
		    const struct medians *medians)
{
	uint32_t p99 = WEIGHTS_WHOLE;

	if (in->room)
		one->for_fill = weights_for_fill(in->used, in->room);
	measure_pressure(one, in);
	if (in->reads < WEIGHTS_READS_P50) {
		if (++one->quiet >= WEIGHTS_QUIET_MAX)
			one->for_latency = WEIGHTS_WHOLE;
		return;
	}
	one->quiet = 0;
	one->for_latency = weights_for_latency(in->p50_ns, medians->p50_ns);
	if (in->reads >= WEIGHTS_READS_P99)
		p99 = weights_for_latency(in->p99_ns, medians->p99_ns);
	if (p99 < one->for_latency)
		one->for_latency = p99;
}

/*
 * A quarter less, a third more, or all: buckets of latencies are an eighth wide, and
 * each change costs extents their even spread.
 */
static bool differs(uint32_t share, uint32_t wanted)
{
	if (wanted == WEIGHTS_WHOLE)
		return share != WEIGHTS_WHOLE;
	return wanted * 4 < share * 3 || wanted * 3 >= share * 4;
}

static bool settle(struct weight *one)
{
	uint32_t wanted = one->for_fill * one->for_latency / WEIGHTS_WHOLE *
			  one->for_pressure / WEIGHTS_WHOLE;
	int step = wanted > one->share ? 1 : -1;

	if (!differs(one->share, wanted)) {
		one->votes = 0;
		return false;
	}
	one->votes = one->votes * step > 0 ? one->votes + step : step;
	if (one->votes * step < WEIGHTS_VOTES)
		return false;
	one->votes = 0;
	one->share = wanted;
	return true;
}

/**
 * weights_update() - take a measure into account
 * @w: what is known; nodes that are not in @in are forgotten
 * @in: the measure
 * @nr: of so many nodes, at most NETRAM_NODES_MAX
 *
 * Return: whether a share that is in force has changed.
 */
bool weights_update(struct weights *w, const struct weight_input *in, size_t nr)
{
	struct medians medians = find_medians(in, nr);
	struct weight *one;
	bool changed = false;
	size_t i;

	for (i = 0; i < w->nr; i++)
		w->all[i].seen = false;
	for (i = 0; i < nr; i++) {
		one = (struct weight *)weights_find(w, in[i].node);
		if (one)
			one->seen = true;
	}
	forget_unseen(w);
	for (i = 0; i < nr; i++) {
		one = find_or_add(w, in[i].node);
		if (!one)
			continue;
		measure(one, &in[i], &medians);
		changed |= settle(one);
	}
	return changed;
}

/**
 * weights_make_whole() - let each node count with all of its weight
 * @w: what is known; that is forgotten
 */
void weights_make_whole(struct weights *w)
{
	size_t i;

	for (i = 0; i < w->nr; i++) {
		w->all[i].for_fill = WEIGHTS_WHOLE;
		w->all[i].for_latency = WEIGHTS_WHOLE;
		w->all[i].for_pressure = WEIGHTS_WHOLE;
		w->all[i].share = WEIGHTS_WHOLE;
		w->all[i].votes = 0;
	}
}

/**
 * weights_find() - what is known of a node
 * @w: what is known
 * @node: its name
 *
 * Return: that, or NULL.
 */
const struct weight *weights_find(const struct weights *w, const char *node)
{
	size_t i;

	for (i = 0; i < w->nr; i++)
		if (!strcmp(w->all[i].node, node))
			return &w->all[i];
	return NULL;
}

/**
 * weights_wanted() - the weight that a node should have now
 * @w: what is known, or NULL: weights are as the file says
 * @node: the node in the file
 *
 * Return: it; 0: whatever it has.
 */
uint32_t weights_wanted(const struct weights *w, const struct config_node *node)
{
	const struct weight *one = w ? weights_find(w, node->name) : NULL;
	uint64_t whole = CONFIG_HAS(node, NODE_WEIGHT) ? node->weight : 0;

	if (!w)
		return whole;
	whole = whole ?: NETRAM_WEIGHT_DEF;
	if (!one)
		return whole;
	whole = (whole * one->share + WEIGHTS_WHOLE / 2) / WEIGHTS_WHOLE;
	return whole > NETRAM_WEIGHT_MIN ? whole : NETRAM_WEIGHT_MIN;
}
