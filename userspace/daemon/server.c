// SPDX-License-Identifier: GPL-2.0
/* What a page server says of its memory. */
#include <errno.h>
#include <netram/limits.h>
#include <stdio.h>
#include <string.h>

#include "common/ask.h"
#include "log.h"
#include "objective.h"

static uint64_t get_u64(struct json_object *o, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(o, key, &value) ?
	       json_object_get_uint64(value) : 0;
}

/* Whoever answers may say anything, and json-c knows infinity. */
static bool get_percent(struct json_object *o, const char *key, double *percent)
{
	struct json_object *value;

	*percent = json_object_object_get_ex(o, key, &value) ?
		   json_object_get_double(value) : -1;
	if (*percent >= 0 && *percent <= 100)
		return true;
	*percent = 0;
	return false;
}

static int understand(struct json_object *said, struct server_status *status)
{
	struct json_object *memory, *requests;

	if (!json_object_object_get_ex(said, "memory", &memory))
		return -EPROTO;
	status->used = get_u64(memory, "used_bytes");
	status->limit = get_u64(memory, "limit_bytes");
	status->has_pressure =
		get_percent(memory, "pressure_some_percent",
			    &status->pressure_some) &&
		get_percent(memory, "pressure_full_percent",
			    &status->pressure_full);
	if (json_object_object_get_ex(said, "requests", &requests))
		status->refused = get_u64(requests, "enospc");
	return 0;
}

static bool is_asked(const struct config_node *node,
		     const struct actual *actual)
{
	return CONFIG_HAS(node, NODE_STATUS) &&
	       !actual_is_removed(actual, node);
}

static bool is_silent(const struct server_status *server)
{
	return server->failed >= SERVERS_TRIES;
}

static void take(struct server_status *server, const struct ask *ask,
		 const struct server_status *before)
{
	int err = ask->err;

	if (!err)
		err = understand(ask->status, server);
	json_object_put(ask->status);
	if (err) {
		server->failed = before ? before->failed + 1 : 1;
		snprintf(server->why, sizeof(server->why), "%s: %s", ask->whom,
			 strerror(-err));
	} else if (before && is_silent(before)) {
		log_line("node %s: its server answers again", server->node);
	}
}

/**
 * servers_ask() - ask those of whom the file says where
 * @config: the file
 * @actual: what there is
 * @servers: how they were; filled: how they are, or why that is not known; of
 *   NETRAM_NODES_MAX
 * @nr: how many they were
 *
 * Takes at most a second.
 *
 * Return: how many they are.
 */
size_t servers_ask(const struct config *config, const struct actual *actual,
		   struct server_status *servers, size_t nr)
{
	struct server_status before[NETRAM_NODES_MAX];
	struct ask asks[NETRAM_NODES_MAX];
	const struct config_node *node;
	size_t i, nr_before = nr;

	memcpy(before, servers, nr * sizeof(*before));
	nr = 0;
	for (i = 0; i < config->nr_nodes; i++) {
		node = &config->nodes[i];
		if (!is_asked(node, actual) || nr == NETRAM_NODES_MAX)
			continue;
		servers[nr] = (struct server_status){ 0 };
		strcpy(servers[nr].node, node->name);
		asks[nr++] = (struct ask){ .whom = node->status };
	}
	ask_all(asks, nr);
	for (i = 0; i < nr; i++)
		take(&servers[i], &asks[i],
		     servers_find(before, nr_before, servers[i].node));
	return nr;
}

/**
 * servers_find() - what one says
 * @servers: all that were asked
 * @nr: how many
 * @node: the one
 *
 * Return: that, or NULL: it was not asked.
 */
const struct server_status *servers_find(const struct server_status *servers,
					 size_t nr, const char *node)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (!strcmp(servers[i].node, node))
			return &servers[i];
	return NULL;
}

/**
 * servers_tell() - find those that have not answered for a while
 * @servers: all that were asked
 * @nr: how many
 * @actual: what there is
 * @plan: where to add findings
 *
 * Without the reason, which may be another each time: the status has it.
 */
void servers_tell(const struct server_status *servers, size_t nr,
		  const struct actual *actual, struct plan *plan)
{
	const struct config_node *node;
	size_t i;

	for (i = 0; i < nr; i++) {
		node = config_find_node(plan->config, servers[i].node);
		if (node && is_asked(node, actual) && is_silent(&servers[i]))
			plan_find(plan, FINDING_WAIT,
				  "node %s: its server has not answered at %s for a while, so nobody knows how full it is: does it run there, with --metrics, and let a firewall pass who asks?",
				  node->name, node->status);
	}
}
