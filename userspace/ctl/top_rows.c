// SPDX-License-Identifier: GPL-2.0
/* Rates of two samples, and their order. */
#include <netram/latency.h>
#include <netram/limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "top.h"

#define PERCENTILE	9900

const char *const top_stats[TOP_STATS] = {
	[TOP_READ_BYTES] = "read_bytes",
	[TOP_WRITE_BYTES] = "write_bytes",
};

static void set_rates(struct top_row *row, const struct sample_counts *counts,
		      double seconds)
{
	row->reads = netram_latency_total(counts->reads) / seconds;
	row->writes = netram_latency_total(counts->writes) / seconds;
	row->read_ns = netram_latency_percentile(counts->reads, PERCENTILE);
	row->write_ns = netram_latency_percentile(counts->writes, PERCENTILE);
}

static double stat_rate(const struct sample *before, const struct sample *now,
			const char *volume, enum top_stat which, double seconds)
{
	return sample_grown(sample_stat(now, volume, which),
			    sample_stat(before, volume, which)) / seconds;
}

static void make_volume(const struct sample *before,
			const struct sample *now,
			const struct netram_volume *v, double seconds,
			struct top_row *row)
{
	struct sample_counts counts;

	strcpy(row->name, v->name);
	row->state = netram_volume_state_name(v->state);
	row->ails = v->state != NETRAM_VOLUME_OK;
	row->stored = v->pages * NETRAM_PAGE_SIZE;
	row->size = v->size;
	row->in = stat_rate(before, now, v->name, TOP_READ_BYTES, seconds);
	row->out = stat_rate(before, now, v->name, TOP_WRITE_BYTES, seconds);
	sample_count(before, now, v->name, "", &counts);
	set_rates(row, &counts, seconds);
}

static void make_node(const struct sample *before,
		      const struct sample *now,
		      const struct netram_node *node, double seconds,
		      struct top_row *row)
{
	const struct netram_node *old = sample_node(before, node->name);
	struct sample_counts counts;

	strcpy(row->name, node->name);
	row->state = netram_node_state_name(node->state);
	row->ails = node->state == NETRAM_NODE_DOWN ||
		    node->state == NETRAM_NODE_SUSPECT;
	row->stored = node->pages * NETRAM_PAGE_SIZE;
	row->in = sample_grown(node->rx_bytes, old ? old->rx_bytes : 0) / seconds;
	row->out = sample_grown(node->tx_bytes, old ? old->tx_bytes : 0) / seconds;
	sample_count(before, now, NULL, node->name, &counts);
	set_rates(row, &counts, seconds);
}

static struct top_row *rows_for(size_t n)
{
	struct top_row *rows = calloc(n + 1, sizeof(*rows));

	if (!rows)
		abort();
	return rows;
}

/* Two samples of the same moment have no rates. */
void top_rows_make(const struct sample *before,
		   const struct sample *now, struct top_rows *rows)
{
	uint64_t ms = now->at_ms > before->at_ms ? now->at_ms - before->at_ms : 1;
	const struct netram_volume *v;
	const struct netram_node *node;

	*rows = (struct top_rows){ .seconds = ms / 1000.0 };
	for (v = now->volumes; v; v = v->next)
		rows->nr_volumes++;
	for (node = now->nodes; node; node = node->next)
		rows->nr_nodes++;
	rows->volumes = rows_for(rows->nr_volumes);
	rows->nodes = rows_for(rows->nr_nodes);
	rows->nr_volumes = 0;
	for (v = now->volumes; v; v = v->next)
		make_volume(before, now, v, rows->seconds,
			    &rows->volumes[rows->nr_volumes++]);
	rows->nr_nodes = 0;
	for (node = now->nodes; node; node = node->next)
		make_node(before, now, node, rows->seconds,
			  &rows->nodes[rows->nr_nodes++]);
}

/* ---- order */

static int greater(double a, double b)
{
	return (a < b) - (a > b);
}

static uint64_t slower(const struct top_row *row)
{
	return row->read_ns > row->write_ns ? row->read_ns : row->write_ns;
}

struct order {
	enum top_key key;
	bool reverse;
};

/* Equal ones are in the order of their names, so that they do not jump. */
static int compare(const void *left, const void *right, void *arg)
{
	const struct top_row *a = left, *b = right;
	const struct order *order = arg;
	int way = 0;

	switch (order->key) {
	case TOP_STORED:
		way = greater(a->stored, b->stored);
		break;
	case TOP_OPS:
		way = greater(a->reads + a->writes, b->reads + b->writes);
		break;
	case TOP_BYTES:
		way = greater(a->in + a->out, b->in + b->out);
		break;
	case TOP_LATENCY:
		way = greater(slower(a), slower(b));
		break;
	case TOP_NAME:
	case TOP_KEYS:
		way = strverscmp(a->name, b->name);
		break;
	}
	if (way)
		return order->reverse ? -way : way;
	return strverscmp(a->name, b->name);
}

void top_rows_sort(struct top_rows *rows, enum top_key key, bool reverse)
{
	struct order order = { key, reverse };

	qsort_r(rows->volumes, rows->nr_volumes, sizeof(*rows->volumes),
		compare, &order);
	qsort_r(rows->nodes, rows->nr_nodes, sizeof(*rows->nodes), compare,
		&order);
}

void top_rows_free(struct top_rows *rows)
{
	free(rows->volumes);
	free(rows->nodes);
	*rows = (struct top_rows){ 0 };
}

static const char *const key_names[] = {
	[TOP_NAME] = "name",
	[TOP_STORED] = "stored",
	[TOP_OPS] = "ops",
	[TOP_BYTES] = "bytes",
	[TOP_LATENCY] = "latency",
};

const char *top_key_name(enum top_key key)
{
	return key_names[key];
}

bool top_key_parse(const char *text, enum top_key *key)
{
	unsigned int i;

	for (i = 0; i < TOP_KEYS; i++) {
		if (strcmp(text, key_names[i]))
			continue;
		*key = i;
		return true;
	}
	return false;
}
