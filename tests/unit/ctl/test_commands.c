// SPDX-License-Identifier: GPL-2.0
/* Whole commands over the stand-in kernel: output, JSON and exit codes. */
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kit.h"
#include "ctl/print.h"

#define output	kit_output

static int run(const struct ctl_command *cmd, bool json, char *operand)
{
	char *operands[] = { operand, NULL };
	const struct ctl_call call = { .operands = operands, .json = json };
	int ret = kit_run(cmd, &call);

	kit_reset();
	return ret;
}

static void queue_nodes(uint8_t second)
{
	struct kit_msg m = { 0 };

	kit_begin(&m, KIT_FAMILY, NLM_F_MULTI, NETRAM_CMD_NODE_GET);
	kit_put_node(&m, "n1", NETRAM_NODE_UP);
	kit_end(&m);
	kit_begin(&m, KIT_FAMILY, NLM_F_MULTI, NETRAM_CMD_NODE_GET);
	kit_put_node(&m, "n2", second);
	kit_end(&m);
	kit_done(&m, 0, NULL);
	kit_queue(m.buf, m.len);
}

static void queue_volumes(uint8_t state)
{
	struct kit_msg m = { 0 };

	kit_begin(&m, KIT_FAMILY, NLM_F_MULTI, NETRAM_CMD_VOLUME_GET);
	kit_put_volume(&m, "v1", 250, state);
	kit_end(&m);
	kit_done(&m, 0, NULL);
	kit_queue(m.buf, m.len);
}

static void queue_one_node(uint8_t state)
{
	struct kit_msg m = { 0 };

	kit_begin(&m, KIT_FAMILY, 0, NETRAM_CMD_NODE_GET);
	kit_put_node(&m, "n2", state);
	kit_end(&m);
	kit_ack(&m, 0, NULL);
	kit_queue(m.buf, m.len);
}

static void queue_ack(int err, const char *text)
{
	struct kit_msg m = { 0 };

	kit_ack(&m, err, text);
	kit_queue(m.buf, m.len);
}

/* The output is exactly this JSON, whatever the spacing. */
static void expect_json(const char *expected)
{
	struct json_object *got = json_tokener_parse(output);
	struct json_object *want = json_tokener_parse(expected);

	assert_non_null(got);
	assert_non_null(want);
	if (!json_object_equal(got, want))
		fail_msg("got %s", output);
	json_object_put(got);
	json_object_put(want);
}

#define TRAFFIC \
	"\"traffic\":{\"payload_bytes\":1000000,\"replicas_bytes\":1000000," \
	"\"headers_bytes\":20000,\"hedges_bytes\":3000," \
	"\"retries_bytes\":4000,\"mover_bytes\":500000," \
	"\"handshakes_bytes\":3000,\"tx_bytes\":1500000," \
	"\"rx_bytes\":1030000,\"overhead_share\":0.015," \
	"\"overhead_met\":true}"
#define NODE(name, more) \
	"{\"name\":\"" name "\",\"address\":\"192.0.2.1\",\"port\":10809," \
	"\"region\":\"default\",\"zone\":\"rack1\",\"weight\":100," \
	"\"volumes\":1,\"extents\":3,\"pages\":3000," \
	"\"tx_bytes\":1099511627776,\"rx_bytes\":5,\"reconnects\":1," \
	"\"errors\":2," TRAFFIC "," more "}"
#define UP	"\"state\":\"up\",\"drain\":false"
#define DRAINING	"\"state\":\"draining\",\"drain\":true"
#define DOWN	"\"state\":\"down\",\"drain\":false,\"last_error\":\"connection refused?[2J\""
#define SESSION(node, state, stale, only) \
	"{\"node\":\"" node "\",\"state\":\"" state "\",\"epoch\":9," \
	"\"connections\":2,\"extents\":3,\"stale_extents\":" stale "," \
	"\"pages\":3000,\"only_pages\":" only ",\"instance\":\"abcd\"}"
#define VOLUME(state, degraded) \
	"{\"name\":\"v1\",\"device\":\"/dev/netram250\",\"index\":250," \
	"\"uuid\":\"00112233-4455-6677-8899-aabbccddeeff\"," \
	"\"size_bytes\":4294967296,\"extent_size_bytes\":4194304," \
	"\"checksum\":true,\"connections\":2,\"queue_depth\":128," \
	"\"replicas\":2,\"on_loss\":\"wait\"," \
	"\"state\":\"" state "\",\"openers\":1," \
	"\"extents\":3,\"degraded_extents\":" degraded "," \
	"\"pages\":3000,\"lost_pages\":0," TRAFFIC ",\"sessions\":[" \
	SESSION("n1", "up", "0", "0") "," \
	SESSION("n2", "connecting", "2", "12") "]}"

