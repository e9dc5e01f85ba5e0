// SPDX-License-Identifier: GPL-2.0
/*
 * What a session does about time: requests that are not answered, requests that
 * wait for it to come up.
 */
#include "session.h"

#define TICK_MIN_MS	20
#define TICK_MAX_MS	500

/* Times io_timeout_ms that a request may take while others are answered. */
#define PATIENCE	4

/*
 * A long queue takes its time, so a connection on which something comes is given
 * more of it; but one request must not go unanswered behind the backs of others.
 */
static bool too_slow(const struct netram_conn *conn, unsigned long sent,
		     u32 timeout)
{
	return netram_older(sent, timeout) &&
	       (netram_older(READ_ONCE(conn->rx.last), timeout) ||
		netram_older(sent, PATIENCE * timeout));
}

static bool is_ours(const struct netram_session *s,
		    const struct netram_conn *conn)
{
	u32 i;

	for (i = 0; i < s->cfg.connections; i++)
		if (s->conns[i] == conn)
			return true;
	return false;
}

/* Commands on the wire are looked at without a lock: at worst a tick early. */
static bool unanswered(struct netram_session *s)
{
	u32 timeout = READ_ONCE(s->cfg.params->io_timeout_ms), i;
	struct netram_conn *conn;
	struct netram_cmd *cmd;

	for (i = 0; i < s->cfg.table->len; i++) {
		cmd = s->cfg.table->cmds[i];
		if (!cmd)
			continue;
		/* pairs with take_off(): sent and session are set before */
		conn = smp_load_acquire(&cmd->conn);
		/* Another session's connection may be gone by now. */
		if (conn && is_ours(s, conn) &&
		    too_slow(conn, READ_ONCE(cmd->sent), timeout))
			return true;
	}
	return false;
}

static void complete_list(struct list_head *cmds, int error)
{
	struct netram_cmd *cmd, *next;

	list_for_each_entry_safe(cmd, next, cmds, list) {
		list_del(&cmd->list);
		netram_cmd_complete(cmd, error);
	}
}

/**
 * netram_session_fail_parked() - fail the commands that have waited too long
 * @s: the session
 * @all: or all of them
 * @error: negative errno
 *
 * Those that may go elsewhere by now are told that this node cannot be reached.
 *
 * Context: process.
 * Return: whether one has waited too long.
 */
bool netram_session_fail_parked(struct netram_session *s, bool all, int error)
{
	struct netram_cmd *cmd, *next;
	LIST_HEAD(failed);
	LIST_HEAD(movable);
	bool any;

	spin_lock_irq(&s->lock);
	list_for_each_entry_safe(cmd, next, &s->pending, list)
		if (all || netram_params_overdue(s->cfg.params, cmd->start))
			list_move_tail(&cmd->list, &failed);
		else if (s->cfg.ops->elsewhere(s, cmd))
			list_move_tail(&cmd->list, &movable);
	spin_unlock_irq(&s->lock);
	any = !list_empty(&failed);
	complete_list(&failed, error);
	complete_list(&movable, -ENOTCONN);
	return any;
}

static void look_after_parked(struct netram_session *s)
{
	if (READ_ONCE(s->fenced))
		netram_session_fail_parked(s, true, -EBADE);
	else if (netram_session_fail_parked(s, false, -ETIMEDOUT))
		s->cfg.ops->parked(s, true);
	else if (!list_empty_careful(&s->pending))
		s->cfg.ops->parked(s, false);
}

/* io_timeout_ms may have been changed since they were connected. */
static void refresh_keepalive(struct netram_session *s)
{
	u32 timeout = READ_ONCE(s->cfg.params->io_timeout_ms), i;

	mutex_lock(&s->sock_lock);
	if (timeout != READ_ONCE(s->keepalive_ms)) {
		WRITE_ONCE(s->keepalive_ms, timeout);
		for (i = 0; i < s->cfg.connections; i++)
			if (s->conns[i]->sock)
				netram_session_keep_alive(s, s->conns[i]->sock);
	}
	mutex_unlock(&s->sock_lock);
}

/**
 * netram_session_queue_tick() - look at the time again soon
 * @s: the session
 *
 * Context: process.
 */
void netram_session_queue_tick(struct netram_session *s)
{
	u32 ms = min(READ_ONCE(s->cfg.params->io_timeout_ms),
		     READ_ONCE(s->cfg.params->io_deadline_ms)) / 4;

	queue_delayed_work(s->cfg.session_wq, &s->tick_work,
			   msecs_to_jiffies(clamp_t(u32, ms, TICK_MIN_MS,
						    TICK_MAX_MS)));
}

/**
 * netram_session_tick_work() - look at all that waits
 * @work: the session's tick_work
 */
void netram_session_tick_work(struct work_struct *work)
{
	struct netram_session *s = container_of(to_delayed_work(work),
						struct netram_session,
						tick_work);

	if (netram_session_up(s) && unanswered(s))
		netram_session_renew(s, "node does not answer");
	if (netram_session_up(s))
		refresh_keepalive(s);
	else
		look_after_parked(s);
	/* Nothing should be left unsent; if something is, it ends here. */
	netram_session_kick_all(s);
	netram_session_queue_tick(s);
}
