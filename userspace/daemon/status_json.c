// SPDX-License-Identifier: GPL-2.0
/* What netramd(8) documents as STATUS. */
#include <string.h>
#include <unistd.h>

#include "chronicle.h"
#include "common/json.h"
#include "status.h"

/* "ok": as the file says; else what keeps it from that. */
static const char *state_of(const struct status_source *s)
{
	enum finding_kind worst = FINDING_NOTE;
	size_t i;

	if (s->keeper->why[0])
		return "problem";
	for (i = 0; i < s->keeper->nr_findings; i++)
		if (s->keeper->findings[i].kind > worst)
			worst = s->keeper->findings[i].kind;
	return worst == FINDING_NOTE ? "ok" : finding_kind_name(worst);
}

static struct json_object *config_json(const struct status_source *s)
{
	struct json_object *o = json_object_new_object();

	put_text(o, "file", s->path);
	put_text(o, "refused", s->refused);
	put_text(o, "region", s->config->host.region);
	put_text(o, "zone", s->config->host.zone);
	return o;
}

static struct json_object *page_json(const struct page *page)
{
	struct json_object *o = json_object_new_object();
	char at[ADDRESS_SIZE] = "off";

	if (!page->listen.off)
		address_format(&page->listen.at, at, sizeof(at));
	put_text(o, "listen", at);
	put_text(o, "error", page->why);
	return o;
}

static void add_finding(struct json_object *a, const char *kind,
			const char *text)
{
	struct json_object *o = json_object_new_object();

	put_text(o, "kind", kind);
	put_text(o, "text", text);
	json_object_array_add(a, o);
}

static struct json_object *findings_json(const struct keeper *k)
{
	struct json_object *a = json_object_new_array();
	size_t i;

	if (k->why[0])
		add_finding(a, finding_kind_name(FINDING_PROBLEM), k->why);
	for (i = 0; i < k->nr_findings && !k->why[0]; i++)
		add_finding(a, finding_kind_name(k->findings[i].kind),
			    k->findings[i].text);
	return a;
}

static void put_server(struct json_object *o, const struct status_source *from,
		       const char *node)
{
	const struct objectives *objectives = &from->keeper->objectives;
	const struct server_status *s = servers_find(objectives->servers,
						     objectives->nr_servers,
						     node);
	const struct config_node *said = config_find_node(from->config, node);
	struct json_object *server;

	if (!s)
		return;
	server = json_object_new_object();
	put_text(server, "address", said ? said->status : "");
	put_text(server, "error", s->why);
	put_u64(server, "used_bytes", s->used);
	put_u64(server, "limit_bytes", s->limit);
	put_u64(server, "refused_writes", s->refused);
	if (s->has_pressure) {
		put_share(server, "pressure_some_percent", s->pressure_some);
		put_share(server, "pressure_full_percent", s->pressure_full);
	}
	put_object(o, "server", server);
}

static void put_capacity(struct json_object *o, const struct config_node *node)
{
	if (node && node->capacity)
		put_u64(o, "capacity_bytes", node->capacity);
}

static void put_weight(struct json_object *o, const struct status_source *s,
		       const struct netram_node *node)
{
	const struct weight *one = weights_find(&s->keeper->objectives.weights,
						node->name);
	struct json_object *weight;

	if (!one)
		return;
	weight = json_object_new_object();
	put_u64(weight, "now", node->weight);
	put_u64(weight, "share_percent", one->share / 10);
	put_u64(weight, "for_fill_percent", one->for_fill / 10);
	put_u64(weight, "for_latency_percent", one->for_latency / 10);
	put_u64(weight, "for_pressure_percent", one->for_pressure / 10);
	put_object(o, "weight", weight);
}

/* What netramd brings it back to, as far as somebody else may change that. */
static void put_node_file(struct json_object *o, const struct config_node *node)
{
	struct json_object *file;

	put_bool(o, "in_file", node);
	if (!node)
		return;
	file = json_object_new_object();
	put_bool(file, "remove", node->remove);
	if (CONFIG_HAS(node, NODE_DRAIN))
		put_bool(file, "drain", node->drain);
	if (CONFIG_HAS(node, NODE_WEIGHT))
		put_u64(file, "weight", node->weight);
	put_object(o, "file", file);
}

