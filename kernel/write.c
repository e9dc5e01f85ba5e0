// SPDX-License-Identifier: GPL-2.0
/*
 * Writes own their pages (netram_pages_lock), keep zero pages as a mere absence,
 * send the others to all copies that are written to, and set the present bit when
 * a copy in sync has acknowledged them and those that have not are known to be
 * out of sync (netram_extent_settle).
 *
 * Where the volume has a backup, that is one leg more, or, in write-behind mode, is
 * seen to afterwards (backup.c); and where no copy can be reached, or no node has room
 * and the extent cannot go elsewhere, it is the only leg.
 */
#include "write.h"
#include "backup.h"
#include "cursor.h"
#include "extent.h"
#include "fanout.h"
#include "integrity.h"

#define FULL_SPARED	HZ

static bool add_page(struct netram_cmd *cmd, u32 at)
{
	struct netram_run *last;

	if (cmd->nr_runs) {
		last = &cmd->runs[cmd->nr_runs - 1];
		if (last->first + last->pages == at) {
			last->pages++;
			return true;
		}
	}
	if (cmd->nr_runs == NETRAM_CMD_RUNS)
		return false;
	cmd->runs[cmd->nr_runs++] = (struct netram_run){ at, 1 };
	return true;
}

/* From cmd->pos on: drop zero pages, collect the others until runs are used up. */
static void lay_out_write(struct netram_router *r, struct netram_cmd *cmd)
{
	struct netram_pages *pages = &r->pages;
	struct netram_cursor c;
	u32 crc = 0;
	u64 page;

	netram_cursor_init(&c, cmd->bio);
	netram_cursor_advance(&c, cmd->pos << NETRAM_PAGE_SHIFT);
	for (; cmd->pos < cmd->pages; cmd->pos++) {
		page = cmd->page + cmd->pos;
		if (netram_integrity_digest(&c, pages->crc, &crc)) {
			netram_router_drop(r, page, 1);
			netram_stats_add(r->stats, NETRAM_STAT_ZERO_PAGES, 1);
			continue;
		}
		if (!add_page(cmd, cmd->pos))
			break;
		if (pages->crc)
			WRITE_ONCE(pages->crc[page], crc);
		if (test_bit(page, pages->dead))
			clear_bit(page, pages->dead);
	}
}

/* Kept apart from written(): nothing of this is to cost those without a backup. */
static void with_pages(struct netram_router *r, struct netram_cmd *cmd,
			  void (*fn)(struct netram_pages *pages, u64 page))
{
	u64 page, end;
	u32 i;

	for (i = 0; i < cmd->nr_runs; i++) {
		page = cmd->page + cmd->runs[i].first;
		for (end = page + cmd->runs[i].pages; page < end; page++)
			fn(&r->pages, page);
	}
}

static void saved_page(struct netram_pages *pages, u64 page)
{
	netram_pages_settled(pages, page, true);
}

static void unsaved_page(struct netram_pages *pages, u64 page)
{
	netram_pages_settled(pages, page, false);
}

static void written_and_saved(struct netram_router *r, struct netram_cmd *cmd)
{
	with_pages(r, cmd, saved_page);
}

static void written_not_saved(struct netram_router *r, struct netram_cmd *cmd)
{
	with_pages(r, cmd, unsaved_page);
}

static void written(struct netram_router *r, struct netram_cmd *cmd)
{
	u32 i;

	for (i = 0; i < cmd->nr_runs; i++)
		netram_pages_written(&r->pages, cmd->page + cmd->runs[i].first,
				     cmd->runs[i].pages);
}

/*
 * A failed write may have landed or not: either version of a page will do, if all
 * copies have the same, and one that is not present is to be trimmed.
 */
static void not_written(struct netram_router *r, struct netram_cmd *cmd)
{
	struct netram_pages *pages = &r->pages;
	bool diverged = false;
	u64 page, end;
	u32 i;

	for (i = 0; i < cmd->nr_runs; i++) {
		page = cmd->page + cmd->runs[i].first;
		for (end = page + cmd->runs[i].pages; page < end; page++) {
			if (!netram_pages_present(pages, page)) {
				set_bit(page, pages->dead);
				continue;
			}
			diverged = true;
			if (r->backup)
				netram_pages_doubt(pages, page);
			if (pages->crc)
				WRITE_ONCE(pages->crc[page],
					   NETRAM_CRC_UNKNOWN);
		}
	}
	if (diverged && cmd->flags & NETRAM_CMD_F_SENT)
		netram_extent_diverged(r, cmd);
	if (r->backup)
		netram_backup_extent(r->backup,
				     netram_router_extent(r, cmd->page));
	netram_trim_extent(&r->trim, netram_router_extent(r, cmd->page));
}

/*
 * No node has room. The extent may get another place, but only when nobody
 * owns a page of it: so we own none while we wait, and lay out anew.
 */
