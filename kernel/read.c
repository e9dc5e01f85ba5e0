// SPDX-License-Identifier: GPL-2.0
/*
 * Reads fetch the pages that are present; the rest are zeroes: read_layout.c.
 *
 * Checksums: a read takes no lock, so it may meet a write of the same page
 * half-way and see either version, which is allowed, but a checksum of the
 * other. So a mismatch is first tried again as the owner of its pages, with no
 * writer beside it; only then is it believed.
 *
 * Where there are several copies, a read that fails at one is tried at another,
 * and fails only when none is left; read_choice.c says which is asked. A round of which
 * no copy gives all pages is split: one page may be had here, the next one there, and
 * one that cannot be had does not take the others along.
 *
 * Where the volume has a backup, that is asked when no copy can be, and for pages
 * that it alone has. A round goes either there or to a node.
 */
#include "read.h"
#include "backup.h"
#include "extent.h"
#include "hedge.h"
#include "integrity.h"
#include "log.h"
#include "read_choice.h"
#include "read_layout.h"

/* This round has its pages, or they have failed. */
static void round_through(struct netram_router *r, struct netram_cmd *cmd)
{
	cmd->tried = 0;
	if (likely(cmd->pos == cmd->pages))
		netram_router_finish(r, cmd, 0);
	else
		netram_router_wait(r, cmd);
}

/* What has come is not used: it is read again. */
static void in_vain(const struct netram_cmd *cmd)
{
	netram_session_vain(cmd->session, NETRAM_FOR_REQUEST,
			    netram_cmd_pages(cmd));
}

static void read_again(struct netram_router *r, struct netram_cmd *cmd)
{
	in_vain(cmd);
	cmd->flags |= NETRAM_CMD_F_VERIFY;
	cmd->pos = 0;
	cmd->tried = 0;
	cmd->nr_runs = 0;
	netram_stats_add(r->stats, NETRAM_STAT_CHECKSUM_RETRIES, 1);
	netram_router_wait(r, cmd);
}

/* Read as their owner, and still not what was written. */
static void fail_corrupt(struct netram_router *r, struct netram_cmd *cmd,
			 s64 page)
{
	netram_corruption_note(cmd->flags & NETRAM_CMD_F_SAVE ?
			       &r->backup->corruption :
			       &cmd->session->corruption,
			       page, NETRAM_CORRUPT_UNREADABLE);
	for (; page >= 0;
	     page = netram_integrity_verify(&r->pages, cmd, page + 1)) {
		netram_warn_ratelimited(cmd->flags & NETRAM_CMD_F_SAVE ?
					r->label : cmd->session->cfg.label,
					"page %lld is not what was written: checksum does not match",
					page);
		netram_stats_add(r->stats, NETRAM_STAT_CHECKSUM_ERRORS, 1);
		netram_read_fail_page(r, cmd, page, -EILSEQ);
	}
}

/* Have no node's copies them any more? */
static bool now_lost(struct netram_router *r, const struct netram_cmd *cmd)
{
	u64 first, end;
	u32 i;

	for (i = 0; i < cmd->nr_runs; i++) {
		first = cmd->page + cmd->runs[i].first;
		end = first + cmd->runs[i].pages;
		if (find_next_bit(r->pages.lost, end, first) < end)
			return true;
	}
	return false;
}

/*
 * A copy that is not in sync was found to lack nothing. Perhaps that is because it is
 * in sync by now, and what it lacked is lost.
 */
static bool lost_meanwhile(struct netram_router *r, const struct netram_cmd *cmd,
			   int copy)
{
	if (likely(netram_set_in(cmd->set, NETRAM_IN(INSYNC)) & (1U << copy)))
		return false;
	smp_rmb(); /* pairs with lose() */
	return now_lost(r, cmd);
}

/*
 * May the answer be believed: a copy that was given up meanwhile was trimmed,
 * perhaps before it was read.
 */
static bool still_copy(struct netram_router *r, const struct netram_cmd *cmd)
{
	union netram_set set =
		netram_router_set(r, netram_router_extent(r, cmd->page));

	if (likely(set.word == cmd->set.word))
		return true;
	return netram_set_same(set, cmd->set) & (1U << cmd->replica) &
	       netram_set_in(set, NETRAM_IN(INSYNC) | NETRAM_IN_PARTIAL);
}

static void begin_anew(struct netram_router *r, struct netram_cmd *cmd)
{
	cmd->pos = cmd->round;
	cmd->nr_runs = 0;
	netram_router_wait(r, cmd);
}

