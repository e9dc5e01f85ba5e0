// SPDX-License-Identifier: GPL-2.0
/*
 * What the module tells about a volume's copies, put together: it counts
 * extents with too few and, for each node, copies that are in sync and not.
 */
#include "show.h"

static uint64_t in_sync(const struct netram_session *session)
{
	return session->extents > session->stale ?
	       session->extents - session->stale : 0;
}

/* Of the average extent, rounded down; but never as many as there should be,
 * however many a few extents have too much while they move.
 */
static uint64_t least(const struct netram_volume *volume, uint64_t all)
{
	uint64_t average;

	if (!volume->degraded || !volume->extents || !volume->replicas)
		return volume->replicas;
	average = all / volume->extents;
	return average < volume->replicas ? average : volume->replicas - 1;
}

void ctl_copies(const struct netram_volume *volume, struct ctl_copies *copies)
{
	const struct netram_session *session;
	uint64_t all = 0;

	*copies = (struct ctl_copies){ 0 };
	for (session = volume->sessions; session; session = session->next) {
		if (session->state == NETRAM_SESSION_UP) {
			all += in_sync(session);
			copies->copying += session->stale;
		} else if (session->extents) {
			copies->away = session->node;
		}
	}
	copies->none = volume->degraded && !all;
	copies->least = least(volume, all);
}
