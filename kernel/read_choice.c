// SPDX-License-Identifier: GPL-2.0
/*
 * Which copy a read asks: the fastest in sync; one that is not in sync only when none
 * that is can be reached, and only for pages that it does not lack. How fast a node
 * is, its answers say.
 */
#include "read_choice.h"
#include "extent.h"

/* One read in so many goes to another copy, to see how fast that is now. */
#define PROBE 256

/**
 * netram_read_not_behind() - copies that have what a read wants
 * @r: the router
 * @cmd: the read
 * @copies: those in question, a bit for each
 *
 * Context: any.
 * Return: of them, those that lack none of its pages; none while it is not known which
 * copy counts in one of these.
 */
u8 netram_read_not_behind(struct netram_router *r, const struct netram_cmd *cmd,
			  u8 copies)
{
	u64 end = cmd->page + cmd->pages;
	int i;

	if (unlikely(netram_pages_any_unequal(&r->pages, cmd->page, cmd->pages)))
		return 0;
	for (i = 0; i < NETRAM_REPLICAS_MAX; i++)
		if (copies & (1U << i) &&
		    find_next_bit(r->pages.behind[i], end, cmd->page) < end)
			copies &= ~(1U << i);
	return copies;
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

	return atomic_read(&rtt->reads) &&
	       time_after(jiffies, READ_ONCE(rtt->heard) + NETRAM_READ_SILENT);
}

/* The fastest of some copies, all up; to @probe another, the slowest. */
static int fastest(struct netram_router *r, const struct netram_cmd *cmd,
		   union netram_set set, u8 among, bool probe)
{
	struct netram_session *s;
	u32 least = U32_MAX, ns;
	int i, best = -1;

	rcu_read_lock();
	for (i = 0; i < NETRAM_REPLICAS_MAX; i++) {
		if (!(among & (1U << i)))
			continue;
		s = netram_router_session(r, set.slot[i]);
		ns = s && !netram_read_silent(s, cmd->queue) ?
		     READ_ONCE(s->rtts[cmd->queue].avg_ns) : U32_MAX;
		if (best >= 0 && least != U32_MAX &&
		    (ns == U32_MAX || (ns < least) == probe))
			continue;
		least = ns;
		best = i;
	}
	rcu_read_unlock();
	return best;
}

/**
 * netram_read_choose() - which copy to ask
 * @r: the router
 * @cmd: the read; cmd->tried says which copies it has asked in vain
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
 * @queue: the read's hardware queue
 *
 * Context: any. A full barrier.
 */
void netram_read_sent(struct netram_session *s, u16 queue)
{
	struct netram_read_rtt *rtt = &s->rtts[queue];

	if (atomic_inc_return(&rtt->reads) == 1)
		WRITE_ONCE(rtt->heard, jiffies);
}

/**
 * netram_read_unsent() - that was taken back
 * @s: the session
 * @queue: the read's hardware queue
 *
 * Context: any.
 */
void netram_read_unsent(struct netram_session *s, u16 queue)
{
	atomic_dec(&s->rtts[queue].reads);
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
		if (atomic_read(&s->rtts[i].reads))
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

	netram_read_unsent(cmd->session, cmd->queue);
	if (cmd->error)
		return;
	ns = min_t(u64, cmd->answered - cmd->submitted, NSEC_PER_SEC);
	WRITE_ONCE(rtt->heard, jiffies);
	WRITE_ONCE(rtt->avg_ns, old ? old - old / 8 + ns / 8 : ns);
}
