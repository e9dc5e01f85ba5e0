// SPDX-License-Identifier: GPL-2.0
/*
 * Sending. A submitter adds its command to a lock-free list and, if nobody is
 * sending, sends: its own and all that others add meanwhile. Everything that
 * waits goes out in one sendmsg(), headers and pages as one array.
 *
 * The socket is never waited for. When it is full the unsent rest stays in
 * tx->iter, STALLED is set and the write_space callback makes a worker go on.
 */
#include "conn.h"
#include "trace.h"

#include <linux/sched/mm.h>
#include <net/inet_common.h>
#include <net/sock.h>

/* Pauses, in jiffies: when TCP had no memory, and lest a wake-up be missed. */
#define RETRY_SOON	1
#define RETRY_LATE	(HZ / 5)

/* After so many in a row it is a worker's turn. */
#define SENDS_MOST	32

/*
 * Bytes of a piece, on average, from which on it is cheaper to refer to pieces
 * one by one than to copy them all. Headers alone are far below, whole pages
 * with their headers above; measured with the mixed rows of make bench.
 */
#define SPLICE_PIECE	1024

static const u16 wire_type[] = {
	[NETRAM_OP_READ]	= NBD_CMD_READ,
	[NETRAM_OP_WRITE]	= NBD_CMD_WRITE,
	[NETRAM_OP_TRIM]	= NBD_CMD_TRIM,
};

/* From here on the receiver may find the command and believe replies to it. */
static void take_off(struct netram_conn *conn, struct netram_cmd *cmd)
{
	struct netram_conn_tx *tx = &conn->tx;

	cmd->generation++;
	smp_wmb(); /* pairs with smp_rmb() in find_cmd() */
	WRITE_ONCE(cmd->replied, 0);
	cmd->error = 0;
	cmd->sent = jiffies;
	atomic_set(&cmd->parts, cmd->nr_runs + 1);
	tx->cmd = cmd;
	tx->run = 0;
	tx->left = 0;
	if (cmd->op == NETRAM_OP_WRITE) {
		netram_cursor_init(&tx->cursor, cmd->bio);
		tx->cursor_at = 0;
	}
	/* pairs with find_cmd() in conn_rx.c */
	smp_store_release(&cmd->conn, conn);
	trace_netram_request_sent(cmd);
}

static bool next_cmd(struct netram_conn *conn)
{
	struct netram_conn_tx *tx = &conn->tx;

	if (!tx->backlog)
		tx->backlog = llist_reverse_order(llist_del_all(&tx->queue));
	if (!tx->backlog)
		return false;
	take_off(conn, llist_entry(tx->backlog, struct netram_cmd, tx_node));
	tx->backlog = tx->backlog->next;
	return true;
}

static void add_piece(struct netram_conn_tx *tx, const struct bio_vec *bv)
{
	tx->bvec[tx->nr++] = *bv;
	tx->fill += bv->bv_len;
	if (!netram_compat_can_splice(bv))
		tx->splice = false;
}

static void write_header(const struct netram_cmd *cmd, unsigned int run,
			 struct nbd_request *w)
{
	u64 page = cmd->page + cmd->runs[run].first;

	w->magic = cpu_to_be32(NBD_REQUEST_MAGIC);
	w->flags = 0;
	w->type = cpu_to_be16(wire_type[cmd->op]);
	w->cookie = cpu_to_be64(netram_conn_cookie(cmd, run));
	w->offset = cpu_to_be64(page << NETRAM_PAGE_SHIFT);
	w->length = cpu_to_be32(cmd->runs[run].pages << NETRAM_PAGE_SHIFT);
}

/* The header of tx->run; behind it, tx->left bytes of payload are due. */
static void add_header(struct netram_conn_tx *tx)
{
	struct netram_cmd *cmd = tx->cmd;
	const struct netram_run *run = &cmd->runs[tx->run];
	unsigned int at = run->first << NETRAM_PAGE_SHIFT;
	struct bio_vec bv;

	write_header(cmd, tx->run, netram_headers_add(&tx->headers, &bv));
	add_piece(tx, &bv);
	if (cmd->op != NETRAM_OP_WRITE)
		return;
	netram_cursor_advance(&tx->cursor, at - tx->cursor_at);
	tx->left = run->pages << NETRAM_PAGE_SHIFT;
	tx->cursor_at = at + tx->left;
}