static void test_node_list(void **state)
{
	(void)state;
	kit_reset_family();
	queue_nodes(NETRAM_NODE_DOWN);
	assert_int_equal(run(&ctl_node_list, true, NULL), CTL_OK);
	expect_json("{\"nodes\":[" NODE("n1", UP) "," NODE("n2", DOWN) "]}");
	kit_reset_family();
	queue_nodes(NETRAM_NODE_IDLE);
	assert_int_equal(run(&ctl_node_list, false, NULL), CTL_OK);
	assert_non_null(strstr(output,
			       "\nn2    idle   192.0.2.1:10809  3        11.7 MiB  1 TiB  5 B       2\n"));
}

static void test_node_show(void **state)
{
	(void)state;
	kit_reset_family();
	queue_one_node(NETRAM_NODE_DOWN);
	assert_int_equal(run(&ctl_node_show, true, "n2"), CTL_OK);
	expect_json(NODE("n2", DOWN));
	kit_reset_family();
	queue_ack(-ENOENT, "no such node");
	assert_int_equal(run(&ctl_node_show, true, "n2"), CTL_FAILED);
	assert_string_equal(output, "");
}

static void test_volume_list(void **state)
{
	(void)state;
	kit_reset_family();
	queue_volumes(NETRAM_VOLUME_DEGRADED);
	assert_int_equal(run(&ctl_volume_list, true, NULL), CTL_OK);
	expect_json("{\"volumes\":[" VOLUME("degraded", "2") "]}");
	kit_reset_family();
	queue_volumes(NETRAM_VOLUME_DEGRADED);
	assert_int_equal(run(&ctl_volume_list, false, NULL), CTL_OK);
	assert_non_null(strstr(output,
			       "NAME  STATE     COPIES  SIZE   STORED"));
	assert_non_null(strstr(output,
			       "\nv1    degraded  1/2     4 GiB  11.7 MiB"));
	kit_reset_family();
	queue_volumes(NETRAM_VOLUME_OK);
	assert_int_equal(run(&ctl_volume_list, false, NULL), CTL_OK);
	assert_non_null(strstr(output, "\nv1    ok     2       4 GiB"));
}

static void test_volume_show_by_device(void **state)
{
	(void)state;
	kit_reset_family();
	queue_volumes(NETRAM_VOLUME_LOST);
	assert_int_equal(run(&ctl_volume_show, true, "/dev/netram250"),
			 CTL_OK);
	expect_json(VOLUME("lost", "0"));
	kit_reset_family();
	queue_volumes(NETRAM_VOLUME_DEGRADED);
	assert_int_equal(run(&ctl_volume_show, false, "/dev/netram250"),
			 CTL_OK);
	assert_non_null(strstr(output, "\ncopies       2\n"));
	assert_non_null(strstr(output, "\ndegraded     2\n"));
	assert_non_null(strstr(output, "  EXTENTS  STALE  STORED "));
	kit_reset_family();
	queue_volumes(NETRAM_VOLUME_OK);
	assert_int_equal(run(&ctl_volume_show, true, "/dev/netram0"),
			 CTL_FAILED);
}

static void test_status(void **state)
{
	(void)state;
	kit_reset_family();
	queue_nodes(NETRAM_NODE_UP);
	queue_volumes(NETRAM_VOLUME_OK);
	assert_int_equal(run(&ctl_status, true, NULL), CTL_OK);
	expect_json("{\"version\":\"unknown\",\"nodes\":[" NODE("n1", UP) ","
		    NODE("n2", UP) "],\"volumes\":[" VOLUME("ok", "0")
		    "],\"stored_bytes\":12288000,\"size_bytes\":4294967296," TRAFFIC ",\"hits\":{\"pages\":0,\"missed_pages\":0},\"health\":\"ok\"}");
	kit_reset_family();
	queue_nodes(NETRAM_NODE_DOWN);
	queue_volumes(NETRAM_VOLUME_OK);
	assert_int_equal(run(&ctl_status, false, NULL), CTL_FAILED);
	assert_non_null(strstr(output,
			       "! node n2 is down: connection refused?[2J\n"));
	kit_reset_family();
	queue_nodes(NETRAM_NODE_IDLE);
	queue_volumes(NETRAM_VOLUME_LOST);
	assert_int_equal(run(&ctl_status, false, NULL), CTL_FAILED);
}

