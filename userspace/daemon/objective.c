// SPDX-License-Identifier: GPL-2.0
#include "objective.h"

#include <inttypes.h>
#include <netram/latency.h>
#include <netram/limits.h>
#include <netram/traffic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chronicle.h"
#include "common/clock.h"
#include "log.h"
#include "stats.h"
#include "traffic.h"

/* Events come in bursts; and of a few reads no percentile can be told. */
#define MEASURE_MS	5000
#define READS_MIN	100
/* What nothing new is known of is not known any more after this. */
#define KNOWN_MS	60000
#define PPM_PERCENT	10000

/* Limits where the file has none, percent. */
#define UTILIZATION_USUAL	85

/**
 * struct kind - an objective
 * @name: as in the file
 * @usual: the limit where the file has none; 0: it is not looked at then
 * @at_least: the limit is the least that is good, not the most
 * @of: "volume" or "node"
 */
static const struct kind {
	const char *name;
	uint64_t usual;
	bool at_least;
	const char *of;
} kinds[OBJECTIVES] = {
	[OBJECTIVE_READ_P50_US] = {
		"read_p50_us", NETRAM_LATENCY_TARGET_NS / 1000, false, "volume"
	},
	[OBJECTIVE_READ_P99_US] = { "read_p99_us", 0, false, "volume" },
	[OBJECTIVE_HIT_RATE_PERCENT] = {
		"hit_rate_percent", HITS_TARGET_PERCENT, true, "volume"
	},
	[OBJECTIVE_UTILIZATION_PERCENT] = {
		"utilization_percent", UTILIZATION_USUAL, false, "node"
	},
	[OBJECTIVE_NETWORK_OVERHEAD_PERCENT] = {
		"network_overhead_percent",
		NETRAM_OVERHEAD_TARGET_PPM / PPM_PERCENT, false, "volume"
	},
};

const char *objective_name(enum objective_key id)
{
	return kinds[id].name;
}

const char *objective_of(enum objective_key id)
{
	return kinds[id].of;
}

/**
 * objective_limit() - what is held against what is measured
 * @config: the file
 * @id: the objective
 *
 * Return: what the file says, else what is usual; 0: it is not looked at.
 */
