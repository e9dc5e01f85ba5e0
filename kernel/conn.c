// SPDX-License-Identifier: GPL-2.0
/*
 * The life of a connection: alloc, then start and stop any number of times,
 * free.
 *
 * Stopping is a proof that nobody uses the connection any more:
 *  1. DEAD is set: senders leave their loops, replies are not believed.
 *  2. The socket is shut down, so that nobody waits in it for long.
 *  3. TX_BUSY is taken and kept: no sender is inside and none can enter.
 *  4. The callbacks are taken off, which waits for those running, and both
 *     works are cancelled: no receiver is inside.
 *  5. Now the commands are nobody's but ours and go back to the owner: those
 *     in flight (cmd->conn says so, and what was counted of them is taken back), and
 *     those on the queue. One that is queued later is given back by
 *     netram_conn_queue() itself, which looks at DEAD after adding it.
 */
#include "conn.h"

#include <linux/delay.h>
#include <linux/slab.h>
#include <net/tcp.h>

#define TX_HEADER	sizeof(struct nbd_request)
#define RX_HEADER	sizeof(struct nbd_simple_reply)

static const char *why_closed(const struct sock *sk)
{
	switch (sk->sk_err) {
	case 0:
		return "server closed the connection";
	case ETIMEDOUT: /* what keepalive finds out, where nothing is under way */
		return "node does not answer";
	default:
		return "connection was reset";
	}
}

static void on_closed(void *owner, struct sock *sk)
{
	struct netram_conn *conn = owner;

	conn->ops->broken(conn, why_closed(sk));
}

static const struct netram_sock_calls calls = {
	.data_ready	= netram_conn_data_ready,
	.write_space	= netram_conn_write_space,
	.closed		= on_closed,
};

/**
 * netram_conn_alloc() - make a connection object, not connected
 * @ops: what it tells its owner
 * @owner: for @ops, found in conn->owner
 * @label: for messages; must live as long
 * @table: all commands of the volume; must live as long
 * @wq: a WQ_MEM_RECLAIM work queue
 *
 * Context: process, may sleep.
 * Return: the object or NULL.
 */
struct netram_conn *netram_conn_alloc(const struct netram_conn_ops *ops,
				      void *owner, const char *label,
				      const struct netram_table *table,
				      struct workqueue_struct *wq)
{
	struct netram_conn *conn = kzalloc(sizeof(*conn), GFP_KERNEL);

	if (!conn)
		return NULL;
	conn->ops = ops;
	conn->owner = owner;
	conn->label = label;
	conn->table = table;
	conn->wq = wq;
	conn->hook.calls = &calls;
	conn->hook.owner = conn;
	__set_bit(NETRAM_CONN_DEAD, &conn->flags);
	__set_bit(NETRAM_CONN_TX_BUSY, &conn->flags);
	netram_conn_tx_init(conn);
	netram_conn_rx_init(conn);
	return conn;
}

/**
 * netram_conn_free() - counterpart of netram_conn_alloc()
 * @conn: the object, stopped or never started; may be NULL
 */
void netram_conn_free(struct netram_conn *conn)
{
	if (!conn)
		return;
	netram_headers_exit(&conn->tx.headers);
	kfree(conn);
}

/**
 * netram_conn_start() - let requests flow
 * @conn: a connection that is not started
 * @sock: a socket behind its handshake; the connection owns it from now on
 *
 * Context: process.
 */
void netram_conn_start(struct netram_conn *conn, struct socket *sock)
{
	netram_conn_tx_reset(conn);
	netram_conn_rx_reset(conn);
	sock->sk->sk_sndtimeo = MAX_SCHEDULE_TIMEOUT;
	sock->sk->sk_rcvtimeo = MAX_SCHEDULE_TIMEOUT;
	conn->sock = sock;
	clear_bit(NETRAM_CONN_TX_STALLED, &conn->flags);
	clear_bit(NETRAM_CONN_DEAD, &conn->flags);
	clear_bit_unlock(NETRAM_CONN_TX_BUSY, &conn->flags);
	netram_sock_attach(sock, &conn->hook);
	/* What came before the callbacks were there: data, or the end. */
	queue_work(conn->wq, &conn->rx_work);
	if (sock->sk->sk_state != TCP_ESTABLISHED)
		conn->ops->broken(conn, "server closed the connection");
}

