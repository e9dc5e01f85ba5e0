// SPDX-License-Identifier: GPL-2.0
/*
 * Which copy a read asks: the one in sync that will have answered first; one that is
 * not in sync only when none that is can be reached, and only for pages that it does
 * not lack. How fast a node is, its answers say, and how busy we keep it, our count of
 * what it has yet to answer: an average alone comes late, and sends all reads to one
 * node until that is slower than the other once was.
 */
#include "read_choice.h"
#include "extent.h"

/* One read in so many goes to another copy, to see how fast that is now. */
#define PROBE 256
/* So many pages under way from a node do not make it slower for the next. */
#define BATCH 16

/*
 * Of some copies, those that lack none of these pages; none while it is not known which
 * copy counts in one of them.
 */
static u8 not_behind(struct netram_router *r, u64 first, u32 pages, u8 copies)
{
	u64 end = first + pages;
	int i;

	if (unlikely(netram_pages_any_unequal(&r->pages, first, pages)))
		return 0;
	for (i = 0; i < NETRAM_REPLICAS_MAX; i++)
		if (copies & (1U << i) &&
		    find_next_bit(r->pages.behind[i], end, first) < end)
			copies &= ~(1U << i);
	return copies;
}

/**
 * netram_read_not_behind() - copies that have what a read wants
 * @r: the router
 * @cmd: the read, laid out
 * @copies: those in question, a bit for each
 *
 * All that is laid out counts, also what has been dropped since: that would be read in
 * a version older than what was there.
 *
 * Context: any.
 * Return: of them, those that lack none of this round's pages; none while it is not
 * known which copy counts in one of these.
 */
u8 netram_read_not_behind(struct netram_router *r, const struct netram_cmd *cmd,
			  u8 copies)
{
	u32 i;

	for (i = 0; i < cmd->nr_runs && copies; i++)
		copies = not_behind(r, cmd->page + cmd->runs[i].first,
				    cmd->runs[i].pages, copies);
	return copies;
}

/**
 * netram_read_some() - has a copy that can be reached some of what a read wants
 * @r: the router
 * @cmd: the read, laid out
 * @set: the copies
 *
 * For a round of which no copy gives all. One whose node was not reached is to be asked
 * for all of it again.
 *
 * Context: any.
 * Return: whether one has.
 */
bool netram_read_some(struct netram_router *r, const struct netram_cmd *cmd,
		      union netram_set set)
{
	u8 missed = cmd->tried & ~(cmd->tried >> NETRAM_TRIED_REFUSED);
	u8 up = netram_extent_up(r, set, netram_set_in(set, NETRAM_IN(INSYNC) |
						       NETRAM_IN_PARTIAL) &
					 ~missed);
	u32 i, at;

	for (i = 0; i < cmd->nr_runs && up; i++)
		for (at = 0; at < cmd->runs[i].pages; at++)
			if (not_behind(r, cmd->page + cmd->runs[i].first + at,
				       1, up))
				return true;
	return false;
}

/**
 * netram_read_silent() - does a node leave all reads unanswered
 * @s: the session with it
 * @queue: of this hardware queue
 *
 * Context: any.
 * Return: whether it has for a while.
 */
bool netram_read_silent(const struct netram_session *s, u16 queue)
{
	const struct netram_read_rtt *rtt = &s->rtts[queue];

	return atomic_read(&rtt->pages) &&
	       time_after(jiffies, READ_ONCE(rtt->heard) + NETRAM_READ_SILENT);
}

/*
 * How late one more read would be answered, in nanoseconds, if all came one after the
 * other; 0 while nobody knows. The moving average times what is under way and this one,
 * as "peak EWMA" load balancers have it, but by batches: so many pages share packets,
 * wakeups and system calls, and are sooner here together than half of them elsewhere.
 */
static u64 cost(const struct netram_read_rtt *rtt)
{
	u32 batches = 1 + atomic_read(&rtt->pages) / BATCH;

	return (u64)READ_ONCE(rtt->avg_ns) * batches;
}

/* Is @b rather to be asked than @a: costs less, or to @probe was heard longer ago. */
static bool rather(const struct netram_read_rtt *a,
		   const struct netram_read_rtt *b, bool probe)
{
	if (probe)
		return time_before(READ_ONCE(b->heard), READ_ONCE(a->heard));
	return cost(b) < cost(a);
}

/* The best of some copies, all up, of those that are not silent if there are any. */
static int fastest(struct netram_router *r, const struct netram_cmd *cmd,
		   union netram_set set, u8 among, bool probe)
{
	const struct netram_read_rtt *least = NULL, *rtt;
	struct netram_session *s;
	int i, best = -1;

