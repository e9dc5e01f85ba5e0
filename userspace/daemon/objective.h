/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Is reached what the file wants to be reached? Latencies are those of the reads
 * since the last measure; how full a node is, its page server knows best, where
 * it can be asked, and else the module, of what this host has there.
 */
#ifndef NETRAMD_OBJECTIVE_H
#define NETRAMD_OBJECTIVE_H

#include "actual.h"
#include "common/sample.h"
#include "config.h"
#include "reconcile.h"
#include "weights.h"

/*
 * So many measures in a row say the same before it is told: one that hovers about its
 * limit would fill the log.
 */
#define OBJECTIVE_TELLS	3

/**
 * struct objective - a measure of a volume or a node
 * @id: which objective
 * @name: of the volume or node
 * @limit: what it should be at most
 * @value: what it is
 * @met: @value is not above @limit, or, of a rate of hits, not below it
 * @asked: the file wants it; else it is one that netram has of itself
 * @at_ms: when it was measured last
 * @told_met: who asked has been told so, or of nothing
 * @against: measures in a row that said otherwise
 */
struct objective {
	enum objective_key id;
	char name[NETRAM_NAME_SIZE];
	uint64_t limit;
	uint64_t value;
	bool met;
	bool asked;
	uint64_t at_ms;
	bool told_met;
	unsigned int against;
};

/**
 * struct server_status - what a page server says of itself
 * @node: the node
 * @why: why it could not be asked, or ""
 * @failed: how often in a row
 * @used: bytes of pages
 * @limit: bytes it holds at most
 * @refused: writes refused for want of memory
 * @has_pressure: the next two are known
 * @pressure_some: percent of the last seconds in which some task of its machine
 *   waited for memory
 * @pressure_full: in which all did
 */
struct server_status {
	char node[NETRAM_NAME_SIZE];
	char why[128];
	unsigned int failed;
	uint64_t used;
	uint64_t limit;
	uint64_t refused;
	bool has_pressure;
	double pressure_some;
	double pressure_full;
};

/**
 * struct objectives - what was measured last
 * @all: of each volume and node something is wanted of
 * @nr: how many
 * @servers: of each node with status: in the file, but for those it has removed
 * @nr_servers: how many
 * @weights: with what part of their weights nodes count
 * @before: counters at the last measure
 * @measured_ms: when that was
 */
struct objectives {
	struct objective *all;
	size_t nr;
	struct server_status servers[NETRAM_NODES_MAX];
	size_t nr_servers;
	struct weights weights;
	struct sample before;
	uint64_t measured_ms;
};

bool objectives_measure(struct objectives *o, struct netram *nt,
			const struct config *config,
			const struct actual *actual);
bool objectives_take(struct objectives *o, const struct config *config,
		     const struct actual *actual, const struct sample *now);
void objectives_free(struct objectives *o);
uint64_t objective_limit(const struct config *config, enum objective_key id);
const char *objective_name(enum objective_key id);
/* What it is of: "volume" or "node". */
const char *objective_of(enum objective_key id);

/* server.c */

/* Of one that has failed so often in a row somebody should know. */
#define SERVERS_TRIES	3

size_t servers_ask(const struct config *config, const struct actual *actual,
		   struct server_status *servers, size_t nr);
const struct server_status *servers_find(const struct server_status *servers,
					 size_t nr, const char *node);
void servers_tell(const struct server_status *servers, size_t nr,
		  const struct actual *actual, struct plan *plan);

#endif /* NETRAMD_OBJECTIVE_H */
