// SPDX-License-Identifier: GPL-2.0
/* The pool as a tree for people, and as JSON. */
#include <inttypes.h>
#include <netram/limits.h>
#include <stdio.h>

#include "ctl.h"
#include "pool.h"
#include "show.h"

static uint64_t free_of(uint64_t capacity, uint64_t used)
{
	return capacity > used ? capacity - used : 0;
}

/* Capacity, used and free; sums are of those nodes whose are known. */
static void room_cells(struct ctl_table *t, unsigned int known,
		       uint64_t capacity, uint64_t used)
{
	if (!known) {
		ctl_table_cell(t, "-");
		ctl_table_cell(t, "-");
		ctl_table_cell(t, "-");
		return;
	}
	ctl_table_cell(t, "%s", ctl_human(capacity).text);
	ctl_table_cell(t, "%s", ctl_human(used).text);
	ctl_table_cell(t, "%s", ctl_human(free_of(capacity, used)).text);
}

static void place_row(struct ctl_table *t, const struct pool *pool,
		      const char *region, const char *zone)
{
	struct pool_fill fill;

	pool_sum(pool, region, zone, &fill);
	ctl_table_cell(t, "%s%s", zone ? "  " : "", zone ? zone : region);
	ctl_table_cell(t, "%u of %u up", fill.up, fill.nodes);
	/* Nobody has tried those that no volume uses: neither up nor down. */
	if (fill.idle)
		ctl_table_append(t, ", %u idle", fill.idle);
	room_cells(t, fill.known, fill.capacity, fill.used);
	ctl_table_cell(t, "%s", ctl_human(fill.stored).text);
	ctl_table_cell(t, "%" PRIu64, fill.extents);
}

static void node_row(struct ctl_table *t, const struct pool_node *n)
{
	ctl_table_cell(t, "    %s", n->node->name);
	ctl_table_cell(t, "%s%s", netram_node_state_name(n->node->state),
		       ctl_node_also(n->node));
	room_cells(t, !n->why[0], n->capacity, n->used);
	ctl_table_cell(t, "%s",
		       ctl_human(n->node->pages * NETRAM_PAGE_SIZE).text);
	ctl_table_cell(t, "%" PRIu64, n->node->extents);
}

static void zone_rows(struct ctl_table *t, const struct pool *pool, size_t at)
{
	const struct netram_node *node = pool->nodes[at].node;
	size_t end = pool_next(pool, at, node->region, node->zone);

	place_row(t, pool, node->region, node->zone);
	for (; at < end; at++)
		node_row(t, &pool->nodes[at]);
}

static void region_rows(struct ctl_table *t, const struct pool *pool, size_t at)
{
	const char *region = pool->nodes[at].node->region;
	size_t end = pool_next(pool, at, region, NULL);

	place_row(t, pool, region, NULL);
	while (at < end) {
		zone_rows(t, pool, at);
		at = pool_next(pool, at, region, pool->nodes[at].node->zone);
	}
}

static void print_total(const struct pool *pool)
{
	struct pool_fill fill;

	pool_sum(pool, NULL, NULL, &fill);
	printf("nodes: %u, %u up", fill.nodes, fill.up);
	if (fill.idle)
		printf(", %u idle", fill.idle);
	putchar('\n');
	if (fill.known)
		printf("capacity: %s%s, used %s (%.0f %%), free %s\n",
		       ctl_human(fill.capacity).text,
		       fill.known < fill.nodes ? " as far as it is known" : "",
		       ctl_human(fill.used).text,
		       fill.capacity ? 100.0 * fill.used / fill.capacity : 0,
		       ctl_human(free_of(fill.capacity, fill.used)).text);
	printf("stored by this host: %s\n", ctl_human(fill.stored).text);
}

