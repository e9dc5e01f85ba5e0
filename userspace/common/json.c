// SPDX-License-Identifier: GPL-2.0
/* Objects as JSON. A key, once here, keeps its name and meaning. */
#include "common/json.h"

#include <netram/latency.h>
#include <netram/traffic.h>
#include <stdio.h>

struct json_object *shape_traffic(const struct netram_traffic *t)
{
	struct json_object *o = json_object_new_object();
	uint64_t ppm = netram_traffic_overhead(t);

	put_u64(o, "payload_bytes", t->payload);
	put_u64(o, "replicas_bytes", t->replicas);
	put_u64(o, "headers_bytes", t->headers);
	put_u64(o, "hedges_bytes", t->hedges);
	put_u64(o, "retries_bytes", t->retries);
	put_u64(o, "mover_bytes", t->mover);
	put_u64(o, "handshakes_bytes", t->handshakes);
	put_u64(o, "tx_bytes", t->tx_bytes);
	put_u64(o, "rx_bytes", t->rx_bytes);
	if (ppm == NETRAM_OVERHEAD_NONE)
		return o;
	put_share(o, "overhead_share", ppm / 1e6);
	if (netram_overhead_tells(t->payload + t->replicas))
		put_bool(o, "overhead_met", ppm <= NETRAM_OVERHEAD_TARGET_PPM);
	return o;
}

struct json_object *shape_node(const struct netram_node *node)
{
	struct json_object *o = json_object_new_object();
	char address[NETRAM_ENDPOINT_SIZE];

	netram_endpoint_address(&node->endpoint, address, sizeof(address));
	put_text(o, "name", node->name);
	put_text(o, "address", address);
	put_u64(o, "port", netram_endpoint_port(&node->endpoint));
	put_text(o, "region", node->region);
	put_text(o, "zone", node->zone);
	put_u64(o, "weight", node->weight);
	if (node->has_export)
		put_text(o, "export", node->export_name);
	put_text(o, "state", netram_node_state_name(node->state));
	put_bool(o, "drain", node->drain);
	put_u64(o, "volumes", node->volumes);
	put_u64(o, "extents", node->extents);
	put_u64(o, "pages", node->pages);
	put_u64(o, "tx_bytes", node->tx_bytes);
	put_u64(o, "rx_bytes", node->rx_bytes);
	put_u64(o, "reconnects", node->reconnects);
	put_u64(o, "errors", node->errors);
	if (node->last_error[0])
		put_text(o, "last_error", node->last_error);
	put_object(o, "traffic", shape_traffic(&node->traffic));
	return o;
}

struct json_object *shape_nodes(const struct netram_node *node)
{
	struct json_object *array = json_object_new_array();

	for (; node; node = node->next)
		json_object_array_add(array, shape_node(node));
	return array;
}

static struct json_object *json_session(const struct netram_session *session)
{
	struct json_object *o = json_object_new_object();

	put_text(o, "node", session->node);
	put_text(o, "state", netram_session_state_name(session->state));
	put_u64(o, "epoch", session->epoch);
	put_u64(o, "connections", session->connections);
	put_u64(o, "extents", session->extents);
	put_u64(o, "stale_extents", session->stale);
	put_u64(o, "pages", session->pages);
	put_u64(o, "only_pages", session->only_pages);
	if (session->instance[0])
		put_text(o, "instance", session->instance);
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
		put_u64(o, "offset", bad->offset);
		put_text(o, "kind", netram_verify_kind_name(bad->kind));
		if (bad->node[0])
			put_text(o, "node", bad->node);
		json_object_array_add(array, o);
	}
	return array;
}

struct json_object *shape_verify(const char *volume,
				 const struct netram_verify *v)
{
	struct json_object *o = json_object_new_object();

	put_text(o, "volume", volume);
	put_u64(o, "run", v->run);
	put_text(o, "action", v->action == NETRAM_VERIFY_RESOLVE ?
				   "resolve" : "verify");
	put_text(o, "state", netram_verify_state_name(v->state));
	put_u64(o, "pages", v->pages);
	put_u64(o, "total_pages", v->total);
	put_u64(o, "compared", v->compared);
	put_u64(o, "by_checksum", v->by_sum);
	put_u64(o, "wrong", v->wrong);
	put_u64(o, "repaired", v->repaired);
	put_u64(o, "missing", v->missing);
	put_u64(o, "unreadable", v->unreadable);
	put_u64(o, "lost_pages", v->lost);
	put_u64(o, "undecided_pages", v->undecided);
	put_u64(o, "skipped_pages", v->skipped);
	put_u64(o, "found", v->found);
	put_object(o, "bad", json_bad(v->bad));
	return o;
}

static struct json_object *json_backup(const struct netram_backup *b)
{
	struct json_object *o = json_object_new_object();

	put_text(o, "device", b->path);
	put_text(o, "mode", netram_backup_mode_name(b->mode));
	put_text(o, "state", netram_backup_state_name(b->state));
	put_bool(o, "serving", b->serving);
	put_u64(o, "only_pages", b->only_pages);
	put_u64(o, "lag_pages", b->lag_pages);
	put_u64(o, "reads", b->reads);
	put_u64(o, "writes", b->writes);
	put_u64(o, "errors", b->errors);
	put_u64(o, "returns", b->returns);
	return o;
}

