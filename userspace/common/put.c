// SPDX-License-Identifier: GPL-2.0
#include "common/put.h"

#include <stdio.h>

void put_object(struct json_object *o, const char *key,
		struct json_object *value)
{
	json_object_object_add(o, key, value);
}

void put_text(struct json_object *o, const char *key, const char *value)
{
	put_object(o, key, json_object_new_string(value));
}

void put_u64(struct json_object *o, const char *key, uint64_t value)
{
	put_object(o, key, json_object_new_uint64(value));
}

void put_share(struct json_object *o, const char *key, double share)
{
	char text[32];

	/* else it would be told with all the digits of its binary form */
	snprintf(text, sizeof(text), "%.6f", share);
	put_object(o, key, json_object_new_double_s(share, text));
}

void put_bool(struct json_object *o, const char *key, bool value)
{
	put_object(o, key, json_object_new_boolean(value));
}
