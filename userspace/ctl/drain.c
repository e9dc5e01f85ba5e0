// SPDX-License-Identifier: GPL-2.0
/* How a node's draining gets on, how long it will take, what is in its way. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "progress.h"
#include "show.h"

void ctl_drain_start(struct ctl_drain *d, uint64_t extents, uint64_t copied,
		     uint64_t now_ms)
{
	d->start = extents;
	d->left = extents;
	d->copied = copied;
	d->began_ms = now_ms;
	d->moved_ms = now_ms;
}

/* One large extent may be on its way for long: copied pages count as well. */
void ctl_drain_look(struct ctl_drain *d, uint64_t extents, uint64_t copied,
		    uint64_t now_ms)
{
	if (extents < d->left || copied > d->copied)
		d->moved_ms = now_ms;
	if (extents > d->start)
		d->start = extents;
	d->left = extents;
	d->copied = copied;
}

bool ctl_drain_stuck(const struct ctl_drain *d, uint64_t now_ms)
{
	return now_ms - d->moved_ms >= CTL_DRAIN_STUCK_MS;
}

/* "" as long as nobody can tell. */
struct ctl_human ctl_drain_rest(const struct ctl_drain *d, uint64_t now_ms)
{
	uint64_t gone = d->start - d->left, s;
	struct ctl_human h = { "" };

	if (!gone)
		return h;
	s = (now_ms - d->began_ms) / 1000.0 * d->left / gone;
	if (s < 100)
		snprintf(h.text, sizeof(h.text), ", %" PRIu64 " s", s);
	else if (s < 100 * 60)
		snprintf(h.text, sizeof(h.text), ", %" PRIu64 " min", s / 60);
	else
		snprintf(h.text, sizeof(h.text), ", %" PRIu64 " h", s / 3600);
	return h;
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

/* What keeps the extents of a node where they are. Of a full node the module
 * does not tell, so that is what is left when nothing else is found.
 */
void ctl_drain_why(const struct netram_node *node,
		   const struct netram_node *nodes,
		   const struct netram_volume *volume, char *why, size_t size)
{
	unsigned int others = ctl_nodes_for_copies(nodes);
	const struct netram_session *session;

	snprintf(why, size,
		 "the other nodes have no room: add a node, or give them more memory");
	for (; volume; volume = volume->next) {
		session = session_with(volume, node->name);
		if (!session || !session->extents)
			continue;
		if (session->state != NETRAM_SESSION_UP)
			why_away(node, volume->replicas == 1 ?
				 "there is no other copy" :
				 "there is no other copy, or no room for one",
				 why, size);
		else if (volume->replicas > others)
			why_few(volume, others, why, size);
		else
			continue;
		return;
	}
}
