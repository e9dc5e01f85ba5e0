// SPDX-License-Identifier: GPL-2.0
/*
 * A volume or node that is new, or was made anew under its name, has counters that
 * began at 0 after the sample before: what they say now is then what happened.
 */
#include "common/sample.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/swaps.h"

/* Return: what /sys/block/netramN/netram_stats/NAME says now, or SAMPLE_UNKNOWN. */
uint64_t sample_read_stat(uint32_t index, const char *name)
{
	uint64_t value;
	char path[96], *text;

	snprintf(path, sizeof(path),
		 "/sys/block/netram%" PRIu32 "/netram_stats/%s", index, name);
	if (file_read(path, &text))
		return SAMPLE_UNKNOWN;
	value = strtoull(text, NULL, 10);
	free(text);
	return value;
}

static int take_stats(struct sample *s, const char *const *names)
{
	const struct netram_volume *v;
	size_t n = 0, i;

	for (v = s->volumes; v; v = v->next)
		n++;
	s->stats = calloc(n * s->nr_stats + 1, sizeof(*s->stats));
	if (!s->stats)
		return -ENOMEM;
	for (v = s->volumes, n = 0; v; v = v->next)
		for (i = 0; i < s->nr_stats; i++)
			s->stats[n++] = sample_read_stat(v->index, names[i]);
	return 0;
}

/**
 * sample_take() - look at everything
 * @nt: the module
 * @stats: files of /sys/block/netramN/netram_stats to read
 * @nr: how many
 * @s: filled; empty after a failure
 *
 * Return: 0 or -errno; netram_error() tells more.
 */
int sample_take(struct netram *nt, const char *const *stats, size_t nr,
		struct sample *s)
{
	int err;

	*s = (struct sample){ .at_ms = clock_ms(), .nr_stats = nr };
	err = netram_node_list(nt, &s->nodes);
	if (!err)
		err = netram_volume_list(nt, &s->volumes);
	if (!err)
		err = netram_latency_list(nt, NULL, &s->latency);
	if (!err)
		err = take_stats(s, stats);
	if (err)
		sample_free(s);
	return err;
}

void sample_free(struct sample *s)
{
	free(s->stats);
	netram_latency_free(s->latency);
	netram_volume_free(s->volumes);
	netram_node_free(s->nodes);
	*s = (struct sample){ 0 };
}

const struct netram_node *sample_node(const struct sample *s, const char *name)
{
	const struct netram_node *node = s->nodes;

	while (node && strcmp(node->name, name))
		node = node->next;
	return node;
}

const struct netram_volume *sample_volume(const struct sample *s,
					  const char *name)
{
	const struct netram_volume *v = s->volumes;

	while (v && strcmp(v->name, name))
		v = v->next;
	return v;
}

/* A counter of a volume, or SAMPLE_UNKNOWN. */
uint64_t sample_stat(const struct sample *s, const char *volume, size_t which)
{
	const struct netram_volume *v;
	size_t at = which;

	for (v = s->volumes; v; v = v->next, at += s->nr_stats)
		if (!strcmp(v->name, volume))
			return s->stats[at];
	return SAMPLE_UNKNOWN;
}

/* What a counter grew by; 0 where it is not known. */
uint64_t sample_grown(uint64_t now, uint64_t before)
{
	if (now == SAMPLE_UNKNOWN)
		return 0;
	return before != SAMPLE_UNKNOWN && now >= before ? now - before : now;
}

static const struct netram_latency *
latency_of(const struct netram_latency *l, const struct netram_latency *like)
{
	while (l && (strcmp(l->volume, like->volume) ||
		     strcmp(l->node, like->node)))
		l = l->next;
	return l;
}

static void add_grown(__u64 *sum, const __u64 *now, const __u64 *before)
{
	bool anew = false;
	unsigned int i;

	for (i = 0; before && i < NETRAM_LATENCY_BUCKETS; i++)
		anew |= now[i] < before[i];
	for (i = 0; i < NETRAM_LATENCY_BUCKETS; i++)
		sum[i] += before && !anew ? now[i] - before[i] : now[i];
}

/**
 * sample_count() - reads and writes between two samples, by how long they took
 * @before: the earlier one
 * @now: the later one
 * @volume: only this volume; NULL: all
 * @node: what this node did for them; "": what programs got
 * @counts: filled
 */
void sample_count(const struct sample *before, const struct sample *now,
		  const char *volume, const char *node,
		  struct sample_counts *counts)
{
	const struct netram_latency *l, *old;

	memset(counts, 0, sizeof(*counts));
	for (l = now->latency; l; l = l->next) {
		if (strcmp(l->node, node) || (volume && strcmp(l->volume, volume)))
			continue;
		old = latency_of(before->latency, l);
		add_grown(counts->reads, l->reads, old ? old->reads : NULL);
		add_grown(counts->writes, l->writes, old ? old->writes : NULL);
	}
}
