// SPDX-License-Identifier: GPL-2.0
/* What is told of samples: metrics, points of the history, events; and the board. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <json-c/json.h>
#include <netram/latency.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/exposition.h"
#include "daemon/watch.h"

/**
 * struct moment - a sample of two volumes and two nodes
 * @sample: it
 */
struct moment {
	struct sample sample;
	struct netram_node nodes[2];
	struct netram_volume volumes[2];
	struct netram_latency latency[3];
	uint64_t stats[2 * STATS_NR];
};

static void init(struct moment *m, uint64_t at_ms)
{
	size_t i;

	*m = (struct moment){
		.nodes = {
			{ .next = &m->nodes[1], .name = "n1", .pages = 256,
			  .state = NETRAM_NODE_UP, .region = "r", .zone = "z" },
			{ .name = "n2", .state = NETRAM_NODE_DOWN },
		},
		.volumes = {
			{ .next = &m->volumes[1], .name = "v1",
			  .size = 4 << 20, .pages = 512 },
			{ .name = "v2", .size = 8 << 20 },
		},
		.latency = {
			{ .next = &m->latency[1], .volume = "v1" },
			{ .next = &m->latency[2], .volume = "v1", .node = "n1" },
			{ .volume = "v2" },
		},
	};
	for (i = 0; i < 2 * STATS_NR; i++)
		m->stats[i] = SAMPLE_UNKNOWN;
	m->sample = (struct sample){
		at_ms, m->nodes, m->volumes, m->latency, m->stats, STATS_NR
	};
}

static void expect_part(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no %s in\n%s", part, text);
}

static void expect_no_part(const char *text, const char *part)
{
	if (strstr(text, part))
		fail_msg("%s in\n%s", part, text);
}

static void test_metrics(void **state)
{
	static struct watch w;
	struct moment now;
	char *text;

	(void)state;
	init(&now, 1000);
	now.volumes[0].traffic.headers = 44;
	now.nodes[1].traffic.mover = 55;
	now.stats[STAT_READ_BYTES] = 4096;
	now.stats[STATS_NR + STAT_ERRORS] = 7;
	now.latency[0].reads[39] = 2;
	now.latency[0].reads[NETRAM_LATENCY_BUCKETS - 1] = 1;
	/* when there was nothing */
	w.before.at_ms = 500;
	w.now = now.sample;
	w.time_ms = 1800000000999;
	watch_objects(&w);
	text = watch_metrics(&w);
	expect_part(text, "\nnetram_module_loaded 1\n");
	expect_part(text, "\nnetramd_last_sample_timestamp_seconds 1800000000\n");
	expect_part(text, "\nnetram_node_stored_bytes{node=\"n1\"} 1048576\n");
	expect_part(text, "\nnetram_node_state{node=\"n2\",state=\"down\"} 1\n");
	expect_part(text, "\nnetram_node_state{node=\"n2\",state=\"up\"} 0\n");
	expect_part(text, "\nnetram_volume_stored_bytes{volume=\"v1\"} 2097152\n");
	expect_part(text, "\nnetram_volume_read_bytes_total{volume=\"v1\"} 4096\n");
	expect_part(text, "\nnetram_volume_errors_total{volume=\"v2\"} 7\n");
	expect_part(text, "\nnetram_volume_network_bytes_total{volume=\"v1\",part=\"headers\"} 44\n");
	expect_part(text, "\nnetram_node_network_bytes_total{node=\"n2\",part=\"mover\"} 55\n");
	/* not known: not told, not even the name */
	expect_no_part(text, "netram_volume_read_bytes_total{volume=\"v2\"}");
	expect_no_part(text, "netram_volume_trims_total");
	expect_no_part(text, "netram_volume_backup");
	expect_part(text, "\nnetram_volume_read_latency_seconds_bucket{volume=\"v1\",le=\"8e-05\"} 0\n");
	expect_part(text, "\nnetram_volume_read_latency_seconds_bucket{volume=\"v1\",le=\"0.0001\"} 0\n");
	expect_part(text, "\nnetram_volume_read_latency_seconds_bucket{volume=\"v1\",le=\"0.00016\"} 2\n");
	expect_part(text, "\nnetram_volume_read_latency_seconds_bucket{volume=\"v1\",le=\"+Inf\"} 3\n");
	expect_part(text, "\nnetram_volume_read_latency_seconds_count{volume=\"v1\"} 3\n");
	expect_part(text, "\nnetram_volume_read_latency_seconds_sum{volume=\"v2\"} 0\n");
	free(text);
	free(w.objects);
}

