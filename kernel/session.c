// SPDX-License-Identifier: GPL-2.0
/*
 * A session: all connections of one volume with one node. They live and die
 * together: when one breaks, all are torn down, their commands are parked, and
 * the session connects again with a higher epoch. The server lets no request of
 * a lower epoch touch its pages once it has answered to the higher one, so that
 * what the old connections still had under way cannot land after a newer write.
 *
 * Nobody outside the kernel takes part in this, and nothing is allocated but
 * the new sockets.
 *
 * Works:
 *   recover_work  BROKEN -> CONNECTING: stop connections, park their commands
 *   connect_work  CONNECTING -> UP, or again after a pause (session_connect.c)
 *   tick_work     always: requests unanswered for io_timeout_ms break the session,
 *                 parked ones fail after io_deadline_ms (on_loss) (session_wait.c)
 * recover and connect never run at the same time: each is queued by the state
 * change that ends the other.
 */
#include "session.h"
#include "fsm.h"
#include "log.h"
#include "trace.h"

#include <linux/slab.h>

/**
 * netram_peer_init() - set up the parts that count
 * @peer: zeroed, its address filled in
 */
void netram_peer_init(struct netram_peer *peer)
{
	spin_lock_init(&peer->lock);
}

/**
 * netram_peer_error() - why the last connection failed
 * @peer: the node
 * @buf: where to put the text, "" if there is none
 * @len: room there
 */
void netram_peer_error(struct netram_peer *peer, char *buf, size_t len)
{
	spin_lock_irq(&peer->lock);
	strscpy(buf, peer->last_error, len);
	spin_unlock_irq(&peer->lock);
}

/**
 * netram_session_in_words() - an error of a connection
 * @err: negative errno
 *
 * %pe gives a name, and only where the kernel was built to know the names.
 *
 * Return: a phrase for the user, or NULL.
 */
const char *netram_session_in_words(int err)
{
	switch (err) {
	case -ECONNREFUSED:
		return "connection refused: is netram-server running there?";
	case -ETIMEDOUT:
	case -EAGAIN:
		return "no answer in time";
	case -ECONNRESET:
	case -EPIPE:
		return "server closed the connection";
	case -EHOSTUNREACH:
	case -ENETUNREACH:
		return "no route to this address";
	case -ENOMEM:
		return "out of memory";
	default:
		return NULL;
	}
}

/**
 * netram_session_set_error() - note why there is no connection
 * @s: the session
 * @what: the beginning of a sentence
 * @why: the rest; NULL: as @err says
 * @err: negative errno
 *
 * Context: any; does not sleep.
 */
void netram_session_set_error(struct netram_session *s, const char *what,
			      const char *why, int err)
{
	struct netram_peer *peer = s->cfg.peer;
	unsigned long flags;

	if (!why)
		why = netram_session_in_words(err);
	spin_lock_irqsave(&peer->lock, flags);
	if (why)
		snprintf(peer->last_error, sizeof(peer->last_error), "%s%s",
			 what, why);
	else
		snprintf(peer->last_error, sizeof(peer->last_error),
			 "%serror %d", what, -err);
	spin_unlock_irqrestore(&peer->lock, flags);
}

/**
 * netram_session_change_state() - go to another state, if that may be
 * @s: the session; the caller holds its lock
 * @to: where to
 *
 * Return: whether the state is now @to by this call.
 */
bool netram_session_change_state(struct netram_session *s,
				 enum netram_session_state to)
{
	enum netram_session_state from = s->state;

	lockdep_assert_held(&s->lock);
	if (!netram_fsm_session_may(from, to))
		return false;
	WRITE_ONCE(s->state, to);
	trace_netram_session_state(s->cfg.label, from, to, s->epoch);
	return true;
}

static void park(struct netram_session *s, struct netram_cmd *cmd)
{
	bool wait = !(cmd->flags & NETRAM_CMD_F_NOWAIT), up, fenced;
	unsigned long flags;

	spin_lock_irqsave(&s->lock, flags);
	up = s->state == NETRAM_SESSION_UP;
	fenced = s->fenced;
	if (!up && wait && !fenced)
		list_add_tail(&cmd->list, &s->pending);
	spin_unlock_irqrestore(&s->lock, flags);
	if (up)
		netram_session_submit(s, cmd);
	else if (!wait)
		netram_cmd_complete(cmd, -ENOTCONN);
	else if (fenced)
		netram_cmd_complete(cmd, -EBADE);
}

