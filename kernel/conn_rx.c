// SPDX-License-Identifier: GPL-2.0
/*
 * Receiving, in the softirq that brings the packet: tcp_read_sock() hands each
 * segment to actor(), which puts payload into the pages of the request and
 * completes it. No thread is woken between packet and completion. Past a budget
 * the rest is left to a worker.
 *
 * The socket's lock makes the receiver single: data_ready comes with its spin
 * lock held, or from the owner of the socket working off its backlog, and the
 * worker takes it.
 *
 * All that comes is checked before it is believed: magic, index, the connection
 * the command was sent on, generation, run, and that the run was not answered
 * before.
 */
#include "conn.h"
#include "trace.h"

#include <linux/sched/mm.h>
#include <net/tcp.h>

static int from_wire(u32 error)
{
	switch (error) {
	case NBD_SUCCESS:
		return 0;
	case NBD_EPERM:
		return -EPERM;
	case NBD_ENOMEM:
		return -ENOMEM;
	case NBD_EINVAL:
		return -EINVAL;
	case NBD_ENOSPC:
		return -ENOSPC;
	default:
		return -EIO;
	}
}

static int fail(struct netram_conn *conn, const char *why)
{
	conn->rx.failed = true;
	conn->ops->broken(conn, why);
	return -EPROTO;
}

static struct netram_cmd *find_cmd(struct netram_conn *conn, u64 cookie,
				   unsigned int *run)
{
	u32 index = cookie & (NETRAM_COOKIE_INDEX_MAX - 1);
	struct netram_cmd *cmd;

	*run = (cookie >> NETRAM_COOKIE_INDEX_BITS) & 0xff;
	if (index >= conn->table->len || *run >= NETRAM_CMD_RUNS)
		return NULL;
	/* pairs with netram_table_add() */
	cmd = smp_load_acquire(&conn->table->cmds[index]);
	/* pairs with take_off() in conn_tx.c */
	if (!cmd || smp_load_acquire(&cmd->conn) != conn)
		return NULL;
	/*
	 * In this order: a command that was answered and is sent again at this
	 * very moment has a new generation before its answers are forgotten.
	 */
	if (READ_ONCE(cmd->replied) & BIT(*run))
		return NULL;
	smp_rmb(); /* pairs with smp_wmb() in take_off() */
	if (cookie != netram_conn_cookie(cmd, *run) || *run >= cmd->nr_runs)
		return NULL;
	return cmd;
}

/* What a good answer to a read is for: that is known when it comes. */
static enum netram_purpose answers(const struct netram_conn_rx *rx,
				   const struct netram_cmd *cmd)
{
	if (unlikely(rx->discard))
		return NETRAM_FOR_HEDGE;
	/* The request goes on with this one. */
	if (unlikely(cmd->purpose == NETRAM_FOR_HEDGE))
		return NETRAM_FOR_REQUEST;
	return cmd->purpose;
}

/* A good answer to a read: its pages follow, and perhaps nobody wants them. */
static void expect_payload(struct netram_conn_rx *rx, struct netram_cmd *cmd,
			   unsigned int run)
{
	rx->cmd = cmd;
	rx->run = run;
	rx->left = cmd->runs[run].pages << NETRAM_PAGE_SHIFT;
	rx->discard = !netram_cmd_claim(cmd);
	netram_flow_count(&rx->flow, answers(rx, cmd), 1, cmd->runs[run].pages);
	if (unlikely(rx->discard))
		return;
	netram_cursor_init(&rx->cursor, cmd->bio);
	netram_cursor_advance(&rx->cursor,
			      cmd->runs[run].first << NETRAM_PAGE_SHIFT);
}

static void refused(struct netram_conn_rx *rx, struct netram_cmd *cmd,
		    unsigned int run, u32 error)
{
	if (!cmd->error)
		cmd->error = from_wire(error);
	if (cmd->op == NETRAM_OP_WRITE)
		rx->refused[cmd->purpose] += cmd->runs[run].pages;
}