/* Begin this round anew, from another copy if there is one. */
static void read_elsewhere(struct netram_router *r, struct netram_cmd *cmd)
{
	netram_stats_add(r->stats, NETRAM_STAT_FAILOVERS, 1);
	begin_anew(r, cmd);
}

/*
 * Copies that have this round's pages, as far as anybody knows: their nodes may be away,
 * and have not refused it.
 */
static u8 may_have(struct netram_router *r, const struct netram_cmd *cmd,
		   union netram_set set)
{
	u8 left = ~(cmd->tried >> NETRAM_TRIED_REFUSED);
	u8 partial = netram_set_in(set, NETRAM_IN_PARTIAL) & left;

	return (netram_set_in(set, NETRAM_IN(INSYNC)) & left) |
	       netram_read_not_behind(r, cmd, partial);
}

/* Return: whether a copy that can be reached may have them, or one is to be waited for. */
static bool go_on(struct netram_router *r, const struct netram_cmd *cmd,
		  union netram_set set)
{
	u8 may = may_have(r, cmd, set);

	return netram_extent_up(r, set, may & ~cmd->tried) ||
	       (may && !netram_router_overdue(r, cmd));
}

/* Return: whether this round's pages are to be asked for one by one from now on. */
static bool split(struct netram_cmd *cmd)
{
	if (netram_cmd_pages(cmd) == 1)
		return false;
	cmd->flags |= NETRAM_CMD_F_SINGLY;
	cmd->tried = 0;
	return true;
}

/* Nobody gives this round's pages, for longer than they may be waited for. */
static void fail_round(struct netram_router *r, struct netram_cmd *cmd, int error)
{
	u64 page, end;
	u32 i;

	for (i = 0; i < cmd->nr_runs; i++) {
		page = cmd->page + cmd->runs[i].first;
		for (end = page + cmd->runs[i].pages; page < end; page++)
			if (r->backup)
				netram_read_fail_lost(r, cmd, page, error);
			else
				netram_read_fail_page(r, cmd, page, error);
	}
	round_through(r, cmd);
}

/*
 * A round of one page fails alone. Another one was not worth splitting: no node that can be
 * reached has any of it.
 */
static void fail(struct netram_router *r, struct netram_cmd *cmd, int error)
{
	if (cmd->pages > 1 && netram_cmd_pages(cmd) == 1 && error != -EBADE)
		fail_round(r, cmd, error);
	else
		netram_router_finish(r, cmd, error);
}

/*
 * The node did not give the pages. Return: whether another copy may have them, or
 * this one when its node is back.
 */
static bool try_elsewhere(struct netram_router *r, struct netram_cmd *cmd)
{
	union netram_set set =
		netram_router_set(r, netram_router_extent(r, cmd->page));

	/* Others by now, or in other places: what was tried says nothing. */
	if (set.word != cmd->set.word) {
		cmd->tried = 0;
		return true;
	}
	/* A copy that is alone parks what its node cannot answer. */
	if (!(cmd->flags & NETRAM_CMD_F_NOWAIT))
		return false;
	netram_cmd_tried(cmd, cmd->replica, cmd->error);
	if (netram_read_choose(r, cmd, set) >= 0)
		return true;
	/* start_backed() goes on: with the backup, or by waiting for a node. */
	if (r->backup && (cmd->error == -ENOTCONN ||
			  netram_backup_has(r, cmd->page + cmd->runs[0].first)))
		return true;
	if (netram_session_answered(cmd->error))
		return go_on(r, cmd, set);
	if (cmd->error != -ENOTCONN)
		return false;
	cmd->error = netram_router_overdue(r, cmd);
	cmd->tried = 0;
	return !cmd->error;
}

/**
 * netram_read_account() - count what a node has done, or has not
 * @leg: a read it was sent, that is done
 *
 * Context: any.
 */
void netram_read_account(const struct netram_cmd *leg)
{
	if (leg->flags & NETRAM_CMD_F_NOWAIT)
		netram_read_answered(leg);
	if (likely(!leg->error))
		netram_session_count(leg);
	else
		netram_session_refused(leg);
}

/*
 * No other copy can be asked: those of the corrupt pages that the backup has are
 * read there, and brought back from there. Return: whether it has one.
 */
