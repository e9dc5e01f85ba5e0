// SPDX-License-Identifier: GPL-2.0
/* netramctl doctor */
#include <stdio.h>

#include "ctl.h"
#include "doctor.h"
#include "print.h"

static void print_text(const struct doctor_facts *facts,
		       const struct doctor_finding *first)
{
	const struct doctor_finding *f;

	for (f = first; f; f = f->next)
		printf("%s: %s\n    %s\n", doctor_level_name(f->level),
		       f->text, f->fix);
	printf("%s%zu kinds of checks, %zu nodes: %s\n", first ? "\n" : "",
	       doctor_checks(), facts->nr_paths,
	       first ? "see above; each command puts right, or looks into, what is above it" :
		       "nothing found");
}

static int print_json(const struct doctor_finding *first)
{
	struct json_object *array = json_object_new_array();
	struct json_object *o = json_object_new_object(), *one;
	const struct doctor_finding *f;

	for (f = first; f; f = f->next) {
		one = json_object_new_object();
		put_text(one, "id", f->id);
		put_text(one, "level", doctor_level_name(f->level));
		put_text(one, "text", f->text);
		put_text(one, "fix", f->fix);
		json_object_array_add(array, one);
	}
	put_text(o, "worst", doctor_level_name(doctor_worst(first)));
	put_object(o, "findings", array);
	return ctl_json_print(o);
}

static int code_of(const struct doctor_facts *facts,
		   const struct doctor_finding *first)
{
	if (!facts->asked)
		return CTL_MODULE;
	switch (doctor_worst(first)) {
	case DOCTOR_OK:
	case DOCTOR_NOTE:
		return CTL_OK;
	case DOCTOR_WARNING:
		return CTL_WARNED;
	case DOCTOR_ERROR:
		break;
	}
	return CTL_FAILED;
}

static int run(const struct ctl_call *call)
{
	struct doctor_finding *first;
	struct doctor_facts facts;
	int ret;

	doctor_gather(&facts);
	first = doctor_check(&facts);
	if (call->json)
		print_json(first);
	else
		print_text(&facts, first);
	ret = code_of(&facts, first);
	doctor_finding_free(first);
	doctor_forget(&facts);
	return ret;
}

const struct ctl_command ctl_doctor = {
	.name = "doctor",
	.summary = "look for what will go wrong, and tell the commands against it",
	.examples =
		"  netramctl doctor\n"
		"  netramctl doctor --json | jq -r '.findings[].fix'\n",
	.run = run,
};
