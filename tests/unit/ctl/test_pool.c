// SPDX-License-Identifier: GPL-2.0
/* The pool, put together of what the module and netramd say. */
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "kit.h"
#include "ctl/pool.h"

static struct netram_node nodes[4];
static struct pool pool;

/* Not in the order in which they belong. */
static int setup(void **state)
{
	static const char *const names[] = { "n4", "n1", "n3", "n2" };
	static const char *const zones[] = { "z1", "z1", "z2", "z1" };
	static const char *const regions[] = { "west", "east", "east", "east" };
	int i;

	(void)state;
	memset(nodes, 0, sizeof(nodes));
	for (i = 0; i < 4; i++) {
		nodes[i].next = i < 3 ? &nodes[i + 1] : NULL;
		strcpy(nodes[i].name, names[i]);
		strcpy(nodes[i].zone, zones[i]);
		strcpy(nodes[i].region, regions[i]);
		nodes[i].state = NETRAM_NODE_UP;
		nodes[i].pages = 256;
		nodes[i].extents = 2;
	}
	nodes[2].state = NETRAM_NODE_DOWN;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	pool_free(&pool);
	return 0;
}

static void make(const char *said)
{
	struct json_object *netramd = said ? json_tokener_parse(said) : NULL;

	pool_free(&pool);
	assert_int_equal(pool_make(nodes, netramd, "no netramd", &pool), 0);
	json_object_put(netramd);
}

#define SERVER(name, used, limit) \
	"{\"name\":\"" name "\",\"server\":{\"error\":\"\",\"used_bytes\":" used \
	",\"limit_bytes\":" limit "}}"
#define SAID "{\"nodes\":[" SERVER("n1", "10", "100") "," \
	SERVER("n2", "200", "200") "," \
	"{\"name\":\"n3\",\"server\":{\"error\":\"x: Connection refused\"," \
	"\"used_bytes\":0,\"limit_bytes\":0}},{\"name\":\"n4\"}]}"

static void test_order(void **state)
{
	(void)state;
	make(NULL);
	assert_int_equal(pool.nr, 4);
	assert_string_equal(pool.nodes[0].node->name, "n1");
	assert_string_equal(pool.nodes[1].node->name, "n2");
	assert_string_equal(pool.nodes[2].node->name, "n3");
	assert_string_equal(pool.nodes[3].node->name, "n4");
	assert_int_equal(pool_next(&pool, 0, "east", "z1"), 2);
	assert_int_equal(pool_next(&pool, 0, "east", NULL), 3);
	assert_int_equal(pool_next(&pool, 3, "west", NULL), 4);
	assert_string_equal(pool.nodes[3].why, "no netramd");
}

static void test_fill(void **state)
{
	struct pool_fill fill;

	(void)state;
	make(SAID);
	pool_sum(&pool, NULL, NULL, &fill);
	assert_int_equal(fill.nodes, 4);
	assert_int_equal(fill.up, 3);
	assert_int_equal(fill.idle, 0);
	assert_int_equal(fill.known, 2);
	assert_int_equal(fill.capacity, 300);
	assert_int_equal(fill.used, 210);
	assert_int_equal(fill.stored, 4 << 20);
	assert_int_equal(fill.extents, 8);
	pool_sum(&pool, "east", "z2", &fill);
	assert_int_equal(fill.nodes, 1);
	assert_int_equal(fill.up, 0);
	assert_int_equal(fill.known, 0);
	/* A zone's name counts in its region only. */
	pool_sum(&pool, "west", "z1", &fill);
	assert_int_equal(fill.nodes, 1);
	assert_string_equal(pool.nodes[2].why, "x: Connection refused");
	assert_string_equal(pool.nodes[3].why, "netram.conf has no status: for it");
}

/* Whatever answers at that socket. */
static void test_nonsense(void **state)
{
	static const char *const said[] = {
		"1", "[]", "{}", "{\"nodes\":1}", "{\"nodes\":[]}",
		"{\"nodes\":[1,null,\"n1\",[]]}", "{\"nodes\":[{\"name\":7}]}",
		"{\"nodes\":[{\"name\":\"n1\",\"server\":1}]}",
		"{\"nodes\":[{\"name\":\"n1\",\"server\":{\"error\":[]}}]}",
	};
	struct pool_fill fill;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(said) / sizeof(*said); i++) {
		make(said[i]);
		pool_sum(&pool, NULL, NULL, &fill);
		assert_int_equal(fill.nodes, 4);
		assert_int_equal(fill.known, 0);
		assert_int_equal(fill.capacity, 0);
	}
}