static bool banish_corrupt(struct netram_router *r, struct netram_cmd *cmd,
			   s64 page)
{
	bool any = false;

	if (!r->backup)
		return false;
	for (; page >= 0;
	     page = netram_integrity_verify(&r->pages, cmd, page + 1)) {
		if (!test_bit(page, r->pages.saved))
			continue;
		netram_warn_ratelimited(cmd->session->cfg.label,
					"page %lld is not what was written: reading the backup",
					page);
		netram_corruption_note(&cmd->session->corruption, page,
				       NETRAM_CORRUPT_ELSEWHERE);
		netram_pages_forsake(&r->pages, page);
		netram_stats_add(r->stats, NETRAM_STAT_CHECKSUM_ERRORS, 1);
		netram_stats_add(r->stats, NETRAM_STAT_REPAIRS, 1);
		any = true;
	}
	if (any)
		netram_backup_extent(r->backup,
				     netram_router_extent(r, cmd->page));
	return any;
}

/*
 * All pages that do not match are corrupt at this copy; another may have them.
 * Return: whether to read them there.
 *
 * A copy that is out of sync has these pages if they are not behind there, but the
 * mover copies from those in sync only, so nothing may be marked as to be copied. One
 * in sync whose node is away must not be left as the only one: nobody could write. So
 * such copies are only read, as soon as one can be reached; until then this copy is
 * asked again and again. When that takes too long the corrupt pages fail, and only they.
 */
static bool mend(struct netram_router *r, struct netram_cmd *cmd, s64 page)
{
	u8 left = ~(cmd->tried | 1U << cmd->replica);
	u8 insync = netram_set_in(cmd->set, NETRAM_IN(INSYNC)) & left;

	if (!netram_extent_up(r, cmd->set, insync)) {
		if (banish_corrupt(r, cmd, page))
			return true;
		netram_cmd_tried(cmd, cmd->replica, -EILSEQ);
		return go_on(r, cmd, cmd->set);
	}
	netram_warn_ratelimited(cmd->session->cfg.label,
				"page %lld is not what was written: reading another copy",
				page);
	netram_corruption_note(&cmd->session->corruption, page,
			       NETRAM_CORRUPT_ELSEWHERE);
	for (; page >= 0;
	     page = netram_integrity_verify(&r->pages, cmd, page + 1)) {
		netram_extent_distrust(r, page, cmd->set, cmd->replica);
		netram_stats_add(r->stats, NETRAM_STAT_CHECKSUM_ERRORS, 1);
	}
	netram_cmd_tried(cmd, cmd->replica, -EILSEQ);
	return true;
}

/**
 * netram_read_land() - a read has its data, or cannot have them
 * @cmd: the request's own command, with error, session and replica set, no leg of it
 *   under way
 *
 * Context: any but hard interrupt.
 */
void netram_read_land(struct netram_cmd *cmd)
{
	struct netram_router *r = cmd->router;
	s64 bad = -1;

	if (unlikely(cmd->error)) {
		if (try_elsewhere(r, cmd))
			read_elsewhere(r, cmd);
		else if (netram_session_answered(cmd->error) && split(cmd))
			begin_anew(r, cmd);
		else
			fail(r, cmd, cmd->error);
		return;
	}
	if (unlikely(!still_copy(r, cmd))) {
		in_vain(cmd);
		read_elsewhere(r, cmd);
		return;
	}
	if (r->pages.crc)
		bad = netram_integrity_verify(&r->pages, cmd, cmd->page);
	if (unlikely(bad >= 0)) {
		if (!(cmd->flags & NETRAM_CMD_F_VERIFY)) {
			read_again(r, cmd);
			return;
		}
		if (mend(r, cmd, bad)) {
			in_vain(cmd);
			read_elsewhere(r, cmd);
			return;
		}
		if (!netram_set_single(cmd->set) && split(cmd)) {
			in_vain(cmd);
			begin_anew(r, cmd);
			return;
		}
		fail_corrupt(r, cmd, bad);
	}
	round_through(r, cmd);
}

static void read_done(struct netram_cmd *cmd)
{
	netram_read_account(cmd);
	if (likely(netram_hedge_through(cmd)))
		netram_read_land(cmd);
}

/*
 * The backup has not given the pages. Several of them are tried again one by one:
 * one that cannot be read must not take the others along.
 */
static void not_from_backup(struct netram_router *r, struct netram_cmd *cmd)
{
	if (cmd->flags & NETRAM_CMD_F_SINGLY)
		cmd->tried |= NETRAM_TRIED_BACKUP;
	else
		cmd->tried = 0;
	cmd->flags |= NETRAM_CMD_F_SINGLY;
	begin_anew(r, cmd);
}

