// SPDX-License-Identifier: GPL-2.0
/* What is in the way of a node's draining, as far as that can be told. */
#include <stdio.h>
#include <string.h>

#include "common/drain.h"

/* Nodes that may hold copies for good. */
unsigned int nodes_for_copies(const struct netram_node *node)
{
	unsigned int count = 0;

	for (; node; node = node->next)
		if ((node->state == NETRAM_NODE_UP ||
		     node->state == NETRAM_NODE_SUSPECT) && !node->drain)
			count++;
	return count;
}

static const struct netram_session *
session_with(const struct netram_volume *volume, const char *node)
{
	const struct netram_session *session = volume->sessions;

	while (session && strcmp(session->node, node))
		session = session->next;
	return session;
}

static void why_away(const struct netram_node *node, const char *and,
		     char *why, size_t size)
{
	snprintf(why, size, "it cannot be reached%s%s%s, and %s",
		 node->last_error[0] ? " (" : "", node->last_error,
		 node->last_error[0] ? ")" : "", and);
}

/*
 * Has another node, which could be written to, copies that are not good? Those of which
 * the module knows where to read what they lack do not stay so.
 */
static bool others_lack(const struct netram_volume *volume, const char *node)
{
	const struct netram_session *session;

	for (session = volume->sessions; session; session = session->next)
		if (session->state == NETRAM_SESSION_UP && session->stale &&
		    strcmp(session->node, node))
			return true;
	return false;
}

static const char *why_held(const struct netram_volume *volume,
			    const char *node)
{
	if (volume->replicas == 1)
		return "there is no other copy";
	if (others_lack(volume, node))
		return "other copies lack pages that it alone may have right";
	return "there is no other copy, or no room for one";
}

static void why_few(const struct netram_volume *volume, unsigned int nodes,
		    char *why, size_t size)
{
	if (!nodes)
		snprintf(why, size, "no other node is up: add one");
	else
		snprintf(why, size,
			 "volume %s should have %u copies, and only %u other node%s up: add a node, or 'netramctl volume set %s --replicas %u'",
			 volume->name, volume->replicas, nodes,
			 nodes == 1 ? " is" : "s are", volume->name, nodes);
}

/**
 * drain_why() - what keeps the extents of a node where they are
 * @node: the node
 * @nodes: all there are
 * @volume: the first of all there are
 * @why: where to put it
 * @size: room there, DRAIN_WHY_SIZE
 *
 * Of a full node the module does not tell, so that is what is left when nothing else
 * is found.
 */
void drain_why(const struct netram_node *node, const struct netram_node *nodes,
	       const struct netram_volume *volume, char *why, size_t size)
{
	unsigned int others = nodes_for_copies(nodes);
	const struct netram_session *session;

	snprintf(why, size,
		 "the other nodes have no room: add a node, or give them more memory");
	for (; volume; volume = volume->next) {
		session = session_with(volume, node->name);
		if (!session || !session->extents)
			continue;
		if (session->state != NETRAM_SESSION_UP)
			why_away(node, why_held(volume, node->name), why, size);
		else if (volume->replicas > others)
			why_few(volume, others, why, size);
		else
			continue;
		return;
	}
}
