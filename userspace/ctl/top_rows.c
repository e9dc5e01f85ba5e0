// SPDX-License-Identifier: GPL-2.0
/*
 * Rates of two samples, and their order. A volume or node that is new, or was
 * made anew under its name, has counters that began at 0 after the first sample:
 * what they say now is then what happened.
 */
#include <netram/latency.h>
#include <netram/limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "top.h"

#define PERCENTILE	9900

/* Histograms that are added up, for a node over all volumes. */
struct counts {
	__u64 reads[NETRAM_LATENCY_BUCKETS];
	__u64 writes[NETRAM_LATENCY_BUCKETS];
};

static uint64_t grown(uint64_t now, uint64_t before)
{
	return now >= before ? now - before : now;
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

/* Of a volume when node is "", else of a node with all volumes. */
static void count(const struct top_sample *before, const struct top_sample *now,
		  const char *volume, const char *node, struct counts *counts)
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

static void set_rates(struct top_row *row, const struct counts *counts,
		      double seconds)
{
	row->reads = netram_latency_total(counts->reads) / seconds;
	row->writes = netram_latency_total(counts->writes) / seconds;
	row->read_ns = netram_latency_percentile(counts->reads, PERCENTILE);
	row->write_ns = netram_latency_percentile(counts->writes, PERCENTILE);
}

static struct top_bytes bytes_of(const struct top_sample *s, const char *name)
{
	const struct netram_volume *v;
	size_t i = 0;

	for (v = s->volumes; v; v = v->next, i++)
		if (!strcmp(v->name, name))
			return s->bytes[i];
	return (struct top_bytes){ 0 };
}

static void make_volume(const struct top_sample *before,
			const struct top_sample *now,
			const struct netram_volume *v, double seconds,
			struct top_row *row)
{
	struct top_bytes old = bytes_of(before, v->name);
	struct top_bytes new = bytes_of(now, v->name);
	struct counts counts;

	strcpy(row->name, v->name);
	row->state = netram_volume_state_name(v->state);
	row->ails = v->state != NETRAM_VOLUME_OK;
	row->stored = v->pages * NETRAM_PAGE_SIZE;
	row->size = v->size;
	row->in = grown(new.read, old.read) / seconds;
	row->out = grown(new.written, old.written) / seconds;
	count(before, now, v->name, "", &counts);
	set_rates(row, &counts, seconds);
}

static const struct netram_node *node_of(const struct netram_node *node,
					 const char *name)
{
	while (node && strcmp(node->name, name))
		node = node->next;
	return node;
}

static void make_node(const struct top_sample *before,
		      const struct top_sample *now,
		      const struct netram_node *node, double seconds,
		      struct top_row *row)
{
	const struct netram_node *old = node_of(before->nodes, node->name);
	struct counts counts;

	strcpy(row->name, node->name);
	row->state = netram_node_state_name(node->state);
	row->ails = node->state == NETRAM_NODE_DOWN ||
		    node->state == NETRAM_NODE_SUSPECT;
	row->stored = node->pages * NETRAM_PAGE_SIZE;
	row->in = grown(node->rx_bytes, old ? old->rx_bytes : 0) / seconds;
	row->out = grown(node->tx_bytes, old ? old->tx_bytes : 0) / seconds;
	count(before, now, NULL, node->name, &counts);
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
void top_rows_make(const struct top_sample *before,
		   const struct top_sample *now, struct top_rows *rows)
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
