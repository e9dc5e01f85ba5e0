// SPDX-License-Identifier: GPL-2.0
/* What Documentation/metrics.md has of netramd itself, objectives and servers. */
#include <string.h>

#include "common/clock.h"
#include "common/exposition.h"
#include "status.h"

static void add_self(struct exposition *e, const struct status_source *s)
{
	exposition_family(e, "netramd_info", "gauge", "The daemon.");
	exposition_u64(e, 1, "version", NETRAM_LIBRARY_VERSION, "region",
		       s->config->host.region, "zone", s->config->host.zone,
		       NULL);
	exposition_family(e, "netramd_config_last_reload_successful", "gauge",
			  "1 if the file could be used when it was last read.");
	exposition_u64(e, !s->refused[0], NULL);
	exposition_family(e, "netramd_looks_total", "counter",
			  "Times that it compared what there is with the file.");
	exposition_u64(e, s->keeper->looks, NULL);
	exposition_family(e, "netramd_last_look_timestamp_seconds", "gauge",
			  "When it had done so last, in seconds since the epoch.");
	/* this text is made at the end of each look */
	exposition_u64(e, clock_wall_ms() / 1000, NULL);
}

static void add_findings(struct exposition *e, const struct keeper *k)
{
	uint64_t count[FINDING_PROBLEM + 1] = { 0 };
	size_t i;

	for (i = 0; i < k->nr_findings && !k->why[0]; i++)
		count[k->findings[i].kind]++;
	if (k->why[0])
		count[FINDING_PROBLEM]++;
	exposition_family(e, "netramd_findings", "gauge",
			  "What is not as the file says, by how bad that is.");
	for (i = 0; i <= FINDING_PROBLEM; i++)
		exposition_u64(e, count[i], "kind", finding_kind_name(i), NULL);
}

static void add_objectives(struct exposition *e, const struct objectives *o)
{
	size_t i;

	if (!o->nr)
		return;
	exposition_family(e, "netram_objective_met", "gauge",
			  "1 if the objective was met when it was measured last.");
	for (i = 0; i < o->nr; i++)
		exposition_u64(e, o->all[i].met, "objective",
			       objective_name(o->all[i].id),
			       objective_of(o->all[i].id), o->all[i].name,
			       "in_file", o->all[i].asked ? "yes" : "no", NULL);
}

static void add_capacity(struct exposition *e, const struct config *config,
			 const struct actual *actual)
{
	const struct config_node *node;
	bool begun = false;
	size_t i;

	for (i = 0; i < config->nr_nodes; i++) {
		node = &config->nodes[i];
		if (!node->capacity || actual_is_removed(actual, node))
			continue;
		if (!begun)
			exposition_family(e, "netram_node_capacity_bytes",
					  "gauge",
					  "Bytes of pages that the node may hold, as the file says.");
		begun = true;
		exposition_u64(e, node->capacity, "node", node->name, NULL);
	}
}

static void add_shares(struct exposition *e, const struct weights *w)
{
	size_t i;

	if (!w->nr)
		return;
	exposition_family(e, "netram_node_weight_share_ratio", "gauge",
			  "Part of its weight in the file that the node counts with, for it is full, slow or short of memory.");
	for (i = 0; i < w->nr; i++)
		exposition_double(e, (double)w->all[i].share / WEIGHTS_WHOLE,
				  "node", w->all[i].node, NULL);
}

static uint64_t server_up(const struct server_status *s)
{
	return !s->why[0];
}

static uint64_t server_used(const struct server_status *s)
{
	return s->used;
}

static uint64_t server_limit(const struct server_status *s)
{
	return s->limit;
}

static void add_server(struct exposition *e, const struct objectives *o,
		       const char *name, const char *help, bool always,
		       uint64_t (*value)(const struct server_status *s))
{
	bool begun = false;
	size_t i;

	for (i = 0; i < o->nr_servers; i++) {
		if (!always && o->servers[i].why[0])
			continue;
		if (!begun)
			exposition_family(e, name, "gauge", help);
		begun = true;
		exposition_u64(e, value(&o->servers[i]), "node",
			       o->servers[i].node, NULL);
	}
}

static void add_pressure(struct exposition *e, const struct objectives *o)
{
	const struct server_status *s;
	bool begun = false;

	for (s = o->servers; s < o->servers + o->nr_servers; s++) {
		if (!s->has_pressure)
			continue;
		if (!begun)
			exposition_family(e, "netram_node_server_memory_pressure_ratio",
					  "gauge",
					  "Share of the last ten seconds in which some or all tasks of its machine waited for memory.");
		begun = true;
		exposition_double(e, s->pressure_some / 100, "node", s->node,
				  "kind", "some", NULL);
		exposition_double(e, s->pressure_full / 100, "node", s->node,
				  "kind", "full", NULL);
	}
}

static void add_servers(struct exposition *e, const struct objectives *o)
{
	add_server(e, o, "netram_node_server_up",
		   "1 if the server answers where the file has its status.", true,
		   server_up);
	add_server(e, o, "netram_node_server_used_bytes",
		   "Bytes of pages that the server holds, of all hosts.", false,
		   server_used);
	add_server(e, o, "netram_node_server_limit_bytes",
		   "Bytes of pages that the server may hold.", false,
		   server_limit);
	add_pressure(e, o);
}

static void add_measures(struct exposition *e, const struct objectives *o)
{
	add_objectives(e, o);
	add_shares(e, &o->weights);
	add_servers(e, o);
}

char *keeper_metrics(const struct status_source *source)
{
	struct exposition e;

	if (exposition_begin(&e))
		return NULL;
	add_self(&e, source);
	add_findings(&e, source->keeper);
	add_capacity(&e, source->config, &source->keeper->actual);
	/* while there is no module, servers are not asked and nothing is measured */
	if (!source->keeper->why[0])
		add_measures(&e, &source->keeper->objectives);
	return exposition_end(&e);
}