static void add_payload(struct netram_conn_tx *tx)
{
	struct bio_vec bv = netram_cursor_bvec(&tx->cursor, tx->left);

	add_piece(tx, &bv);
	netram_cursor_advance(&tx->cursor, bv.bv_len);
	tx->left -= bv.bv_len;
}

static bool has_room(const struct netram_conn_tx *tx)
{
	return tx->nr < NETRAM_TX_BVECS && tx->fill < NETRAM_TX_BATCH &&
	       netram_headers_room(&tx->headers);
}

/* Lay out one command as far as there is room. Return: true if all of it. */
static bool lay_out(struct netram_conn_tx *tx)
{
	while (tx->left || tx->run < tx->cmd->nr_runs) {
		if (!has_room(tx))
			return false;
		if (tx->left)
			add_payload(tx);
		else
			add_header(tx);
		if (!tx->left)
			tx->run++;
	}
	return true;
}

/*
 * Fill the array with what waits; what was in it is with TCP, or given up.
 * Return: false if nothing does.
 */
static bool fill(struct netram_conn *conn)
{
	struct netram_conn_tx *tx = &conn->tx;

	if (!tx->cmd && !next_cmd(conn))
		return false;
	tx->nr = 0;
	tx->fill = 0;
	tx->splice = netram_headers_begin(&tx->headers, tx->splice);
	do {
		if (!lay_out(tx))
			break;
		list_add_tail(&tx->cmd->list, &tx->covered);
		tx->cmd = NULL;
	} while (has_room(tx) && next_cmd(conn));
	if (tx->fill < tx->nr * SPLICE_PIECE)
		tx->splice = false;
	iov_iter_bvec(&tx->iter, ITER_SOURCE, tx->bvec, tx->nr, tx->fill);
	return true;
}

/* That go out with its headers. */
static u32 request_pages(const struct netram_cmd *cmd)
{
	return cmd->op == NETRAM_OP_WRITE ? netram_cmd_pages(cmd) : 0;
}

static void finish_covered(struct netram_conn_tx *tx)
{
	struct netram_cmd *cmd, *next;

	list_for_each_entry_safe(cmd, next, &tx->covered, list) {
		list_del(&cmd->list);
		cmd->counted = cmd->purpose;
		netram_flow_count(&tx->flow, cmd->purpose, cmd->nr_runs,
				  request_pages(cmd));
		/* Afterwards it may be gone. */
		netram_conn_part_done(cmd);
	}
}

/*
 * Not by sock_sendmsg(), which asks security modules for each send: the socket is
 * the kernel's, so they let it pass, and the task may be anybody who reads what was
 * swapped out. IPv6 sends TCP by the same function.
 *
 * Return: bytes sent, 0 when the socket takes none now, or an errno.
 */
static int send_some(struct netram_conn *conn)
{
	struct netram_conn_tx *tx = &conn->tx;
	struct msghdr msg = { .msg_flags = MSG_DONTWAIT | MSG_NOSIGNAL };
	int ret;

	if (tx->cmd)
		msg.msg_flags |= MSG_MORE;
	msg.msg_iter = tx->iter;
	if (tx->splice)
		ret = netram_compat_splice(conn->sock, tx->iter, msg.msg_flags);
	else
		ret = inet_sendmsg(conn->sock, &msg, msg_data_left(&msg));
	if (ret == -EAGAIN || ret == -ENOMEM || ret == -ENOBUFS)
		return 0;
	if (ret > 0) {
		iov_iter_advance(&tx->iter, ret);
		tx->flow.bytes += ret;
	}
	return ret;
}

/*
 * The socket is full, or TCP found no memory. write_space makes the work run at
 * once; it may have come already, and for want of memory it never comes.
 */
static void stall(struct netram_conn *conn)
{
	set_bit(NETRAM_CONN_TX_STALLED, &conn->flags);
	/* write_space clears NOSPACE, then looks at STALLED. */
	smp_mb__after_atomic();
	queue_delayed_work(conn->wq, &conn->tx_work,
			   sk_stream_is_writeable(conn->sock->sk) ?
			   RETRY_SOON : RETRY_LATE);
}

