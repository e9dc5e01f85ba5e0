// SPDX-License-Identifier: GPL-2.0
/* What Documentation/metrics.md has of nodes and volumes as the module tells. */
#include <math.h>
#include <netram/latency.h>
#include <netram/limits.h>
#include <string.h>

#include "common/exposition.h"
#include "watch.h"

/* ---- histograms */

/*
 * Bounds that are told: each doubling, from 10 us to 10 s, and what an access should
 * take at most. The module's own are eight times as many.
 */
static bool is_told(unsigned int bucket)
{
	return bucket % NETRAM_LATENCY_MINORS == 0 ||
	       netram_latency_bound(bucket) == NETRAM_LATENCY_TARGET_NS;
}

/* Nobody counts it: made of the middles of buckets, which are an eighth wide. */
static double sum_of(const __u64 *counts)
{
	double sum = 0;
	unsigned int i;

	for (i = 0; i < NETRAM_LATENCY_BUCKETS; i++)
		sum += counts[i] / 2e9 * (netram_latency_bound(i) +
					  netram_latency_bound(i + 1));
	return sum;
}

static void add_histogram(struct exposition *e, const char *label,
			  const char *name, const __u64 *counts)
{
	uint64_t total = 0;
	unsigned int i;

	for (i = 0; i < NETRAM_LATENCY_BUCKETS; i++) {
		if (i && is_told(i))
			exposition_bucket(e, netram_latency_bound(i) / 1e9,
					  total, label, name);
		total += counts[i];
	}
	exposition_bucket(e, HUGE_VAL, total, label, name);
	exposition_sum(e, sum_of(counts), total, label, name);
}

/* ---- states: one of them is 1 */

static void add_states(struct exposition *e, const char *label,
		       const char *name, const char *(*word)(uint8_t),
		       uint8_t states, uint8_t is)
{
	uint8_t state;

	for (state = 0; state < states; state++)
		exposition_u64(e, state == is, label, name, "state",
			       word(state), NULL);
}

/* ---- nodes */

/* Members of struct netram_node. */
static const struct node_metric {
	const char *name;
	const char *type;
	const char *help;
	size_t offset;
	size_t size;
	uint64_t scale;
} node_metrics[] = {
#define NODE(name, type, member, scale, help)				\
	{ "netram_node_" name, type, help,				\
	  offsetof(struct netram_node, member),				\
	  sizeof(((struct netram_node *)0)->member), scale }
	NODE("weight", "gauge", weight, 1,
	     "Share of new extents against the weights of other nodes."),
	NODE("volumes", "gauge", volumes, 1,
	     "Volumes of this host with pages on the node."),
	NODE("extents", "gauge", extents, 1,
	     "Extents of this host with a copy on the node."),
	NODE("stored_bytes", "gauge", pages, NETRAM_PAGE_SIZE,
	     "Bytes of pages that this host has on the node."),
	NODE("transmit_bytes_total", "counter", tx_bytes, 1,
	     "Bytes sent to the node, headers included."),
	NODE("receive_bytes_total", "counter", rx_bytes, 1,
	     "Bytes received from the node, headers included."),
	NODE("reconnects_total", "counter", reconnects, 1,
	     "Times that a session with the node was made anew."),
	NODE("errors_total", "counter", errors, 1,
	     "Requests that the node answered with an error, other than having no room."),
};

static uint64_t node_value(const struct netram_node *node,
			   const struct node_metric *m)
{
	const char *at = (const char *)node + m->offset;

	return m->scale * (m->size == sizeof(uint32_t) ?
			   *(const uint32_t *)at : *(const uint64_t *)at);
}

static void add_node_info(struct exposition *e, const struct netram_node *first)
{
	char address[NETRAM_ENDPOINT_SIZE];
	const struct netram_node *node;

	exposition_family(e, "netram_node_info", "gauge",
			  "A storage node that this host knows.");
	for (node = first; node; node = node->next) {
		netram_endpoint_format(&node->endpoint, address,
				       sizeof(address));
		exposition_u64(e, 1, "node", node->name, "address", address,
			       "region", node->region, "zone", node->zone, NULL);
	}
	exposition_family(e, "netram_node_state", "gauge",
			  "1 for the state that the node is in.");
	for (node = first; node; node = node->next)
		add_states(e, "node", node->name, netram_node_state_name,
			   NETRAM_NODE_DRAINING + 1, node->state);
}

