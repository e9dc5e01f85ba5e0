// SPDX-License-Identifier: GPL-2.0
/* Keeping a plan, and putting its steps into words. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reconcile.h"

void plan_free(struct plan *plan)
{
	free(plan->steps);
	free(plan->findings);
	memset(plan, 0, sizeof(*plan));
}

void plan_find(struct plan *plan, enum finding_kind kind, const char *fmt, ...)
{
	struct finding *more;
	va_list ap;

	more = realloc(plan->findings, (plan->nr_findings + 1) * sizeof(*more));
	if (!more) {
		plan->failed = true;
		return;
	}
	plan->findings = more;
	more += plan->nr_findings++;
	more->kind = kind;
	va_start(ap, fmt);
	vsnprintf(more->text, sizeof(more->text), fmt, ap);
	va_end(ap);
}

static void change_format(const struct step *step, char *text, size_t size)
{
	const struct netram_volume_change *change = &step->change;
	int len = snprintf(text, size, "volume %s:", step->volume->name);

	if (change->replicas)
		len += snprintf(text + len, size - len, " replicas %u",
				change->replicas);
	if (change->set_on_loss)
		snprintf(text + len, size - len, "%s on_loss %s",
			 change->replicas ? "," : "",
			 netram_on_loss_name(change->on_loss));
}

/* As it is logged when it has been done. size: at least 160. */
void step_format(const struct step *step, char *text, size_t size)
{
	const char *node = step->node ? step->node->name : "";
	const char *volume = step->volume ? step->volume->name : "";

	switch (step->kind) {
	case STEP_NODE_ADD:
		snprintf(text, size, "node %s: added", node);
		break;
	case STEP_NODE_DRAIN:
		snprintf(text, size, "node %s: %s", node,
			 step->on ? "is being drained" :
				    "is not drained any more");
		break;
	case STEP_NODE_FORGET:
	case STEP_NODE_REMOVE:
		snprintf(text, size, "node %s: removed", node);
		break;
	case STEP_VOLUME_CREATE:
		snprintf(text, size, "volume %s: created", volume);
		break;
	case STEP_VOLUME_SET:
		change_format(step, text, size);
		break;
	case STEP_TUNE:
		snprintf(text, size, "volume %s: %s %s", volume,
			 tunables[step->tunable].name,
			 step->volume->tune[step->tunable]);
		break;
	case STEP_SWAPON:
		snprintf(text, size, "volume %s: swapped on", volume);
		break;
	case STEP_MOUNT:
		snprintf(text, size, "volume %s: mounted on %.80s", volume,
			 step->volume->mount_path);
		break;
	case STEP_VOLUME_DELETE:
		snprintf(text, size, "volume %s: deleted", volume);
		break;
	}
}
