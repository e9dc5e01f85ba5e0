// SPDX-License-Identifier: GPL-2.0
/*
 * How a session comes up again: what broke is taken down, a new epoch begun, all
 * connections made, and the commands that waited for that sent.
 */
#include "session.h"
#include "fsm.h"
#include "handshake.h"
#include "log.h"

#include <linux/sched/mm.h>

/*
 * A session that has done something is renewed at once, but not more often than
 * every NETRAM_RECONNECT_MS_MIN; one that is of no use backs off.
 */
static u32 first_pause(struct netram_session *s)
{
	if (netram_session_received(s) == s->up_bytes) {
		s->backoff_ms = netram_fsm_backoff_ms(s->backoff_ms);
		return s->backoff_ms;
	}
	s->backoff_ms = 0;
	return netram_older(s->up_since, NETRAM_RECONNECT_MS_MIN) ?
	       0 : NETRAM_RECONNECT_MS_MIN;
}

/**
 * netram_session_recover_work() - take a broken session down
 * @work: its recover_work
 */
void netram_session_recover_work(struct work_struct *work)
{
	struct netram_session *s = container_of(work, struct netram_session,
						recover_work);
	unsigned int noreclaim = memalloc_noreclaim_save();
	bool again;

	netram_session_stop_conns(s);
	s->cfg.ops->state(s, NETRAM_SESSION_BROKEN);
	spin_lock_irq(&s->lock);
	again = netram_session_change_state(s, NETRAM_SESSION_CONNECTING);
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

/**
 * netram_session_keep_alive() - watch a connection that carries nothing
 * @s: the session
 * @sock: connected
 *
 * Context: process, may sleep.
 */
void netram_session_keep_alive(const struct netram_session *s,
			       struct socket *sock)
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
	netram_session_keep_alive(s, *sock);
	export_name(s, name, sizeof(name));
	err = netram_handshake(*sock, name, deadline, info, why);
	netram_session_greeted(*sock, &s->greeted_tx, &s->greeted_rx);
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
	s->up_bytes = netram_session_received(s);
	up = !s->broke && !s->fenced && !s->barred &&
	     netram_session_change_state(s, NETRAM_SESSION_UP);
	if (up)
		list_splice_init(&s->pending, &parked);
	spin_unlock_irq(&s->lock);
	list_for_each_entry_safe(cmd, next, &parked, list) {
		list_del(&cmd->list);
		/* Else a node that comes and goes would keep it for ever. */
		if (netram_params_overdue(s->cfg.params, cmd->start))
			netram_cmd_complete(cmd, -ETIMEDOUT);
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
	netram_session_set_error(s, "connecting: ", why, err);
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
		closed = netram_session_change_state(s, NETRAM_SESSION_CLOSED);
	spin_unlock_irq(&s->lock);
	if (closed)
		s->cfg.ops->state(s, NETRAM_SESSION_CLOSED);
	return closed;
}

/*
 * From now on it counts as one that is up, unless it is barred: then nothing may be
 * decided because it is back. Return: whether it is not.
 */
static bool begin_return(struct netram_session *s)
{
	bool may;

	spin_lock_irq(&s->lock);
	may = !s->barred;
	WRITE_ONCE(s->returning, may);
	spin_unlock_irq(&s->lock);
	return may;
}

/**
 * netram_session_connect_work() - set a session up, or try again later
 * @work: its connect_work
 */
void netram_session_connect_work(struct work_struct *work)
{
	struct netram_session *s = container_of(to_delayed_work(work),
						struct netram_session,
						connect_work);
	unsigned int noreclaim = memalloc_noreclaim_save();
	struct netram_export_info info;
	const char *why = NULL;
	char text[140];
	bool up;
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
	if (!begin_return(s)) {
		close_socks(s);
		connect_failed(s, "the node is about to be removed", 0);
		goto out;
	}
	s->cfg.ops->back(s);
	s->trim = info.flags & NBD_FLAG_SEND_TRIM;
	start_conns(s);
	up = go_up(s);
	smp_store_release(&s->returning, false); /* pairs with is_reachable() */
	if (!up) {
		netram_session_stop_conns(s);
		connect_failed(s, "connection broke at once", 0);
		goto out;
	}
	/* If it is broken by now, that must not be told before. */
	if (netram_session_up(s))
		s->cfg.ops->state(s, NETRAM_SESSION_UP);
	netram_session_kick_all(s);
out:
	complete_all(&s->tried);
	memalloc_noreclaim_restore(noreclaim);
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
