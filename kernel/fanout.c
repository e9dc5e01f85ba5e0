// SPDX-License-Identifier: GPL-2.0
/*
 * One request to several copies of an extent at once. The request's own command
 * goes to one of them and a twin of it to each of the others; the last leg that
 * is done hands the request on. The legs share the pages of the request, which
 * ends only after all of them.
 *
 * A leg is not parked when its node cannot be reached: it fails, and the copy
 * with it, and the request goes on with what the others say.
 *
 * One leg more may go to the volume's backup.
 */
#include "fanout.h"
#include "backup.h"

#include <linux/bitops.h>

/* netram_cmd.results: by copy, what became of its leg; none: not connected. */
#define ACKED	0
#define FULL	NETRAM_REPLICAS_MAX
#define REFUSED	(2 * NETRAM_REPLICAS_MAX)
#define SAVED	(3 * NETRAM_REPLICAS_MAX)
#define MASK	((1U << NETRAM_REPLICAS_MAX) - 1)

static int result_of(struct netram_cmd *leg)
{
	switch (leg->error) {
	case 0:
		/* There is no histogram of TRIMs: it would count in others' memory. */
		if (leg->op != NETRAM_OP_TRIM)
			netram_session_count(leg);
		return ACKED;
	case -ENOSPC:
		return FULL;
	default:
		netram_session_refused(leg);
		return REFUSED;
	}
}

static void leg_done(struct netram_cmd *leg)
{
	struct netram_cmd *cmd = leg->parent;

	if (leg->error != -ENOTCONN)
		set_bit(result_of(leg) + leg->replica, &cmd->results);
	if (atomic_dec_and_test(&cmd->legs))
		cmd->joined(cmd);
}

static void save_done(struct netram_cmd *cmd, int error)
{
	if (!error)
		set_bit(SAVED, &cmd->results);
	if (atomic_dec_and_test(&cmd->legs))
		cmd->joined(cmd);
}

static struct netram_cmd *twin_of(struct netram_router *r,
				  struct netram_cmd *cmd, u32 nr)
{
	struct netram_cmd *twin = &r->twins[nr][cmd->home];

	twin->parent = cmd;
	twin->bio = cmd->bio;
	twin->page = cmd->page;
	twin->pages = cmd->pages;
	twin->queue = cmd->queue;
	twin->op = cmd->op;
	twin->start = cmd->start;
	twin->nr_runs = cmd->nr_runs;
	memcpy(twin->runs, cmd->runs, cmd->nr_runs * sizeof(cmd->runs[0]));
	return twin;
}

static void submit(struct netram_router *r, struct netram_cmd *leg,
		   union netram_set set, u8 i)
{
	struct netram_session *s = netram_router_session(r, set.slot[i]);

	leg->done = leg_done;
	leg->replica = i;
	leg->flags |= NETRAM_CMD_F_NOWAIT;
	if (likely(s)) {
		netram_router_submit(r, s, leg);
		return;
	}
	/* The copy was given up since, and its node with it. */
	leg->error = -ENOTCONN;
	leg_done(leg);
}

/**
 * netram_fanout_submit() - send a request to several copies
 * @r: the router
 * @cmd: laid out; cmd->set says what copies there are
 * @targets: those to send it to, at most r->width
 * @save: to the backup, too; at least there if there are no @targets
 * @joined: called once when all have answered or failed, perhaps before this
 *   returns
 *
 * As with netram_router_submit(), netram_router_kick() is due afterwards.
 *
 * Context: any but hard interrupt.
 */
void netram_fanout_submit(struct netram_router *r, struct netram_cmd *cmd,
			  u8 targets, bool save,
			  void (*joined)(struct netram_cmd *cmd))
{
	u8 own = targets ? __ffs(targets) : NETRAM_REPLICAS_MAX, i;
	union netram_set set = cmd->set;
	u32 nr = 0;

	/* pairs with netram_router_widen() */
	if (WARN_ON_ONCE(hweight8(targets) > smp_load_acquire(&r->width)))
		targets &= 1U << own;
	cmd->parent = cmd;
	cmd->joined = joined;
	cmd->results = 0;
	atomic_set(&cmd->legs, hweight8(targets) + save);
	if (unlikely(save))
		netram_backup_submit(r->backup, cmd, save_done);
	for (i = own + 1; i < NETRAM_REPLICAS_MAX; i++)
		if (targets & (1U << i))
			submit(r, twin_of(r, cmd, nr++), set, i);
	/* The last: afterwards the request may be gone. */
	if (likely(targets))
		submit(r, cmd, set, own);
}

/**
 * netram_fanout_acked() - copies that have carried a request out
 * @cmd: joined
 *
 * Return: a bit for each.
 */
u8 netram_fanout_acked(const struct netram_cmd *cmd)
{
	return cmd->results >> ACKED & MASK;
}

/**
 * netram_fanout_vain() - a request that copies have carried out is to begin anew
 * @r: the router
 * @cmd: joined
 *
 * Context: any.
 */
void netram_fanout_vain(struct netram_router *r, const struct netram_cmd *cmd)
{
	u8 acked = netram_fanout_acked(cmd), i;
	struct netram_session *s;

	rcu_read_lock();
	for (i = 0; i < NETRAM_REPLICAS_MAX; i++) {
		if (!(acked & (1U << i)))
			continue;
		s = netram_router_session(r, cmd->set.slot[i]);
		if (s)
			netram_session_vain(s, i == cmd->replica ?
					    NETRAM_FOR_REQUEST : NETRAM_FOR_COPY,
					    netram_cmd_pages(cmd));
	}
	rcu_read_unlock();
}

/**
 * netram_fanout_saved() - has the backup carried it out
 * @cmd: joined
 *
 * Return: whether it has.
 */
bool netram_fanout_saved(const struct netram_cmd *cmd)
{
	return test_bit(SAVED, &cmd->results);
}

/**
 * netram_fanout_full() - copies whose node had no room
 * @cmd: joined
 *
 * Return: a bit for each.
 */
u8 netram_fanout_full(const struct netram_cmd *cmd)
{
	return cmd->results >> FULL & MASK;
}

/**
 * netram_fanout_refused() - copies whose node answered with another error
 * @cmd: joined
 *
 * Return: a bit for each.
 */
u8 netram_fanout_refused(const struct netram_cmd *cmd)
{
	return cmd->results >> REFUSED & MASK;
}
