// SPDX-License-Identifier: GPL-2.0
/* Extents and traffic: what is asked, what is believed, and what is shown. */
#include <errno.h>
#include <json-c/json.h>
#include <netram/traffic.h>
#include <string.h>

#include "kit.h"
#include "ctl/show.h"

#define output	kit_output

static void queue_volume(void)
{
	struct kit_msg m = { 0 };

	kit_begin(&m, KIT_FAMILY, 0, NETRAM_CMD_VOLUME_GET);
	kit_put_volume(&m, "v1", 3, NETRAM_VOLUME_OK);
	kit_end(&m);
	kit_ack(&m, 0, NULL);
	kit_queue(m.buf, m.len);
}

static void queue_extent(uint64_t index, unsigned int copies)
{
	struct kit_msg m = { 0 };

	kit_begin(&m, KIT_FAMILY, 0, NETRAM_CMD_EXTENT_GET);
	kit_put_extent(&m, index, copies);
	kit_end(&m);
	kit_ack(&m, 0, NULL);
	kit_queue(m.buf, m.len);
}

static void queue_extents(unsigned int copies)
{
	struct kit_msg m = { 0 };
	uint64_t i;

	for (i = 0; i < 3; i++) {
		kit_begin(&m, KIT_FAMILY, NLM_F_MULTI, NETRAM_CMD_EXTENT_GET);
		kit_put_extent(&m, i * 100, copies);
		kit_end(&m);
	}
	kit_done(&m, 0, NULL);
	kit_queue(m.buf, m.len);
}

static int run(const struct ctl_command *cmd, bool json, char *which)
{
	char *operands[] = { "v1", which, NULL };
	const struct ctl_call call = { .operands = operands, .json = json };
	int ret = kit_run(cmd, &call);

	kit_reset();
	return ret;
}

static int show_offset(char *offset)
{
	char *argv[] = { "v1", "--offset", offset, NULL };
	struct ctl_call call;
	bool help;
	int ret = ctl_opts_parse(&ctl_extent_show, argv, &call, &help);

	return ret ? ret : kit_run(&ctl_extent_show, &call);
}

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

/* What the last question nested: the number of an extent. */
static uint64_t asked_for(void)
{
	const struct nlattr *nest, *index;
	const char *at = (const char *)kit_sent() + NLMSG_HDRLEN +
			 GENL_HDRLEN;
	size_t len = kit_sent()->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN;

	assert_int_equal(netram_attr_find(at, len, NETRAM_A_EXTENT, &nest), 0);
	assert_int_equal(netram_attr_find(mnl_attr_get_payload(nest),
					  mnl_attr_get_payload_len(nest),
					  NETRAM_EXTENT_A_INDEX, &index), 0);
	return mnl_attr_get_u64(index);
}

#define N1 "{\"node\":\"n1\",\"state\":\"insync\",\"up\":true,\"missing_pages\":0}"
#define N2 "{\"node\":\"n2\",\"state\":\"stale\",\"up\":false,\"missing_pages\":12}"
#define EXTENT(n) "\"extent\":" n ",\"pages\":100,\"lost_pages\":3," \
	"\"backup_pages\":0,\"copies\":[" N1 "," N2 "]"

static void test_list(void **state)
{
	(void)state;
	kit_reset_family();
	queue_volume();
	queue_extents(2);
	assert_int_equal(run(&ctl_extent_list, true, NULL), CTL_OK);
	expect_json("{\"volume\":\"v1\",\"extent_size_bytes\":4194304,\"extents\":[{"
		    EXTENT("0") "},{" EXTENT("100") "},{" EXTENT("200") "}]}");
	kit_reset_family();
	queue_volume();
	queue_extents(2);
	assert_int_equal(run(&ctl_extent_list, false, NULL), CTL_OK);
	assert_non_null(strstr(output,
			       "EXTENT  PAGES  LOST  COPIES\n"
			       "0       100    3     n1 insync, n2 stale (lacks 12, away)\n"));
	kit_reset_family();
	queue_volume();
	queue_extents(0);
	assert_int_equal(run(&ctl_extent_list, false, NULL), CTL_OK);
	assert_non_null(strstr(output, "\n200     0      0     none\n"));
}

static void test_show(void **state)
{
	(void)state;
	kit_reset_family();
	queue_volume();
	queue_extent(7, 2);
	assert_int_equal(run(&ctl_extent_show, true, "7"), CTL_OK);
	expect_json("{" EXTENT("7") ",\"volume\":\"v1\",\"offset_bytes\":29360128,"
		    "\"extent_size_bytes\":4194304}");
	kit_reset_family();
	queue_volume();
	queue_extent(1023, 1);
	assert_int_equal(run(&ctl_extent_show, false, "1023"), CTL_OK);
	assert_non_null(strstr(output,
			       "\nbytes        4290772992 to 4294967295\n"
			       "pages        100 of 1024\n"));
	assert_non_null(strstr(output, "\ncopies       n1 insync, lacks 0 pages\n"));
	kit_reset_family();
	queue_volume();
	queue_extent(5, 0);
	assert_int_equal(run(&ctl_extent_show, false, "5"), CTL_OK);
	assert_non_null(strstr(output, "\ncopies       none"));
}

static void test_show_by_offset(void **state)
{
	(void)state;
	kit_reset_family();
	queue_volume();
	queue_extent(2, 2);
	assert_int_equal(show_offset("12M"), CTL_OK);
	assert_true(asked_for() == 3);
	kit_reset_family();
	queue_volume();
	queue_extent(2, 2);
	assert_int_equal(show_offset("12582911"), CTL_OK);
	assert_true(asked_for() == 2);
	kit_reset();
}