static void refused(struct netram_router *r, struct netram_cmd *cmd)
{
	not_written(r, cmd);
	cmd->pos = cmd->runs[0].first;
	cmd->nr_runs = 0;
	cmd->flags |= NETRAM_CMD_F_MOVE;
	netram_router_disown(r, cmd);
	netram_router_wait(r, cmd);
}

static void fail_write(struct netram_router *r, struct netram_cmd *cmd,
		       int error)
{
	not_written(r, cmd);
	netram_router_finish(r, cmd, error);
}

/* What is in sync can be reached again some day, or is too late. */
static void not_reached(struct netram_router *r, struct netram_cmd *cmd)
{
	int err = netram_router_overdue(r, cmd);

	netram_fanout_vain(r, cmd);
	if (err)
		fail_write(r, cmd, err);
	else
		netram_router_wait_long(r, cmd);
}

/* A round of it is written. */
static void acknowledged(struct netram_router *r, struct netram_cmd *cmd)
{
	cmd->nr_runs = 0;
	netram_healing_look(&r->healing);
	if (likely(cmd->pos == cmd->pages))
		netram_router_finish(r, cmd, 0);
	else
		netram_router_wait(r, cmd);
}

/* All legs are done. */
static void write_joined(struct netram_cmd *cmd)
{
	u8 acked = netram_fanout_acked(cmd), full = netram_fanout_full(cmd);
	u8 asked = netram_set_in(cmd->set, NETRAM_IN(INSYNC));
	struct netram_router *r = cmd->router;

	if (unlikely(full))
		netram_extent_spare(r, cmd->set, full, FULL_SPARED);
	if (likely(netram_extent_settle(r, cmd, acked, written)))
		acknowledged(r, cmd);
	else if (!(asked & ~full))
		refused(r, cmd);
	else if (!(asked & ~(full | netram_fanout_refused(cmd))))
		fail_write(r, cmd, -EIO);
	else
		not_reached(r, cmd);
}

/* Of a copy that is alone: its node has answered, or was away for too long. */
static void write_done(struct netram_cmd *cmd)
{
	struct netram_router *r = cmd->router;

	if (unlikely(cmd->error == -ENOSPC)) {
		netram_extent_spare(r, cmd->set, 1, FULL_SPARED);
		refused(r, cmd);
	} else if (unlikely(cmd->error == -ENOTCONN)) {
		/* It has waited there, and the node was given up: to another one. */
		netram_router_wait(r, cmd);
	} else if (unlikely(cmd->error)) {
		netram_session_refused(cmd);
		fail_write(r, cmd, cmd->error);
	} else {
		netram_session_count(cmd);
		if (likely(netram_extent_settle(r, cmd, 1, written))) {
			acknowledged(r, cmd);
			return;
		}
		netram_session_vain(cmd->session, NETRAM_FOR_REQUEST,
				    netram_cmd_pages(cmd));
		netram_router_wait(r, cmd);
	}
}

/* Return: false if no copy in sync can be reached now. */
static bool send_to_copies(struct netram_router *r, struct netram_cmd *cmd)
{
	union netram_set set = cmd->set;
	u8 up = netram_extent_up(r, set, netram_set_in(set, NETRAM_IN_WRITABLE));

	if (!(up & netram_set_in(set, NETRAM_IN(INSYNC))))
		return false;
	cmd->flags |= NETRAM_CMD_F_SENT;
	netram_fanout_submit(r, cmd, up, false, write_joined);
	return true;
}

static bool send_to_one(struct netram_router *r, struct netram_cmd *cmd)
{
	struct netram_session *s = netram_router_session(r, cmd->set.slot[0]);

	if (unlikely(!s))
		return false;
	cmd->flags &= ~NETRAM_CMD_F_NOWAIT;
	cmd->flags |= NETRAM_CMD_F_SENT;
	cmd->done = write_done;
	netram_router_submit(r, s, cmd);
	return true;
}

/* ---- with a backup */

static void backed_joined(struct netram_cmd *cmd);

/* No node can be reached: the backup has it alone. */
static void save_alone(struct netram_router *r, struct netram_cmd *cmd)
{
	cmd->flags |= NETRAM_CMD_F_SAVE;
	netram_fanout_submit(r, cmd, 0, true, backed_joined);
}

/* The backup has it, and no node, whatever these may have of it. */
static void saved_alone(struct netram_router *r, struct netram_cmd *cmd)
{
	netram_outage_note(&r->backup->serving, false);
	with_pages(r, cmd, netram_pages_banish);
	netram_backup_extent(r->backup, netram_router_extent(r, cmd->page));
	acknowledged(r, cmd);
}

