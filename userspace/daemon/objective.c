// SPDX-License-Identifier: GPL-2.0
#include "objective.h"

#include <inttypes.h>
#include <netram/latency.h>
#include <netram/limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "log.h"

/* Events come in bursts; and of a few reads no percentile can be told. */
#define MEASURE_MS	5000
#define READS_MIN	100

const char *objective_name(enum objective_key id)
{
	static const char *const names[] = {
		[OBJECTIVE_READ_P50_US] = "read_p50_us",
		[OBJECTIVE_READ_P99_US] = "read_p99_us",
		[OBJECTIVE_UTILIZATION_PERCENT] = "utilization_percent",
	};

	return names[id];
}

static struct objective *find(struct objective *all, size_t nr,
			      enum objective_key id, const char *name)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (all[i].id == id && !strcmp(all[i].name, name))
			return &all[i];
	return NULL;
}

static void tell(const struct objective *one)
{
	log_line("%s %s: %s is %" PRIu64 ", %s %" PRIu64,
		 one->id == OBJECTIVE_UTILIZATION_PERCENT ? "node" : "volume",
		 one->name, objective_name(one->id), one->value,
		 one->met ? "within" : "above the objective of", one->limit);
}

/* A new value; a change of whether it is met is told. */
static void put(struct objectives *o, const struct config *config,
		enum objective_key id, const char *name, uint64_t value)
{
	struct objective *one = find(o->all, o->nr, id, name), *more;
	bool was_met = one ? one->met : true;

	if (!CONFIG_HAS(&config->objectives, id))
		return;
	if (!one) {
		more = realloc(o->all, (o->nr + 1) * sizeof(*more));
		if (!more)
			return;
		o->all = more;
		one = &more[o->nr++];
		one->id = id;
		strcpy(one->name, name);
	}
	one->limit = config->objectives.limit[id];
	one->value = value;
	one->met = value <= one->limit;
	if (one->met != was_met)
		tell(one);
}

static bool wanted(const struct config *config, const struct actual *actual,
		   const struct objective *one)
{
	if (!CONFIG_HAS(&config->objectives, one->id))
		return false;
	if (one->id == OBJECTIVE_UTILIZATION_PERCENT)
		return actual_find_node(actual, one->name);
	return actual_find_volume(actual, one->name);
}

/* What is gone, or not wanted any more. */
static void forget(struct objectives *o, const struct config *config,
		   const struct actual *actual)
{
	size_t i, kept = 0;

	for (i = 0; i < o->nr; i++)
		if (wanted(config, actual, &o->all[i]))
			o->all[kept++] = o->all[i];
	o->nr = kept;
}

/* ---- latencies */

static const struct netram_latency *earlier(const struct objectives *o,
					    const char *volume)
{
	const struct netram_latency *l;

	for (l = o->before; l; l = l->next)
		if (!l->node[0] && !strcmp(l->volume, volume))
			return l;
	return NULL;
}

static uint64_t percentile_us(const __u64 *counts, unsigned int share)
{
	return (netram_latency_percentile(counts, share) + 999) / 1000;
}

static void measure_volume(struct objectives *o, const struct config *config,
			   const struct netram_latency *now)
{
	const struct netram_latency *before = earlier(o, now->volume);
	__u64 reads[NETRAM_LATENCY_BUCKETS];
	unsigned int i;

	/* what was before we looked for the first time is not of now */
	if (!before)
		return;
	for (i = 0; i < NETRAM_LATENCY_BUCKETS; i++) {
		/* it is another volume of that name */
		if (before->reads[i] > now->reads[i])
			return;
		reads[i] = now->reads[i] - before->reads[i];
	}
	if (netram_latency_total(reads) < READS_MIN)
		return;
	put(o, config, OBJECTIVE_READ_P50_US, now->volume,
	    percentile_us(reads, NETRAM_LATENCY_ALL / 2));
	put(o, config, OBJECTIVE_READ_P99_US, now->volume,
	    percentile_us(reads, NETRAM_LATENCY_ALL / 100 * 99));
}

static void measure_latencies(struct objectives *o, struct netram *nt,
			      const struct config *config)
{
	struct netram_latency *first, *l;

	if (netram_latency_list(nt, NULL, &first))
		return;
	for (l = first; l; l = l->next)
		if (!l->node[0])
			measure_volume(o, config, l);
	netram_latency_free(o->before);
	o->before = first;
}

/* ---- how full nodes are */

static void ask_servers(struct objectives *o, const struct config *config)
{
	const struct config_node *node;
	size_t i;

	free(o->servers);
	o->nr_servers = 0;
	o->servers = calloc(config->nr_nodes ?: 1, sizeof(*o->servers));
	for (i = 0; o->servers && i < config->nr_nodes; i++) {
		node = &config->nodes[i];
		if (!CONFIG_HAS(node, NODE_STATUS))
			continue;
		strcpy(o->servers[o->nr_servers].node, node->name);
		server_ask(node->status, &o->servers[o->nr_servers++]);
	}
}

static const struct server_status *server_of(const struct objectives *o,
					     const char *node)
{
	size_t i;

	for (i = 0; i < o->nr_servers; i++)
		if (!strcmp(o->servers[i].node, node))
			return &o->servers[i];
	return NULL;
}

static void measure_nodes(struct objectives *o, const struct config *config,
			  const struct actual *actual)
{
	const struct config_node *wanted_node;
	const struct server_status *server;
	const struct netram_node *node;
	uint64_t used, room;

	for (node = actual->nodes; node; node = node->next) {
		wanted_node = config_find_node(config, node->name);
		if (!wanted_node)
			continue;
		server = server_of(o, node->name);
		used = node->pages * NETRAM_PAGE_SIZE;
		room = wanted_node->capacity;
		if (server && server->limit) {
			used = server->used;
			room = server->limit;
		}
		if (room)
			put(o, config, OBJECTIVE_UTILIZATION_PERCENT,
			    node->name, used / (room / 100 ?: 1));
	}
}

/**
 * objectives_measure() - measure, if it is time
 * @o: what was measured last
 * @nt: the module
 * @config: what is wanted
 * @actual: what there is
 */
void objectives_measure(struct objectives *o, struct netram *nt,
			const struct config *config,
			const struct actual *actual)
{
	uint64_t now = clock_ms();

	forget(o, config, actual);
	if (o->measured_ms && now - o->measured_ms < MEASURE_MS)
		return;
	o->measured_ms = now;
	if (CONFIG_HAS(&config->objectives, OBJECTIVE_READ_P50_US) ||
	    CONFIG_HAS(&config->objectives, OBJECTIVE_READ_P99_US))
		measure_latencies(o, nt, config);
	ask_servers(o, config);
	measure_nodes(o, config, actual);
}

void objectives_free(struct objectives *o)
{
	free(o->all);
	free(o->servers);
	netram_latency_free(o->before);
	memset(o, 0, sizeof(*o));
}