/* The one page of this round is corrupt there; it is owned. */
static void backup_corrupt(struct netram_router *r, struct netram_cmd *cmd,
			   u64 page)
{
	netram_stats_add(r->stats, NETRAM_STAT_BACKUP_ERRORS, 1);
	if (test_bit(page, r->pages.lost)) {
		fail_corrupt(r, cmd, page);
		round_through(r, cmd);
		return;
	}
	netram_warn_ratelimited(r->label,
				"page %llu of the backup is not what was written",
				page);
	netram_corruption_note(&r->backup->corruption, page,
			       NETRAM_CORRUPT_ELSEWHERE);
	netram_pages_doubt(&r->pages, page);
	netram_backup_extent(r->backup, netram_router_extent(r, page));
	not_from_backup(r, cmd);
}

static void backup_read_done(struct netram_cmd *cmd, int error)
{
	struct netram_router *r = cmd->router;
	s64 bad = -1;

	if (unlikely(error)) {
		not_from_backup(r, cmd);
		return;
	}
	if (r->pages.crc)
		bad = netram_integrity_verify(&r->pages, cmd, cmd->page);
	if (unlikely(bad >= 0)) {
		/* Alone, and as their owner; as read_again(). */
		if (cmd->flags & NETRAM_CMD_F_VERIFY &&
		    cmd->flags & NETRAM_CMD_F_SINGLY) {
			backup_corrupt(r, cmd, bad);
			return;
		}
		cmd->flags |= NETRAM_CMD_F_VERIFY | NETRAM_CMD_F_SINGLY;
		netram_stats_add(r->stats, NETRAM_STAT_CHECKSUM_RETRIES, 1);
		begin_anew(r, cmd);
		return;
	}
	round_through(r, cmd);
}

static void read_backup(struct netram_router *r, struct netram_cmd *cmd)
{
	netram_outage_note(&r->backup->serving, false);
	cmd->flags |= NETRAM_CMD_F_SAVE;
	netram_backup_submit(r->backup, cmd, backup_read_done);
}

/* For an extent that has other copies. */
static void note_sent(struct netram_router *r, struct netram_session *s,
		      struct netram_cmd *cmd)
{
	bool hedge = READ_ONCE(r->params.hedge_us);

	if (likely(hedge))
		netram_hedge_arm(cmd);
	netram_read_sent(s, cmd);
	/* After a full barrier: if it is about to stop, it sees our read. */
	if (unlikely(hedge && !READ_ONCE(r->hedge.ticking)))
		netram_hedge_wake(&r->hedge);
}

/*
 * Are the copies others than before we looked which pages are lost? One that is not
 * lost now may have been in between, and been written since, but not to the copy that
 * we are about to ask.
 */
static bool changed(struct netram_router *r, const struct netram_cmd *cmd)
{
	smp_rmb(); /* the lost bits are cleared after the set is exchanged */
	return netram_router_set(r, netram_router_extent(r, cmd->page)).word !=
	       cmd->set.word;
}

/* No copy has all of this round. Return: whether one has some, and is asked for that. */
static bool read_apart(struct netram_router *r, struct netram_cmd *cmd)
{
	if (!netram_read_some(r, cmd, cmd->set) || !split(cmd))
		return false;
	begin_anew(r, cmd);
	return true;
}

/* Return: as netram_read_start(). */
static bool send_read(struct netram_router *r, struct netram_cmd *cmd)
{
	union netram_set set = cmd->set;
	struct netram_session *s = NULL;
	int i = 0, err;
	bool anew;

	if (likely(netram_set_single(set))) {
		cmd->flags &= ~NETRAM_CMD_F_NOWAIT;
	} else {
		cmd->flags |= NETRAM_CMD_F_NOWAIT;
		i = netram_read_choose(r, cmd, set);
	}
	/*
	 * Afterwards: one that is back may be in sync no more, because another one was
	 * back before and has decided which version counts (unequal.c).
	 */
	anew = !set.word || changed(r, cmd);
	if (unlikely(i >= 0 && lost_meanwhile(r, cmd, i)))
		anew = true;
	if (likely(i >= 0 && !anew))
		s = netram_router_session(r, set.slot[i]);
	if (likely(s)) {
		cmd->replica = i;
		cmd->done = read_done;
		if (cmd->flags & NETRAM_CMD_F_NOWAIT)
			note_sent(r, s, cmd);
		netram_router_submit(r, s, cmd);
		return true;
	}
	if (!anew && i < 0 && read_apart(r, cmd))
		return true;
	err = anew ? 0 : netram_router_overdue(r, cmd);
	if (err) {
		fail(r, cmd, err);
		return true;
	}
	/*
	 * Other copies by now. Or dropped since, and its extent unplaced: next time
	 * it is a hole. Or lost: next time it fails.
	 */
	cmd->pos = cmd->round;
	cmd->tried = 0;
	/*
	 * Perhaps for long: writes and the mover must get at the pages of a read
	 * that owns them. netram_read_start() owns them again.
	 */
	netram_router_lend(r, cmd);
	return false;
}