/* A write with a backup: all legs are done, the backup's too if there was one. */
static void backed_joined(struct netram_cmd *cmd)
{
	u8 acked = netram_fanout_acked(cmd), full = netram_fanout_full(cmd);
	u8 asked = netram_set_in(cmd->set, NETRAM_IN(INSYNC));
	bool saved = netram_fanout_saved(cmd);
	struct netram_router *r = cmd->router;

	if (unlikely(full))
		netram_extent_spare(r, cmd->set, full, FULL_SPARED);
	if (likely(acked && netram_extent_settle_late(r, cmd, acked, saved ?
						      written_and_saved :
						      written_not_saved))) {
		if (!saved)
			netram_backup_extent(r->backup,
					     netram_router_extent(r, cmd->page));
		acknowledged(r, cmd);
	} else if (READ_ONCE(r->fenced)) {
		fail_write(r, cmd, -EBADE);
	} else if (asked && !(asked & ~full)) {
		/* Not to the backup yet, if it was not there: the extent may go elsewhere. */
		refused(r, cmd);
	} else if (saved) {
		saved_alone(r, cmd);
	} else if (!(cmd->flags & NETRAM_CMD_F_SAVE)) {
		save_alone(r, cmd);
	} else if (cmd->flags & NETRAM_CMD_F_FULL) {
		fail_write(r, cmd, -ENOSPC);
	} else if (asked && !(asked & ~(full | netram_fanout_refused(cmd)))) {
		fail_write(r, cmd, -EIO);
	} else {
		not_reached(r, cmd);
	}
}

static void send_backed(struct netram_router *r, struct netram_cmd *cmd)
{
	u8 insync = netram_set_in(cmd->set, NETRAM_IN(INSYNC));
	u8 up = netram_extent_up(r, cmd->set, netram_set_in(cmd->set,
						NETRAM_IN_WRITABLE));
	bool save;

	cmd->flags &= ~NETRAM_CMD_F_SAVE;
	if (unlikely(READ_ONCE(r->fenced))) {
		fail_write(r, cmd, -EBADE);
		return;
	}
	if (!(up & insync) || cmd->flags & NETRAM_CMD_F_FULL) {
		save_alone(r, cmd);
		return;
	}
	cmd->flags |= NETRAM_CMD_F_SENT;
	save = netram_backup_sync(r->backup, cmd);
	if (save)
		cmd->flags |= NETRAM_CMD_F_SAVE;
	netram_fanout_submit(r, cmd, up, save, backed_joined);
}

/* Return: false if the command must wait. */
static bool send_write(struct netram_router *r, struct netram_cmd *cmd)
{
	u64 extent = netram_router_extent(r, cmd->page);
	bool sent = false;
	int err;

	cmd->set = netram_extent_place(r, extent, &err);
	if (unlikely(err && err != -EAGAIN)) {
		if (!r->backup) {
			/* Nothing but what is lost is present where an extent has no place. */
			netram_router_finish(r, cmd, err);
			return true;
		}
		cmd->flags |= NETRAM_CMD_F_FULL;
	}
	if (unlikely(r->backup)) {
		send_backed(r, cmd);
		return true;
	}
	if (likely(netram_set_single(cmd->set)))
		sent = send_to_one(r, cmd);
	else if (cmd->set.word)
		sent = send_to_copies(r, cmd);
	if (likely(sent))
		return true;
	err = netram_router_overdue(r, cmd);
	if (!err)
		return false;
	fail_write(r, cmd, err);
	return true;
}

/* Return: as netram_write_start(). */
static bool start_write(struct netram_router *r, struct netram_cmd *cmd)
{
	if (!netram_router_own(r, cmd))
		return false;
	if (!cmd->nr_runs) {
		cmd->flags &= ~NETRAM_CMD_F_SENT;
		lay_out_write(r, cmd);
	}
	if (cmd->nr_runs)
		return send_write(r, cmd);
	netram_router_finish(r, cmd, 0);
	return true;
}

static bool start_move(struct netram_router *r, struct netram_cmd *cmd)
{
	int err = netram_extent_leave(r, cmd->set,
				      netram_router_extent(r, cmd->page));

	if (err == -EAGAIN && !READ_ONCE(r->fenced) &&
	    !netram_params_overdue(&r->params, cmd->start))
		return false;
	if (err && (!r->backup || err != -ENOSPC || READ_ONCE(r->fenced))) {
		netram_router_finish(r, cmd, READ_ONCE(r->fenced) ? -EBADE :
								     -ENOSPC);
		return true;
	}
	if (err)
		cmd->flags |= NETRAM_CMD_F_FULL;
	cmd->flags &= ~NETRAM_CMD_F_MOVE;
	return start_write(r, cmd);
}

/**
 * netram_write_start() - begin or go on with a write
 * @r: the router
 * @cmd: the command; cmd->pos says how far it got
 *
 * Context: process, does not sleep.
 * Return: false if the command must wait; the caller sees to it.
 */
bool netram_write_start(struct netram_router *r, struct netram_cmd *cmd)
{
	if (unlikely(cmd->flags & NETRAM_CMD_F_MOVE))
		return start_move(r, cmd);
	return start_write(r, cmd);
}
