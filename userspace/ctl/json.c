// SPDX-License-Identifier: GPL-2.0
/* Objects as JSON. A key, once here, keeps its name and meaning. */
#include <netram/latency.h>
#include <stdio.h>

#include "ctl.h"
#include "print.h"

#define STYLE	(JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE)

void ctl_json_add(struct json_object *o, const char *key,
		  struct json_object *value)
{
	json_object_object_add(o, key, value);
}

void ctl_json_text(struct json_object *o, const char *key, const char *value)
{
	ctl_json_add(o, key, json_object_new_string(value));
}

void ctl_json_u64(struct json_object *o, const char *key, uint64_t value)
{
	ctl_json_add(o, key, json_object_new_uint64(value));
}

struct json_object *ctl_json_node(const struct netram_node *node)
{
	struct json_object *o = json_object_new_object();
	char address[NETRAM_ENDPOINT_SIZE];

	netram_endpoint_address(&node->endpoint, address, sizeof(address));
	ctl_json_text(o, "name", node->name);
	ctl_json_text(o, "address", address);
	ctl_json_u64(o, "port", netram_endpoint_port(&node->endpoint));
	ctl_json_text(o, "region", node->region);
	ctl_json_text(o, "zone", node->zone);
	ctl_json_u64(o, "weight", node->weight);
	if (node->has_export)
		ctl_json_text(o, "export", node->export_name);
	ctl_json_text(o, "state", netram_node_state_name(node->state));
	ctl_json_add(o, "drain", json_object_new_boolean(node->drain));
	ctl_json_u64(o, "volumes", node->volumes);
	ctl_json_u64(o, "extents", node->extents);
	ctl_json_u64(o, "pages", node->pages);
	ctl_json_u64(o, "tx_bytes", node->tx_bytes);
	ctl_json_u64(o, "rx_bytes", node->rx_bytes);
	ctl_json_u64(o, "reconnects", node->reconnects);
	ctl_json_u64(o, "errors", node->errors);
	if (node->last_error[0])
		ctl_json_text(o, "last_error", node->last_error);
	return o;
}

struct json_object *ctl_json_nodes(const struct netram_node *node)
{
	struct json_object *array = json_object_new_array();

	for (; node; node = node->next)
		json_object_array_add(array, ctl_json_node(node));
	return array;
}

static struct json_object *json_session(const struct netram_session *session)
{
	struct json_object *o = json_object_new_object();

	ctl_json_text(o, "node", session->node);
	ctl_json_text(o, "state", netram_session_state_name(session->state));
	ctl_json_u64(o, "epoch", session->epoch);
	ctl_json_u64(o, "connections", session->connections);
	ctl_json_u64(o, "extents", session->extents);
	ctl_json_u64(o, "stale_extents", session->stale);
	ctl_json_u64(o, "pages", session->pages);
	if (session->instance[0])
		ctl_json_text(o, "instance", session->instance);
	return o;
}

static struct json_object *json_sessions(const struct netram_session *session)
{
	struct json_object *array = json_object_new_array();

	for (; session; session = session->next)
		json_object_array_add(array, json_session(session));
	return array;
}

static struct json_object *json_bad(const struct netram_bad *bad)
{
	struct json_object *array = json_object_new_array(), *o;

	for (; bad; bad = bad->next) {
		o = json_object_new_object();
		ctl_json_u64(o, "offset", bad->offset);
		ctl_json_text(o, "kind", netram_verify_kind_name(bad->kind));
		if (bad->node[0])
			ctl_json_text(o, "node", bad->node);
		json_object_array_add(array, o);
	}
	return array;
}

