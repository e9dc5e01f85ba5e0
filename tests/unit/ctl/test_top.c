// SPDX-License-Identifier: GPL-2.0
/* netramctl top: rates of two samples, their order, and screens of any size. */
#include <netram/latency.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kit.h"
#include "ctl/progress.h"
#include "ctl/top.h"

/* ---- rates */

struct counters {
	struct sample sample;
	struct netram_node nodes[2];
	struct netram_volume volumes[2];
	struct netram_latency latency[4];
	uint64_t stats[2 * TOP_STATS];
};

static void init(struct counters *c, uint64_t at_ms)
{
	*c = (struct counters){
		.nodes = {
			{ .next = &c->nodes[1], .name = "n1", .pages = 256,
			  .state = NETRAM_NODE_UP },
			{ .name = "n2", .state = NETRAM_NODE_DOWN },
		},
		.volumes = {
			{ .next = &c->volumes[1], .name = "v1",
			  .size = 4 << 20, .pages = 512 },
			{ .name = "v2", .size = 4 << 20,
			  .state = NETRAM_VOLUME_LOST },
		},
		.latency = {
			{ .next = &c->latency[1], .volume = "v1" },
			{ .next = &c->latency[2], .volume = "v1", .node = "n1" },
			{ .next = &c->latency[3], .volume = "v2" },
			{ .volume = "v2", .node = "n1" },
		},
	};
	c->sample = (struct sample){
		at_ms, c->nodes, c->volumes, c->latency, c->stats, TOP_STATS
	};
}

static void test_rates(void **state)
{
	struct counters before, now;
	struct top_rows rows;

	(void)state;
	init(&before, 1000);
	init(&now, 3000);
	before.latency[0].reads[10] = 50;
	now.latency[0].reads[10] = 50;
	now.latency[0].reads[5] = 200;
	now.latency[0].writes[7] = 3;
	before.stats[TOP_READ_BYTES] = 1000;
	now.stats[TOP_READ_BYTES] = 5000;
	before.stats[TOP_WRITE_BYTES] = now.stats[TOP_WRITE_BYTES] = 500;
	before.nodes[0].rx_bytes = 100;
	now.nodes[0].rx_bytes = 300;
	/* a node's are those with all volumes */
	now.latency[1].reads[3] = 10;
	now.latency[3].reads[4] = 10;
	top_rows_make(&before.sample, &now.sample, &rows);
	assert_int_equal(rows.nr_volumes, 2);
	assert_int_equal(rows.nr_nodes, 2);
	assert_true(rows.seconds == 2.0);
	assert_string_equal(rows.volumes[0].name, "v1");
	assert_true(rows.volumes[0].reads == 100.0);
	assert_true(rows.volumes[0].writes == 1.5);
	assert_true(rows.volumes[0].in == 2000.0);
	assert_true(rows.volumes[0].out == 0.0);
	assert_int_equal(rows.volumes[0].read_ns, netram_latency_bound(6));
	assert_int_equal(rows.volumes[0].write_ns, netram_latency_bound(8));
	assert_int_equal(rows.volumes[0].stored, 512 * 4096);
	assert_false(rows.volumes[0].ails);
	assert_true(rows.volumes[1].ails);
	assert_int_equal(rows.volumes[1].read_ns, 0);
	assert_true(rows.nodes[0].reads == 10.0);
	assert_int_equal(rows.nodes[0].read_ns, netram_latency_bound(5));
	assert_true(rows.nodes[0].in == 100.0);
	assert_true(rows.nodes[1].ails);
	top_rows_free(&rows);
}

/* Made anew under its name, new, and gone: what is there now began at 0. */
static void test_anew(void **state)
{
	struct counters before, now;
	struct top_rows rows;

	(void)state;
	init(&before, 0);
	init(&now, 1000);
	before.latency[0].reads[1] = 100;
	now.latency[0].reads[1] = 7;
	before.stats[TOP_READ_BYTES] = 100;
	now.stats[TOP_READ_BYTES] = 7;
	strcpy(now.nodes[1].name, "n3");
	now.nodes[1].tx_bytes = 11;
	now.nodes[0].next = &now.nodes[1];
	now.volumes[0].next = NULL;
	top_rows_make(&before.sample, &now.sample, &rows);
	assert_int_equal(rows.nr_volumes, 1);
	assert_true(rows.volumes[0].reads == 7.0);
	assert_true(rows.volumes[0].in == 7.0);
	assert_true(rows.nodes[1].out == 11.0);
	top_rows_free(&rows);
	/* the same moment, or a clock gone mad: no rates, no end of the world */
	top_rows_make(&now.sample, &now.sample, &rows);
	assert_true(rows.volumes[0].reads == 0.0);
	top_rows_free(&rows);
}