	rcu_read_lock();
	for (i = 0; i < NETRAM_REPLICAS_MAX; i++) {
		if (!(among & (1U << i)))
			continue;
		s = netram_router_session(r, set.slot[i]);
		if (!s || netram_read_silent(s, cmd->queue)) {
			if (best < 0)
				best = i;
			continue;
		}
		rtt = &s->rtts[cmd->queue];
		if (least && !rather(least, rtt, probe))
			continue;
		least = rtt;
		best = i;
	}
	rcu_read_unlock();
	return best;
}

/**
 * netram_read_choose() - which copy to ask
 * @r: the router
 * @cmd: the read, laid out; cmd->tried says which copies it has asked in vain
 * @set: the copies
 *
 * A read that did not match its checksum is tried again at the same copy first:
 * only then is it known whether that is corrupt.
 *
 * Context: any but hard interrupt.
 * Return: a copy that can be reached and was not tried yet, or -1.
 */
int netram_read_choose(struct netram_router *r, const struct netram_cmd *cmd,
		       union netram_set set)
{
	bool probe = !(cmd->generation % PROBE);
	u8 left = ~cmd->tried, up;

	up = netram_extent_up(r, set, netram_set_in(set, NETRAM_IN(INSYNC)) & left);
	if (unlikely(cmd->flags & NETRAM_CMD_F_VERIFY) && !cmd->tried &&
	    (up & (1U << cmd->replica)))
		return cmd->replica;
	if (likely(up))
		return fastest(r, cmd, set, up, probe);
	up = netram_extent_up(r, set, netram_set_in(set, NETRAM_IN_PARTIAL) & left);
	up = netram_read_not_behind(r, cmd, up);
	return up ? fastest(r, cmd, set, up, probe) : -1;
}

/**
 * netram_read_other() - where else could it be read
 * @r: the router
 * @cmd: the read, which may be over meanwhile
 * @set: the copies
 * @not: a bit for each that is out of the question
 *
 * Context: any but hard interrupt.
 * Return: the fastest copy in sync whose node answers, or -1.
 */
int netram_read_other(struct netram_router *r, const struct netram_cmd *cmd,
		      union netram_set set, u8 not)
{
	u8 up = netram_extent_up(r, set, netram_set_in(set, NETRAM_IN(INSYNC)) &
					 ~not);
	struct netram_session *s;
	int i = fastest(r, cmd, set, up, false);

	if (i < 0)
		return i;
	rcu_read_lock();
	s = netram_router_session(r, set.slot[i]);
	/* The fastest of all is silent only if all are. */
	if (!s || netram_read_silent(s, cmd->queue))
		i = -1;
	rcu_read_unlock();
	return i;
}

/**
 * netram_read_sent() - a node is asked to read where there are other copies
 * @s: the session with it
 * @cmd: the read; its runs stay as they are until it is answered or taken back
 *
 * Context: any. A full barrier.
 */
void netram_read_sent(struct netram_session *s, const struct netram_cmd *cmd)
{
	struct netram_read_rtt *rtt = &s->rtts[cmd->queue];
	int pages = netram_cmd_pages(cmd);

	if (atomic_add_return(pages, &rtt->pages) == pages)
		WRITE_ONCE(rtt->heard, jiffies);
}

/**
 * netram_read_unsent() - that was taken back
 * @s: the session
 * @cmd: the read, as it was sent
 *
 * Context: any.
 */
void netram_read_unsent(struct netram_session *s, const struct netram_cmd *cmd)
{
	atomic_sub(netram_cmd_pages(cmd), &s->rtts[cmd->queue].pages);
}

/**
 * netram_read_any() - has a node such reads to answer
 * @s: the session with it
 *
 * Context: any.
 * Return: whether it has any.
 */
bool netram_read_any(const struct netram_session *s)
{
	u32 i;

	for (i = 0; i < s->cfg.connections; i++)
		if (atomic_read(&s->rtts[i].pages))
			return true;
	return false;
}

/**
 * netram_read_answered() - such a read is over: learn from it how fast the node is
 * @cmd: the read
 *
 * Context: any.
 */
void netram_read_answered(const struct netram_cmd *cmd)
{
	struct netram_read_rtt *rtt = &cmd->session->rtts[cmd->queue];
	u32 old = READ_ONCE(rtt->avg_ns), ns;

	netram_read_unsent(cmd->session, cmd);
	if (cmd->error)
		return;
	ns = min_t(u64, cmd->answered - cmd->submitted, NSEC_PER_SEC);
	WRITE_ONCE(rtt->heard, jiffies);
	WRITE_ONCE(rtt->avg_ns, old ? old - old / 8 + ns / 8 : ns);
}
