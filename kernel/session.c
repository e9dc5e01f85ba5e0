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
 *   connect_work  CONNECTING -> UP, or again after a pause
 *   tick_work     always: requests unanswered for io_timeout_ms break the
 *                 session, parked ones fail after io_deadline_ms (on_loss)
 * recover and connect never run at the same time: each is queued by the state
 * change that ends the other.
 */
#include "session.h"
#include "fsm.h"
#include "handshake.h"
#include "log.h"
#include "trace.h"

#include <linux/sched/mm.h>
#include <linux/slab.h>

#define TICK_MIN_MS	20
#define TICK_MAX_MS	500

/* Times io_timeout_ms that a request may take while others are answered. */
#define PATIENCE	4

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

/* %pe gives a name, and only where the kernel was built to know the names. */
static const char *in_words(int err)
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

static void set_error(struct netram_session *s, const char *what,
		      const char *why, int err)
{
	struct netram_peer *peer = s->cfg.peer;
	unsigned long flags;

	if (!why)
		why = in_words(err);
	spin_lock_irqsave(&peer->lock, flags);
	if (why)
		snprintf(peer->last_error, sizeof(peer->last_error), "%s%s",
			 what, why);
	else
		snprintf(peer->last_error, sizeof(peer->last_error),
			 "%serror %d", what, -err);
	spin_unlock_irqrestore(&peer->lock, flags);
}

static bool older(unsigned long since, u32 ms)
{
	return time_after(jiffies, since + msecs_to_jiffies(ms));
}

static bool overdue(const struct netram_session *s,
		    const struct netram_cmd *cmd)
{
	return netram_params_overdue(s->cfg.params, cmd->start);
}

/* Return: whether the state is now @to by this call. */
static bool change_state(struct netram_session *s, enum netram_session_state to)
{
	enum netram_session_state from = s->state;

	lockdep_assert_held(&s->lock);
	if (!netram_fsm_session_may(from, to))
		return false;
	WRITE_ONCE(s->state, to);
	trace_netram_session_state(s->cfg.label, from, to, s->epoch);
	return true;
}