static void queue_latency(size_t buckets)
{
	struct kit_msg m = { 0 };

	kit_begin(&m, KIT_FAMILY, NLM_F_MULTI, NETRAM_CMD_LATENCY_GET);
	kit_put_latency(&m, "v1", NULL, buckets, 0);
	kit_end(&m);
	kit_begin(&m, KIT_FAMILY, NLM_F_MULTI, NETRAM_CMD_LATENCY_GET);
	kit_put_latency(&m, "v1", "n1", 0, 1);
	kit_end(&m);
	kit_begin(&m, KIT_FAMILY, NLM_F_MULTI, NETRAM_CMD_LATENCY_GET);
	kit_put_latency(&m, "v2", NULL, 0, 0);
	kit_end(&m);
	kit_done(&m, 0, NULL);
	kit_queue(m.buf, m.len);
}

#define NOTHING	"{\"count\":0,\"within_target\":0,\"buckets\":[]}"
#define TWO_OF_ONE(count, share, within, p99) \
	"{\"count\":2,\"within_target\":" within \
	",\"share_within_target\":" share ",\"p50_ns\":1250," \
	"\"p90_ns\":" p99 ",\"p99_ns\":" p99 ",\"p999_ns\":" p99 "," \
	"\"max_ns\":" p99 ",\"buckets\":" count "}"

static void test_latency(void **state)
{
	(void)state;
	kit_reset_family();
	queue_latency(2);
	assert_int_equal(run(&ctl_latency, true, NULL), CTL_OK);
	expect_json("{\"target_ns\":100000,\"volumes\":["
		    "{\"name\":\"v1\",\"read\":"
		    TWO_OF_ONE("[[1250,1],[2500,1]]", "1.0", "2", "2500")
		    ",\"write\":" NOTHING ",\"nodes\":["
		    "{\"node\":\"n1\",\"read\":" NOTHING ",\"write\":"
		    TWO_OF_ONE("[[1250,2]]", "1.0", "2", "1250") "}]},"
		    "{\"name\":\"v2\",\"read\":" NOTHING ",\"write\":" NOTHING
		    ",\"nodes\":[]}]}");
	kit_reset_family();
	queue_latency(NETRAM_LATENCY_BUCKETS);
	assert_int_equal(run(&ctl_latency, false, NULL), CTL_OK);
	assert_non_null(strstr(output, "  MAX      WITHIN 100 us\n"));
	assert_non_null(strstr(output,
			       "\nv1      -     read   176    10.2 ms  4.92 s   19.7 s   21 s     21 s     19.31 %\n"));
	assert_non_null(strstr(output,
			       "\nv1      n1    write  2      1.25 us  1.25 us  1.25 us  1.25 us  1.25 us  100.00 %\n"));
	assert_non_null(strstr(output,
			       "\nv2      -     write  0      -        -        -        -        -        -\n"));
}

static void test_latency_of_one(void **state)
{
	struct kit_msg m = { 0 };

	(void)state;
	kit_reset_family();
	kit_begin(&m, KIT_FAMILY, 0, NETRAM_CMD_VOLUME_GET);
	kit_put_volume(&m, "v1", 250, NETRAM_VOLUME_OK);
	kit_end(&m);
	kit_ack(&m, 0, NULL);
	kit_queue(m.buf, m.len);
	queue_ack(-ENOENT, "no volume of this name");
	assert_int_equal(run(&ctl_latency, false, "v1"), CTL_FAILED);
	assert_string_equal(output, "");
	kit_reset_family();
	queue_ack(-ENOENT, "no volume of this name");
	assert_int_equal(run(&ctl_latency, true, "v2"), CTL_FAILED);
	kit_reset_family();
	assert_int_equal(run(&ctl_latency, true, "no name"), CTL_USAGE);
}

/* The second answer less the first; the third cannot have come from it. */
static void test_latency_watch(void **state)
{
	char *argv[] = { "--watch", "--interval", "1", NULL };
	struct ctl_call call;
	const char *line;
	bool help;

	(void)state;
	assert_int_equal(ctl_opts_parse(&ctl_latency, argv, &call, &help),
			 CTL_OK);
	kit_reset_family();
	queue_latency(1);
	queue_latency(3);
	queue_latency(2);
	queue_ack(-ENOMEM, NULL);
	assert_int_equal(run(&ctl_latency, true, NULL), CTL_FAILED);
	line = strstr(output, "\"buckets\":[[2500,1],[3750,1]]");
	assert_non_null(line);
	line = strchr(line, '\n');
	assert_non_null(line);
	assert_non_null(strstr(line, "\"buckets\":[[1250,1],[2500,1]]"));
	assert_non_null(strstr(output, "\"interval_seconds\":1"));
}