/**
 * netram_session_submit() - hand a command over
 * @session: the session; must not be closed
 * @cmd: laid out in cmd->runs, with cmd->done set
 *
 * It is sent by the next netram_session_kick() for its queue, or when the
 * session is up again. cmd->done() is called once in any case.
 *
 * Context: any but hard interrupt; does not sleep.
 */
void netram_session_submit(struct netram_session *session,
			   struct netram_cmd *cmd)
{
	cmd->session = session;
	if (likely(netram_session_up(session)))
		netram_conn_queue(session->conns[cmd->queue %
						 READ_ONCE(session->nr_conns)],
				  cmd);
	else
		park(session, cmd);
}

/**
 * netram_session_kick() - send what was submitted from a queue
 * @session: the session
 * @queue: the hardware queue
 *
 * Context: process, may sleep.
 */
void netram_session_kick(struct netram_session *session, u16 queue)
{
	if (likely(netram_session_up(session)))
		netram_conn_kick(session->conns[queue %
						READ_ONCE(session->nr_conns)]);
}

/**
 * netram_session_kick_all() - send what was submitted from all queues
 * @session: the session
 *
 * Context: process, may sleep.
 */
void netram_session_kick_all(struct netram_session *session)
{
	u32 i;

	for (i = 0; i < session->cfg.connections; i++)
		netram_conn_kick(session->conns[i]);
}

/* The lock is held. Return: whether it was up. */
static bool break_up(struct netram_session *s)
{
	bool mine;

	s->broke = true;
	/* First: who finds it down asks since when. */
	if (netram_session_up(s))
		WRITE_ONCE(s->down_since, jiffies);
	mine = netram_session_change_state(s, NETRAM_SESSION_BROKEN);
	/* Under the lock: once it is closed nothing is queued. */
	if (mine)
		queue_work(s->cfg.session_wq, &s->recover_work);
	return mine;
}

/**
 * netram_session_renew() - break the connections and make new ones
 * @session: the session
 * @why: a phrase for the user
 *
 * Context: any but hard interrupt; does not sleep.
 */
void netram_session_renew(struct netram_session *session, const char *why)
{
	unsigned long flags;
	bool mine;

	spin_lock_irqsave(&session->lock, flags);
	mine = break_up(session);
	spin_unlock_irqrestore(&session->lock, flags);
	if (!mine)
		return;
	/* The session cannot go: whoever ends it waits for its connections. */
	netram_session_set_error(session, "", why, 0);
	netram_warn_ratelimited(session->cfg.label, "%s; connecting again", why);
}

/**
 * netram_session_look() - look now for commands that have waited too long
 * @session: the session, not being destroyed
 *
 * Context: any; does not sleep.
 */
void netram_session_look(struct netram_session *session)
{
	mod_delayed_work(session->cfg.session_wq, &session->tick_work, 0);
}

/**
 * netram_session_fence() - another host has the volume now
 * @session: the session; it does not connect again
 *
 * What was submitted and not answered fails with -EBADE, or -ENOTCONN if it was
 * not to wait.
 *
 * Context: any but hard interrupt; does not sleep.
 */
void netram_session_fence(struct netram_session *session)
{
	unsigned long flags;

	spin_lock_irqsave(&session->lock, flags);
	session->fenced = true;
	break_up(session);
	spin_unlock_irqrestore(&session->lock, flags);
}

static void on_broken(struct netram_conn *conn, const char *why)
{
	netram_session_renew(conn->owner, why);
}

static void on_give_back(struct netram_conn *conn, struct netram_cmd *cmd)
{
	park(conn->owner, cmd);
}

static const struct netram_conn_ops conn_ops = {
	.broken		= on_broken,
	.give_back	= on_give_back,
};

/**
 * netram_session_stop_conns() - end all connections and park their commands
 * @s: the session, not up
 *
 * A submitter that was late may have queued a command even while connecting.
 *
 * Context: process, sleeps.
 */
