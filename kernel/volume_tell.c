// SPDX-License-Identifier: GPL-2.0
/*
 * What a volume's sessions, copies and backup tell it: what it does then, and the log
 * and the events by which users hear of it.
 */
#include "volume_tell.h"
#include "backup.h"
#include "bdev.h"
#include "event.h"
#include "log.h"
#include "loss.h"
#include "unequal.h"

static void on_state(struct netram_session *s, enum netram_session_state state)
{
	struct netram_router *r = s->cfg.owner;

	netram_info(s->cfg.label, "%s",
		    state == NETRAM_SESSION_UP ? "connected" : "disconnected");
	netram_event_session(s->cfg.label, state);
	if (state == NETRAM_SESSION_UP)
		netram_router_session_up(r);
	else
		netram_mover_scan(&r->mover);
}

static void on_synced(struct netram_router *r, bool all)
{
	netram_event_sync(r->label, all);
}

static void on_verified(struct netram_router *r, enum netram_verify_state how)
{
	netram_event_verify(r->label, how);
}

static void on_lost(struct netram_session *s)
{
	struct netram_router *r = s->cfg.owner;
	u64 lost = netram_extents_lost(r, s);

	if (r->backup && netram_pages_backed(&r->pages))
		netram_info(s->cfg.label,
			    "node came back without its memory: pages come back from the backup");
	if (!lost)
		return;
	netram_warn(s->cfg.label,
		    "node came back without its memory: %llu pages are lost",
		    lost);
	netram_healing_lost(&r->healing, s->cfg.label);
}

/**
 * netram_volume_tell_given_up() - a node was given up
 * @s: the session with it
 * @lost: pages of which there is no copy any more
 *
 * Context: process.
 */
void netram_volume_tell_given_up(struct netram_session *s, u64 lost)
{
	struct netram_router *r = s->cfg.owner;

	netram_warn(s->cfg.label, "node was given up: %llu pages are lost",
		    lost);
	if (lost)
		netram_healing_lost(&r->healing, s->cfg.label);
}

static void on_back(struct netram_session *s)
{
	netram_unequal_back(s->cfg.owner, s);
}

/*
 * A read waits for the only copy; there is another by now, or the page is there no
 * more. A write keeps others from its pages, so there cannot be.
 */
static bool on_elsewhere(struct netram_session *s, const struct netram_cmd *cmd)
{
	struct netram_router *r = s->cfg.owner;

	return cmd->op == NETRAM_OP_READ &&
	       netram_router_set(r, netram_router_extent(r, cmd->page)).word !=
	       cmd->set.word;
}

static void on_replayed(struct netram_session *s, u32 commands)
{
	struct netram_router *r = s->cfg.owner;

	netram_stats_add(r->stats, NETRAM_STAT_REPLAYS, commands);
}

static void on_parked(struct netram_session *s, bool failed)
{
	struct netram_router *r = s->cfg.owner;

	netram_outage_note(&r->outage, failed);
}

static void on_taken(struct netram_session *s, const char *host)
{
	struct netram_router *r = s->cfg.owner;

	if (!READ_ONCE(r->fenced)) {
		netram_warn(s->cfg.label,
			    "%s has taken this volume over: all requests fail from now on",
			    host);
		netram_event_taken(s->cfg.label);
	}
	netram_router_fence(r, host);
}

static void on_corrupt(struct netram_session *s, u64 page,
		       enum netram_corrupt how)
{
	netram_event_corrupt(s->cfg.label, page, how);
}

const struct netram_session_ops netram_volume_session_ops = {
	.state		= on_state,
	.lost		= on_lost,
	.back		= on_back,
	.elsewhere	= on_elsewhere,
	.replayed	= on_replayed,
	.parked		= on_parked,
	.taken		= on_taken,
	.corrupt	= on_corrupt,
};

static void on_outage(struct netram_outage *o, bool on)
{
	struct netram_router *r = container_of(o, struct netram_router, outage);

	if (!on)
		netram_warn_ratelimited(r->label,
					"no request waits for a node any more");
	else if (netram_router_waits(r))
		netram_warn_ratelimited(r->label,
					"no copy of some pages can be reached: requests wait until a node is back (on_loss is wait)");
	else
		netram_warn_ratelimited(r->label,
					"no copy of some pages can be reached: requests fail after io_deadline_ms (on_loss is error)");
	netram_event_waiting(r->label, on);
}

static void on_healing(struct netram_healing *h, const char *label)
{
	struct netram_router *r = container_of(h, struct netram_router, healing);

	if (label) {
		netram_event_lost(label);
		return;
	}
	netram_info(r->label, "no page is lost any more");
	netram_event_none_lost(r->label);
}

static void on_serving(struct netram_outage *o, bool on)
{
	struct netram_backup *b = container_of(o, struct netram_backup, serving);

	if (on)
		netram_warn_ratelimited(b->router->label,
					"no node has some pages: they are served from the backup");
	else
		netram_warn_ratelimited(b->router->label,
					"no request is served from the backup any more");
	netram_event_backup(b->router->label, on);
}

static void on_backup_failed(struct netram_backup *b, bool failed)
{
	if (failed)
		netram_warn_ratelimited(b->router->label,
					"backup %s: writing fails; going on without it",
					b->bdev->path);
	else
		netram_warn_ratelimited(b->router->label,
					"backup %s works again", b->bdev->path);
	netram_event_backup_failed(b->router->label, failed);
}

static void on_backup_corrupt(struct netram_corruption *c, u64 page,
			      enum netram_corrupt how)
{
	struct netram_backup *b = container_of(c, struct netram_backup,
					       corruption);

	netram_event_backup_corrupt(b->router->label, page, how);
}

/**
 * netram_volume_hear() - be told by a volume's router
 * @r: the router
 *
 * Context: any.
 */
void netram_volume_hear(struct netram_router *r)
{
	r->synced = on_synced;
	r->verified = on_verified;
	r->outage.tell = on_outage;
	r->healing.tell = on_healing;
}

/**
 * netram_volume_hear_backup() - be told by a volume's backup
 * @b: the backup
 *
 * Context: any.
 */
void netram_volume_hear_backup(struct netram_backup *b)
{
	b->tell = on_backup_failed;
	b->serving.tell = on_serving;
	b->corruption.tell = on_backup_corrupt;
}