/* ---- order */

static void expect_order(struct top_rows *rows, enum top_key key, bool reverse,
			 const char *names)
{
	char got[64] = "";
	size_t i;

	top_rows_sort(rows, key, reverse);
	for (i = 0; i < rows->nr_volumes; i++)
		strcat(strcat(got, i ? " " : ""), rows->volumes[i].name);
	assert_string_equal(got, names);
}

static void test_sort(void **state)
{
	struct top_row volumes[] = {
		{ .name = "v10", .stored = 5, .reads = 1, .writes = 9, .in = 3,
		  .read_ns = 50 },
		{ .name = "v9", .stored = 7, .reads = 8, .out = 9,
		  .write_ns = 70 },
		{ .name = "v1", .stored = 5, .reads = 9, .in = 1, .out = 1,
		  .read_ns = 60 },
	};
	struct top_row none;
	struct top_rows rows = {
		.volumes = volumes, .nr_volumes = 3, .nodes = &none,
	};
	enum top_key key;
	unsigned int i;

	(void)state;
	expect_order(&rows, TOP_NAME, false, "v1 v9 v10");
	expect_order(&rows, TOP_NAME, true, "v10 v9 v1");
	expect_order(&rows, TOP_STORED, false, "v9 v1 v10");
	expect_order(&rows, TOP_STORED, true, "v1 v10 v9");
	expect_order(&rows, TOP_OPS, false, "v10 v1 v9");
	expect_order(&rows, TOP_BYTES, false, "v9 v10 v1");
	expect_order(&rows, TOP_LATENCY, false, "v9 v1 v10");
	for (i = 0; i < TOP_KEYS; i++) {
		assert_true(top_key_parse(top_key_name(i), &key));
		assert_int_equal(key, i);
	}
	assert_false(top_key_parse("speed", &key));
	assert_false(top_key_parse("", &key));
}

/* ---- screens */

#define MANY	40

static struct top_row many[2][MANY];

static struct top_rows rows_of(size_t volumes, size_t nodes)
{
	struct top_rows rows = {
		1.0, many[0], volumes, many[1], nodes
	};
	size_t i;

	for (i = 0; i < MANY; i++) {
		snprintf(many[0][i].name, sizeof(many[0][i].name), "v%zu", i);
		snprintf(many[1][i].name, sizeof(many[1][i].name), "n%zu", i);
		many[0][i].state = many[1][i].state = "ok";
		many[0][i].size = 1 << 20;
	}
	return rows;
}

static size_t count_with(const struct top_line *lines, size_t count,
			 const char *begin)
{
	size_t i, n = 0;

	for (i = 0; i < count; i++)
		n += !strncmp(lines[i].text, begin, strlen(begin));
	return n;
}

/* Never more lines or columns than the screen has, at any size. */
static void test_any_size(void **state)
{
	struct top_rows rows = rows_of(MANY, MANY);
	struct top_view view = { .help = true };
	struct top_line *lines;
	size_t count, i;

	(void)state;
	for (view.height = 1; view.height < 100; view.height++) {
		for (view.width = 1; view.width <= TOP_WIDTH_MAX; view.width += 7) {
			lines = top_lines(&rows, &view, &count);
			assert_true(count <= (size_t)view.height);
			assert_true(count >= 1);
			for (i = 0; i < count; i++)
				assert_true(strlen(lines[i].text) <=
					    (size_t)view.width);
			free(lines);
		}
	}
}

static void expect_shown(size_t volumes, size_t nodes, int height,
			 size_t shown_volumes, size_t shown_nodes, size_t more)
{
	struct top_rows rows = rows_of(volumes, nodes);
	struct top_view view = { .width = 80, .height = height, .help = true };
	struct top_line *lines;
	size_t count;

	lines = top_lines(&rows, &view, &count);
	assert_int_equal(count_with(lines, count, "v"), shown_volumes);
	assert_int_equal(count_with(lines, count, "n") -
			 count_with(lines, count, "netram"), shown_nodes);
	assert_int_equal(count_with(lines, count, "and "), more);
	assert_string_equal(lines[count - 1].text,
			    "q quit  n name  s stored  o ops  b bytes  l latency  r reverse");
	free(lines);
}

