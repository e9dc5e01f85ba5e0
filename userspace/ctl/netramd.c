// SPDX-License-Identifier: GPL-2.0
#include "netramd.h"

/* "" where there is none. */
const char *netramd_text(struct json_object *o, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(o, key, &value) &&
	       json_object_is_type(value, json_type_string) ?
	       json_object_get_string(value) : "";
}

/* The array of them, or NULL. */
struct json_object *netramd_nodes(struct json_object *status)
{
	struct json_object *nodes;

	return json_object_object_get_ex(status, "nodes", &nodes) &&
	       json_object_is_type(nodes, json_type_array) ? nodes : NULL;
}