uint64_t objective_limit(const struct config *config, enum objective_key id)
{
	return CONFIG_HAS(&config->objectives, id) ?
	       config->objectives.limit[id] : kinds[id].usual;
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

static void log_objective(const struct objective *one, bool good,
			  const char *text)
{
	const struct kind *kind = &kinds[one->id];
	const struct log_event event = {
		.text = text,
		.type = kind->name,
		.good = good,
		.object = kind->of,
		.name = one->name,
		.value = one->value,
		.limit = one->limit,
	};

	log_event(&event);
	chronicle_add(good ? CHRONICLE_MET : CHRONICLE_MISSED, text);
}

static void tell(const struct objective *one)
{
	const struct kind *kind = &kinds[one->id];
	char text[256];

	snprintf(text, sizeof(text),
		 "%s %s: %s is %" PRIu64 ", %s the objective of %" PRIu64,
		 kind->of, one->name, kind->name, one->value,
		 one->met ? "within" : kind->at_least ? "below" : "above",
		 one->limit);
	log_objective(one, one->met, text);
}

/* What was told to have begun has an end. */
static void tell_unknown(const struct objective *one)
{
	const struct kind *kind = &kinds[one->id];
	char text[256];

	snprintf(text, sizeof(text),
		 "%s %s: %s is not known any more: nothing new has been measured for a while",
		 kind->of, one->name, kind->name);
	log_objective(one, true, text);
}

static struct objective *find_or_add(struct objectives *o,
				     enum objective_key id, const char *name)
{
	struct objective *one = find(o->all, o->nr, id, name), *more;

	if (one)
		return one;
	more = realloc(o->all, (o->nr + 1) * sizeof(*more));
	if (!more)
		return NULL;
	o->all = more;
	one = &more[o->nr++];
	*one = (struct objective){ .id = id, .met = true, .told_met = true };
	strcpy(one->name, name);
	return one;
}

static void tell_change(struct objective *one)
{
	one->against = one->met == one->told_met ? 0 : one->against + 1;
	if (one->against < OBJECTIVE_TELLS)
		return;
	one->against = 0;
	one->told_met = one->met;
	tell(one);
}

/* A new value; a lasting change of whether it is met is told to who asked. */
static void put(struct objectives *o, const struct config *config,
		enum objective_key id, const char *name, uint64_t value)
{
	uint64_t limit = objective_limit(config, id);
	struct objective *one;

	one = limit ? find_or_add(o, id, name) : NULL;
	if (!one)
		return;
	one->limit = limit;
	one->value = value;
	one->met = kinds[id].at_least ? value >= limit : value <= limit;
	one->asked = CONFIG_HAS(&config->objectives, id);
	one->at_ms = o->measured_ms;
	if (one->asked)
		tell_change(one);
}

static bool wanted(const struct config *config, const struct actual *actual,
		   const struct objective *one)
{
	if (!objective_limit(config, one->id))
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

/* A burst is over some time after it: nobody is to be told of it all night. */
static void forget_old(struct objectives *o)
{
	size_t i, kept = 0;

	for (i = 0; i < o->nr; i++)
		if (o->measured_ms - o->all[i].at_ms < KNOWN_MS)
			o->all[kept++] = o->all[i];
		else if (o->all[i].asked && !o->all[i].told_met)
			tell_unknown(&o->all[i]);
	o->nr = kept;
}

/* ---- latencies and hits */

static uint64_t percentile_us(const __u64 *counts, unsigned int share)
{
	return (netram_latency_percentile(counts, share) + 999) / 1000;
}

/* Rounded up: it is never less than told. */
static void measure_overhead(struct objectives *o, const struct config *config,
			     const struct netram_volume *v)
{
	const struct netram_volume *old = sample_volume(&o->before, v->name);
	struct netram_traffic t = traffic_grown(&v->traffic,
						old ? &old->traffic : NULL);

	if (netram_overhead_tells(t.payload + t.replicas))
		put(o, config, OBJECTIVE_NETWORK_OVERHEAD_PERCENT, v->name,
		    (netram_traffic_overhead(&t) + PPM_PERCENT - 1) /
		    PPM_PERCENT);
}

static void measure_volume(struct objectives *o, const struct config *config,
			   const struct sample *now, const char *volume)
{
	struct hits hits = stats_hits(&o->before, now, volume);
	struct sample_counts counts;

	sample_count(&o->before, now, volume, "", &counts);
	if (netram_latency_total(counts.reads) >= READS_MIN) {
		put(o, config, OBJECTIVE_READ_P50_US, volume,
		    percentile_us(counts.reads, NETRAM_LATENCY_ALL / 2));
		put(o, config, OBJECTIVE_READ_P99_US, volume,
		    percentile_us(counts.reads, NETRAM_LATENCY_ALL / 100 * 99));
	}
	if (hits.pages >= READS_MIN)
		put(o, config, OBJECTIVE_HIT_RATE_PERCENT, volume,
		    (hits.pages - hits.missed) * 100 / hits.pages);
}

static void measure_volumes(struct objectives *o, const struct config *config,
			    const struct sample *now)
{
	const struct netram_volume *v;

	/* what was before we looked for the first time is not of now */
	for (v = o->before.at_ms ? now->volumes : NULL; v; v = v->next) {
		measure_volume(o, config, now, v->name);
		measure_overhead(o, config, v);
	}
}

/* ---- how full nodes are */

static const struct server_status *server_of(const struct objectives *o,
					     const char *node)
{
	return servers_find(o->servers, o->nr_servers, node);
}

/* 0 of @room: nobody knows. */
static void measure_room(const struct objectives *o,
			 const struct config_node *wanted_node,
			 const struct netram_node *node, uint64_t *used,
			 uint64_t *room)
{
	const struct server_status *server = server_of(o, node->name);

	*used = node->pages * NETRAM_PAGE_SIZE;
	*room = wanted_node->capacity;
	if (server && server->limit) {
		*used = server->used;
		*room = server->limit;
	}
}

/* Rounded up: it is never less than told. */
static uint64_t percent_used(uint64_t used, uint64_t room)
{
	return (used * 100 + room - 1) / room;
}

static void measure_nodes(struct objectives *o, const struct config *config,
			  const struct actual *actual)
{
	const struct config_node *wanted_node;
	const struct netram_node *node;
	uint64_t used, room;

	for (node = actual->nodes; node; node = node->next) {
		wanted_node = config_find_node(config, node->name);
		if (!wanted_node)
			continue;
		measure_room(o, wanted_node, node, &used, &room);
		if (room)
			put(o, config, OBJECTIVE_UTILIZATION_PERCENT,
			    node->name, percent_used(used, room));
	}
}

/* ---- what nodes count with */

static void measure_pressure(const struct objectives *o,
			     struct weight_input *in)
{
	const struct server_status *server = server_of(o, in->node);

	in->has_pressure = server && server->has_pressure;
	if (in->has_pressure)
		in->pressure_percent = server->pressure_some;
}

static void measure_reads(const struct objectives *o, const struct sample *now,
			  struct weight_input *in)
{
	struct sample_counts counts;

	if (!o->before.at_ms || !now->at_ms)
		return;
	sample_count(&o->before, now, NULL, in->node, &counts);
	in->reads = netram_latency_total(counts.reads);
	in->p50_ns = netram_latency_percentile(counts.reads,
					       NETRAM_LATENCY_ALL / 2);
	in->p99_ns = netram_latency_percentile(counts.reads,
					       NETRAM_LATENCY_ALL / 100 * 99);
}

static void tell_weights(const struct weights *was, const struct weights *w)
{
	const struct weight *one, *before;
	size_t i;

	for (i = 0; i < w->nr; i++) {
		one = &w->all[i];
		before = weights_find(was, one->node);
		if (one->share != (before ? before->share : WEIGHTS_WHOLE))
			log_line("node %s: counts %u %% of its weight (for how full it is %u %%, for how slow %u %%, for how short of memory %u %%)",
				 one->node, one->share / 10, one->for_fill / 10,
				 one->for_latency / 10,
				 one->for_pressure / 10);
	}
}

/* Whether one has changed. */
static bool measure_weights(struct objectives *o, const struct config *config,
			    const struct actual *actual,
			    const struct sample *now)
{
	struct weight_input in[NETRAM_NODES_MAX] = { 0 };
	struct weights was = o->weights;
	const struct config_node *wanted_node;
	const struct netram_node *node;
	size_t nr = 0;

	for (node = actual->nodes; node && nr < NETRAM_NODES_MAX;
	     node = node->next) {
		wanted_node = config_find_node(config, node->name);
		if (!wanted_node || wanted_node->remove)
			continue;
		in[nr].node = node->name;
		measure_room(o, wanted_node, node, &in[nr].used, &in[nr].room);
		measure_pressure(o, &in[nr]);
		measure_reads(o, now, &in[nr++]);
	}
	if (!weights_update(&o->weights, in, nr))
		return false;
	tell_weights(&was, &o->weights);
	return true;
}

/**
 * objectives_take() - take a measure into account
 * @o: what was measured last, with the servers as they are now
 * @config: what is wanted
 * @actual: what there is
 * @now: counters as they are now
 *
 * Return: whether nodes should have other weights than before.
 */
bool objectives_take(struct objectives *o, const struct config *config,
		     const struct actual *actual, const struct sample *now)
{
	measure_volumes(o, config, now);
	measure_nodes(o, config, actual);
	forget_old(o);
	return config->placement.auto_weight &&
	       measure_weights(o, config, actual, now);
}

/**
 * objectives_measure() - measure, if it is time
 * @o: what was measured last
 * @nt: the module
 * @config: what is wanted
 * @actual: what there is
 *
 * Return: whether nodes should have other weights than before.
 */
bool objectives_measure(struct objectives *o, struct netram *nt,
			const struct config *config,
			const struct actual *actual)
{
	uint64_t at_ms = clock_ms();
	struct sample now = { 0 };
	bool changed;

	forget(o, config, actual);
	if (o->measured_ms && at_ms - o->measured_ms < MEASURE_MS)
		return false;
	o->measured_ms = at_ms;
	/* where it fails, it is empty */
	sample_take(nt, stat_files, STATS_NR, &now);
	o->nr_servers = servers_ask(config, actual, o->servers,
				    o->nr_servers);
	changed = objectives_take(o, config, actual, &now);
	if (now.at_ms) {
		sample_free(&o->before);
		o->before = now;
	}
	return changed;
}

void objectives_free(struct objectives *o)
{
	free(o->all);
	sample_free(&o->before);
	memset(o, 0, sizeof(*o));
}