static void complete_cmd(struct netram_cmd *cmd, int error)
{
	cmd->error = error;
	cmd->done(cmd);
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
		complete_cmd(cmd, -ENOTCONN);
	else if (fenced)
		complete_cmd(cmd, -EBADE);
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
	mine = change_state(s, NETRAM_SESSION_BROKEN);
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
	set_error(session, "", why, 0);
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

/* A submitter that was late may have queued a command even while connecting. */
static void stop_conns(struct netram_session *s)
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

/*
 * A session that has done something is renewed at once, but not more often than
 * every NETRAM_RECONNECT_MS_MIN; one that is of no use backs off.
 */
static u32 first_pause(struct netram_session *s)
{
	if (netram_session_bytes(s, false) == s->up_bytes) {
		s->backoff_ms = netram_fsm_backoff_ms(s->backoff_ms);
		return s->backoff_ms;
	}
	s->backoff_ms = 0;
	return older(s->up_since, NETRAM_RECONNECT_MS_MIN) ?
	       0 : NETRAM_RECONNECT_MS_MIN;
}

static void recover_work(struct work_struct *work)
{
	struct netram_session *s = container_of(work, struct netram_session,
						recover_work);
	unsigned int noreclaim = memalloc_noreclaim_save();
	bool again;

	WRITE_ONCE(s->down_since, jiffies);
	stop_conns(s);
	s->cfg.ops->state(s, NETRAM_SESSION_BROKEN);
	spin_lock_irq(&s->lock);
	again = change_state(s, NETRAM_SESSION_CONNECTING);
	spin_unlock_irq(&s->lock);
	if (again) {
		atomic64_inc(&s->cfg.peer->reconnects);
		queue_delayed_work(s->cfg.connect_wq, &s->connect_work,
				   msecs_to_jiffies(first_pause(s)));
	}
	memalloc_noreclaim_restore(noreclaim);
}

/* Once: a host that comes back must not take it from who has it by then. */
static bool takes_over(const struct netram_session *s)
{
	return s->cfg.takeover && !s->known;
}

static void export_name(struct netram_session *s, char *buf, size_t len)
{
	if (s->cfg.peer->foreign)
		strscpy(buf, s->cfg.peer->export, len);
	else
		snprintf(buf, len,
			 "%s?client=%s&epoch=%llu&size=%llu&claim=%s%s",
			 s->cfg.uuid, s->cfg.client, s->epoch, s->cfg.size,
			 s->cfg.claim, takes_over(s) ? "&takeover=1" : "");
}

static void keep_alive(const struct netram_session *s, struct socket *sock)
{
	struct netram_keepalive ka;

	netram_fsm_keepalive(READ_ONCE(s->keepalive_ms), &ka);
	netram_sock_keepalive(sock, ka.idle_s, ka.interval_s, ka.probes);
}

static int connect_one(struct netram_session *s, unsigned long deadline,
		       struct socket **sock, struct netram_export_info *info,
		       const char **why)
{
	char name[NETRAM_EXPORT_MAX + 1];
	int err;

	err = netram_sock_connect(s->cfg.peer->net, &s->cfg.peer->addr,
				  deadline, sock);
	if (err)
		return err;
	keep_alive(s, *sock);
	export_name(s, name, sizeof(name));
	err = netram_handshake(*sock, name, deadline, info, why);
	if (err)
		return err;
	*why = netram_nego_check(info, s->cfg.size, s->cfg.payload);
	return *why ? -EPROTO : 0;
}

static void close_socks(struct netram_session *s)
{
	u32 i;

	for (i = 0; i < s->cfg.connections; i++) {
		if (s->socks[i])
			netram_sock_close(s->socks[i]);
		s->socks[i] = NULL;
	}
}

/*
 * Connect all connections, up to the end of their handshakes. All must meet the
 * same instance: a server that was replaced half-way is tried again.
 */
static int connect_all(struct netram_session *s, struct netram_export_info *info,
		       const char **why)
{
	unsigned long deadline = jiffies +
		msecs_to_jiffies(READ_ONCE(s->cfg.params->connect_timeout_ms));
	struct netram_export_info other;
	u32 want = s->cfg.connections, i;
	int err;

	s->epoch++;
	WRITE_ONCE(s->keepalive_ms, READ_ONCE(s->cfg.params->io_timeout_ms));
	netram_nego_init(info);
	netram_nego_init(&other);
	for (i = 0; i < want; i++) {
		err = connect_one(s, deadline, &s->socks[i], i ? &other : info,
				  why);
		if (err && i)
			*info = other;	/* it tells who has the export */
		if (err)
			return err;
		if (!i && !(info->flags & NBD_FLAG_CAN_MULTI_CONN))
			want = 1;
		if (i && strcmp(info->instance, other.instance)) {
			*why = "server was restarted while connecting";
			return -EAGAIN;
		}
	}
	WRITE_ONCE(s->nr_conns, want);
	return 0;
}

static void check_instance(struct netram_session *s,
			   const struct netram_export_info *info)
{
	if (s->known && strcmp(s->instance, info->instance))
		s->cfg.ops->lost(s);
	s->known = true;
	spin_lock_irq(&s->lock);
	strscpy(s->instance, info->instance, sizeof(s->instance));
	spin_unlock_irq(&s->lock);
}

static void start_conns(struct netram_session *s)
{
	u32 i;

	mutex_lock(&s->sock_lock);
	for (i = 0; i < s->nr_conns; i++) {
		netram_conn_start(s->conns[i], s->socks[i]);
		s->socks[i] = NULL;
	}
	mutex_unlock(&s->sock_lock);
}

/* Return: false if a connection broke before the session was up. */
static bool go_up(struct netram_session *s)
{
	struct netram_cmd *cmd, *next;
	LIST_HEAD(parked);
	u32 replayed = 0;
	bool up;

	spin_lock_irq(&s->lock);
	s->up_since = jiffies;
	s->up_bytes = netram_session_bytes(s, false);
	up = !s->broke && !s->fenced && change_state(s, NETRAM_SESSION_UP);
	if (up)
		list_splice_init(&s->pending, &parked);
	spin_unlock_irq(&s->lock);
	list_for_each_entry_safe(cmd, next, &parked, list) {
		list_del(&cmd->list);
		/* Else a node that comes and goes would keep it for ever. */
		if (overdue(s, cmd))
			complete_cmd(cmd, -ETIMEDOUT);
		else
			netram_session_submit(s, cmd);
		replayed++;
	}
	if (replayed)
		s->cfg.ops->replayed(s, replayed);
	return up;
}

static void connect_failed(struct netram_session *s, const char *why, int err)
{
	set_error(s, "connecting: ", why, err);
	s->backoff_ms = READ_ONCE(s->fenced) ?
			0 : netram_fsm_backoff_ms(s->backoff_ms);
	queue_delayed_work(s->cfg.connect_wq, &s->connect_work,
			   msecs_to_jiffies(s->backoff_ms));
}

/* Another host has the export: say who, and see whether that is for good. */
static const char *refused(struct netram_session *s,
			   const struct netram_export_info *info, char *buf,
			   size_t len)
{
	if (info->refusal == NETRAM_REFUSAL_TAKEN_OVER) {
		snprintf(buf, len, "taken over by %s", info->holder);
		s->cfg.ops->taken(s, info->holder);
	} else {
		snprintf(buf, len,
			 "in use by %s: delete the volume there, or create it with --takeover",
			 info->holder);
	}
	return buf;
}

/* Return: whether it is; it does not connect again. */
static bool end_fenced(struct netram_session *s)
{
	bool closed = false;

	spin_lock_irq(&s->lock);
	if (s->fenced)
		closed = change_state(s, NETRAM_SESSION_CLOSED);
	spin_unlock_irq(&s->lock);
	if (closed)
		s->cfg.ops->state(s, NETRAM_SESSION_CLOSED);
	return closed;
}

static void connect_work(struct work_struct *work)
{
	struct netram_session *s = container_of(to_delayed_work(work),
						struct netram_session,
						connect_work);
	unsigned int noreclaim = memalloc_noreclaim_save();
	struct netram_export_info info;
	const char *why = NULL;
	char text[140];
	int err;

	if (READ_ONCE(s->state) == NETRAM_SESSION_CLOSED || end_fenced(s))
		goto out;
	WRITE_ONCE(s->broke, false);
	err = connect_all(s, &info, &why);
	/* One that was told of no owner cannot know of another. */
	if (s->cfg.peer->foreign)
		info.refusal = NETRAM_REFUSAL_NONE;
	WRITE_ONCE(s->in_use, err && info.refusal == NETRAM_REFUSAL_IN_USE);
	if (err) {
		close_socks(s);
		if (info.refusal)
			why = refused(s, &info, text, sizeof(text));
		connect_failed(s, why, err);
		goto out;
	}
	/* What the other host has left there is to be freed. */
	if (takes_over(s))
		WRITE_ONCE(s->owes, true);
	/* Before the first request can flow: it must not be taken for lost. */
	check_instance(s, &info);
	s->trim = info.flags & NBD_FLAG_SEND_TRIM;
	start_conns(s);
	if (!go_up(s)) {
		stop_conns(s);
		connect_failed(s, "connection broke at once", 0);
		goto out;
	}
	s->cfg.ops->state(s, NETRAM_SESSION_UP);
	netram_session_kick_all(s);
out:
	complete_all(&s->tried);
	memalloc_noreclaim_restore(noreclaim);
}

/*
 * A long queue takes its time, so a connection on which something comes is given
 * more of it; but one request must not go unanswered behind the backs of others.
 */
static bool too_slow(const struct netram_conn *conn, unsigned long sent,
		     u32 timeout)
{
	return older(sent, timeout) &&
	       (older(READ_ONCE(conn->rx.last), timeout) ||
		older(sent, PATIENCE * timeout));
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

/*
 * Fail the parked commands that have waited too long, or @all of them. Return:
 * whether there was one.
 */
static bool fail_parked(struct netram_session *s, bool all, int error)
{
	struct netram_cmd *cmd, *next;
	LIST_HEAD(failed);
	bool any;

	spin_lock_irq(&s->lock);
	list_for_each_entry_safe(cmd, next, &s->pending, list)
		if (all || overdue(s, cmd))
			list_move_tail(&cmd->list, &failed);
	any = !list_empty(&failed);
	spin_unlock_irq(&s->lock);
	list_for_each_entry_safe(cmd, next, &failed, list) {
		list_del(&cmd->list);
		complete_cmd(cmd, error);
	}
	return any;
}

static void look_after_parked(struct netram_session *s)
{
	if (READ_ONCE(s->fenced))
		fail_parked(s, true, -EBADE);
	else if (fail_parked(s, false, -ETIMEDOUT))
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
				keep_alive(s, s->conns[i]->sock);
	}
	mutex_unlock(&s->sock_lock);
}

static void queue_tick(struct netram_session *s)
{
	u32 ms = min(READ_ONCE(s->cfg.params->io_timeout_ms),
		     READ_ONCE(s->cfg.params->io_deadline_ms)) / 4;

	queue_delayed_work(s->cfg.session_wq, &s->tick_work,
			   msecs_to_jiffies(clamp_t(u32, ms, TICK_MIN_MS,
						    TICK_MAX_MS)));
}

static void tick_work(struct work_struct *work)
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
	queue_tick(s);
}