struct json_object *ctl_json_verify(const char *volume,
				    const struct netram_verify *v)
{
	struct json_object *o = json_object_new_object();

	ctl_json_text(o, "volume", volume);
	ctl_json_u64(o, "run", v->run);
	ctl_json_text(o, "action", v->action == NETRAM_VERIFY_RESOLVE ?
				   "resolve" : "verify");
	ctl_json_text(o, "state", netram_verify_state_name(v->state));
	ctl_json_u64(o, "pages", v->pages);
	ctl_json_u64(o, "total_pages", v->total);
	ctl_json_u64(o, "compared", v->compared);
	ctl_json_u64(o, "wrong", v->wrong);
	ctl_json_u64(o, "repaired", v->repaired);
	ctl_json_u64(o, "missing", v->missing);
	ctl_json_u64(o, "unreadable", v->unreadable);
	ctl_json_u64(o, "lost_pages", v->lost);
	ctl_json_u64(o, "undecided_pages", v->undecided);
	ctl_json_u64(o, "skipped_pages", v->skipped);
	ctl_json_u64(o, "found", v->found);
	ctl_json_add(o, "bad", json_bad(v->bad));
	return o;
}

static struct json_object *json_backup(const struct netram_backup *b)
{
	struct json_object *o = json_object_new_object();

	ctl_json_text(o, "device", b->path);
	ctl_json_text(o, "mode", netram_backup_mode_name(b->mode));
	ctl_json_text(o, "state", netram_backup_state_name(b->state));
	ctl_json_add(o, "serving", json_object_new_boolean(b->serving));
	ctl_json_u64(o, "only_pages", b->only_pages);
	ctl_json_u64(o, "lag_pages", b->lag_pages);
	ctl_json_u64(o, "reads", b->reads);
	ctl_json_u64(o, "writes", b->writes);
	ctl_json_u64(o, "errors", b->errors);
	ctl_json_u64(o, "returns", b->returns);
	return o;
}

struct json_object *ctl_json_volume(const struct netram_volume *volume)
{
	struct json_object *o = json_object_new_object();
	char device[32], uuid[NETRAM_UUID_SIZE];

	snprintf(device, sizeof(device), "/dev/netram%u", volume->index);
	netram_uuid_format(volume->uuid, uuid);
	ctl_json_text(o, "name", volume->name);
	ctl_json_text(o, "device", device);
	ctl_json_u64(o, "index", volume->index);
	ctl_json_text(o, "uuid", uuid);
	ctl_json_u64(o, "size_bytes", volume->size);
	ctl_json_u64(o, "extent_size_bytes", volume->extent_size);
	ctl_json_add(o, "checksum", json_object_new_boolean(volume->checksum));
	ctl_json_u64(o, "connections", volume->connections);
	ctl_json_u64(o, "queue_depth", volume->queue_depth);
	ctl_json_u64(o, "replicas", volume->replicas);
	ctl_json_text(o, "on_loss", netram_on_loss_name(volume->on_loss));
	ctl_json_text(o, "state", netram_volume_state_name(volume->state));
	if (volume->reason[0])
		ctl_json_text(o, "reason", volume->reason);
	ctl_json_u64(o, "openers", volume->openers);
	ctl_json_u64(o, "extents", volume->extents);
	ctl_json_u64(o, "degraded_extents", volume->degraded);
	ctl_json_u64(o, "pages", volume->pages);
	ctl_json_u64(o, "lost_pages", volume->lost_pages);
	if (volume->backup)
		ctl_json_add(o, "backup", json_backup(volume->backup));
	if (volume->verify)
		ctl_json_add(o, "verify",
			     ctl_json_verify(volume->name, volume->verify));
	ctl_json_add(o, "sessions", json_sessions(volume->sessions));
	return o;
}

struct json_object *ctl_json_volumes(const struct netram_volume *volume)
{
	struct json_object *array = json_object_new_array();

	for (; volume; volume = volume->next)
		json_object_array_add(array, ctl_json_volume(volume));
	return array;
}