static void test_drain_cancel(void **state)
{
	char *argv[] = { "n2", "--cancel", NULL };
	struct ctl_call call;
	bool help;

	(void)state;
	assert_int_equal(ctl_opts_parse(&ctl_node_drain, argv, &call, &help),
			 CTL_OK);
	kit_reset_family();
	queue_ack(0, NULL);
	assert_int_equal(run(&ctl_node_drain, false, "n2"), CTL_OK);
	assert_string_equal(output, "");
	kit_reset_family();
	queue_ack(0, NULL);
	queue_one_node(NETRAM_NODE_DOWN);
	assert_int_equal(run(&ctl_node_drain, true, "n2"), CTL_OK);
	expect_json(NODE("n2", DOWN));
}

/* A node that is being emptied is as well as a person wants it. */
static void test_draining_node(void **state)
{
	(void)state;
	kit_reset_family();
	queue_nodes(NETRAM_NODE_DRAINING);
	queue_volumes(NETRAM_VOLUME_OK);
	assert_int_equal(run(&ctl_status, false, NULL), CTL_OK);
	assert_non_null(strstr(output, "  n2    draining  192.0.2.1:10809"));
	kit_reset_family();
	queue_one_node(NETRAM_NODE_DRAINING);
	assert_int_equal(run(&ctl_node_show, true, "n2"), CTL_OK);
	expect_json(NODE("n2", DRAINING));
}

static void test_status_of_copies(void **state)
{
	(void)state;
	kit_reset_family();
	queue_nodes(NETRAM_NODE_DOWN);
	queue_volumes(NETRAM_VOLUME_DEGRADED);
	assert_int_equal(run(&ctl_status, false, NULL), CTL_FAILED);
	assert_non_null(strstr(output,
			       "! volume v1 is degraded: 2 of its 3 extents have too few copies: 2 copies need as many nodes, and 1 is up\n"));
	kit_reset_family();
	queue_nodes(NETRAM_NODE_SUSPECT);
	queue_volumes(NETRAM_VOLUME_DEGRADED);
	assert_int_equal(run(&ctl_status, false, NULL), CTL_FAILED);
	assert_non_null(strstr(output, " have too few copies while n2 is away; when it stays away (rereplicate_delay_ms) copies are made on other nodes\n"));
	/* from a newer module */
	kit_reset_family();
	queue_nodes(200);
	queue_volumes(200);
	assert_int_equal(run(&ctl_status, false, NULL), CTL_FAILED);
	assert_non_null(strstr(output, "! node n2 is unknown\n"));
	kit_reset_family();
	queue_nodes(NETRAM_NODE_UP);
	queue_volumes(NETRAM_VOLUME_WAITING);
	assert_int_equal(run(&ctl_status, false, NULL), CTL_FAILED);
	assert_non_null(strstr(output, "! volume v1 is waiting: n2 is away; bring a node back, or give the requests up: 'netramctl volume set v1 --on-loss error', and in netram.conf if on_loss is there\n"));
	kit_reset_family();
	queue_nodes(NETRAM_NODE_UP);
	queue_volumes(NETRAM_VOLUME_FENCED);
	assert_int_equal(run(&ctl_status, false, NULL), CTL_FAILED);
	assert_non_null(strstr(output, "! volume v1 is fenced: n2 is away; all its requests fail"));
	kit_reset_family();
	queue_nodes(200);
	queue_volumes(200);
	assert_int_equal(run(&ctl_status, false, NULL), CTL_FAILED);
	assert_non_null(strstr(output, "! volume v1 is unknown\n"));
}