void pool_print(const struct pool *pool)
{
	static const char *const head[] = {
		"REGION/ZONE/NODE", "STATE", "CAPACITY", "USED", "FREE",
		"STORED", "EXTENTS"
	};
	struct ctl_table t = { .columns = 7 };
	size_t i;
	int c;

	if (!pool->nr) {
		puts("no nodes: netramctl node add NAME ADDRESS");
		return;
	}
	print_total(pool);
	for (c = 0; c < t.columns; c++)
		ctl_table_cell(&t, "%s", head[c]);
	for (i = 0; i < pool->nr;
	     i = pool_next(pool, i, pool->nodes[i].node->region, NULL))
		region_rows(&t, pool, i);
	putchar('\n');
	ctl_table_print(&t, "");
	ctl_table_free(&t);
	for (i = 0; i < pool->nr; i++)
		if (pool->nodes[i].why[0])
			printf("! capacity of %s is not known: %s\n",
			       pool->nodes[i].node->name, pool->nodes[i].why);
}

static void put_room(struct json_object *o, unsigned int known,
		     uint64_t capacity, uint64_t used)
{
	if (!known)
		return;
	put_u64(o, "capacity_bytes", capacity);
	put_u64(o, "used_bytes", used);
	put_u64(o, "free_bytes", free_of(capacity, used));
}

static void put_fill(struct json_object *o, const struct pool *pool,
		     const char *region, const char *zone)
{
	struct pool_fill fill;

	pool_sum(pool, region, zone, &fill);
	put_u64(o, "nodes_total", fill.nodes);
	put_u64(o, "nodes_up", fill.up);
	put_u64(o, "nodes_idle", fill.idle);
	put_u64(o, "nodes_known", fill.known);
	put_room(o, fill.known, fill.capacity, fill.used);
	put_u64(o, "stored_bytes", fill.stored);
	put_u64(o, "extents", fill.extents);
}

static struct json_object *node_json(const struct pool_node *n)
{
	struct json_object *o = json_object_new_object();

	put_text(o, "name", n->node->name);
	put_text(o, "state", netram_node_state_name(n->node->state));
	put_bool(o, "drain", n->node->drain);
	put_room(o, !n->why[0], n->capacity, n->used);
	if (n->why[0])
		put_text(o, "unknown", n->why);
	put_u64(o, "stored_bytes", n->node->pages * NETRAM_PAGE_SIZE);
	put_u64(o, "extents", n->node->extents);
	return o;
}

static struct json_object *zone_json(const struct pool *pool, size_t at)
{
	const struct netram_node *node = pool->nodes[at].node;
	size_t end = pool_next(pool, at, node->region, node->zone);
	struct json_object *o = json_object_new_object();
	struct json_object *nodes = json_object_new_array();

	put_text(o, "name", node->zone);
	put_fill(o, pool, node->region, node->zone);
	for (; at < end; at++)
		json_object_array_add(nodes, node_json(&pool->nodes[at]));
	put_object(o, "nodes", nodes);
	return o;
}

static struct json_object *region_json(const struct pool *pool, size_t at)
{
	const char *region = pool->nodes[at].node->region;
	size_t end = pool_next(pool, at, region, NULL);
	struct json_object *o = json_object_new_object();
	struct json_object *zones = json_object_new_array();

	put_text(o, "name", region);
	put_fill(o, pool, region, NULL);
	while (at < end) {
		json_object_array_add(zones, zone_json(pool, at));
		at = pool_next(pool, at, region, pool->nodes[at].node->zone);
	}
	put_object(o, "zones", zones);
	return o;
}

int pool_print_json(const struct pool *pool)
{
	struct json_object *o = json_object_new_object();
	struct json_object *regions = json_object_new_array();
	size_t i;

	put_fill(o, pool, NULL, NULL);
	for (i = 0; i < pool->nr;
	     i = pool_next(pool, i, pool->nodes[i].node->region, NULL))
		json_object_array_add(regions, region_json(pool, i));
	put_object(o, "regions", regions);
	return ctl_json_print(o);
}
