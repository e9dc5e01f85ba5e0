/* SPDX-License-Identifier: GPL-2.0 */
/* How nodes and volumes are: told when it changes. */
#ifndef NETRAMD_HEALTH_H
#define NETRAMD_HEALTH_H

#include "actual.h"

/**
 * struct health_state - how something was
 * @is_node: a node, else a volume
 * @state: enum netram_node_state or netram_volume_state
 * @name: its name
 */
struct health_state {
	bool is_node;
	uint8_t state;
	char name[NETRAM_NAME_SIZE];
};

/**
 * struct health - how all was
 * @states: of each
 * @nr: how many
 */
struct health {
	struct health_state *states;
	size_t nr;
};

void health_tell(struct health *health, const struct actual *actual);
void health_free(struct health *health);

#endif /* NETRAMD_HEALTH_H */