static int alloc_conns(struct netram_session *s)
{
	u32 i;

	s->conns = kcalloc(s->cfg.connections, sizeof(*s->conns), GFP_KERNEL);
	s->socks = kcalloc(s->cfg.connections, sizeof(*s->socks), GFP_KERNEL);
	if (!s->conns || !s->socks)
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
	kfree(s->socks);
	kfree(s->conns);
	kfree(s);
}

/**
 * netram_session_hurry() - make the next attempt to connect now
 * @s: the session, started; nothing happens if none is being waited for
 *
 * Context: process; the caller keeps the session from being destroyed.
 */
void netram_session_hurry(struct netram_session *s)
{
	/* Only who takes it off its timer may queue it: it runs once at a time. */
	if (cancel_delayed_work(&s->connect_work))
		queue_delayed_work(s->cfg.connect_wq, &s->connect_work, 0);
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
	INIT_WORK(&s->recover_work, recover_work);
	INIT_DELAYED_WORK(&s->connect_work, connect_work);
	INIT_DELAYED_WORK(&s->tick_work, tick_work);
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
	queue_tick(session);
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
	change_state(session, NETRAM_SESSION_CLOSED);
	spin_unlock_irq(&session->lock);
}

/**
 * netram_session_destroy() - end a session
 * @session: the session, started or not; nothing is submitted to it any more
 *
 * What was submitted and not completed fails with -ENOTCONN.
 *
 * Context: process, sleeps, at worst for connect_timeout_ms.
 */
void netram_session_destroy(struct netram_session *session)
{
	netram_session_close(session);
	cancel_work_sync(&session->recover_work);
	cancel_delayed_work_sync(&session->connect_work);
	cancel_delayed_work_sync(&session->tick_work);
	stop_conns(session);
	fail_parked(session, true, -ENOTCONN);
	complete_all(&session->tried);
	atomic64_add(netram_session_bytes(session, true),
		     &session->cfg.peer->tx_bytes);
	atomic64_add(netram_session_bytes(session, false),
		     &session->cfg.peer->rx_bytes);
	free_session(session);
}

/**
 * netram_session_bytes() - traffic since the session was made
 * @session: the session
 * @tx: sent, else received
 *
 * Return: bytes of the TCP streams, handshakes not counted.
 */
u64 netram_session_bytes(struct netram_session *session, bool tx)
{
	u64 sum = 0;
	u32 i;

	for (i = 0; i < session->cfg.connections; i++)
		sum += tx ? READ_ONCE(session->conns[i]->tx.bytes) :
			    READ_ONCE(session->conns[i]->rx.bytes);
	return sum;
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
