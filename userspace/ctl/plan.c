// SPDX-License-Identifier: GPL-2.0
/* --dry-run: what would be done, and how much would be lost by that. */
#include <inttypes.h>
#include <netram/limits.h>
#include <stdarg.h>
#include <stdio.h>

#include "ctl.h"
#include "plan.h"
#include "print.h"

void ctl_plan_step(struct ctl_plan *plan, const char *fmt, ...)
{
	char step[CTL_OPTS_SIZE + 256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(step, sizeof(step), fmt, ap);
	va_end(ap);
	if (!plan->steps)
		plan->steps = json_object_new_array();
	json_object_array_add(plan->steps, json_object_new_string(step));
}

/* Pages of a volume would be gone. */
void ctl_plan_loses(struct ctl_plan *plan, const char *volume, uint64_t pages)
{
	struct json_object *o;

	if (!plan->lost)
		plan->lost = json_object_new_array();
	if (!pages)
		return;
	o = json_object_new_object();
	put_text(o, "volume", volume);
	put_u64(o, "pages", pages);
	put_u64(o, "bytes", pages * NETRAM_PAGE_SIZE);
	json_object_array_add(plan->lost, o);
	plan->loses += pages * NETRAM_PAGE_SIZE;
}

static void put_also(struct json_object *o, struct json_object *also)
{
	json_object_object_foreach(also, key, value)
		put_object(o, key, json_object_get(value));
}

static void tell_json(struct ctl_plan *plan)
{
	struct json_object *o = json_object_new_object();

	put_object(o, "dry_run", json_object_new_boolean(true));
	put_object(o, "steps", plan->steps);
	put_u64(o, "loses_bytes", plan->loses);
	if (plan->lost)
		put_object(o, "loses", plan->lost);
	if (plan->also)
		put_also(o, plan->also);
	ctl_json_print(o);
}

static uint64_t number_in(struct json_object *o, const char *key)
{
	return json_object_get_uint64(json_object_object_get(o, key));
}

static void tell_volumes(struct json_object *volumes)
{
	size_t i, n = json_object_array_length(volumes);
	struct json_object *o;
	uint64_t pages;

	if (!n)
		puts("would lose: nothing");
	for (i = 0; i < n; i++) {
		o = json_object_array_get_idx(volumes, i);
		pages = number_in(o, "pages");
		printf("would lose: %s of %s (%" PRIu64 " page%s)\n",
		       ctl_human(number_in(o, "bytes")).text,
		       json_object_get_string(json_object_object_get(o, "volume")),
		       pages, pages == 1 ? "" : "s");
	}
	json_object_put(volumes);
}

static void tell_text(struct ctl_plan *plan)
{
	size_t i, n = json_object_array_length(plan->steps);

	for (i = 0; i < n; i++)
		printf("would run: %s\n", json_object_get_string(
			       json_object_array_get_idx(plan->steps, i)));
	if (plan->lost)
		tell_volumes(plan->lost);
	else if (plan->loses)
		printf("would lose: %s\n", ctl_human(plan->loses).text);
	json_object_put(plan->steps);
}

/* Takes the steps, of which there is one at least, and what else there is; CTL_OK. */
int ctl_plan_tell(struct ctl_plan *plan, bool json)
{
	if (json)
		tell_json(plan);
	else
		tell_text(plan);
	json_object_put(plan->also);
	plan->steps = NULL;
	plan->lost = NULL;
	plan->also = NULL;
	return CTL_OK;
}