static void test_bound(void **state)
{
	static struct watch w;
	struct moment now;
	unsigned int i = 0;
	char *text;

	(void)state;
	init(&now, 1000);
	while (netram_latency_bound(i + 1) < NETRAM_LATENCY_TARGET_NS)
		i++;
	now.latency[0].reads[i] = 5;
	now.latency[0].reads[i + 1] = 3;
	w.now = now.sample;
	text = watch_metrics(&w);
	expect_part(text, "read_latency_seconds_bucket{volume=\"v1\",le=\"0.0001\"} 5\n");
	free(text);
}

/* A node's reads stay counted when the volume they were for is gone. */
static void test_nodes(void **state)
{
	static struct watch w;
	struct moment before, now;

	(void)state;
	init(&before, 1000);
	init(&now, 2000);
	before.latency[1].reads[3] = 10;
	w.now = before.sample;
	watch_objects(&w);
	/* and two volumes */
	assert_int_equal(w.nr_objects, 4);
	/* before netramd was there to see it */
	assert_int_equal(w.objects[0].counts.reads[3], 0);
	w.before = before.sample;
	w.now = now.sample;
	now.latency[1].reads[3] = 14;
	watch_objects(&w);
	assert_int_equal(w.objects[0].counts.reads[3], 4);
	/* the volume is made anew */
	w.before = now.sample;
	w.now = before.sample;
	before.latency[1].reads[3] = 2;
	watch_objects(&w);
	assert_int_equal(w.objects[0].counts.reads[3], 6);
	now.nodes[0].next = NULL;
	w.now = now.sample;
	watch_objects(&w);
	assert_int_equal(w.nr_objects, 3);
	/* one that comes has all it did */
	w.before = now.sample;
	w.now = before.sample;
	before.nodes[1].traffic.payload = 500;
	watch_objects(&w);
	assert_int_equal(w.nr_objects, 4);
	assert_string_equal(w.objects[3].name, "n2");
	assert_int_equal(w.objects[3].traffic.payload, 500);
	/* the module could not be asked for a while */
	w.before = (struct sample){ 0 };
	before.nodes[1].traffic.payload = 900;
	watch_objects(&w);
	assert_int_equal(w.objects[3].traffic.payload, 500);
	free(w.objects);
}

/* What was payload and has to begin anew is no payload any more: no way back for it. */
static void test_traffic(void **state)
{
	static struct watch w;
	struct moment first, second, third;

	(void)state;
	init(&first, 1000);
	init(&second, 2000);
	init(&third, 3000);
	first.volumes[0].traffic = (struct netram_traffic){
		.payload = 8000, .headers = 100, .tx_bytes = 9000,
	};
	second.volumes[0].traffic = (struct netram_traffic){
		.payload = 7000, .headers = 120, .retries = 1000,
		.tx_bytes = 9000,
	};
	/* made anew */
	third.volumes[0].traffic = (struct netram_traffic){
		.payload = 5000, .tx_bytes = 5100,
	};
	w.now = first.sample;
	watch_objects(&w);
	assert_int_equal(w.objects[2].traffic.payload, 0);
	w.before = first.sample;
	w.now = second.sample;
	watch_objects(&w);
	assert_int_equal(w.objects[2].traffic.payload, 0);
	assert_int_equal(w.objects[2].traffic.headers, 20);
	assert_int_equal(w.objects[2].traffic.retries, 1000);
	w.before = second.sample;
	w.now = third.sample;
	watch_objects(&w);
	assert_int_equal(w.objects[2].traffic.payload, 5000);
	assert_int_equal(w.objects[2].traffic.headers, 20);
	free(w.objects);
}

