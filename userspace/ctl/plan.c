// SPDX-License-Identifier: GPL-2.0
/* --dry-run: what would be done, and how much would be lost by that. */
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

static void tell_json(struct ctl_plan *plan)
{
	struct json_object *o = json_object_new_object();

	put_object(o, "dry_run", json_object_new_boolean(true));
	put_object(o, "steps", plan->steps);
	put_u64(o, "loses_bytes", plan->loses);
	ctl_json_print(o);
}

static void tell_text(struct ctl_plan *plan)
{
	size_t i, n = json_object_array_length(plan->steps);

	for (i = 0; i < n; i++)
		printf("would run: %s\n", json_object_get_string(
			       json_object_array_get_idx(plan->steps, i)));
	if (plan->loses)
		printf("would lose: %s\n", ctl_human(plan->loses).text);
	json_object_put(plan->steps);
}

/* Takes the steps, of which there is one at least; CTL_OK. */
int ctl_plan_tell(struct ctl_plan *plan, bool json)
{
	if (json)
		tell_json(plan);
	else
		tell_text(plan);
	plan->steps = NULL;
	return CTL_OK;
}