struct json_object *shape_volume(const struct netram_volume *volume)
{
	struct json_object *o = json_object_new_object();
	char device[32], uuid[NETRAM_UUID_SIZE];

	snprintf(device, sizeof(device), "/dev/netram%u", volume->index);
	netram_uuid_format(volume->uuid, uuid);
	put_text(o, "name", volume->name);
	put_text(o, "device", device);
	put_u64(o, "index", volume->index);
	put_text(o, "uuid", uuid);
	put_u64(o, "size_bytes", volume->size);
	put_u64(o, "extent_size_bytes", volume->extent_size);
	put_bool(o, "checksum", volume->checksum);
	put_u64(o, "connections", volume->connections);
	put_u64(o, "queue_depth", volume->queue_depth);
	put_u64(o, "replicas", volume->replicas);
	put_text(o, "on_loss", netram_on_loss_name(volume->on_loss));
	put_text(o, "state", netram_volume_state_name(volume->state));
	if (volume->reason[0])
		put_text(o, "reason", volume->reason);
	put_u64(o, "openers", volume->openers);
	put_u64(o, "extents", volume->extents);
	put_u64(o, "degraded_extents", volume->degraded);
	put_u64(o, "pages", volume->pages);
	put_u64(o, "lost_pages", volume->lost_pages);
	if (volume->backup)
		put_object(o, "backup", json_backup(volume->backup));
	if (volume->verify)
		put_object(o, "verify",
			   shape_verify(volume->name, volume->verify));
	put_object(o, "traffic", shape_traffic(&volume->traffic));
	put_object(o, "sessions", json_sessions(volume->sessions));
	return o;
}

struct json_object *shape_volumes(const struct netram_volume *volume)
{
	struct json_object *array = json_object_new_array();

	for (; volume; volume = volume->next)
		json_object_array_add(array, shape_volume(volume));
	return array;
}

/* NULL: it has none, or one that we do not know the meaning of. */
const char *shape_event_state(const struct netram_event_info *event)
{
	if (!event->has_state)
		return NULL;
	switch (event->type) {
	case NETRAM_EVENT_SESSION:
		return netram_session_state_name(event->state);
	case NETRAM_EVENT_SYNC:
		return netram_sync_state_name(event->state);
	case NETRAM_EVENT_PAGES_LOST:
	case NETRAM_EVENT_WAITING:
	case NETRAM_EVENT_BACKUP:
	case NETRAM_EVENT_BACKUP_FAILED:
	case NETRAM_EVENT_DRAIN:
		return event->state ? "on" : "off";
	case NETRAM_EVENT_VERIFY:
		return netram_verify_state_name(event->state);
	case NETRAM_EVENT_ON_LOSS:
		return netram_on_loss_name(event->state);
	case NETRAM_EVENT_CORRUPT:
		return netram_corrupt_name(event->state);
	default:
		return NULL;
	}
}

struct json_object *shape_event(const struct netram_event_info *event)
{
	struct json_object *o = json_object_new_object();
	const char *state = shape_event_state(event);

	put_text(o, "type", netram_event_name(event->type));
	put_u64(o, "time_ns", event->time_ns);
	if (event->node[0])
		put_text(o, "node", event->node);
	if (event->volume[0])
		put_text(o, "volume", event->volume);
	if (state)
		put_text(o, "state", state);
	if (event->has_value)
		put_u64(o, "value", event->value);
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

struct json_object *shape_latency(const __u64 *counts)
{
	uint64_t total = netram_latency_total(counts);
	struct json_object *o = json_object_new_object();
	uint64_t within = netram_latency_within(counts,
						NETRAM_LATENCY_TARGET_NS);

	put_u64(o, "count", total);
	put_u64(o, "within_target", within);
	if (total) {
		put_share(o, "share_within_target", (double)within / total);
		put_u64(o, "p50_ns",
			netram_latency_percentile(counts, 5000));
		put_u64(o, "p90_ns",
			netram_latency_percentile(counts, 9000));
		put_u64(o, "p99_ns",
			netram_latency_percentile(counts, 9900));
		put_u64(o, "p999_ns",
			netram_latency_percentile(counts, 9990));
		put_u64(o, "max_ns",
			netram_latency_percentile(counts,
						       NETRAM_LATENCY_ALL));
	}
	put_object(o, "buckets", json_buckets(counts));
	return o;
}

static struct json_object *json_copies(const struct netram_extent *extent)
{
	struct json_object *array = json_object_new_array(), *o;
	const struct netram_copy *copy;

	for (copy = extent->copies; copy; copy = copy->next) {
		o = json_object_new_object();
		put_text(o, "node", copy->node);
		put_text(o, "state", netram_copy_state_name(copy->state));
		put_bool(o, "up", copy->up);
		put_u64(o, "missing_pages", copy->missing);
		json_object_array_add(array, o);
	}
	return array;
}

struct json_object *shape_extent(const struct netram_extent *extent)
{
	struct json_object *o = json_object_new_object();

	put_u64(o, "extent", extent->index);
	put_u64(o, "pages", extent->pages);
	put_u64(o, "lost_pages", extent->lost_pages);
	put_u64(o, "backup_pages", extent->backup_pages);
	put_object(o, "copies", json_copies(extent));
	return o;
}