static void test_volume_set(void **state)
{
	char *argv[] = { "v1", "--replicas", "2", "--on-loss", "never", NULL };
	char *good[] = { "v1", "--on-loss", "error", NULL };
	struct kit_msg m = { 0 };
	struct ctl_call call;
	bool help;

	(void)state;
	assert_int_equal(run(&ctl_volume_set, false, "v1"), CTL_USAGE);
	assert_int_equal(ctl_opts_parse(&ctl_volume_set, argv, &call, &help),
			 CTL_OK);
	assert_int_equal(run(&ctl_volume_set, false, "v1"), CTL_USAGE);
	assert_int_equal(ctl_opts_parse(&ctl_volume_set, good, &call, &help),
			 CTL_OK);
	assert_int_equal(run(&ctl_volume_set, false, "no name"), CTL_USAGE);
	kit_reset_family();
	queue_ack(-ENOENT, "no volume of this name");
	assert_int_equal(run(&ctl_volume_set, false, "v1"), CTL_FAILED);
	kit_reset_family();
	queue_ack(0, NULL);
	assert_int_equal(run(&ctl_volume_set, false, "v1"), CTL_OK);
	assert_string_equal(output, "");
	kit_reset_family();
	queue_ack(0, NULL);
	kit_begin(&m, KIT_FAMILY, 0, NETRAM_CMD_VOLUME_GET);
	kit_put_volume(&m, "v1", 250, NETRAM_VOLUME_DEGRADED);
	kit_end(&m);
	kit_ack(&m, 0, NULL);
	kit_queue(m.buf, m.len);
	assert_int_equal(run(&ctl_volume_set, true, "v1"), CTL_OK);
	expect_json(VOLUME("degraded", "2"));
}

static void test_exit_codes(void **state)
{
	(void)state;
	kit_reset();
	queue_ack(-ENOENT, NULL);
	assert_int_equal(run(&ctl_status, false, NULL), CTL_MODULE);
	kit_reset();
	queue_ack(-EPERM, NULL);
	assert_int_equal(run(&ctl_node_list, false, NULL), CTL_MODULE);
	kit_reset_family();
	queue_ack(-EPERM, NULL);
	assert_int_equal(run(&ctl_node_list, false, NULL), CTL_MODULE);
	kit_reset_family();
	queue_ack(-ENOMEM, NULL);
	assert_int_equal(run(&ctl_status, false, NULL), CTL_MODULE);
	kit_reset_family();
	queue_ack(-EBUSY, "volumes keep pages there: drain it first");
	assert_int_equal(run(&ctl_node_remove, false, "n1"), CTL_FAILED);
	assert_string_equal(kit_errors,
			    "netramctl: volumes keep pages there: drain it first\n");
	assert_int_equal(run(&ctl_node_remove, false, "no name"), CTL_USAGE);
	kit_reset_family();
	queue_ack(0, NULL);
	assert_int_equal(run(&ctl_node_remove, true, "n1"), CTL_OK);
	expect_json("{\"removed\":\"n1\"}");
}

/* The reason is one node's, so it has to be asked for. */
static void test_create_without_answer(void **state)
{
	char *argv[] = { "v1", "--size", "1G", NULL };
	struct ctl_call call;
	bool help;

	(void)state;
	assert_int_equal(ctl_opts_parse(&ctl_volume_create, argv, &call,
					&help), CTL_OK);
	kit_reset_family();
	queue_ack(-ENOTCONN, "no node answered");
	queue_nodes(NETRAM_NODE_DOWN);
	assert_int_equal(run(&ctl_volume_create, false, "v1"), CTL_FAILED);
	kit_reset_family();
	queue_ack(-ENOTCONN, "no node answered");
	queue_ack(-ENOMEM, NULL);
	assert_int_equal(run(&ctl_volume_create, false, "v1"), CTL_FAILED);
}

static void test_swap_without_device(void **state)
{
	(void)state;
	assert_int_equal(run(&ctl_swapoff, false, "/dev/sda"), CTL_USAGE);
	assert_int_equal(run(&ctl_swapoff, false, "/dev/netram250"),
			 CTL_FAILED);
	kit_reset_family();
	queue_ack(-ENOENT, "no such volume");
	assert_int_equal(run(&ctl_swapon, false, "v9"), CTL_FAILED);
}

static void expect_event(const struct netram_event_info *event,
			 const char *expected)
{
	struct json_object *o = shape_event(event);

	snprintf(output, sizeof(output), "%s",
		 json_object_to_json_string(o));
	json_object_put(o);
	expect_json(expected);
}

static void queue_event(void)
{
	struct kit_msg m = { 0 };

	kit_begin(&m, KIT_FAMILY, 0, NETRAM_CMD_EVENT);
	kit_put_event(&m, NETRAM_EVENT_WEIGHT, "n1");
	kit_end(&m);
	kit_queue(m.buf, m.len);
}