static void add_node_latency(struct exposition *e, const struct watch *w,
			     const char *name, const char *help, size_t offset)
{
	const struct watch_object *o;

	exposition_family(e, name, "histogram", help);
	for (o = w->objects; o < w->objects + w->nr_objects; o++)
		if (o->is_node)
			add_histogram(e, "node", o->name,
				      (const __u64 *)((const char *)o + offset));
}

/* Of nodes, or of volumes. */
static void add_traffic(struct exposition *e, const struct watch *w,
			bool of_nodes, const char *name)
{
	const struct watch_object *o;
	size_t i;

	exposition_family(e, name, "counter",
			  "Bytes on the network, both ways, by what they were for.");
	for (o = w->objects; o < w->objects + w->nr_objects; o++) {
		if (o->is_node != of_nodes)
			continue;
		for (i = 0; i < TRAFFIC_PARTS; i++)
			exposition_u64(e, traffic_get(&o->traffic, i),
				       of_nodes ? "node" : "volume", o->name,
				       "part", traffic_parts[i].name, NULL);
	}
}

static void add_nodes(struct exposition *e, const struct watch *w)
{
	const struct netram_node *node;
	const struct node_metric *m;
	size_t i;

	if (!w->now.nodes)
		return;
	add_node_info(e, w->now.nodes);
	for (i = 0; i < sizeof(node_metrics) / sizeof(*node_metrics); i++) {
		m = &node_metrics[i];
		exposition_family(e, m->name, m->type, m->help);
		for (node = w->now.nodes; node; node = node->next)
			exposition_u64(e, node_value(node, m), "node",
				       node->name, NULL);
	}
	add_traffic(e, w, true, "netram_node_network_bytes_total");
	add_node_latency(e, w, "netram_node_read_latency_seconds",
			 "How long reads took at the node, waiting for it included.",
			 offsetof(struct watch_object, counts.reads));
	add_node_latency(e, w, "netram_node_write_latency_seconds",
			 "How long writes took at the node, waiting for it included.",
			 offsetof(struct watch_object, counts.writes));
}

/* ---- volumes */

static uint64_t size_of(const struct netram_volume *v)
{
	return v->size;
}

static uint64_t stored_of(const struct netram_volume *v)
{
	return v->pages * NETRAM_PAGE_SIZE;
}

static uint64_t replicas_of(const struct netram_volume *v)
{
	return v->replicas;
}

static uint64_t extents_of(const struct netram_volume *v)
{
	return v->extents;
}

static uint64_t degraded_of(const struct netram_volume *v)
{
	return v->degraded;
}

static uint64_t stale_of(const struct netram_volume *v)
{
	const struct netram_session *s;
	uint64_t stale = 0;

	for (s = v->sessions; s; s = s->next)
		stale += s->stale;
	return stale;
}

static uint64_t lost_of(const struct netram_volume *v)
{
	return v->lost_pages;
}

static const struct volume_metric {
	const char *name;
	const char *help;
	uint64_t (*value)(const struct netram_volume *v);
} volume_metrics[] = {
	{ "netram_volume_size_bytes", "Size of the volume.", size_of },
	{ "netram_volume_stored_bytes",
	  "Bytes of pages that are present, each counted once.", stored_of },
	{ "netram_volume_replicas",
	  "Copies that each extent should have.", replicas_of },
	{ "netram_volume_extents",
	  "Extents that have a place on a node.", extents_of },
	{ "netram_volume_degraded_extents",
	  "Of them, those with fewer good copies on nodes that are up.",
	  degraded_of },
	{ "netram_volume_stale_copies",
	  "Copies of extents that are not in sync.", stale_of },
	{ "netram_volume_lost_pages",
	  "Pages that nobody has any more.", lost_of },
};

static void add_volume_info(struct exposition *e,
			    const struct netram_volume *first)
{
	const struct netram_volume *v;
	char device[32], uuid[NETRAM_UUID_SIZE];

	exposition_family(e, "netram_volume_info", "gauge",
			  "A volume and its block device.");
	for (v = first; v; v = v->next) {
		snprintf(device, sizeof(device), "netram%u", v->index);
		netram_uuid_format(v->uuid, uuid);
		exposition_u64(e, 1, "volume", v->name, "device", device,
			       "uuid", uuid, "on_loss",
			       netram_on_loss_name(v->on_loss), NULL);
	}
	exposition_family(e, "netram_volume_state", "gauge",
			  "1 for the state that the volume is in.");
	for (v = first; v; v = v->next)
		add_states(e, "volume", v->name, netram_volume_state_name,
			   NETRAM_VOLUME_BACKUP + 1, v->state);
}

