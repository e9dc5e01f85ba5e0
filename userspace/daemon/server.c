// SPDX-License-Identifier: GPL-2.0
/* What a page server says of its memory. */
#include <errno.h>
#include <netram/limits.h>
#include <stdio.h>
#include <string.h>

#include "common/ask.h"
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

static void take(struct server_status *server, const struct ask *ask)
{
	int err = ask->err;

	if (!err)
		err = understand(ask->status, server);
	json_object_put(ask->status);
	if (err)
		snprintf(server->why, sizeof(server->why), "%s: %s", ask->whom,
			 strerror(-err));
}

/**
 * servers_ask() - ask those of whom the file says where
 * @config: the file
 * @servers: filled: how they are, or why that is not known; of NETRAM_NODES_MAX
 *
 * Takes at most a second.
 *
 * Return: how many they are.
 */
size_t servers_ask(const struct config *config, struct server_status *servers)
{
	struct ask asks[NETRAM_NODES_MAX];
	const struct config_node *node;
	size_t i, nr = 0;

	for (i = 0; i < config->nr_nodes; i++) {
		node = &config->nodes[i];
		if (!CONFIG_HAS(node, NODE_STATUS) || nr == NETRAM_NODES_MAX)
			continue;
		servers[nr] = (struct server_status){ 0 };
		strcpy(servers[nr].node, node->name);
		asks[nr++] = (struct ask){ .whom = node->status };
	}
	ask_all(asks, nr);
	for (i = 0; i < nr; i++)
		take(&servers[i], &asks[i]);
	return nr;
}