static void test_behind_the_end(void **state)
{
	struct kit_msg m = { 0 };

	(void)state;
	kit_reset_family();
	queue_volume();
	kit_ack(&m, -ERANGE, "the volume ends before this extent");
	kit_queue(m.buf, m.len);
	assert_int_equal(run(&ctl_extent_show, true, "1024"), CTL_FAILED);
	assert_string_equal(output, "");
	assert_non_null(strstr(kit_errors,
			       "v1 has 1024 extents, the last one is number 1023"));
}

/* A later module may have more of them. */
static void test_many_copies(void **state)
{
	(void)state;
	kit_reset_family();
	queue_volume();
	queue_extents(5);
	assert_int_equal(run(&ctl_extent_list, false, NULL), CTL_OK);
	assert_non_null(strstr(output,
			       " n1 insync, n2 stale (lacks 12, away), n3 insync, n4 insync, n5 insync\n"));
	kit_reset_family();
	queue_volume();
	queue_extent(7, 5);
	assert_int_equal(run(&ctl_extent_show, true, "7"), CTL_OK);
	assert_non_null(strstr(output, "\"n5\""));
}

/* One without its node is not believed. */
static void test_decode(void **state)
{
	struct netram_extent extent = { 0 };
	const struct nlattr *nest;
	struct kit_msg m = { 0 };
	struct nlattr *copy;

	(void)state;
	kit_begin(&m, KIT_FAMILY, 0, NETRAM_CMD_EXTENT_GET);
	kit_put_extent(&m, 1, 1);
	nest = mnl_nlmsg_get_payload_offset(m.last, GENL_HDRLEN);
	copy = mnl_attr_nest_start(m.last, NETRAM_EXTENT_A_COPY);
	mnl_attr_put_u8(m.last, NETRAM_COPY_A_STATE, NETRAM_COPY_INSYNC);
	mnl_attr_put_u8(m.last, NETRAM_COPY_A_UP, 1);
	mnl_attr_put_u32(m.last, NETRAM_COPY_A_MISSING, 0);
	mnl_attr_nest_end(m.last, copy);
	((struct nlattr *)nest)->nla_len += copy->nla_len;
	assert_int_equal(netram_extent_decode(nest, &extent), -EBADMSG);
}

static uint64_t ppm(uint64_t payload, uint64_t extra)
{
	return netram_overhead_ppm(payload, extra);
}

static void test_overhead(void **state)
{
	const struct netram_traffic t = {
		.payload = 900, .replicas = 100, .headers = 20, .hedges = 3,
		.retries = 4, .handshakes = 3, .mover = 1 << 20,
	};

	(void)state;
	assert_true(netram_traffic_overhead(&t) == 30000);
	assert_true(ppm(0, 0) == NETRAM_OVERHEAD_NONE);
	assert_true(ppm(0, 1) == NETRAM_OVERHEAD_NONE);
	assert_true(ppm(1, 0) == 0);
	assert_true(ppm(1000000, 50000) == NETRAM_OVERHEAD_TARGET_PPM);
	/* it never flatters */
	assert_true(ppm(1000000001, 50000000) == 50000);
	assert_true(ppm(999999999, 50000000) == 50001);
	/* nor overflows */
	assert_true(ppm(1ULL << 62, 1ULL << 62) == 1000000);
	assert_true(ppm(1ULL << 61, 1ULL << 62) == 2000000);
	assert_true(ppm(1, 1ULL << 62) == NETRAM_OVERHEAD_NONE);
}

static void show(const struct netram_traffic *t)
{
	ctl_show_traffic(t, 10);
}

static const struct netram_traffic *shown;

static int run_show(const struct ctl_call *call)
{
	(void)call;
	show(shown);
	return CTL_OK;
}

static void test_show_traffic(void **state)
{
	static const struct ctl_command cmd = { .name = "x", .run = run_show };
	struct netram_traffic t = { .handshakes = 500 };
	const struct ctl_call call = { 0 };

	(void)state;
	shown = &t;
	kit_run(&cmd, &call);
	assert_non_null(strstr(output, "payload   0 B\noverhead  none yet\n"));
	t.payload = 1000000;
	t.headers = 49501;
	kit_run(&cmd, &call);
	/* just missed must not read as if it were met */
	assert_non_null(strstr(output,
			       "overhead  5.01 % of the payload; it should be at most 5 %: missed\n"));
	t.headers = 49500;
	t.replicas = 1024;
	kit_run(&cmd, &call);
	assert_non_null(strstr(output, "payload   976.5 KiB, and 1 KiB for further copies\n"));
	assert_non_null(strstr(output, ": met\n"));
	t = (struct netram_traffic){ .payload = 409599, .headers = 50000 };
	kit_run(&cmd, &call);
	assert_non_null(strstr(output, "overhead  12.21 % of the payload; too little yet to be judged\n"));
	t.replicas = 1;
	kit_run(&cmd, &call);
	assert_non_null(strstr(output, ": missed\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_show),
		cmocka_unit_test(test_behind_the_end),
		cmocka_unit_test(test_many_copies),
		cmocka_unit_test(test_decode),
		cmocka_unit_test(test_overhead),
		cmocka_unit_test(test_show_traffic),
		/* The last: an option stays as it was set. */
		cmocka_unit_test(test_show_by_offset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
