// SPDX-License-Identifier: GPL-2.0
/* JSON that is printed; the shapes of objects are in common/json.c. */
#include <stdio.h>

#include "ctl.h"
#include "print.h"

#define STYLE	(JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE)

struct json_object *ctl_json_swap(const struct swap *swap)
{
	struct json_object *o = json_object_new_object();

	put_u64(o, "size_bytes", swap->size_kb * 1024);
	put_u64(o, "used_bytes", swap->used_kb * 1024);
	put_object(o, "priority", json_object_new_int(swap->priority));
	return o;
}

/* Print and free; an exit code, so that a command can end with it. */
static int json_print(struct json_object *o, int style)
{
	puts(json_object_to_json_string_ext(o, style));
	json_object_put(o);
	return CTL_OK;
}

int ctl_json_print(struct json_object *o)
{
	return json_print(o, STYLE | JSON_C_TO_STRING_PRETTY);
}

int ctl_json_print_line(struct json_object *o)
{
	return json_print(o, JSON_C_TO_STRING_NOSLASHESCAPE);
}
