/* SPDX-License-Identifier: GPL-2.0 */
/* The pool: regions, zones in them, nodes in these, and how full each is. */
#ifndef NETRAM_CTL_POOL_H
#define NETRAM_CTL_POOL_H

#include <json-c/json.h>
#include <netram/netram.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct pool_fill - how full nodes are
 * @nodes: how many
 * @up: of these, that are up
 * @idle: of these, that no volume uses, so that nobody knows
 * @known: of these, whose capacity is known
 * @capacity: bytes these hold at most
 * @used: bytes these hold, for all hosts
 * @stored: bytes of this host's pages that all of them hold, copies counted
 * @extents: of this host, copies counted
 */
struct pool_fill {
	unsigned int nodes;
	unsigned int up;
	unsigned int idle;
	unsigned int known;
	uint64_t capacity;
	uint64_t used;
	uint64_t stored;
	uint64_t extents;
};

/**
 * struct pool_node - a node and what its page server says
 * @node: as the module sees it
 * @capacity: bytes the server holds at most
 * @used: bytes it holds
 * @why: why these two are not known, or ""
 */
struct pool_node {
	const struct netram_node *node;
	uint64_t capacity;
	uint64_t used;
	char why[160];
};

/**
 * struct pool - all nodes, those of a region and of a zone beside each other
 * @nodes: they
 * @nr: how many
 */
struct pool {
	struct pool_node *nodes;
	size_t nr;
};

int pool_make(const struct netram_node *first, struct json_object *netramd,
	      const char *unknown, struct pool *pool);
void pool_free(struct pool *pool);
void pool_sum(const struct pool *pool, const char *region, const char *zone,
	      struct pool_fill *fill);
size_t pool_next(const struct pool *pool, size_t at, const char *region,
		 const char *zone);

/* pool_text.c */
void pool_print(const struct pool *pool);
int pool_print_json(const struct pool *pool);

#endif /* NETRAM_CTL_POOL_H */
