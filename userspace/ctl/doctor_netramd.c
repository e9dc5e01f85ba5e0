// SPDX-License-Identifier: GPL-2.0
/* What netramd knows that netramctl does not: whom its file has it ask, and in vain. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/ask.h"
#include "doctor.h"
#include "netramd.h"

static void add(struct doctor_facts *facts, const char *node,
		struct json_object *server)
{
	struct doctor_silent *one;
	size_t n = facts->nr_silent + 1;

	facts->silent = realloc(facts->silent, n * sizeof(*facts->silent));
	if (!facts->silent)
		abort();
	one = &facts->silent[facts->nr_silent++];
	snprintf(one->node, sizeof(one->node), "%s", node);
	snprintf(one->address, sizeof(one->address), "%s",
		 netramd_text(server, "address"));
	snprintf(one->why, sizeof(one->why), "%s", netramd_text(server, "error"));
}

/**
 * doctor_netramd_parse() - understand the status of netramd
 * @status: as Documentation/json.md has it
 * @facts: those that are found are added
 */
void doctor_netramd_parse(struct json_object *status,
			  struct doctor_facts *facts)
{
	struct json_object *nodes = netramd_nodes(status), *node, *server;
	size_t i, nr = nodes ? json_object_array_length(nodes) : 0;

	for (i = 0; i < nr; i++) {
		node = json_object_array_get_idx(nodes, i);
		if (json_object_object_get_ex(node, "server", &server) &&
		    netramd_text(server, "error")[0])
			add(facts, netramd_text(node, "name"), server);
	}
}

/* Where no netramd runs, or another user's, nothing is known. */
void doctor_netramd(struct doctor_facts *facts)
{
	struct json_object *status;

	if (ask_status(NETRAMD_SOCKET, &status))
		return;
	doctor_netramd_parse(status, facts);
	json_object_put(status);
}