/* 24 lines have room for 19 rows. */
static void test_80x24(void **state)
{
	(void)state;
	expect_shown(2, 3, 24, 2, 3, 0);
	expect_shown(10, 9, 24, 10, 9, 0);
	expect_shown(10, 10, 24, 8, 10, 1);
	expect_shown(2, 40, 24, 2, 16, 1);
	expect_shown(40, 2, 24, 16, 2, 1);
	expect_shown(40, 40, 24, 8, 9, 2);
	expect_shown(40, 40, 7, 0, 0, 2);
	expect_shown(0, 0, 24, 0, 0, 0);
}

static void test_cells(void **state)
{
	struct top_row volume = {
		.name = "swap0", .state = "degraded", .ails = true,
		.stored = 5ULL << 30, .size = 8ULL << 30,
		.reads = 12345, .writes = 0.25, .in = 50.6e6, .out = 1023,
		.read_ns = 93750, .write_ns = 1234567,
	};
	struct top_row node = {
		.name = "a-node-with-a-name-much-too-long", .state = "up",
		.reads = 999.4, .writes = 999.6, .in = 1 << 20, .out = 0,
		.write_ns = 20971520000ULL,
	};
	struct top_rows rows = { 1.0, &volume, 1, &node, 1 };
	struct top_view view = { .key = TOP_OPS, .reverse = true, .width = 132 };
	struct top_line *lines;
	size_t count;

	(void)state;
	lines = top_lines(&rows, &view, &count);
	assert_int_equal(count, 6);
	assert_string_equal(lines[0].text,
			    "netram: degraded, 5 GiB of 8 GiB stored; of the last 1.0 s, by ops, reversed");
	assert_int_equal(lines[0].style, TOP_BAD);
	assert_int_equal(lines[1].style, TOP_HEAD);
	assert_string_equal(lines[2].text,
			    "swap0                degraded    5.0G   62%  12.3k    0.2  48.3M   1.0K    94us   1.2ms");
	assert_int_equal(lines[2].style, TOP_BAD);
	assert_string_equal(lines[5].text,
			    "a-node-with-a-name-m up             0     -    999   1.0k   1.0M      0       -   21.0s");
	free(lines);
}

/* A usual name leaves the columns a usual screen. */
static void test_width(void **state)
{
	struct top_rows rows = rows_of(3, 3);
	struct top_view view = { .width = TOP_WIDTH_MAX };
	struct top_line *lines;
	size_t count;

	(void)state;
	lines = top_lines(&rows, &view, &count);
	assert_true(strlen(lines[1].text) <= 80);
	free(lines);
}

/* ---- the lines that other commands write where there is no terminal */

static void test_plain(void **state)
{
	struct ctl_plain p = { 0 };
	unsigned int i, n = 0;

	(void)state;
	/* over before anybody would ask */
	assert_false(ctl_plain_due(&p, 0, 100, 1000));
	assert_false(ctl_plain_due(&p, 90, 100, 2999));
	assert_true(ctl_plain_due(&p, 90, 100, 3000));
	assert_false(ctl_plain_due(&p, 99, 100, 100000));
	assert_true(ctl_plain_due(&p, 100, 100, 100000));
	p = (struct ctl_plain){ 0 };
	for (i = 0; i <= 100000; i++)
		n += ctl_plain_due(&p, i, 100000, 1 + i * 1000ULL);
	assert_int_equal(n, 10);
	/* begun in the middle, and nothing to do */
	p = (struct ctl_plain){ 0 };
	assert_false(ctl_plain_due(&p, 55, 100, 1));
	assert_false(ctl_plain_due(&p, 59, 100, 50000));
	p = (struct ctl_plain){ 0 };
	assert_false(ctl_plain_due(&p, 0, 0, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rates),
		cmocka_unit_test(test_anew),
		cmocka_unit_test(test_sort),
		cmocka_unit_test(test_any_size),
		cmocka_unit_test(test_80x24),
		cmocka_unit_test(test_cells),
		cmocka_unit_test(test_width),
		cmocka_unit_test(test_plain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