static uint64_t number(struct json_object *o, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(o, key, &value))
		fail_msg("no %s in %s", key, json_object_to_json_string(o));
	return json_object_get_uint64(value);
}

static void test_point(void **state)
{
	static struct watch w;
	struct moment before, now;
	struct json_object *o, *all, *v1, *n1, *heat;
	char *text;

	(void)state;
	init(&before, 1000);
	init(&now, 3000);
	before.stats[STAT_READ_BYTES] = 40960;
	now.stats[STAT_READ_BYTES] = 40960 + 100 * 4096;
	before.stats[STAT_HOLE_PAGES] = 0;
	now.stats[STAT_HOLE_PAGES] = 20;
	before.stats[STAT_BACKUP_READS] = 1;
	now.stats[STAT_BACKUP_READS] = 5;
	now.latency[0].reads[20] = 90;
	now.latency[0].reads[28] = 10;
	before.nodes[0].rx_bytes = 100;
	now.nodes[0].rx_bytes = 350;
	now.volumes[0].traffic = (struct netram_traffic){
		.payload = 400, .replicas = 300, .headers = 20, .hedges = 7,
		.retries = 5, .handshakes = 1, .mover = 77, .tx_bytes = 800,
	};
	w.before = before.sample;
	w.now = now.sample;
	w.seq = 9;
	text = point_json(&w);
	o = json_tokener_parse(text);
	assert_non_null(o);
	assert_int_equal(number(o, "seq"), 9);
	assert_int_equal(number(o, "interval_ms"), 2000);
	all = json_object_object_get(o, "all");
	v1 = json_object_array_get_idx(json_object_object_get(o, "volumes"), 0);
	n1 = json_object_array_get_idx(json_object_object_get(o, "nodes"), 0);
	assert_int_equal(number(v1, "read_bytes"), 100 * 4096);
	assert_int_equal(number(v1, "written_bytes"), 0);
	/* of 100 pages 20 were never written, and the backup had 4 */
	assert_int_equal(number(v1, "pages"), 80);
	assert_int_equal(number(v1, "missed_pages"), 4);
	assert_int_equal(number(v1, "payload_bytes"), 700);
	assert_int_equal(number(v1, "overhead_bytes"), 33);
	assert_int_equal(number(v1, "mover_bytes"), 77);
	assert_int_equal(number(v1, "reads"), 100);
	assert_int_equal(number(v1, "read_p50_ns"), netram_latency_bound(21));
	assert_int_equal(number(v1, "read_p99_ns"), netram_latency_bound(29));
	assert_false(json_object_object_get_ex(v1, "write_p99_ns", NULL));
	assert_int_equal(number(all, "pages"), 80);
	assert_int_equal(number(all, "stored_bytes"), 512 * 4096);
	assert_int_equal(number(n1, "rx_bytes"), 250);
	heat = json_object_object_get(v1, "heat");
	assert_string_equal(json_object_to_json_string_ext(heat, 0),
			    "[5,90,0,10]");
	json_object_put(o);
	free(text);
}

static void test_events(void **state)
{
	static struct watch w;
	struct netram_event_info event = {
		.type = NETRAM_EVENT_SYNC, .time_ns = 1, .volume = "v1",
		.has_state = true,
	};
	struct json_object *o, *events, *first;
	char *text;
	uint64_t i;

	(void)state;
	watch_event(&w, &event);
	/* it came to two subscriptions */
	watch_event(&w, &event);
	assert_int_equal(w.nr_events, 1);
	for (i = 0; i < 2 * WATCH_EVENTS; i++) {
		event.time_ns = 2 + i;
		watch_event(&w, &event);
	}
	assert_int_equal(w.nr_events, 2 * WATCH_EVENTS + 1);
	text = live_json(&w);
	o = json_tokener_parse(text);
	events = json_object_object_get(o, "events");
	assert_int_equal(json_object_array_length(events), WATCH_EVENTS);
	first = json_object_array_get_idx(events, 0);
	assert_int_equal(number(first, "time_ns"), 2 * WATCH_EVENTS + 1);
	json_object_put(o);
	free(text);
}

