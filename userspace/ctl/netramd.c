// SPDX-License-Identifier: GPL-2.0
#include "netramd.h"

#include <string.h>

/* "" where there is none. */
const char *netramd_text(struct json_object *o, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(o, key, &value) &&
	       json_object_is_type(value, json_type_string) ?
	       json_object_get_string(value) : "";
}

/* 0 where there is none. */
uint64_t netramd_u64(struct json_object *o, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(o, key, &value) ?
	       json_object_get_uint64(value) : 0;
}

static struct json_object *array(struct json_object *status, const char *key)
{
	struct json_object *list;

	return json_object_object_get_ex(status, key, &list) &&
	       json_object_is_type(list, json_type_array) ? list : NULL;
}

/* The array of them, or NULL. */
struct json_object *netramd_nodes(struct json_object *status)
{
	return array(status, "nodes");
}

/* Likewise. */
struct json_object *netramd_volumes(struct json_object *status)
{
	return array(status, "volumes");
}

/* The one of that name in an array, or NULL; so may @list be. */
struct json_object *netramd_find(struct json_object *list, const char *name)
{
	size_t i, nr = list ? json_object_array_length(list) : 0;
	struct json_object *o;

	for (i = 0; i < nr; i++) {
		o = json_object_array_get_idx(list, i);
		if (!strcmp(netramd_text(o, "name"), name))
			return o;
	}
	return NULL;
}
