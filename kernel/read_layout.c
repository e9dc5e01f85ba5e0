// SPDX-License-Identifier: GPL-2.0
/*
 * Which pages of a read have to be fetched in a round, and from where: what was never
 * written is zeroes, what is lost fails, and of the rest a round goes either to a node or
 * to the backup.
 */
#include "read_layout.h"
#include "cursor.h"

/**
 * netram_read_fail_page() - a page cannot be had
 * @r: the router
 * @cmd: the read
 * @page: the page, one of the command's
 * @error: negative errno
 *
 * Only the bio it belongs to fails: swap reads ahead, and a neighbour that is intact must
 * not go down with it.
 *
 * Context: any; the caller owns @cmd.
 */
void netram_read_fail_page(struct netram_router *r, struct netram_cmd *cmd,
			   u64 page, int error)
{
	u64 left = (page - cmd->page) << NETRAM_PAGE_SHIFT;
	struct bio *bio = cmd->bio;

	while (bio && left >= bio->bi_iter.bi_size) {
		left -= bio->bi_iter.bi_size;
		bio = bio->bi_next;
	}
	if (!WARN_ON_ONCE(!bio))
		bio->bi_status = errno_to_blk_status(error);
	netram_stats_add(r->stats, NETRAM_STAT_ERRORS, 1);
}

/**
 * netram_read_fail_lost() - as netram_read_fail_page(), for nobody has it
 * @r: the router
 * @cmd: the read
 * @page: the page
 * @error: negative errno
 *
 * Context: any; the caller owns @cmd.
 */
void netram_read_fail_lost(struct netram_router *r, struct netram_cmd *cmd,
			   u64 page, int error)
{
	netram_stats_add(r->stats, NETRAM_STAT_LOST_READS, 1);
	netram_read_fail_page(r, cmd, page, error);
}

/* Fail the lost pages at the start of @from .. @to. Return: the first other. */
static u64 skip_lost(struct netram_router *r, struct netram_cmd *cmd, u64 from,
		     u64 to)
{
	for (; from < to && test_bit(from, r->pages.lost); from++)
		netram_read_fail_lost(r, cmd, from, -ENODATA);
	return from;
}

static void add_hole(struct netram_router *r, struct netram_cursor *c, u32 pages)
{
	netram_cursor_zero(c, pages << NETRAM_PAGE_SHIFT);
	netram_stats_add(r->stats, NETRAM_STAT_HOLE_PAGES, pages);
}

/**
 * netram_read_lay_out() - begin a round of a read
 * @r: the router, without a backup
 * @cmd: the read; from cmd->pos on zeroes are filled in, and what is present is collected
 *   in cmd->runs. There are none at the end.
 *
 * The cursor goes no further than zeroes are to be written.
 *
 * Context: any; the caller owns @cmd.
 */
void netram_read_lay_out(struct netram_router *r, struct netram_cmd *cmd)
{
	bool lost = netram_pages_any_lost(&r->pages, cmd->page, cmd->pages);
	u32 most = cmd->flags & NETRAM_CMD_F_SINGLY ? 1 : NETRAM_CMD_RUNS;
	const unsigned long *present = r->pages.present;
	u64 at = cmd->page + cmd->pos, end = cmd->page + cmd->pages, from, to;
	u64 cursor_at = cmd->page;
	struct netram_cursor c;

	netram_cursor_init(&c, cmd->bio);
	cmd->nr_runs = 0;
	for (; at < end && cmd->nr_runs < most; at = to) {
		from = find_next_bit(present, end, at);
		if (from > at) {
			netram_cursor_advance(&c, (at - cursor_at) <<
						  NETRAM_PAGE_SHIFT);
			add_hole(r, &c, from - at);
			cursor_at = from;
		}
		to = from < end ? find_next_zero_bit(present, end, from) : end;
		if (unlikely(lost)) {
			from = skip_lost(r, cmd, from, to);
			to = find_next_bit(r->pages.lost, to, from);
		}
		if (from == to)
			continue;
		if (unlikely(most == 1))
			to = from + 1;
		cmd->runs[cmd->nr_runs++] =
			(struct netram_run){ from - cmd->page, to - from };
	}
	cmd->pos = at - cmd->page;
}

