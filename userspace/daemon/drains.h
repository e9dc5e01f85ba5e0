/* SPDX-License-Identifier: GPL-2.0 */
/* How far nodes have come with being emptied, from look to look. */
#ifndef NETRAMD_DRAINS_H
#define NETRAMD_DRAINS_H

#include <netram/limits.h>

#include "common/drain.h"

/**
 * struct drains_node - a node that is being drained
 * @name: its name
 * @drain: how far it is
 */
struct drains_node {
	char name[NETRAM_NAME_SIZE];
	struct drain drain;
};

/**
 * struct drains - all that are
 * @all: each
 * @nr: how many
 * @now_ms: when they were looked at last
 */
struct drains {
	struct drains_node all[NETRAM_NODES_MAX];
	size_t nr;
	uint64_t now_ms;
};

void drains_look(struct drains *d, const struct netram_node *nodes,
		 uint64_t copied, uint64_t now_ms);
bool drains_stuck(const struct drains *d, const char *node);

#endif /* NETRAMD_DRAINS_H */