/* As if the socket was full: others leave what they have to the work. */
static void hand_over(struct netram_conn *conn)
{
	set_bit(NETRAM_CONN_TX_STALLED, &conn->flags);
	/* It may be pending since a stall(), whose holder it came too late for. */
	mod_delayed_work(conn->wq, &conn->tx_work, 0);
}

/*
 * Send until nothing waits or the socket is full. The caller holds TX_BUSY, and may
 * be anybody who submits: kswapd is not kept here for as long as others have more.
 */
static void drain(struct netram_conn *conn)
{
	struct netram_conn_tx *tx = &conn->tx;
	int ret, sends = 0;

	while (!netram_conn_dead(conn)) {
		if (!iov_iter_count(&tx->iter) && !fill(conn))
			return;
		if (sends++ == SENDS_MOST) {
			hand_over(conn);
			return;
		}
		ret = send_some(conn);
		if (ret < 0) {
			conn->ops->broken(conn, "sending failed");
			/* Else we should be called again for the rest. */
			set_bit(NETRAM_CONN_DEAD, &conn->flags);
			return;
		}
		if (!iov_iter_count(&tx->iter))
			finish_covered(tx);
		else if (!ret) {
			stall(conn);
			return;
		}
		cond_resched();
	}
}

static bool has_work(struct netram_conn *conn)
{
	return !netram_conn_dead(conn) &&
	       !test_bit(NETRAM_CONN_TX_STALLED, &conn->flags) &&
	       (!llist_empty(&conn->tx.queue) || READ_ONCE(conn->tx.backlog) ||
		READ_ONCE(conn->tx.cmd) || iov_iter_count(&conn->tx.iter));
}

/**
 * netram_conn_queue() - hand a command over for sending
 * @conn: the connection
 * @cmd: the command, laid out in @cmd->runs
 *
 * It is sent by the next netram_conn_kick(), or given back by
 * netram_conn_ops.give_back when the connection is dead.
 *
 * Context: any but hard interrupt.
 */
void netram_conn_queue(struct netram_conn *conn, struct netram_cmd *cmd)
{
	struct llist_node *node, *next;

	/* A full barrier, so that either stop() sees it or we see DEAD. */
	llist_add(&cmd->tx_node, &conn->tx.queue);
	if (likely(!netram_conn_dead(conn)))
		return;
	node = llist_del_all(&conn->tx.queue);
	llist_for_each_safe(node, next, node)
		conn->ops->give_back(conn, llist_entry(node, struct netram_cmd,
						       tx_node));
}

/**
 * netram_conn_kick() - send what is queued, unless somebody does already
 * @conn: the connection
 *
 * Context: process, may sleep (for the socket's lock, not for room in it);
 * does not enter reclaim.
 */
void netram_conn_kick(struct netram_conn *conn)
{
	unsigned int noreclaim = memalloc_noreclaim_save();

	while (has_work(conn) &&
	       !test_and_set_bit_lock(NETRAM_CONN_TX_BUSY, &conn->flags)) {
		drain(conn);
		clear_bit_unlock(NETRAM_CONN_TX_BUSY, &conn->flags);
		/* A command queued while we were leaving must be seen here. */
		smp_mb__after_atomic();
	}
	memalloc_noreclaim_restore(noreclaim);
}

static void tx_work(struct work_struct *work)
{
	struct netram_conn *conn = container_of(to_delayed_work(work),
						struct netram_conn, tx_work);

	clear_bit(NETRAM_CONN_TX_STALLED, &conn->flags);
	/* A sender that saw STALLED left what it had for us to find. */
	smp_mb__after_atomic();
	netram_conn_kick(conn);
}

/**
 * netram_conn_write_space() - the socket has room again
 * @owner: the connection
 * @sk: its socket
 *
 * Context: softirq or process, must not sleep.
 */
void netram_conn_write_space(void *owner, struct sock *sk)
{
	struct netram_conn *conn = owner;

	if (test_bit(NETRAM_CONN_TX_STALLED, &conn->flags))
		mod_delayed_work(conn->wq, &conn->tx_work, 0);
}

/**
 * netram_conn_tx_init() - set up the sending half
 * @conn: a new connection
 */