static int handle_reply(struct netram_conn *conn)
{
	const struct nbd_simple_reply *reply = &conn->rx.reply;
	u32 error = be32_to_cpu(reply->error);
	struct netram_cmd *cmd;
	unsigned int run;

	if (unlikely(be32_to_cpu(reply->magic) != NBD_SIMPLE_REPLY_MAGIC))
		return fail(conn, "reply without the magic number");
	cmd = find_cmd(conn, be64_to_cpu(reply->cookie), &run);
	if (unlikely(!cmd))
		return fail(conn, "reply to a request never made");
	if (unlikely(error == NBD_ESHUTDOWN))
		return fail(conn, "server is shutting down");
	cmd->replied |= BIT(run);
	cmd->answered = conn->rx.now;
	trace_netram_request_received(cmd);
	if (cmd->op == NETRAM_OP_READ && !error) {
		expect_payload(&conn->rx, cmd, run);
		return 0;
	}
	netram_flow_count(&conn->rx.flow, cmd->purpose, 1, 0);
	if (unlikely(error))
		refused(&conn->rx, cmd, run, error);
	netram_conn_part_done(cmd);
	return 0;
}

/* Return: bytes used, or an errno. */
static int take_header(struct netram_conn *conn, const u8 *data,
		       unsigned int len)
{
	struct netram_conn_rx *rx = &conn->rx;
	unsigned int n = min_t(unsigned int, len,
			       sizeof(rx->reply) - rx->have);
	int err;

	memcpy((u8 *)&rx->reply + rx->have, data, n);
	rx->have += n;
	if (rx->have < sizeof(rx->reply))
		return n;
	rx->have = 0;
	err = handle_reply(conn);
	return err ? err : n;
}

static void payload_through(struct netram_conn_rx *rx)
{
	struct netram_cmd *cmd = rx->cmd;

	rx->cmd = NULL;
	cmd->answered = rx->now;
	netram_conn_part_done(cmd);
}

/* The pages belong to somebody else by now, perhaps. */
static int skip_payload(struct netram_conn_rx *rx, unsigned int len)
{
	unsigned int n = min(len, rx->left);

	rx->left -= n;
	if (!rx->left)
		payload_through(rx);
	return n;
}

static int take_payload(struct netram_conn *conn, const u8 *data,
			unsigned int len)
{
	struct netram_conn_rx *rx = &conn->rx;
	struct bio_vec bv;

	if (unlikely(rx->discard))
		return skip_payload(rx, len);
	bv = netram_cursor_segment(&rx->cursor, min(len, rx->left));
	memcpy_to_bvec(&bv, data);
	netram_cursor_advance(&rx->cursor, bv.bv_len);
	rx->left -= bv.bv_len;
	if (!rx->left)
		payload_through(rx);
	return bv.bv_len;
}

/* Contiguous bytes of the stream. Return: 0 or an errno. */
static int take(struct netram_conn *conn, const u8 *data, unsigned int len)
{
	int n;

	for (; len; data += n, len -= n) {
		if (conn->rx.cmd)
			n = take_payload(conn, data, len);
		else
			n = take_header(conn, data, len);
		if (n < 0)
			return n;
	}
	return 0;
}

static void take_skb(struct netram_conn *conn, struct sk_buff *skb,
		     unsigned int offset, unsigned int len)
{
	struct skb_seq_state seq;
	unsigned int at, n;
	const u8 *data;

	skb_prepare_seq_read(skb, offset, offset + len, &seq);
	for (at = 0; at < len; at += n) {
		n = min(skb_seq_read(at, &data, &seq), len - at);
		if (unlikely(!n)) {
			fail(conn, "packet cannot be read");
			break;
		}
		if (take(conn, data, n))
			break;
	}
	skb_abort_seq_read(&seq);
}

/* Never an error to tcp_read_sock(): a failed stream is read and thrown away. */
static int actor(read_descriptor_t *desc, struct sk_buff *skb,
		 unsigned int offset, size_t len)
{
	struct netram_conn *conn = desc->arg.data;

	if (likely(!conn->rx.failed))
		take_skb(conn, skb, offset, len);
	conn->rx.flow.bytes += len;
	conn->rx.last = jiffies;
	conn->rx.budget -= len;
	if (conn->rx.budget <= 0)
		desc->count = 0;
	return len;
}