static int print(const struct ctl_call *call)
{
	if (call->json)
		return pool_print_json(&pool);
	pool_print(&pool);
	return CTL_OK;
}

static void run(bool json)
{
	static const struct ctl_command cmd = { .name = "x", .run = print };
	const struct ctl_call call = { .json = json };

	assert_int_equal(kit_run(&cmd, &call), CTL_OK);
}

static void test_text(void **state)
{
	(void)state;
	make(SAID);
	run(false);
	assert_non_null(strstr(kit_output,
			       "nodes: 4, 3 up\n"
			       "capacity: 300 B as far as it is known, used 210 B (70 %), free 90 B\n"
			       "stored by this host: 4 MiB\n"));
	assert_non_null(strstr(kit_output,
			       "\n" "east              2 of 3 up  300 B     210 B  90 B  3 MiB   6\n"
			       "  z1              2 of 2 up  300 B     210 B  90 B  2 MiB   4\n"
			       "    n1            up         100 B     10 B   90 B  1 MiB   2\n"
			       "    n2            up         200 B     200 B  0 B   1 MiB   2\n"
			       "  z2              0 of 1 up  -         -      -     1 MiB   2\n"
			       "    n3            down       -         -      -     1 MiB   2\n"
			       "west  "));
	assert_non_null(strstr(kit_output,
			       "\n! capacity of n3 is not known: x: Connection refused\n"));
	/* Before the first volume there is nothing wrong with them. */
	nodes[1].state = nodes[3].state = NETRAM_NODE_IDLE;
	make(SAID);
	run(false);
	assert_non_null(strstr(kit_output, "nodes: 4, 1 up, 2 idle\n"));
	assert_non_null(strstr(kit_output,
			       "\n  z1              0 of 2 up, 2 idle  300 B "));
	assert_non_null(strstr(kit_output, "\n  z2              0 of 1 up  "));
	pool_free(&pool);
	assert_int_equal(pool_make(NULL, NULL, "", &pool), 0);
	run(false);
	assert_string_equal(kit_output,
			    "no nodes: netramctl node add NAME ADDRESS\n");
}

static struct json_object *get(struct json_object *o, const char *key, int i)
{
	struct json_object *array;

	assert_true(json_object_object_get_ex(o, key, &array));
	return json_object_array_get_idx(array, i);
}

static int64_t number(struct json_object *o, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(o, key, &value) ?
	       json_object_get_int64(value) : -1;
}

static void test_json(void **state)
{
	struct json_object *o, *region, *zone, *node;

	(void)state;
	nodes[3].state = NETRAM_NODE_IDLE;
	make(SAID);
	run(true);
	o = json_tokener_parse(kit_output);
	assert_int_equal(number(o, "free_bytes"), 90);
	assert_int_equal(number(o, "nodes_known"), 2);
	assert_int_equal(number(o, "nodes_up"), 2);
	assert_int_equal(number(o, "nodes_idle"), 1);
	region = get(o, "regions", 0);
	assert_int_equal(number(region, "stored_bytes"), 3 << 20);
	zone = get(region, "zones", 1);
	assert_int_equal(number(zone, "nodes_total"), 1);
	assert_int_equal(number(zone, "capacity_bytes"), -1);
	node = get(get(region, "zones", 0), "nodes", 1);
	assert_int_equal(number(node, "used_bytes"), 200);
	assert_int_equal(number(node, "unknown"), -1);
	assert_null(get(o, "regions", 2));
	json_object_put(o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_order, setup, teardown),
		cmocka_unit_test_setup_teardown(test_fill, setup, teardown),
		cmocka_unit_test_setup_teardown(test_nonsense, setup, teardown),
		cmocka_unit_test_setup_teardown(test_text, setup, teardown),
		cmocka_unit_test_setup_teardown(test_json, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
