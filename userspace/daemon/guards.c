// SPDX-License-Identifier: GPL-2.0
#include "guards.h"

#include <stdio.h>
#include <string.h>

static const struct guards_volume *find(const struct guards *g,
					const char *volume)
{
	size_t i;

	for (i = 0; i < g->nr; i++)
		if (!strcmp(g->all[i].name, volume))
			return &g->all[i];
	return NULL;
}

/**
 * guards_look() - see whose unit does not run, and for how long it has not
 * @g: what is known; of others than those that are swapped on without it is forgotten
 * @actual: what there is; those that have been so for GUARDS_MS become unguarded
 * @now_ms: the time
 */
void guards_look(struct guards *g, struct actual *actual, uint64_t now_ms)
{
	struct guards now = { .nr = 0 };
	const struct guards_volume *before;
	struct guards_volume *one;
	struct actual_volume *is;
	size_t i;

	for (i = 0; i < actual->nr_volumes && now.nr < NETRAM_VOLUMES_MAX; i++) {
		is = &actual->volumes[i];
		if (!is->swapped || !is->stopped)
			continue;
		before = find(g, is->v->name);
		one = &now.all[now.nr++];
		snprintf(one->name, sizeof(one->name), "%s", is->v->name);
		one->since_ms = before ? before->since_ms : now_ms;
		if (now_ms - one->since_ms >= GUARDS_MS)
			is->unguarded = true;
	}
	*g = now;
}