/* ---- with a backup: which pages go where */

enum where { HOLE, NODES, BACKUP, NOWHERE };

/* @nodes: they can be asked */
static enum where where_is(struct netram_router *r, const struct netram_cmd *cmd,
			   u64 page, bool nodes)
{
	if (!netram_pages_present(&r->pages, page))
		return HOLE;
	if (nodes && !test_bit(page, r->pages.lost))
		return NODES;
	smp_rmb(); /* pairs with netram_pages_settled() */
	if (test_bit(page, r->pages.saved) && !(cmd->tried & NETRAM_TRIED_BACKUP))
		return BACKUP;
	smp_rmb(); /* likewise: a write may have brought it to nodes just now */
	return test_bit(page, r->pages.lost) ? NOWHERE : NODES;
}

/**
 * netram_read_lay_out_backed() - as netram_read_lay_out(), with a backup
 * @r: the router
 * @cmd: the read
 * @nodes: a node can be asked
 *
 * Until pages are to be read from somewhere else than those before.
 *
 * Context: any; the caller owns @cmd.
 * Return: whether the runs are to be read from the backup.
 */
bool netram_read_lay_out_backed(struct netram_router *r, struct netram_cmd *cmd,
				bool nodes)
{
	enum where runs = HOLE, here;
	struct netram_run *run = NULL;
	struct netram_cursor c;

	netram_cursor_init(&c, cmd->bio);
	netram_cursor_advance(&c, cmd->pos << NETRAM_PAGE_SHIFT);
	cmd->nr_runs = 0;
	for (; cmd->pos < cmd->pages; cmd->pos++) {
		here = where_is(r, cmd, cmd->page + cmd->pos, nodes);
		if (here == HOLE) {
			add_hole(r, &c, 1);
			run = NULL;
			cmd->tried &= ~NETRAM_TRIED_BACKUP;
			continue;
		}
		/* What is told of the backup is of the first page only. */
		if (here == NOWHERE && cmd->nr_runs)
			break;
		if (here == NOWHERE) {
			netram_read_fail_lost(r, cmd, cmd->page + cmd->pos,
					      cmd->tried & NETRAM_TRIED_BACKUP ?
					      -EIO : -ENODATA);
			cmd->tried &= ~NETRAM_TRIED_BACKUP;
			netram_cursor_advance(&c, NETRAM_PAGE_SIZE);
			continue;
		}
		if (cmd->nr_runs &&
		    (here != runs || cmd->flags & NETRAM_CMD_F_SINGLY ||
		     (!run && cmd->nr_runs == NETRAM_CMD_RUNS)))
			break;
		runs = here;
		if (!run) {
			run = &cmd->runs[cmd->nr_runs++];
			*run = (struct netram_run){ cmd->pos, 0 };
		}
		run->pages++;
		netram_cursor_advance(&c, NETRAM_PAGE_SIZE);
	}
	return runs == BACKUP;
}

/**
 * netram_read_guess() - what may a node be asked for in the next round
 * @r: the router, with a backup
 * @cmd: the read; its runs are set to that
 *
 * A copy is chosen before it is known which pages it is asked for: for all it may be.
 * Whoever lays them out looks at what it is.
 *
 * Context: any; the caller owns @cmd.
 */
void netram_read_guess(struct netram_router *r, struct netram_cmd *cmd)
{
	u32 at = cmd->pos;

	while (at < cmd->pages &&
	       where_is(r, cmd, cmd->page + at, true) != NODES)
		at++;
	cmd->nr_runs = at < cmd->pages;
	cmd->runs[0] = (struct netram_run){
		at, cmd->flags & NETRAM_CMD_F_SINGLY ? 1 : cmd->pages - at
	};
}
