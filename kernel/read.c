// SPDX-License-Identifier: GPL-2.0
/*
 * Reads fetch the pages that are present; the rest are zeroes.
 *
 * Checksums: a read takes no lock, so it may meet a write of the same page
 * half-way and see either version, which is allowed, but a checksum of the
 * other. So a mismatch is first tried again as the owner of its pages, with no
 * writer beside it; only then is it believed.
 */
#include "read.h"
#include "cursor.h"
#include "integrity.h"
#include "log.h"

/*
 * A page that cannot be had. Only the bio it belongs to fails: swap reads ahead,
 * and a neighbour that is intact must not go down with it.
 */
static void fail_page(struct netram_router *r, struct netram_cmd *cmd, u64 page,
		      int error, enum netram_stat which)
{
	u64 left = (page - cmd->page) << NETRAM_PAGE_SHIFT;
	struct bio *bio = cmd->bio;

	while (bio && left >= bio->bi_iter.bi_size) {
		left -= bio->bi_iter.bi_size;
		bio = bio->bi_next;
	}
	if (!WARN_ON_ONCE(!bio))
		bio->bi_status = errno_to_blk_status(error);
	netram_stats_add(r->stats, which, 1);
	netram_stats_add(r->stats, NETRAM_STAT_ERRORS, 1);
}

/* Fail the lost pages at the start of @from .. @to. Return: the first other. */
static u64 skip_lost(struct netram_router *r, struct netram_cmd *cmd, u64 from,
		     u64 to)
{
	for (; from < to && test_bit(from, r->pages.lost); from++)
		fail_page(r, cmd, from, -ENODATA, NETRAM_STAT_LOST_READS);
	return from;
}

static void add_hole(struct netram_router *r, struct netram_cursor *c, u32 pages)
{
	netram_cursor_zero(c, pages << NETRAM_PAGE_SHIFT);
	netram_stats_add(r->stats, NETRAM_STAT_HOLE_PAGES, pages);
}

/* From cmd->pos on: fill in zeroes, collect what is present. */
static void lay_out_read(struct netram_router *r, struct netram_cmd *cmd)
{
	bool lost = netram_pages_any_lost(&r->pages, cmd->page, cmd->pages);
	const unsigned long *present = r->pages.present;
	u64 at = cmd->page + cmd->pos, end = cmd->page + cmd->pages, from, to;
	struct netram_cursor c;

	netram_cursor_init(&c, cmd->bio);
	netram_cursor_advance(&c, cmd->pos << NETRAM_PAGE_SHIFT);
	cmd->nr_runs = 0;
	for (; at < end && cmd->nr_runs < NETRAM_CMD_RUNS; at = to) {
		from = find_next_bit(present, end, at);
		if (from > at)
			add_hole(r, &c, from - at);
		to = from < end ? find_next_zero_bit(present, end, from) : end;
		at = from;
		if (unlikely(lost)) {
			from = skip_lost(r, cmd, from, to);
			to = find_next_bit(r->pages.lost, to, from);
		}
		netram_cursor_advance(&c, (to - at) << NETRAM_PAGE_SHIFT);
		if (from < to)
			cmd->runs[cmd->nr_runs++] =
				(struct netram_run){ from - cmd->page, to - from };
	}
	cmd->pos = at - cmd->page;
}

static void read_again(struct netram_router *r, struct netram_cmd *cmd)
{
	cmd->flags |= NETRAM_CMD_F_VERIFY;
	cmd->pos = 0;
	cmd->nr_runs = 0;
	netram_stats_add(r->stats, NETRAM_STAT_CHECKSUM_RETRIES, 1);
	netram_router_wait(r, cmd);
}

/* Read as their owner, and still not what was written. */
static void fail_corrupt(struct netram_router *r, struct netram_cmd *cmd,
			 s64 page)
{
	for (; page >= 0;
	     page = netram_integrity_verify(&r->pages, cmd, page + 1)) {
		netram_warn_ratelimited(cmd->session->cfg.label,
					"page %lld is not what was written: checksum does not match",
					page);
		fail_page(r, cmd, page, -EILSEQ, NETRAM_STAT_CHECKSUM_ERRORS);
	}
}

/* The node lost them while the read was parked: what came is not they. */
static void fail_lost(struct netram_router *r, struct netram_cmd *cmd)
{
	u64 page, end;
	u32 i;

	for (i = 0; i < cmd->nr_runs; i++) {
		page = cmd->page + cmd->runs[i].first;
		for (end = page + cmd->runs[i].pages; page < end; page++)
			if (test_bit(page, r->pages.lost))
				fail_page(r, cmd, page, -ENODATA,
					  NETRAM_STAT_LOST_READS);
	}
}

static void read_done(struct netram_cmd *cmd)
{
	struct netram_router *r = netram_router_of(cmd);
	s64 bad = -1;

	if (unlikely(cmd->error)) {
		atomic64_inc(&cmd->session->cfg.peer->errors);
		netram_router_finish(r, cmd, cmd->error);
		return;
	}
	netram_session_count(cmd);
	if (r->pages.crc)
		bad = netram_integrity_verify(&r->pages, cmd, cmd->page);
	else if (netram_pages_any_lost(&r->pages, cmd->page, cmd->pages))
		fail_lost(r, cmd);
	if (unlikely(bad >= 0)) {
		if (!(cmd->flags & NETRAM_CMD_F_VERIFY)) {
			read_again(r, cmd);
			return;
		}
		fail_corrupt(r, cmd, bad);
	}
	if (likely(cmd->pos == cmd->pages))
		netram_router_finish(r, cmd, 0);
	else
		netram_router_wait(r, cmd);
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
	struct netram_session *s;
	u32 pos = cmd->pos;

	if ((cmd->flags & NETRAM_CMD_F_VERIFY) && !netram_router_own(r, cmd))
		return false;
	lay_out_read(r, cmd);
	if (!cmd->nr_runs) {
		netram_router_finish(r, cmd, 0);
		return true;
	}
	s = netram_router_session(r, netram_router_extent(r, cmd->page));
	/* Dropped since, and its extent unplaced: next time it is a hole. */
	if (unlikely(!s)) {
		cmd->pos = pos;
		return false;
	}
	cmd->done = read_done;
	netram_router_submit(r, s, cmd);
	return true;
}