void netram_session_stop_conns(struct netram_session *s)
{
	struct netram_cmd *cmd, *next;
	LIST_HEAD(orphans);
	u32 i;

	mutex_lock(&s->sock_lock);
	for (i = 0; i < s->cfg.connections; i++)
		netram_conn_stop(s->conns[i], &orphans);
	mutex_unlock(&s->sock_lock);
	list_for_each_entry_safe(cmd, next, &orphans, list) {
		list_del(&cmd->list);
		park(s, cmd);
	}
}

static void on_corruption(struct netram_corruption *c, u64 page,
			  enum netram_corrupt how)
{
	struct netram_session *s = container_of(c, struct netram_session,
						corruption);

	s->cfg.ops->corrupt(s, page, how);
}

static int alloc_conns(struct netram_session *s)
{
	u32 i;

	s->conns = kcalloc(s->cfg.connections, sizeof(*s->conns), GFP_KERNEL);
	s->socks = kcalloc(s->cfg.connections, sizeof(*s->socks), GFP_KERNEL);
	s->rtts = kcalloc(s->cfg.connections, sizeof(*s->rtts), GFP_KERNEL);
	if (!s->conns || !s->socks || !s->rtts)
		return -ENOMEM;
	for (i = 0; i < s->cfg.connections; i++) {
		s->conns[i] = netram_conn_alloc(&conn_ops, s, s->cfg.label,
						s->cfg.table, s->cfg.io_wq);
		if (!s->conns[i])
			return -ENOMEM;
	}
	return 0;
}

static void free_session(struct netram_session *s)
{
	u32 i;

	for (i = 0; s->conns && i < s->cfg.connections; i++)
		netram_conn_free(s->conns[i]);
	free_percpu(s->latency);
	kfree(s->rtts);
	kfree(s->socks);
	kfree(s->conns);
	kfree(s);
}

/**
 * netram_session_create() - make a session, not yet started
 * @cfg: what it is made of; copied
 * @slot: the owner's name for it
 *
 * Context: process, may sleep.
 * Return: the session, or NULL when memory is short.
 */
struct netram_session *
netram_session_create(const struct netram_session_config *cfg, u8 slot)
{
	struct netram_session *s = kzalloc(sizeof(*s), GFP_KERNEL);

	if (!s)
		return NULL;
	s->cfg = *cfg;
	s->slot = slot;
	s->epoch = cfg->epoch;
	s->nr_conns = 1;
	s->state = NETRAM_SESSION_CONNECTING;
	s->full_until = jiffies;
	s->down_since = jiffies;
	spin_lock_init(&s->lock);
	mutex_init(&s->sock_lock);
	INIT_LIST_HEAD(&s->pending);
	init_completion(&s->tried);
	s->corruption.tell = on_corruption;
	s->corruption.wq = cfg->session_wq;
	netram_corruption_init(&s->corruption);
	INIT_WORK(&s->recover_work, netram_session_recover_work);
	INIT_DELAYED_WORK(&s->connect_work, netram_session_connect_work);
	INIT_DELAYED_WORK(&s->tick_work, netram_session_tick_work);
	s->latency = alloc_percpu(struct netram_latency);
	if (!s->latency || alloc_conns(s)) {
		free_session(s);
		return NULL;
	}
	return s;
}

/**
 * netram_session_start() - begin to connect
 * @session: created, not started
 *
 * Context: process. Does not wait for the network.
 */
void netram_session_start(struct netram_session *session)
{
	queue_delayed_work(session->cfg.connect_wq, &session->connect_work, 0);
	netram_session_queue_tick(session);
}

/**
 * netram_session_bar() - a session that is not up, nor about to be, is not to come up
 * @session: the session
 *
 * Until netram_session_unbar(), or for good.
 *
 * Context: process.
 * Return: whether that is so; else it goes on as before.
 */
bool netram_session_bar(struct netram_session *session)
{
	spin_lock_irq(&session->lock);
	session->barred = session->state != NETRAM_SESSION_UP &&
			  !session->returning;
	spin_unlock_irq(&session->lock);
	return session->barred;
}

/**
 * netram_session_unbar() - counterpart of netram_session_bar()
 * @session: the session, barred or not
 *
 * Context: process.
 */
void netram_session_unbar(struct netram_session *session)
{
	bool barred;

	spin_lock_irq(&session->lock);
	barred = session->barred;
	session->barred = false;
	spin_unlock_irq(&session->lock);
	/* It may have been about to come up, and now pause before it tries again. */
	if (barred)
		netram_session_hurry(session);
}