/* Families without a sample are not begun. */
static void add_stat(struct exposition *e, const struct sample *s, size_t id)
{
	const struct netram_volume *v;
	bool begun = false;
	uint64_t value;

	for (v = s->volumes; v; v = v->next) {
		value = sample_stat(s, v->name, id);
		if (value == SAMPLE_UNKNOWN)
			continue;
		if (!begun)
			exposition_family(e, stat_metrics[id].name, "counter",
					  stat_metrics[id].help);
		begun = true;
		exposition_u64(e, value, "volume", v->name, NULL);
	}
}

static void add_volume_latency(struct exposition *e, const struct sample *s)
{
	const struct netram_latency *l;

	exposition_family(e, "netram_volume_read_latency_seconds", "histogram",
			  "How long read requests of the block layer took.");
	for (l = s->latency; l; l = l->next)
		if (!l->node[0])
			add_histogram(e, "volume", l->volume, l->reads);
	exposition_family(e, "netram_volume_write_latency_seconds", "histogram",
			  "How long write requests of the block layer took.");
	for (l = s->latency; l; l = l->next)
		if (!l->node[0])
			add_histogram(e, "volume", l->volume, l->writes);
}

static void add_volumes(struct exposition *e, const struct watch *w)
{
	const struct sample *s = &w->now;
	const struct netram_volume *v;
	size_t i;

	if (!s->volumes)
		return;
	add_volume_info(e, s->volumes);
	for (i = 0; i < sizeof(volume_metrics) / sizeof(*volume_metrics); i++) {
		exposition_family(e, volume_metrics[i].name, "gauge",
				  volume_metrics[i].help);
		for (v = s->volumes; v; v = v->next)
			exposition_u64(e, volume_metrics[i].value(v), "volume",
				       v->name, NULL);
	}
	for (i = 0; i < STATS_NR; i++)
		add_stat(e, s, i);
	add_traffic(e, w, false, "netram_volume_network_bytes_total");
	if (s->latency)
		add_volume_latency(e, s);
}

static void add_backup(struct exposition *e, const struct netram_volume *first,
		       const char *name, const char *help,
		       uint64_t (*value)(const struct netram_backup *b))
{
	const struct netram_volume *v;
	bool begun = false;

	for (v = first; v; v = v->next) {
		if (!v->backup)
			continue;
		if (!begun)
			exposition_family(e, name, "gauge", help);
		begun = true;
		exposition_u64(e, value(v->backup), "volume", v->name, NULL);
	}
}

static uint64_t backup_failed(const struct netram_backup *b)
{
	return b->state == NETRAM_BACKUP_FAILED;
}

static uint64_t backup_lag(const struct netram_backup *b)
{
	return b->lag_pages * NETRAM_PAGE_SIZE;
}

static uint64_t backup_only(const struct netram_backup *b)
{
	return b->only_pages * NETRAM_PAGE_SIZE;
}

static void add_backups(struct exposition *e, const struct netram_volume *first)
{
	add_backup(e, first, "netram_volume_backup_failed",
		   "1 while writes to the backup fail.", backup_failed);
	add_backup(e, first, "netram_volume_backup_lag_bytes",
		   "Bytes of pages that the backup lacks.", backup_lag);
	add_backup(e, first, "netram_volume_backup_only_bytes",
		   "Bytes of pages that the backup alone has.", backup_only);
}

char *watch_metrics(const struct watch *w)
{
	struct exposition e;

	if (exposition_begin(&e))
		return NULL;
	exposition_family(&e, "netram_module_loaded", "gauge",
			  "1 if the kernel module answers.");
	exposition_u64(&e, !w->why[0], NULL);
	exposition_family(&e, "netramd_last_sample_timestamp_seconds", "gauge",
			  "When the module was last asked for what is told here, in seconds since the epoch.");
	exposition_u64(&e, w->time_ms / 1000, NULL);
	exposition_family(&e, "netram_events_total", "counter",
			  "Events of the module since netramd was started.");
	exposition_u64(&e, w->nr_events, NULL);
	add_nodes(&e, w);
	add_volumes(&e, w);
	add_backups(&e, w->now.volumes);
	return exposition_end(&e);
}