static void lock_tx(struct netram_conn *conn)
{
	while (test_and_set_bit_lock(NETRAM_CONN_TX_BUSY, &conn->flags))
		usleep_range(50, 200);
}

static void collect(struct netram_conn *conn, struct netram_cmd *cmd,
		    struct list_head *orphans)
{
	netram_conn_rx_uncount(conn, cmd);
	WRITE_ONCE(cmd->conn, NULL);
	list_add_tail(&cmd->list, orphans);
}

static void collect_in_flight(struct netram_conn *conn,
			      struct list_head *orphans)
{
	struct netram_cmd *cmd;
	u32 i;

	while ((cmd = netram_conn_tx_begun(conn)))
		collect(conn, cmd, orphans);
	for (i = 0; i < conn->table->len; i++) {
		cmd = conn->table->cmds[i];
		if (!cmd || READ_ONCE(cmd->conn) != conn)
			continue;
		netram_conn_tx_uncount(conn, cmd);
		collect(conn, cmd, orphans);
	}
}

/**
 * netram_conn_stop() - end a connection and take its commands back
 * @conn: the connection; nothing happens if it is not started
 * @orphans: all its commands are added to this list
 *
 * Context: process, sleeps. Not from the connection's own works. See the head
 * of this file.
 */
void netram_conn_stop(struct netram_conn *conn, struct list_head *orphans)
{
	struct socket *sock = conn->sock;

	if (!sock)
		return;
	set_bit(NETRAM_CONN_DEAD, &conn->flags);
	kernel_sock_shutdown(sock, SHUT_RDWR);
	lock_tx(conn);
	netram_sock_detach(sock, &conn->hook);
	cancel_delayed_work_sync(&conn->tx_work);
	cancel_work_sync(&conn->rx_work);
	collect_in_flight(conn, orphans);
	netram_conn_tx_collect(conn, orphans);
	netram_flow_end(&conn->tx.flow, TX_HEADER);
	netram_flow_end(&conn->rx.flow, RX_HEADER);
	conn->sock = NULL;
	netram_sock_close(sock);
}

/**
 * netram_conn_part_done() - one of the parties to a command is through with it
 * @cmd: in flight
 *
 * The parties are the sender, until it has handed the last byte to TCP, and the
 * receiver once for each run. A hostile server that answers what it has not
 * been sent can therefore not free pages that the sender still reads.
 *
 * Context: any but hard interrupt.
 */
void netram_conn_part_done(struct netram_cmd *cmd)
{
	if (!atomic_dec_and_test(&cmd->parts))
		return;
	WRITE_ONCE(cmd->conn, NULL);
	cmd->done(cmd);
}

/* Count as its ghost's what was counted of it. */
static void stuck(struct netram_conn *conn, const struct netram_cmd *cmd,
		  struct netram_cmd *ghost, bool sent)
{
	struct netram_flow *flow = &conn->tx.flow;

	if (sent) {
		netram_flow_uncount(flow, ghost->counted, ghost->nr_runs, 0);
		ghost->counted = ghost->purpose;
		netram_flow_count(flow, ghost->counted, ghost->nr_runs, 0);
	}
	netram_conn_rx_stuck(conn, cmd);
}

/* The caller keeps the sender, the receiver and whoever stops it away. */
static void hand_over(struct netram_conn *conn, struct netram_cmd *cmd,
		      struct netram_cmd *ghost)
{
	bool sent;