void netram_conn_tx_init(struct netram_conn *conn)
{
	init_llist_head(&conn->tx.queue);
	INIT_LIST_HEAD(&conn->tx.covered);
	INIT_DELAYED_WORK(&conn->tx_work, tx_work);
}

/**
 * netram_conn_tx_reset() - make it ready for a new stream
 * @conn: a connection that is not started, its commands collected
 */
void netram_conn_tx_reset(struct netram_conn *conn)
{
	struct netram_conn_tx *tx = &conn->tx;

	tx->backlog = NULL;
	tx->cmd = NULL;
	tx->left = 0;
	tx->nr = 0;
	INIT_LIST_HEAD(&tx->covered);
	iov_iter_bvec(&tx->iter, ITER_SOURCE, tx->bvec, 0, 0);
}

static void give_all(struct llist_node *node, struct list_head *orphans)
{
	struct llist_node *next;

	llist_for_each_safe(node, next, node)
		list_add_tail(&llist_entry(node, struct netram_cmd,
					   tx_node)->list, orphans);
}

/**
 * netram_conn_tx_begun() - take back a command that was begun and not sent altogether
 * @conn: a connection being stopped; the caller holds TX_BUSY
 *
 * Return: one of them; NULL if there are no more.
 */
struct netram_cmd *netram_conn_tx_begun(struct netram_conn *conn)
{
	struct netram_conn_tx *tx = &conn->tx;
	struct netram_cmd *cmd;

	cmd = list_first_entry_or_null(&tx->covered, struct netram_cmd, list);
	if (cmd) {
		list_del(&cmd->list);
	} else {
		cmd = tx->cmd;
		tx->cmd = NULL;
	}
	return cmd;
}

/**
 * netram_conn_tx_uncount() - a command that was sent is to begin anew
 * @conn: a connection being stopped; the caller holds TX_BUSY
 * @cmd: the command; it was sent altogether
 */
void netram_conn_tx_uncount(struct netram_conn *conn,
			    const struct netram_cmd *cmd)
{
	/* What was refused of it is counted as that. */
	if (cmd->error)
		return;
	netram_flow_uncount(&conn->tx.flow, cmd->counted, cmd->nr_runs,
			    request_pages(cmd));
}

/**
 * netram_conn_tx_collect() - take back the commands that were not yet begun
 * @conn: a connection being stopped; the caller holds TX_BUSY
 * @orphans: the list to add them to
 *
 * Those that were begun, sent or not, are taken back already.
 */
void netram_conn_tx_collect(struct netram_conn *conn,
			    struct list_head *orphans)
{
	struct netram_conn_tx *tx = &conn->tx;

	give_all(tx->backlog, orphans);
	give_all(llist_reverse_order(llist_del_all(&tx->queue)), orphans);
	netram_conn_tx_reset(conn);
}

/**
 * netram_conn_tx_remove() - take back a command that was not yet begun
 * @conn: the connection; the caller holds TX_BUSY
 * @cmd: the command
 *
 * Return: whether it was there.
 */
bool netram_conn_tx_remove(struct netram_conn *conn, struct netram_cmd *cmd)
{
	struct netram_conn_tx *tx = &conn->tx;
	struct llist_node **at = &tx->backlog;

	while (*at)
		at = &(*at)->next;
	*at = llist_reverse_order(llist_del_all(&tx->queue));
	for (at = &tx->backlog; *at; at = &(*at)->next) {
		if (*at != &cmd->tx_node)
			continue;
		*at = cmd->tx_node.next;
		return true;
	}
	return false;
}

/**
 * netram_conn_tx_replace() - another command is under way in place of this one
 * @conn: the connection; the caller holds TX_BUSY
 * @cmd: a read that was begun
 * @by: has the same runs and cookies
 *
 * Return: false, and nothing happens, if it was sent altogether.
 */
bool netram_conn_tx_replace(struct netram_conn *conn, struct netram_cmd *cmd,
			    struct netram_cmd *by)
{
	struct netram_conn_tx *tx = &conn->tx;
	struct netram_cmd *at;

	if (tx->cmd == cmd) {
		tx->cmd = by;
		return true;
	}
	list_for_each_entry(at, &tx->covered, list) {
		if (at != cmd)
			continue;
		list_replace(&cmd->list, &by->list);
		return true;
	}
	return false;
}
