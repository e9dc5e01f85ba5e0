// SPDX-License-Identifier: GPL-2.0
/* What the module and netramd know of the nodes, put together. */
#include "pool.h"

#include <errno.h>
#include <netram/limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "netramd.h"

/* By region, then zone, then name, so that each stands beside its like. */
static int compare(const void *a, const void *b)
{
	const struct netram_node *x = ((const struct pool_node *)a)->node;
	const struct netram_node *y = ((const struct pool_node *)b)->node;
	int diff = strcmp(x->region, y->region);

	if (!diff)
		diff = strcmp(x->zone, y->zone);
	return diff ? diff : strcmp(x->name, y->name);
}

static void ask(struct pool_node *n, struct json_object *netramd,
		const char *unknown)
{
	struct json_object *server;

	if (!netramd) {
		snprintf(n->why, sizeof(n->why), "%s", unknown);
		return;
	}
	if (!json_object_object_get_ex(netramd_find(netramd_nodes(netramd),
						    n->node->name),
				       "server", &server)) {
		snprintf(n->why, sizeof(n->why),
			 "netram.conf has no status: for it");
		return;
	}
	snprintf(n->why, sizeof(n->why), "%s", netramd_text(server, "error"));
	n->capacity = netramd_u64(server, "limit_bytes");
	n->used = netramd_u64(server, "used_bytes");
	if (!n->why[0] && !n->capacity)
		snprintf(n->why, sizeof(n->why), "netramd does not tell it");
}

/**
 * pool_make() - put it together
 * @first: all nodes; must live as long
 * @netramd: its status, or NULL
 * @unknown: why there is no @netramd
 * @pool: filled; pool_free() it
 *
 * Return: 0 or -ENOMEM.
 */
int pool_make(const struct netram_node *first, struct json_object *netramd,
	      const char *unknown, struct pool *pool)
{
	const struct netram_node *node;
	size_t nr = 0;

	*pool = (struct pool){ 0 };
	for (node = first; node; node = node->next)
		nr++;
	pool->nodes = calloc(nr + 1, sizeof(*pool->nodes));
	if (!pool->nodes)
		return -ENOMEM;
	for (node = first; node; node = node->next) {
		pool->nodes[pool->nr].node = node;
		ask(&pool->nodes[pool->nr++], netramd, unknown);
	}
	qsort(pool->nodes, nr, sizeof(*pool->nodes), compare);
	return 0;
}

/**
 * pool_free() - counterpart of pool_make()
 * @pool: what it filled
 */
void pool_free(struct pool *pool)
{
	free(pool->nodes);
	pool->nodes = NULL;
}

static bool is_in(const struct pool_node *n, const char *region,
		  const char *zone)
{
	return (!region || !strcmp(n->node->region, region)) &&
	       (!zone || !strcmp(n->node->zone, zone));
}

/**
 * pool_sum() - how full are the nodes of a place
 * @pool: the pool
 * @region: NULL: all
 * @zone: NULL: all
 * @fill: the answer
 */
void pool_sum(const struct pool *pool, const char *region, const char *zone,
	      struct pool_fill *fill)
{
	const struct pool_node *n;

	*fill = (struct pool_fill){ 0 };
	for (n = pool->nodes; n < pool->nodes + pool->nr; n++) {
		if (!is_in(n, region, zone))
			continue;
		fill->nodes++;
		fill->up += n->node->state == NETRAM_NODE_UP ||
			    n->node->state == NETRAM_NODE_DRAINING;
		fill->idle += n->node->state == NETRAM_NODE_IDLE;
		fill->known += !n->why[0];
		fill->capacity += n->capacity;
		fill->used += n->used;
		fill->stored += n->node->pages * NETRAM_PAGE_SIZE;
		fill->extents += n->node->extents;
	}
}

/**
 * pool_next() - the first node behind those of a place
 * @pool: the pool
 * @at: one of those
 * @region: theirs
 * @zone: theirs; NULL: of any zone
 *
 * Return: its index, or the number of nodes.
 */
size_t pool_next(const struct pool *pool, size_t at, const char *region,
		 const char *zone)
{
	while (at < pool->nr && is_in(&pool->nodes[at], region, zone))
		at++;
	return at;
}
