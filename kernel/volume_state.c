// SPDX-License-Identifier: GPL-2.0
/*
 * How a volume is, and why, in a word and in a phrase for people: the worst that
 * holds, in both the same order.
 */
#include "backup.h"
#include "bdev.h"
#include "census.h"
#include "volume.h"

/**
 * netram_volume_state() - may the volume's pages be reached
 * @volume: the volume
 *
 * Context: process.
 * Return: the state.
 */
enum netram_volume_state netram_volume_state(struct netram_volume *volume)
{
	enum netram_volume_state state = NETRAM_VOLUME_OK;
	struct netram_session *s;
	u32 slot;

	if (READ_ONCE(volume->router.fenced))
		return NETRAM_VOLUME_FENCED;
	if (netram_router_waits(&volume->router) &&
	    netram_outage_lasts(&volume->router.outage))
		return NETRAM_VOLUME_WAITING;
	if (netram_pages_gone(&volume->router.pages))
		return NETRAM_VOLUME_LOST;
	if (volume->router.backup &&
	    netram_backup_serves(volume->router.backup))
		return NETRAM_VOLUME_BACKUP;
	if (volume->router.backup && READ_ONCE(volume->router.backup->failed))
		return NETRAM_VOLUME_DEGRADED;
	if (READ_ONCE(volume->router.replicas) > 1)
		return netram_extents_degraded(&volume->router) ?
		       NETRAM_VOLUME_DEGRADED : NETRAM_VOLUME_OK;
	rcu_read_lock();
	for (slot = 0; slot < NETRAM_NODES_MAX; slot++) {
		s = rcu_dereference(volume->router.sessions[slot]);
		if (s && atomic_read(&s->extents) && !netram_session_up(s))
			state = NETRAM_VOLUME_DEGRADED;
	}
	rcu_read_unlock();
	return state;
}

/* The nodes that are away and have extents, as far as there is room. */
static void name_away(struct netram_router *r, char *buf, size_t len)
{
	struct netram_session *s;
	size_t at = 0;
	u32 slot;

	buf[0] = 0;
	rcu_read_lock();
	for (slot = 0; slot < NETRAM_NODES_MAX; slot++) {
		s = rcu_dereference(r->sessions[slot]);
		if (s && atomic_read(&s->extents) && !netram_session_up(s))
			at += scnprintf(buf + at, len - at, "%s%s",
					at ? ", " : "",
					strchr(s->cfg.label, '/') + 1);
	}
	rcu_read_unlock();
}

/**
 * netram_volume_reason() - why the state is what it is
 * @volume: the volume
 * @buf: where to put a phrase, "" if there is nothing to say
 * @len: room there
 *
 * Context: process.
 */
void netram_volume_reason(struct netram_volume *volume, char *buf, size_t len)
{
	struct netram_router *r = &volume->router;
	char away[128];

	name_away(r, away, sizeof(away));
	buf[0] = 0;
	/* pairs with netram_router_fence() */
	if (smp_load_acquire(&r->fenced))
		snprintf(buf, len, "taken over by %s", r->holder);
	else if (netram_outage_lasts(&r->outage))
		snprintf(buf, len,
			 "no copy of some pages can be reached, so requests %s; away: %s",
			 netram_router_waits(r) ? "wait" : "fail after io_deadline_ms",
			 away[0] ? away : "none");
	else if (netram_pages_gone(&r->pages))
		snprintf(buf, len, "nobody has %llu of its pages any more",
			 netram_pages_gone(&r->pages));
	else if (r->backup && netram_backup_serves(r->backup))
		snprintf(buf, len,
			 "served from the backup, which alone has %llu pages; away: %s",
			 netram_pages_backed(&r->pages),
			 away[0] ? away : "none");
	else if (r->backup && READ_ONCE(r->backup->failed))
		snprintf(buf, len, "writing to the backup %s fails; away: %s",
			 r->backup->bdev->path, away[0] ? away : "none");
	else if (away[0])
		snprintf(buf, len, "away: %s", away);
	else if (netram_volume_state(volume) == NETRAM_VOLUME_DEGRADED)
		snprintf(buf, len, "extents have too few copies in sync");
}
