// SPDX-License-Identifier: GPL-2.0
/* What a page server says of its memory. */
#include <errno.h>
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

static double get_double(struct json_object *o, const char *key, bool *known)
{
	struct json_object *value;

	*known = json_object_object_get_ex(o, key, &value);
	return *known ? json_object_get_double(value) : 0;
}

static int understand(struct json_object *said, struct server_status *status)
{
	struct json_object *memory, *requests;

	if (!json_object_object_get_ex(said, "memory", &memory))
		return -EPROTO;
	status->used = get_u64(memory, "used_bytes");
	status->limit = get_u64(memory, "limit_bytes");
	status->pressure_some = get_double(memory, "pressure_some_percent",
					   &status->has_pressure);
	status->pressure_full = get_double(memory, "pressure_full_percent",
					   &status->has_pressure);
	if (json_object_object_get_ex(said, "requests", &requests))
		status->refused = get_u64(requests, "enospc");
	return 0;
}

/**
 * server_ask() - ask one server
 * @path: its status socket
 * @status: filled: how it is, or why that is not known
 */
void server_ask(const char *path, struct server_status *status)
{
	struct json_object *said;
	int err = ask_status(path, &said);

	status->why[0] = '\0';
	status->used = status->limit = status->refused = 0;
	status->has_pressure = false;
	if (!err)
		err = understand(said, status);
	json_object_put(said);
	if (err)
		snprintf(status->why, sizeof(status->why), "%s: %s", path,
			 strerror(-err));
}
