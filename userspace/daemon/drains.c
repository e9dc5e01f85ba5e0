// SPDX-License-Identifier: GPL-2.0
#include "drains.h"

#include <stdio.h>
#include <string.h>

static const struct drains_node *find(const struct drains *d, const char *node)
{
	size_t i;

	for (i = 0; i < d->nr; i++)
		if (!strcmp(d->all[i].name, node))
			return &d->all[i];
	return NULL;
}

/**
 * drains_look() - see how far they have come
 * @d: what is known; of others than those that are being drained it is forgotten
 * @nodes: all there are
 * @copied: pages that the module has copied
 * @now_ms: the time
 */
void drains_look(struct drains *d, const struct netram_node *nodes,
		 uint64_t copied, uint64_t now_ms)
{
	struct drains now = { .now_ms = now_ms };
	const struct drains_node *before;
	struct drains_node *one;

	for (; nodes && now.nr < NETRAM_NODES_MAX; nodes = nodes->next) {
		if (!nodes->drain)
			continue;
		one = &now.all[now.nr++];
		before = find(d, nodes->name);
		if (before)
			*one = *before;
		else
			drain_start(&one->drain, nodes->extents, copied, now_ms);
		snprintf(one->name, sizeof(one->name), "%s", nodes->name);
		drain_look(&one->drain, nodes->extents, copied, now_ms);
	}
	*d = now;
}

/**
 * drains_stuck() - has it not got on for DRAIN_STUCK_MS?
 * @d: what is known, or NULL: nothing
 * @node: of this node
 *
 * Return: whether it is so.
 */
bool drains_stuck(const struct drains *d, const char *node)
{
	const struct drains_node *one = d ? find(d, node) : NULL;

	return one && drain_stuck(&one->drain, d->now_ms);
}