/* As a string, to be freed; read by three bytes, so that pieces end anywhere in them. */
static char *whole(struct pieces *pieces)
{
	size_t size = pieces_size(pieces), at = 0, n;
	char *text = calloc(1, size + 1);

	while ((n = pieces_read(pieces, text + at,
				size - at < 3 ? size - at : 3)))
		at += n;
	assert_int_equal(at, size);
	pieces_free(pieces);
	return text;
}

static void expect_history(struct board *board, uint64_t after,
			   const char *want)
{
	static const char head[] = "{\"start_ms\":";
	char *text = whole(board_history(board, after));

	assert_memory_equal(text, head, strlen(head));
	assert_string_equal(strchr(text, ','), want);
	free(text);
}

static void test_board(void **state)
{
	struct board *board = board_new();
	struct pieces *pieces = pieces_new(4);
	char *text;
	uint64_t seq;

	(void)state;
	assert_false(board_get(board, BOARD_LIVE, pieces));
	board_put(board, BOARD_LIVE, strdup("abcd"));
	assert_true(board_get(board, BOARD_LIVE, pieces));
	pieces_add_fixed(pieces, "");
	/* who has the old one keeps it */
	board_put(board, BOARD_LIVE, strdup("efgh"));
	assert_true(board_get(board, BOARD_LIVE, pieces));
	board_put(board, BOARD_LIVE, NULL);
	assert_false(board_get(board, BOARD_LIVE, pieces));
	text = whole(pieces);
	assert_string_equal(text, "abcdefgh");
	free(text);
	expect_history(board, 0, ",\"last\":0,\"points\":[]}\n");
	for (seq = 1; seq <= 3; seq++) {
		char point[2] = { '0' + seq };

		board_add_point(board, seq, strdup(point));
	}
	expect_history(board, 0, ",\"last\":3,\"points\":[1,\n2,\n3]}\n");
	expect_history(board, 2, ",\"last\":3,\"points\":[3]}\n");
	expect_history(board, 3, ",\"last\":3,\"points\":[]}\n");
	/* of another life: all */
	expect_history(board, 4, ",\"last\":3,\"points\":[1,\n2,\n3]}\n");
	for (; seq <= BOARD_POINTS + 2; seq++)
		board_add_point(board, seq, seq == 5 ? NULL : strdup("x"));
	text = whole(board_history(board, 0));
	/* 3 is the first there is, and one there was no memory for */
	expect_part(text, "\"points\":[3,\nx,\nx");
	assert_int_equal(strlen(strchr(text, ',')),
			 strlen(",\"last\":302,\"points\":[3]}\n") +
			 3 * (BOARD_POINTS - 2));
	free(text);
	board_free(board);
}

static void test_exposition(void **state)
{
	struct exposition e;
	char *text;

	(void)state;
	assert_int_equal(exposition_begin(&e), 0);
	exposition_family(&e, "a_total", "counter", "What.");
	exposition_u64(&e, UINT64_MAX, "b", "x\"y\\z\n", "c", "", NULL);
	exposition_double(&e, 0.25, NULL);
	text = exposition_end(&e);
	assert_string_equal(text, "# HELP a_total What.\n# TYPE a_total counter\n"
			    "a_total{b=\"x\\\"y\\\\z\\n\",c=\"\"} 18446744073709551615\n"
			    "a_total 0.25\n");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_metrics),
		cmocka_unit_test(test_bound),
		cmocka_unit_test(test_nodes),
		cmocka_unit_test(test_traffic),
		cmocka_unit_test(test_point),
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_board),
		cmocka_unit_test(test_exposition),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