	netram_table_exchange(conn->table, cmd, ghost);
	ghost->session = cmd->session;
	ghost->replica = cmd->replica;
	ghost->page = cmd->page;
	ghost->pages = cmd->pages;
	ghost->queue = cmd->queue;
	ghost->start = cmd->start;
	ghost->sent = cmd->sent;
	ghost->submitted = cmd->submitted;
	ghost->answered = cmd->answered;
	ghost->error = cmd->error;
	ghost->counted = cmd->counted;
	ghost->nr_runs = cmd->nr_runs;
	memcpy(ghost->runs, cmd->runs, cmd->nr_runs * sizeof(cmd->runs[0]));
	WRITE_ONCE(ghost->replied, cmd->replied);
	atomic_set(&ghost->parts, atomic_read(&cmd->parts));
	sent = !netram_conn_tx_replace(conn, cmd, ghost);
	/* No hedge has answered in its place: it was for nothing altogether. */
	if (atomic_read(&ghost->race) & NETRAM_RACE_OWNER << NETRAM_LEG_FIRST)
		stuck(conn, cmd, ghost, sent);
	if (conn->rx.cmd == cmd) {
		conn->rx.cmd = ghost;
		conn->rx.discard = true;
	}
	WRITE_ONCE(cmd->conn, NULL);
	/* pairs with find_cmd() in conn_rx.c */
	smp_store_release(&ghost->conn, conn);
}

/**
 * netram_conn_take() - take a read back without waiting for its answer
 * @conn: the connection it was queued on; does not go away
 * @cmd: a read; nobody else ends it, nor uses it for anything else
 * @ghost: a command that is not under way and claims no data, with op, flags and
 *   done set: if @cmd was sent, it takes its place, and gets its answer
 *
 * Holding TX_BUSY and the socket's lock, in this order, as a sender does, we are
 * alone: netram_conn_stop() waits for the first and receivers for the second. So
 * conn->sock is there, and who of them finds @cmd, finds it entirely there or
 * entirely replaced.
 *
 * Context: process, sleeps; does not enter reclaim.
 * Return: what became of it. @cmd->done() is not called any more unless it is
 * NETRAM_TAKEN_NOT.
 */
enum netram_taken netram_conn_take(struct netram_conn *conn,
				   struct netram_cmd *cmd,
				   struct netram_cmd *ghost)
{
	enum netram_taken taken = NETRAM_TAKEN_NOT;
	struct sock *sk;

	if (test_and_set_bit_lock(NETRAM_CONN_TX_BUSY, &conn->flags))
		return taken;
	sk = conn->sock->sk;
	lock_sock(sk);
	if (READ_ONCE(cmd->conn) == conn) {
		hand_over(conn, cmd, ghost);
		taken = NETRAM_TAKEN_SENT;
	} else if (netram_conn_tx_remove(conn, cmd)) {
		taken = NETRAM_TAKEN_UNSENT;
	}
	release_sock(sk);
	clear_bit_unlock(NETRAM_CONN_TX_BUSY, &conn->flags);
	/* What was queued while we were in the way. */
	smp_mb__after_atomic();
	netram_conn_kick(conn);
	return taken;
}

/**
 * netram_conn_traffic() - what went over it, in all its lives
 * @conn: the connection; it may be in use
 * @t: where to add that
 *
 * Context: any.
 */
void netram_conn_traffic(const struct netram_conn *conn,
			 struct netram_traffic *t)
{
	int i;

	t->tx += READ_ONCE(conn->tx.flow.bytes);
	t->rx += READ_ONCE(conn->rx.flow.bytes);
	netram_traffic_add(t, &conn->tx.flow, TX_HEADER);
	netram_traffic_add(t, &conn->rx.flow, RX_HEADER);
	for (i = 0; i < NETRAM_FOR_NR; i++)
		netram_traffic_vain(t, i, READ_ONCE(conn->rx.refused[i]));
}