/* To the end of the module, and no longer. */
static void test_events_follow(void **state)
{
	char *argv[] = { "--follow", "--json", NULL };
	struct ctl_call call;
	struct kit_msg m = { 0 };
	bool help;

	(void)state;
	assert_int_equal(ctl_opts_parse(&ctl_events, argv, &call, &help), CTL_OK);
	kit_reset_family();
	queue_event();
	kit_queue_errno(-ENOBUFS);
	kit_family(&m);
	kit_queue_msg(&m);
	queue_event();
	kit_nlctrl(&m, CTRL_CMD_DELFAMILY, NETRAM_GENL_NAME, KIT_FAMILY);
	kit_queue_msg(&m);
	assert_int_equal(kit_run(&ctl_events, &call), CTL_MODULE);
	kit_reset();
	assert_non_null(strstr(strstr(output, "weight") + 1, "weight"));
	assert_non_null(strstr(kit_errors, "some events were lost"));
	assert_non_null(strstr(kit_errors, "the netram kernel module was unloaded"));
}

static void test_event_json(void **state)
{
	struct netram_event_info event = {
		.type = NETRAM_EVENT_SESSION, .time_ns = 1700000000123456789ULL,
		.node = "n1", .volume = "v1",
		.has_state = true, .state = NETRAM_SESSION_BROKEN,
	};

	(void)state;
	expect_event(&event, "{\"type\":\"session\",\"time_ns\":1700000000123456789,"
		     "\"node\":\"n1\",\"volume\":\"v1\",\"state\":\"broken\"}");
	event.type = NETRAM_EVENT_WAITING;
	event.state = 1;
	assert_string_equal(shape_event_state(&event), "on");
	event.state = 0;
	assert_string_equal(shape_event_state(&event), "off");
	event.type = NETRAM_EVENT_TAKEN_OVER;
	assert_null(shape_event_state(&event));
	event.type = NETRAM_EVENT_SYNC;
	event.node[0] = '\0';
	event.state = 0;
	expect_event(&event, "{\"type\":\"sync\",\"time_ns\":1700000000123456789,"
		     "\"volume\":\"v1\",\"state\":\"degraded\"}");
	event.state = 1;
	expect_event(&event, "{\"type\":\"sync\",\"time_ns\":1700000000123456789,"
		     "\"volume\":\"v1\",\"state\":\"synced\"}");
	event.type = NETRAM_EVENT_DRAIN;
	assert_string_equal(shape_event_state(&event), "on");
	event.type = NETRAM_EVENT_DRAINED;
	assert_null(shape_event_state(&event));
	event.type = NETRAM_EVENT_ON_LOSS;
	assert_string_equal(shape_event_state(&event), "wait");
	event.type = NETRAM_EVENT_PAGES_LOST;
	assert_string_equal(shape_event_state(&event), "on");
	event.state = 0;
	expect_event(&event, "{\"type\":\"pages_lost\",\"time_ns\":1700000000123456789,"
		     "\"volume\":\"v1\",\"state\":\"off\"}");
	event.has_value = true;
	event.type = NETRAM_EVENT_CORRUPT;
	expect_event(&event, "{\"type\":\"corrupt\",\"time_ns\":1700000000123456789,"
		     "\"volume\":\"v1\",\"state\":\"elsewhere\",\"value\":0}");
	event.state = NETRAM_CORRUPT_UNREADABLE;
	assert_string_equal(shape_event_state(&event), "unreadable");
	event.type = NETRAM_EVENT_REPLICAS;
	event.value = 3;
	expect_event(&event, "{\"type\":\"replicas\",\"time_ns\":1700000000123456789,"
		     "\"volume\":\"v1\",\"value\":3}");
	event.has_value = false;
	/* from a newer module: what its state means is not known */
	event.type = 200;
	expect_event(&event, "{\"type\":\"unknown\",\"time_ns\":1700000000123456789,"
		     "\"volume\":\"v1\"}");
}

static void set(const struct ctl_command *cmd, char *option, char *value)
{
	char *argv[] = { option, value, NULL };
	struct ctl_call call;
	bool help;

	assert_int_equal(ctl_opts_parse(cmd, argv, &call, &help), CTL_OK);
}

/* What a command asks for that tells rates, once. */
static void queue_sample(size_t buckets)
{
	queue_nodes(NETRAM_NODE_UP);
	queue_volumes(NETRAM_VOLUME_OK);
	queue_latency(buckets);
}

static struct json_object *get(struct json_object *o, const char *key,
			       int index)
{
	struct json_object *array;

	assert_true(json_object_object_get_ex(o, key, &array));
	return json_object_array_get_idx(array, index);
}

static int64_t number(struct json_object *o, const char *key)
{
	struct json_object *value;

	assert_true(json_object_object_get_ex(o, key, &value));
	return json_object_get_int64(value);
}