/* NULL: it has none, or one that we do not know the meaning of. */
const char *ctl_event_state(const struct netram_event_info *event)
{
	if (event->has_state && event->type == NETRAM_EVENT_SESSION)
		return netram_session_state_name(event->state);
	if (event->has_state && event->type == NETRAM_EVENT_SYNC)
		return netram_sync_state_name(event->state);
	if (event->has_state && (event->type == NETRAM_EVENT_WAITING ||
				 event->type == NETRAM_EVENT_BACKUP ||
				 event->type == NETRAM_EVENT_BACKUP_FAILED))
		return event->state ? "on" : "off";
	if (event->has_state && event->type == NETRAM_EVENT_VERIFY)
		return netram_verify_state_name(event->state);
	return NULL;
}

struct json_object *ctl_json_event(const struct netram_event_info *event)
{
	struct json_object *o = json_object_new_object();
	const char *state = ctl_event_state(event);

	ctl_json_text(o, "type", netram_event_name(event->type));
	ctl_json_u64(o, "time_ns", event->time_ns);
	if (event->node[0])
		ctl_json_text(o, "node", event->node);
	if (event->volume[0])
		ctl_json_text(o, "volume", event->volume);
	if (state)
		ctl_json_text(o, "state", state);
	return o;
}

static struct json_object *json_buckets(const __u64 *counts)
{
	struct json_object *array = json_object_new_array(), *bucket;
	unsigned int i;

	for (i = 0; i < NETRAM_LATENCY_BUCKETS; i++) {
		if (!counts[i])
			continue;
		bucket = json_object_new_array();
		json_object_array_add(bucket, json_object_new_uint64(
					      netram_latency_bound(i + 1)));
		json_object_array_add(bucket,
				      json_object_new_uint64(counts[i]));
		json_object_array_add(array, bucket);
	}
	return array;
}

static void add_share(struct json_object *o, uint64_t part, uint64_t total)
{
	double share = (double)part / total;
	char text[16];

	/* else it would be told with all the digits of its binary form */
	snprintf(text, sizeof(text), "%.6f", share);
	ctl_json_add(o, "share_within_target",
		     json_object_new_double_s(share, text));
}

struct json_object *ctl_json_latency(const __u64 *counts)
{
	uint64_t total = netram_latency_total(counts);
	struct json_object *o = json_object_new_object();
	uint64_t within = netram_latency_within(counts,
						NETRAM_LATENCY_TARGET_NS);

	ctl_json_u64(o, "count", total);
	ctl_json_u64(o, "within_target", within);
	if (total) {
		add_share(o, within, total);
		ctl_json_u64(o, "p50_ns",
			     netram_latency_percentile(counts, 5000));
		ctl_json_u64(o, "p90_ns",
			     netram_latency_percentile(counts, 9000));
		ctl_json_u64(o, "p99_ns",
			     netram_latency_percentile(counts, 9900));
		ctl_json_u64(o, "p999_ns",
			     netram_latency_percentile(counts, 9990));
		ctl_json_u64(o, "max_ns",
			     netram_latency_percentile(counts,
						       NETRAM_LATENCY_ALL));
	}
	ctl_json_add(o, "buckets", json_buckets(counts));
	return o;
}

struct json_object *ctl_json_swap(const struct swap *swap)
{
	struct json_object *o = json_object_new_object();

	ctl_json_u64(o, "size_bytes", swap->size_kb * 1024);
	ctl_json_u64(o, "used_bytes", swap->used_kb * 1024);
	ctl_json_add(o, "priority", json_object_new_int(swap->priority));
	return o;
}

/* Print and free; an exit code, so that a command can end with it. */
static int json_print(struct json_object *o, int style)
{
	puts(json_object_to_json_string_ext(o, style));
	json_object_put(o);
	return CTL_OK;
}

int ctl_json_print(struct json_object *o)
{
	return json_print(o, STYLE | JSON_C_TO_STRING_PRETTY);
}

int ctl_json_print_line(struct json_object *o)
{
	return json_print(o, JSON_C_TO_STRING_NOSLASHESCAPE);
}