/* The caller holds the socket's lock in one of the ways told above. */
static void receive(struct netram_conn *conn, struct sock *sk)
{
	read_descriptor_t desc = { .arg.data = conn, .count = 1 };

	conn->rx.budget = NETRAM_RX_BUDGET;
	/* Answers that came together came at the same time: one look for all. */
	conn->rx.now = ktime_get_ns();
	tcp_read_sock(sk, &desc, actor);
	if (!desc.count)
		queue_work(conn->wq, &conn->rx_work);
}

/**
 * netram_conn_data_ready() - data has come
 * @owner: the connection
 * @sk: its socket, locked by the caller
 *
 * Context: softirq, or the socket's owner working off the backlog.
 */
void netram_conn_data_ready(void *owner, struct sock *sk)
{
	struct netram_conn *conn = owner;

	if (likely(!netram_conn_dead(conn)))
		receive(conn, sk);
}

static void rx_work(struct work_struct *work)
{
	struct netram_conn *conn = container_of(work, struct netram_conn,
						rx_work);
	unsigned int noreclaim = memalloc_noreclaim_save();
	struct sock *sk = conn->sock->sk;

	lock_sock(sk);
	if (!netram_conn_dead(conn))
		receive(conn, sk);
	release_sock(sk);
	memalloc_noreclaim_restore(noreclaim);
}

/**
 * netram_conn_rx_init() - set up the receiving half
 * @conn: a new connection
 */
void netram_conn_rx_init(struct netram_conn *conn)
{
	INIT_WORK(&conn->rx_work, rx_work);
}

/**
 * netram_conn_rx_reset() - make it ready for a new stream
 * @conn: a connection that is not started
 */
void netram_conn_rx_reset(struct netram_conn *conn)
{
	conn->rx.have = 0;
	conn->rx.cmd = NULL;
	conn->rx.left = 0;
	conn->rx.failed = false;
	conn->rx.last = jiffies;
}

/* Its answers were not all counted for what it is for. */
static bool hedged(const struct netram_cmd *cmd)
{
	return cmd->purpose == NETRAM_FOR_HEDGE ||
	       (cmd->rival && cmd->rival != NETRAM_CMD_ARMED &&
		cmd->rival != NETRAM_CMD_CLAIMED);
}

static u32 answer_pages(const struct netram_cmd *cmd, unsigned int run)
{
	return cmd->op == NETRAM_OP_READ ? cmd->runs[run].pages : 0;
}

/**
 * netram_conn_rx_uncount() - a command that has answers is to begin anew
 * @conn: a connection being stopped, nothing is received any more
 * @cmd: the command
 *
 * Where it cannot be told for what they were counted, complete ones stay.
 */
void netram_conn_rx_uncount(struct netram_conn *conn, struct netram_cmd *cmd)
{
	struct netram_conn_rx *rx = &conn->rx;
	unsigned long replied = cmd->replied;
	unsigned int run;

	if (rx->cmd == cmd) {
		netram_flow_uncount(&rx->flow, answers(rx, cmd), 1,
				    cmd->runs[rx->run].pages);
		__clear_bit(rx->run, &replied);
		rx->cmd = NULL;
	}
	if (cmd->error || hedged(cmd))
		return;
	for_each_set_bit(run, &replied, NETRAM_CMD_RUNS)
		netram_flow_uncount(&rx->flow, cmd->purpose, 1,
				    answer_pages(cmd, run));
}

/**
 * netram_conn_rx_stuck() - a read whose answers have come in part is given up
 * @conn: the connection; the caller keeps the receiver away
 * @cmd: a request, from now on of no use
 */
void netram_conn_rx_stuck(struct netram_conn *conn,
			  const struct netram_cmd *cmd)
{
	struct netram_conn_rx *rx = &conn->rx;
	unsigned long replied = cmd->replied;
	unsigned int run;

	if (cmd->error)
		replied = rx->cmd == cmd ? BIT(rx->run) : 0;
	for_each_set_bit(run, &replied, NETRAM_CMD_RUNS) {
		netram_flow_uncount(&rx->flow, NETRAM_FOR_REQUEST, 1,
				    answer_pages(cmd, run));
		netram_flow_count(&rx->flow, NETRAM_FOR_HEDGE, 1,
				  answer_pages(cmd, run));
	}
}
