// SPDX-License-Identifier: GPL-2.0
/* Is there room on the nodes for what the volumes promise? */
#include "rules.h"

#include <inttypes.h>
#include <stdio.h>

#define MIB_SHIFT	20

/* What the module makes of it, where it knows so many nodes. */
uint64_t rules_copies(const struct config_volume *v, size_t nodes)
{
	if (v->replicas)
		return v->replicas;
	return nodes >= 2 ? 2 : 1;
}

/* How many nodes there are; 0 also if the capacity of one is not known. */
static size_t count_known(const struct config *config)
{
	size_t i, nodes = 0;

	for (i = 0; i < config->nr_nodes; i++) {
		if (config->nodes[i].remove)
			continue;
		if (!config->nodes[i].capacity)
			return 0;
		nodes++;
	}
	return nodes;
}

/*
 * No node has two copies of an extent, so one that is larger than the volume
 * helps no more than one of its size.
 */
static bool fits(const struct config *config, uint64_t copies, uint64_t size)
{
	uint64_t room = 0, capacity;
	size_t i;

	for (i = 0; i < config->nr_nodes; i++) {
		if (config->nodes[i].remove)
			continue;
		capacity = config->nodes[i].capacity;
		room += capacity < size ? capacity : size;
	}
	return copies * size <= room;
}

/* Less fits wherever more does. In whole MiB: the size is to be written down. */
static uint64_t largest(const struct config *config, uint64_t copies,
			uint64_t too_large)
{
	uint64_t yes = 0, no = (too_large >> MIB_SHIFT) + 1, mib;

	while (no - yes > 1) {
		mib = yes + (no - yes) / 2;
		if (fits(config, copies, mib << MIB_SHIFT))
			yes = mib;
		else
			no = mib;
	}
	return yes << MIB_SHIFT;
}

void rules_check_room(const struct config *config,
		      const struct config_volume *v, struct complaints *c)
{
	size_t nodes = count_known(config);
	uint64_t copies = rules_copies(v, nodes);
	char need[24], have[24];

	/* where there are not enough nodes, no size is small enough */
	if (copies > nodes || fits(config, copies, v->size))
		return;
	netram_size_format(v->size, need, sizeof(need));
	netram_size_format(largest(config, copies, v->size), have, sizeof(have));
	complain(c, CONFIG_LINE(v, VOLUME_SIZE),
		 "volume %s: size: the nodes have no room for %" PRIu64 " cop%s of %s: at most %s",
		 v->name, copies, copies == 1 ? "y" : "ies", need, have);
}

/* Thin volumes may promise more than there is; one should know. */
void rules_check_promises(const struct config *config, struct complaints *c)
{
	uint64_t room = 0, promised = 0;
	size_t i, nodes = count_known(config);
	char need[24], have[24];

	if (!nodes)
		return;
	for (i = 0; i < config->nr_nodes; i++)
		if (!config->nodes[i].remove)
			room += config->nodes[i].capacity;
	for (i = 0; i < config->nr_volumes; i++)
		if (!config->volumes[i].remove)
			promised += rules_copies(&config->volumes[i], nodes) *
				    config->volumes[i].size;
	if (promised <= room)
		return;
	netram_size_format(promised, need, sizeof(need));
	netram_size_format(room, have, sizeof(have));
	complain_note(c, 0,
		      "all copies of all volumes take %s when they are full, the nodes have %s: writes fail then",
		      need, have);
}
