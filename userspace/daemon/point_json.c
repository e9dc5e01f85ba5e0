// SPDX-License-Identifier: GPL-2.0
/* What Documentation/json.md has as a point of /api/history. */
#include <netram/latency.h>
#include <netram/limits.h>
#include <string.h>

#include "common/json.h"
#include "watch.h"

static uint64_t row_of(const __u64 *counts, unsigned int row)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < WATCH_ROW_BUCKETS; i++)
		sum += counts[row * WATCH_ROW_BUCKETS + i];
	return sum;
}

/* [first row, count, count, ...]; [] if nothing was counted. */
static struct json_object *heat_json(const __u64 *counts)
{
	struct json_object *a = json_object_new_array();
	unsigned int row, first = 0, end = WATCH_ROWS;

	while (first < WATCH_ROWS && !row_of(counts, first))
		first++;
	while (end > first && !row_of(counts, end - 1))
		end--;
	if (first < end)
		json_object_array_add(a, json_object_new_int(first));
	for (row = first; row < end; row++)
		json_object_array_add(a, json_object_new_uint64(
						 row_of(counts, row)));
	return a;
}

static void put_latency(struct json_object *o, const struct sample_counts *c)
{
	uint64_t reads = netram_latency_total(c->reads);
	uint64_t writes = netram_latency_total(c->writes);

	put_u64(o, "reads", reads);
	put_u64(o, "writes", writes);
	if (reads) {
		put_u64(o, "read_p50_ns",
			netram_latency_percentile(c->reads, 5000));
		put_u64(o, "read_p99_ns",
			netram_latency_percentile(c->reads, 9900));
	}
	if (writes)
		put_u64(o, "write_p99_ns",
			netram_latency_percentile(c->writes, 9900));
}

static uint64_t grown(const struct watch *w, const char *volume,
		      enum stat_id id)
{
	return sample_grown(sample_stat(&w->now, volume, id),
			    sample_stat(&w->before, volume, id));
}

/**
 * struct volume_sums - counters of one volume, or added up over all
 * @stored: bytes of pages
 * @read: bytes
 * @written: bytes
 * @traffic: what bytes on the network were for
 * @hits: see there
 */
struct volume_sums {
	uint64_t stored;
	uint64_t read;
	uint64_t written;
	struct netram_traffic traffic;
	struct hits hits;
};

static void add_volume(struct volume_sums *sums, const struct watch *w,
		       const struct netram_volume *v)
{
	const struct netram_volume *old = sample_volume(&w->before, v->name);
	struct netram_traffic traffic = traffic_grown(&v->traffic,
						      old ? &old->traffic : NULL);
	struct hits hits = stats_hits(&w->before, &w->now, v->name);

	sums->stored += v->pages * NETRAM_PAGE_SIZE;
	sums->read += grown(w, v->name, STAT_READ_BYTES);
	sums->written += grown(w, v->name, STAT_WRITE_BYTES);
	traffic_add(&sums->traffic, &traffic);
	sums->hits.pages += hits.pages;
	sums->hits.missed += hits.missed;
}

static void put_traffic(struct json_object *o, const struct netram_traffic *t)
{
	put_u64(o, "payload_bytes", t->payload + t->replicas);
	put_u64(o, "overhead_bytes",
		t->headers + t->hedges + t->retries + t->handshakes);
	put_u64(o, "mover_bytes", t->mover);
}

/* @volume: NULL: all */
static struct json_object *traffic_json(const struct watch *w,
					const char *volume,
					const struct volume_sums *sums)
{
	struct json_object *o = json_object_new_object();
	struct sample_counts counts;

	sample_count(&w->before, &w->now, volume, "", &counts);
	if (volume)
		put_text(o, "name", volume);
	put_u64(o, "stored_bytes", sums->stored);
	put_u64(o, "read_bytes", sums->read);
	put_u64(o, "written_bytes", sums->written);
	put_u64(o, "pages", sums->hits.pages);
	put_u64(o, "missed_pages", sums->hits.missed);
	put_traffic(o, &sums->traffic);
	put_u64(o, "within_target",
		netram_latency_within(counts.reads, NETRAM_LATENCY_TARGET_NS));
	put_latency(o, &counts);
	put_object(o, "heat", heat_json(counts.reads));
	return o;
}

static void put_volumes(struct json_object *o, const struct watch *w)
{
	struct json_object *a = json_object_new_array();
	struct volume_sums all = { 0 }, one;
	const struct netram_volume *v;
	size_t n = 0;

	for (v = w->now.volumes; v; v = v->next) {
		one = (struct volume_sums){ 0 };
		add_volume(&one, w, v);
		add_volume(&all, w, v);
		if (n++ < WATCH_VOLUMES)
			json_object_array_add(a, traffic_json(w, v->name, &one));
	}
	put_object(o, "all", traffic_json(w, NULL, &all));
	put_object(o, "volumes", a);
}

static struct json_object *node_json(const struct watch *w,
				     const struct netram_node *node)
{
	const struct netram_node *old = sample_node(&w->before, node->name);
	struct json_object *o = json_object_new_object();
	struct sample_counts counts;

	put_text(o, "name", node->name);
	put_u64(o, "stored_bytes", node->pages * NETRAM_PAGE_SIZE);
	put_u64(o, "rx_bytes",
		sample_grown(node->rx_bytes, old ? old->rx_bytes : 0));
	put_u64(o, "tx_bytes",
		sample_grown(node->tx_bytes, old ? old->tx_bytes : 0));
	sample_count(&w->before, &w->now, NULL, node->name, &counts);
	put_latency(o, &counts);
	return o;
}

static struct json_object *nodes_json(const struct watch *w)
{
	struct json_object *a = json_object_new_array();
	const struct netram_node *node;

	for (node = w->now.nodes; node; node = node->next)
		json_object_array_add(a, node_json(w, node));
	return a;
}

char *point_json(const struct watch *w)
{
	struct json_object *o = json_object_new_object();
	char *text;

	put_u64(o, "seq", w->seq);
	put_u64(o, "time_ms", w->time_ms);
	put_u64(o, "interval_ms", w->now.at_ms - w->before.at_ms);
	put_volumes(o, w);
	put_object(o, "nodes", nodes_json(w));
	text = strdup(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN));
	json_object_put(o);
	return text;
}