/* Return: false if the copy was given up meanwhile. */
static bool read_copy(struct netram_router *r, struct netram_cmd *cmd, int copy)
{
	struct netram_session *s = netram_router_session(r,
							 cmd->set.slot[copy]);

	if (unlikely(!s))
		return false;
	cmd->replica = copy;
	cmd->done = read_done;
	/* Also of a copy that is alone: not parked, for there is the backup. */
	cmd->flags |= NETRAM_CMD_F_NOWAIT;
	if (netram_set_single(cmd->set))
		netram_read_sent(s, cmd);
	else
		note_sent(r, s, cmd);
	netram_router_submit(r, s, cmd);
	return true;
}

/*
 * What only the backup had may have come back to another node since the copy was
 * chosen: this one lacks it now, and it does not count as lost any more.
 */
static bool lags(struct netram_router *r, const struct netram_cmd *cmd,
		 int copy)
{
	if (netram_set_in(cmd->set, NETRAM_IN(INSYNC)) & (1U << copy))
		return false;
	smp_rmb(); /* pairs with the barrier between behind and lost: settle() */
	return !netram_read_not_behind(r, cmd, 1U << copy);
}

/* As netram_read_start(), with a backup. */
static bool start_backed(struct netram_router *r, struct netram_cmd *cmd)
{
	bool saved, anew;
	int copy;

	netram_read_guess(r, cmd);
	copy = cmd->set.word ? netram_read_choose(r, cmd, cmd->set) : -1;
	smp_rmb(); /* pairs with lose(): see lost_meanwhile() */
	saved = netram_read_lay_out_backed(r, cmd, copy >= 0);
	cmd->flags &= ~NETRAM_CMD_F_SAVE;
	if (!cmd->nr_runs) {
		netram_router_finish(r, cmd, 0);
		return true;
	}
	if (READ_ONCE(r->fenced)) {
		netram_router_finish(r, cmd, -EBADE);
		return true;
	}
	if (saved) {
		read_backup(r, cmd);
		return true;
	}
	anew = changed(r, cmd) || (copy >= 0 && lags(r, cmd, copy));
	if (copy >= 0 && !anew && read_copy(r, cmd, copy))
		return true;
	if (!anew && copy < 0 && read_apart(r, cmd))
		return true;
	/* Only they fail: others of the request may be on the backup. */
	if (!anew && netram_router_overdue(r, cmd)) {
		fail_round(r, cmd, -ETIMEDOUT);
		return true;
	}
	cmd->pos = cmd->round;
	cmd->tried = 0;
	netram_router_lend(r, cmd);
	return false;
}

/*
 * The copies first, then what they have lost: if they lose something in between, the
 * set changes, and the answer is not believed. The set may have changed just now, and
 * what is lost by that not yet be marked: then wait for lose() to be through.
 */
static union netram_set copies_of(struct netram_router *r, u64 page)
{
	union netram_set set = netram_router_set(r, netram_router_extent(r, page));
	unsigned long flags;

	smp_rmb(); /* pairs with the exchange in lose(), and the store before it */
	if (unlikely(READ_ONCE(r->losing))) {
		spin_lock_irqsave(&r->loss_lock, flags);
		spin_unlock_irqrestore(&r->loss_lock, flags);
	}
	smp_rmb(); /* pairs with the release in lose() */
	return set;
}

/**
 * netram_read_start() - begin or go on with a read
 * @r: the router
 * @cmd: the command; cmd->pos says how far it got
 *
 * Context: process, does not sleep.
 * Return: false if the command must wait; the caller sees to it.
 */
bool netram_read_start(struct netram_router *r, struct netram_cmd *cmd)
{
	if ((cmd->flags & NETRAM_CMD_F_VERIFY) && !netram_router_own(r, cmd))
		return false;
	cmd->round = cmd->pos;
	cmd->set = copies_of(r, cmd->page);
	if (unlikely(r->backup))
		return start_backed(r, cmd);
	netram_read_lay_out(r, cmd);
	if (!cmd->nr_runs) {
		netram_router_finish(r, cmd, 0);
		return true;
	}
	return send_read(r, cmd);
}