/**
 * netram_session_close() - connect no more
 * @session: the session, to be destroyed soon
 *
 * Where many are ended, closing all of them first saves waiting for each.
 *
 * Context: process.
 */
void netram_session_close(struct netram_session *session)
{
	spin_lock_irq(&session->lock);
	netram_session_change_state(session, NETRAM_SESSION_CLOSED);
	spin_unlock_irq(&session->lock);
}

/**
 * netram_session_end() - end all connections for good
 * @session: the session, started or not
 *
 * What was submitted and not completed waits, unless it was not to, and so does what is
 * submitted from now on: until netram_session_fail_parked(), or until it is overdue.
 *
 * Context: process, sleeps, at worst for connect_timeout_ms.
 */
void netram_session_end(struct netram_session *session)
{
	netram_session_close(session);
	cancel_work_sync(&session->recover_work);
	cancel_delayed_work_sync(&session->connect_work);
	netram_session_stop_conns(session);
}

/**
 * netram_session_destroy() - end a session
 * @session: the session, started or not; nothing is submitted to it any more
 * @gone: where to add what it has carried
 *
 * What was submitted and not completed fails with -ENOTCONN.
 *
 * Context: process, sleeps, at worst for connect_timeout_ms.
 */
void netram_session_destroy(struct netram_session *session,
			    struct netram_traffic *gone)
{
	struct netram_peer *peer = session->cfg.peer;
	struct netram_traffic t = {};

	netram_session_end(session);
	cancel_delayed_work_sync(&session->tick_work);
	netram_session_sums_close(session);
	netram_session_fail_parked(session, true, -ENOTCONN);
	netram_corruption_stop(&session->corruption);
	complete_all(&session->tried);
	netram_session_traffic(session, &t);
	netram_traffic_merge(gone, &t);
	spin_lock_irq(&peer->lock);
	netram_traffic_merge(&peer->gone, &t);
	spin_unlock_irq(&peer->lock);
	free_session(session);
}

/**
 * netram_session_received() - has anything come since the session was made
 * @session: the session
 *
 * Return: bytes of the TCP streams, handshakes not counted.
 */
u64 netram_session_received(struct netram_session *session)
{
	u64 sum = 0;
	u32 i;

	for (i = 0; i < session->cfg.connections; i++)
		sum += READ_ONCE(session->conns[i]->rx.flow.bytes);
	return sum;
}

/**
 * netram_session_greeted() - count what a handshake took
 * @sock: the connection, nothing has been carried since
 * @tx: where to add the bytes sent; others may read it
 * @rx: likewise, received
 */
void netram_session_greeted(const struct socket *sock, u64 *tx, u64 *rx)
{
	u64 sent, received;

	netram_sock_carried(sock, &sent, &received);
	WRITE_ONCE(*tx, *tx + sent);
	WRITE_ONCE(*rx, *rx + received);
}

/**
 * netram_session_traffic() - what went over it since it was made
 * @session: the session; it may be in use
 * @t: where to add that
 *
 * Context: any.
 */
void netram_session_traffic(struct netram_session *session,
			    struct netram_traffic *t)
{
	u64 tx = READ_ONCE(session->greeted_tx);
	u64 rx = READ_ONCE(session->greeted_rx);
	u32 i;

	for (i = 0; i < session->cfg.connections; i++)
		netram_conn_traffic(session->conns[i], t);
	for (i = 0; i < NETRAM_FOR_NR; i++)
		netram_traffic_vain(t, i, atomic64_read(&session->vain[i]));
	t->tx += tx;
	t->rx += rx;
	t->parts[NETRAM_PART_HANDSHAKES] += tx + rx;
	netram_session_sums_traffic(session, t);
}

/**
 * netram_peer_traffic() - what went over sessions that are gone
 * @peer: the node
 * @t: where to add that
 */
void netram_peer_traffic(struct netram_peer *peer, struct netram_traffic *t)
{
	spin_lock_irq(&peer->lock);
	netram_traffic_merge(t, &peer->gone);
	spin_unlock_irq(&peer->lock);
}

/**
 * netram_session_connections() - how many are open now
 * @session: the session
 *
 * Return: 0 when it is not up.
 */
u32 netram_session_connections(struct netram_session *session)
{
	return netram_session_up(session) ? READ_ONCE(session->nr_conns) : 0;
}
