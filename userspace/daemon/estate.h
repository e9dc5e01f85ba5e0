/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What volumes of earlier boots, and deleted ones, have left on nodes, and how it is
 * cleared up: on each node of the file, by a thread of its own, so that nobody waits for
 * a node that is away; it is tried again until it is back.
 */
#ifndef NETRAMD_ESTATE_H
#define NETRAMD_ESTATE_H

#include <netram/limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config.h"
#include "memory.h"
#include "orphan.h"
#include "reconcile.h"

struct clearing;

/**
 * struct estate_part - how it is with a dead volume on a node
 * @claim: the volume's
 * @node: the node
 * @result: of the last attempt
 */
struct estate_part {
	uint8_t claim[16];
	char node[NETRAM_NAME_SIZE];
	enum orphan_result result;
};

/**
 * struct estate_node - a node that is, or was, asked to clear up
 * @name: its name
 * @clearing: who is at it, or NULL
 * @next_ms: when it may be asked again
 */
struct estate_node {
	char name[NETRAM_NAME_SIZE];
	struct clearing *clearing;
	uint64_t next_ms;
};

/**
 * struct estate - all that is being cleared up
 * @wake: an eventfd: a node has been asked
 * @nodes: the nodes
 * @nr_nodes: how many
 * @parts: what came of it
 * @nr_parts: how many
 * @next_ms: when to look again, at the latest
 */
struct estate {
	int wake;
	struct estate_node nodes[NETRAM_NODES_MAX];
	size_t nr_nodes;
	struct estate_part *parts;
	size_t nr_parts;
	uint64_t next_ms;
};

int estate_init(struct estate *e);
void estate_exit(struct estate *e);
void estate_look(struct estate *e, struct memory *m,
		 const struct config *config);
bool estate_holds(struct estate *e, struct memory *m,
		  const struct config *config, const uint8_t uuid[16],
		  char *who, size_t size);
void estate_tell(const struct estate *e, const struct memory *m,
		 const struct config *config, struct plan *plan);
void estate_hear(const struct estate *e);

#endif /* NETRAMD_ESTATE_H */