static void put_volume_file(struct json_object *o,
			    const struct config_volume *volume)
{
	struct json_object *file;

	put_bool(o, "in_file", volume);
	if (!volume)
		return;
	file = json_object_new_object();
	put_bool(file, "remove", volume->remove);
	put_bool(file, "swap", CONFIG_HAS(volume, VOLUME_SWAP));
	if (CONFIG_HAS(volume, VOLUME_REPLICAS))
		put_u64(file, "replicas", volume->replicas);
	if (CONFIG_HAS(volume, VOLUME_ON_LOSS))
		put_text(file, "on_loss",
			 netram_on_loss_name(volume->on_loss));
	put_object(o, "file", file);
}

static struct json_object *nodes_json(const struct status_source *s)
{
	struct json_object *a = json_object_new_array(), *o;
	const struct netram_node *node = s->keeper->actual.nodes;

	for (; node; node = node->next) {
		o = json_object_new_object();
		put_text(o, "name", node->name);
		put_text(o, "state", netram_node_state_name(node->state));
		put_node_file(o, config_find_node(s->config, node->name));
		put_text(o, "last_error", node->last_error);
		put_capacity(o, config_find_node(s->config, node->name));
		put_weight(o, s, node);
		put_server(o, s, node->name);
		json_object_array_add(a, o);
	}
	return a;
}

static struct json_object *volumes_json(const struct status_source *s)
{
	struct json_object *a = json_object_new_array(), *o;
	const struct actual_volume *is = s->keeper->actual.volumes;
	size_t i;

	for (i = 0; i < s->keeper->actual.nr_volumes; i++, is++) {
		o = json_object_new_object();
		put_text(o, "name", is->v->name);
		put_text(o, "state", netram_volume_state_name(is->v->state));
		put_text(o, "reason", is->v->reason);
		put_volume_file(o, config_find_volume(s->config, is->v->name));
		put_bool(o, "swap", is->swapped);
		put_text(o, "mounted", is->mounted);
		json_object_array_add(a, o);
	}
	return a;
}

/* Also of what nothing is measured of at the moment. */
static struct json_object *limits_json(const struct config *config)
{
	struct json_object *o = json_object_new_object();
	enum objective_key id;
	uint64_t limit;

	for (id = 0; id < OBJECTIVES; id++) {
		limit = objective_limit(config, id);
		if (limit)
			put_u64(o, objective_name(id), limit);
	}
	return o;
}

static struct json_object *objectives_json(const struct objectives *objectives)
{
	struct json_object *a = json_object_new_array(), *o;
	size_t i;

	for (i = 0; i < objectives->nr; i++) {
		const struct objective *one = &objectives->all[i];

		o = json_object_new_object();
		put_text(o, "objective", objective_name(one->id));
		put_text(o, objective_of(one->id), one->name);
		put_u64(o, "limit", one->limit);
		put_u64(o, "value", one->value);
		put_bool(o, "met", one->met);
		put_bool(o, "in_file", one->asked);
		json_object_array_add(a, o);
	}
	return a;
}

char *status_json(const struct status_source *s)
{
	struct json_object *o = json_object_new_object();
	char *text;

	put_text(o, "version", NETRAM_LIBRARY_VERSION);
	put_u64(o, "pid", getpid());
	put_text(o, "state", state_of(s));
	put_u64(o, "looks", s->keeper->looks);
	put_object(o, "config", config_json(s));
	put_object(o, "page", page_json(s->page));
	put_object(o, "findings", findings_json(s->keeper));
	put_object(o, "nodes", nodes_json(s));
	put_object(o, "volumes", volumes_json(s));
	put_object(o, "limits", limits_json(s->config));
	put_object(o, "objectives",
		   objectives_json(&s->keeper->objectives));
	put_object(o, "events", chronicle_json());
	text = strdup(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PRETTY |
						     JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(o);
	return text;
}
