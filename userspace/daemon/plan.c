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

/* Does the file say so, and is it something else? */
bool plan_differs(const char *wanted, const char *is)
{
	return wanted[0] && strcmp(wanted, is);
}

/* Return: a step that is empty but for its kind, or NULL without memory. */
struct step *plan_add(struct plan *plan, enum step_kind kind)
{
	struct step *more;

	more = realloc(plan->steps, (plan->nr_steps + 1) * sizeof(*more));
	if (!more) {
		plan->failed = true;
		return NULL;
	}
	plan->steps = more;
	more += plan->nr_steps++;
	memset(more, 0, sizeof(*more));
	more->kind = kind;
	return more;
}

/**
 * findings_have() - look for a sentence
 * @findings: where
 * @nr: how many they are
 * @text: the sentence
 *
 * Return: whether one of them says just that.
 */
bool findings_have(const struct finding *findings, size_t nr, const char *text)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (!strcmp(findings[i].text, text))
			return true;
	return false;
}

/* The same of two volumes of a name, which have gone one after the other, is told once. */
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
	more += plan->nr_findings;
	more->kind = kind;
	va_start(ap, fmt);
	vsnprintf(more->text, sizeof(more->text), fmt, ap);
	va_end(ap);
	if (!findings_have(plan->findings, plan->nr_findings, more->text))
		plan->nr_findings++;
}

static void change_format(const struct step *step, const char *is, char *text,
			  size_t size)
{
	const struct netram_volume_change *change = &step->change;
	int len = snprintf(text, size, "volume %s:", step->volume->name);

	if (change->replicas)
		len += snprintf(text + len, size - len, " replicas %s%u", is,
				change->replicas);
	if (change->set_on_loss)
		snprintf(text + len, size - len, "%s on_loss %s%s",
			 change->replicas ? "," : "", is,
			 netram_on_loss_name(change->on_loss));
}

/* What it was before tells whether somebody has changed it. */
static void tune_format(const struct step *step, bool done, const char *is,
			char *text, size_t size)
{
	bool was = done && step->was && step->was[0];

	snprintf(text, size, "volume %s: %s %s%s%s%s", step->volume->name,
		 tunables[step->tunable].name, is,
		 step->volume->tune[step->tunable], was ? ", was " : "",
		 was ? step->was : "");
}

/**
 * step_format() - put a step into words
 * @step: the step
 * @done: it has been done; else it could not be
 * @text: where to put them
 * @size: room there, at least STEP_SIZE
 */
void step_format(const struct step *step, bool done, char *text, size_t size)
{
	const char *volume = step->volume ? step->volume->name : "";
	const char *node = step->node ? step->node->name : "";
	const char *is = done ? "" : "cannot be ";

	switch (step->kind) {
	case STEP_NODE_ADD:
		snprintf(text, size, "node %s: %sadded", node, is);
		break;
	case STEP_NODE_DRAIN:
		snprintf(text, size, "node %s: %sdrained%s", node,
			 !done ? is : step->on ? "is being " : "is not ",
			 step->on ? "" : " any more");
		break;
	case STEP_NODE_WEIGH:
		snprintf(text, size, "node %s: weight %s%u", node, is,
			 step->weight);
		break;
	case STEP_NODE_FORGET:
	case STEP_NODE_REMOVE:
		snprintf(text, size, "node %s: %sremoved", node, is);
		break;
	case STEP_VOLUME_CREATE:
		snprintf(text, size, "volume %s: %screated", volume, is);
		break;
	case STEP_VOLUME_SET:
		change_format(step, is, text, size);
		break;
	case STEP_TUNE:
		tune_format(step, done, is, text, size);
		break;
	case STEP_SWAPON:
		snprintf(text, size, "volume %s: %sswapped on", volume, is);
		break;
	case STEP_MOUNT:
		snprintf(text, size, "volume %s: %smounted on %.80s", volume,
			 is, step->volume->mount_path);
		break;
	case STEP_VOLUME_DELETE:
		snprintf(text, size, "volume %s: %sdeleted", volume, is);
		break;
	}
}