/* Two reads in the second, one more in the first sample already. */
static void test_top(void **state)
{
	struct json_object *o, *v;

	(void)state;
	set(&ctl_top, "--count", "1");
	kit_reset_family();
	queue_sample(1);
	queue_sample(3);
	assert_int_equal(run(&ctl_top, true, NULL), CTL_OK);
	o = json_tokener_parse(output);
	assert_non_null(o);
	assert_int_equal(strlen(strchr(output, '\n')), 1);
	assert_true(number(o, "interval_ms") >= 1000);
	v = get(o, "volumes", 0);
	assert_string_equal(json_object_get_string(json_object_object_get(v, "name")), "v1");
	assert_true(number(v, "reads_per_second") <= 2);
	assert_true(number(v, "read_p99_ns") > 0);
	assert_int_equal(number(v, "writes_per_second"), 0);
	assert_false(json_object_object_get_ex(v, "write_p99_ns", NULL));
	assert_int_equal(number(get(o, "nodes", 1), "tx_bytes_per_second"), 0);
	json_object_put(o);

	set(&ctl_top, "--sort", "ops");
	kit_reset_family();
	queue_sample(1);
	queue_sample(1);
	assert_int_equal(run(&ctl_top, false, NULL), CTL_OK);
	assert_non_null(strstr(output, ", by ops\nVOLUME "));
	assert_non_null(strstr(output, "\nn2 "));

	/* the module goes away meanwhile */
	kit_reset_family();
	queue_sample(1);
	queue_ack(-EPERM, "no more");
	assert_int_equal(run(&ctl_top, true, NULL), CTL_MODULE);
	assert_string_equal(output, "");
}

static void test_status_speed(void **state)
{
	struct json_object *o;

	(void)state;
	set(&ctl_status, "--sample", "1");
	kit_reset_family();
	queue_sample(1);
	queue_sample(3);
	assert_int_equal(run(&ctl_status, true, NULL), CTL_OK);
	o = json_tokener_parse(output);
	assert_non_null(o);
	assert_true(number(get(json_object_object_get(o, "speed"), "volumes", 0),
			   "read_p99_ns") > 0);
	json_object_put(o);
	kit_reset_family();
	queue_sample(1);
	queue_sample(3);
	assert_int_equal(run(&ctl_status, false, NULL), CTL_OK);
	assert_non_null(strstr(output, "stored: 11.7 MiB of 4 GiB (0 %)\n"));
	assert_non_null(strstr(output, "\nSpeed, in the last "));
	assert_non_null(strstr(output, "EVER R-P99  WITHIN 100 us\n  v1 "));
	kit_reset_family();
	queue_nodes(NETRAM_NODE_UP);
	queue_ack(-EIO, NULL);
	assert_int_equal(run(&ctl_status, false, NULL), CTL_MODULE);
	set(&ctl_status, "--sample", "0");
}

/* What would be deleted and lost; what is not there is refused all the same. */
static void test_dry_run(void **state)
{
	char *argv[] = { "--dry-run", "v1", NULL };
	struct ctl_call call;
	bool help;

	(void)state;
	assert_int_equal(ctl_opts_parse(&ctl_scratch_remove, argv, &call,
					&help), CTL_OK);
	kit_reset_family();
	queue_volumes(NETRAM_VOLUME_OK);
	assert_int_equal(run(&ctl_scratch_remove, false, "/dev/netram250"),
			 CTL_OK);
	assert_string_equal(output,
			    "would run: netramctl volume delete v1\n"
			    "would lose: 11.7 MiB\n");
	kit_reset_family();
	queue_volumes(NETRAM_VOLUME_OK);
	assert_int_equal(run(&ctl_scratch_remove, true, "/dev/netram250"),
			 CTL_OK);
	expect_json("{\"dry_run\":true,\"steps\":[\"netramctl volume delete v1\"],\"loses_bytes\":12288000}");
	kit_reset_family();
	queue_volumes(NETRAM_VOLUME_OK);
	assert_int_equal(run(&ctl_scratch_remove, true, "/dev/netram3"),
			 CTL_FAILED);
	assert_string_equal(output, "");
}

static void dry_run_of_lost(const char *node, bool json, int ret)
{
	kit_reset_family();
	queue_one_node(NETRAM_NODE_DOWN);
	queue_volumes(NETRAM_VOLUME_OK);
	assert_int_equal(run(&ctl_node_remove, json, node), ret);
}

