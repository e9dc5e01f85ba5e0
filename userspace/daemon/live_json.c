// SPDX-License-Identifier: GPL-2.0
/* What Documentation/json.md has as /api/live. */
#include <netram/latency.h>
#include <string.h>

#include "common/json.h"
#include "watch.h"

static struct json_object *stats_json(const struct sample *s, const char *volume)
{
	struct json_object *o = json_object_new_object();
	uint64_t value;
	size_t i;

	for (i = 0; i < STATS_NR; i++) {
		value = sample_stat(s, volume, i);
		if (value != SAMPLE_UNKNOWN)
			put_u64(o, stat_files[i], value);
	}
	return o;
}

static struct json_object *volumes_json(const struct sample *s)
{
	struct json_object *a = json_object_new_array(), *o;
	const struct netram_volume *v;

	for (v = s->volumes; v; v = v->next) {
		o = shape_volume(v);
		put_object(o, "stats", stats_json(s, v->name));
		json_object_array_add(a, o);
	}
	return a;
}

/* The newest first. */
static struct json_object *events_json(const struct watch *w)
{
	struct json_object *a = json_object_new_array();
	uint64_t i;

	for (i = 0; i < WATCH_EVENTS && i < w->nr_events; i++)
		json_object_array_add(a, shape_event(
			&w->events[(w->nr_events - 1 - i) % WATCH_EVENTS]));
	return a;
}

/* Lower bounds of the rows of a heat map, and the end of the last. */
static struct json_object *rows_json(void)
{
	struct json_object *a = json_object_new_array();
	unsigned int row;

	for (row = 0; row <= WATCH_ROWS; row++)
		json_object_array_add(a, json_object_new_uint64(
			netram_latency_bound(row * WATCH_ROW_BUCKETS)));
	return a;
}

char *live_json(const struct watch *w)
{
	struct json_object *o = json_object_new_object();
	char *text;

	put_text(o, "version", NETRAM_LIBRARY_VERSION);
	put_u64(o, "seq", w->seq);
	put_u64(o, "time_ms", w->time_ms);
	put_text(o, "problem", w->why);
	put_u64(o, "period_ms", WATCH_PERIOD_MS);
	put_u64(o, "target_ns", NETRAM_LATENCY_TARGET_NS);
	put_object(o, "rows_ns", rows_json());
	put_object(o, "nodes", shape_nodes(w->now.nodes));
	put_object(o, "volumes", volumes_json(&w->now));
	put_object(o, "events", events_json(w));
	text = strdup(json_object_to_json_string_ext(o,
						     JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(o);
	return text;
}
