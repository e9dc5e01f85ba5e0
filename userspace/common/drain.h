/* SPDX-License-Identifier: GPL-2.0 */
/* How far something long has come, the draining of a node first of all, and why not. */
#ifndef NETRAM_COMMON_DRAIN_H
#define NETRAM_COMMON_DRAIN_H

#include <netram/netram.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DRAIN_STUCK_MS	30000
#define DRAIN_WHY_SIZE	384

/**
 * struct drain - how far a node's draining has come
 * @start: extents it had at the beginning
 * @left: extents it has now
 * @copied: pages all volumes have copied, whatever for
 * @began_ms: when it was looked at first
 * @moved_ms: when there were last fewer extents, or more pages copied
 */
struct drain {
	uint64_t start;
	uint64_t left;
	uint64_t copied;
	uint64_t began_ms;
	uint64_t moved_ms;
};

void drain_start(struct drain *d, uint64_t extents, uint64_t copied,
		 uint64_t now_ms);
void drain_look(struct drain *d, uint64_t extents, uint64_t copied,
		uint64_t now_ms);
bool drain_stuck(const struct drain *d, uint64_t now_ms);
uint64_t drain_copied_pages(void);

/* drain_why.c */
unsigned int nodes_for_copies(const struct netram_node *first);
void drain_why(const struct netram_node *node, const struct netram_node *nodes,
	       const struct netram_volume *volumes, char *why, size_t size);

#endif /* NETRAM_COMMON_DRAIN_H */