/* Only a node that cannot be reached can be given up. */
static void test_node_lost(void **state)
{
	char *argv[] = { "--lost", "--dry-run", "n2", NULL };
	struct ctl_call call;
	bool help;

	(void)state;
	assert_int_equal(ctl_opts_parse(&ctl_node_remove, argv, &call, &help),
			 CTL_OK);
	dry_run_of_lost("n2", false, CTL_OK);
	assert_string_equal(output,
			    "would run: netramctl node remove n2 --lost\n"
			    "would lose: 48 KiB of v1 (12 pages)\n");
	dry_run_of_lost("n2", true, CTL_OK);
	expect_json("{\"dry_run\":true,"
		    "\"steps\":[\"netramctl node remove n2 --lost\"],"
		    "\"loses_bytes\":49152,"
		    "\"loses\":[{\"volume\":\"v1\",\"pages\":12,\"bytes\":49152}]}");
	dry_run_of_lost("n1", false, CTL_FAILED);
	assert_string_equal(output, "");
}

static void expect_plan(const struct ctl_command *cmd, char **argv,
			const char *want)
{
	struct ctl_call call;
	bool help;

	assert_int_equal(ctl_opts_parse(cmd, argv, &call, &help), CTL_OK);
	kit_reset_family();
	queue_ack(-ENOENT, "no volume of this name");
	assert_int_equal(kit_run(cmd, &call), CTL_OK);
	kit_reset();
	assert_string_equal(output, want);
}

#define EXPECT_PLAN(cmd, want, ...) \
	expect_plan(cmd, (char *[]){ __VA_ARGS__, "--dry-run", NULL }, want)

/* All that was given, for what it is for. */
static void test_dry_run_options(void **state)
{
	(void)state;
	EXPECT_PLAN(&ctl_swap_create,
		    "would run: netramctl volume create s1 --size 64M\n"
		    "would run: netramctl swapon s1\n",
		    "s1", "--size", "64M");
	EXPECT_PLAN(&ctl_swap_create,
		    "would run: netramctl volume create s1 --size 64M --replicas 3\n"
		    "would run: netramctl swapon s1 --priority 0 --keep-vm\n",
		    "s1", "--size", "64M", "--replicas", "3", "--priority", "0",
		    "--keep-vm");
	EXPECT_PLAN(&ctl_scratch_create,
		    "would run: netramctl volume create s1 --size 64M --replicas 3\n"
		    "would run: mkfs.ext4 -q -m 0 -O ^has_journal -E nodiscard /dev/netramN\n"
		    "would run: mount -t ext4 -o discard,noatime,nodev,nosuid,_netdev /dev/netramN /mnt/none\n",
		    "s1", "/mnt/none", "--size", "64M", "--replicas", "3");
	EXPECT_PLAN(&ctl_volume_create,
		    "would run: netramctl volume create v2 --size 64M --replicas 3 --extent-size 1M --no-checksum --connections 2 --queue-depth 64 --on-loss wait --backup '/dev/a b' --backup-mode behind --backup-force  # what is on the backup is overwritten\n",
		    "v2", "--size", "64M", "--replicas", "3", "--extent-size",
		    "1M", "--no-checksum", "--connections", "2",
		    "--queue-depth", "64", "--on-loss", "wait", "--backup",
		    "/dev/a b", "--backup-mode", "behind", "--backup-force");
}

/* As it would be without an option, and at once, without a look at the speed. */
static int at_once(void **state)
{
	(void)state;
	set(&ctl_status, "--sample", "0");
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_node_list),
		cmocka_unit_test(test_node_show),
		cmocka_unit_test(test_volume_list),
		cmocka_unit_test(test_volume_show_by_device),
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_latency),
		cmocka_unit_test(test_latency_of_one),
		cmocka_unit_test(test_latency_watch),
		cmocka_unit_test(test_drain_cancel),
		cmocka_unit_test(test_draining_node),
		cmocka_unit_test(test_status_of_copies),
		cmocka_unit_test(test_volume_set),
		cmocka_unit_test(test_exit_codes),
		cmocka_unit_test(test_create_without_answer),
		cmocka_unit_test(test_swap_without_device),
		cmocka_unit_test(test_events_follow),
		cmocka_unit_test(test_event_json),
		cmocka_unit_test(test_top),
		cmocka_unit_test(test_status_speed),
		cmocka_unit_test(test_dry_run),
		cmocka_unit_test(test_node_lost),
		cmocka_unit_test(test_dry_run_options),
	};

	return cmocka_run_group_tests(tests, at_once, NULL);
}
