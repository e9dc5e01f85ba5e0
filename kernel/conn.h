/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_CONN_H
#define NETRAM_CONN_H

#include <linux/uio.h>
#include <linux/workqueue.h>
#include "cmd.h"
#include "cursor.h"
#include "headers.h"
#include "sock.h"
#include "table.h"

struct netram_conn;

/* Pieces of memory handed to one sendmsg(). */
#define NETRAM_TX_BVECS 256

/* Bytes of one batch: its first commands are not through before its last. */
#define NETRAM_TX_BATCH (1U << 20)

/* Bytes received in one go before the rest is left to a worker. */
#define NETRAM_RX_BUDGET (256U << 10)

/**
 * struct netram_conn_ops - what a connection tells its owner
 * @broken: it is of no more use; stop it from process context. Called in any
 *   context but hard interrupt, perhaps more than once; must not sleep.
 * @give_back: a command that was queued after the connection had broken. Must
 *   not sleep.
 */
struct netram_conn_ops {
	void (*broken)(struct netram_conn *conn, const char *why);
	void (*give_back)(struct netram_conn *conn, struct netram_cmd *cmd);
};

/* netram_conn.flags */
enum {
	NETRAM_CONN_DEAD,	/* nothing may be sent or believed any more */
	NETRAM_CONN_TX_BUSY,	/* somebody sends: the bit is the sender's lock */
	NETRAM_CONN_TX_STALLED,	/* the socket is full: wait for write_space */
};

/**
 * struct netram_conn_tx - the sending half
 * @queue: commands to send; anybody adds, only the sender takes
 *
 * The rest belongs to the holder of NETRAM_CONN_TX_BUSY:
 * @backlog: commands taken off @queue, in order
 * @cmd: the command being laid out, or NULL
 * @run: which run of it
 * @left: bytes of that run's payload to lay out; 0 before its header
 * @cursor: where in @cmd's data
 * @cursor_at: the cursor's place, bytes from the start of the command
 * @covered: commands whose last byte is in @bvec
 * @iter: what of @bvec is not sent yet
 * @splice: all of @bvec may be sent without copying
 * @flow: what was sent since the connection object was made
 * @nr: entries of @bvec in use
 * @fill: bytes in them
 * @headers: what the headers in @bvec are written to
 * @bvec: headers and pages, in the order of the stream
 */
struct netram_conn_tx {
	struct llist_head	queue ____cacheline_aligned_in_smp;

	struct llist_node	*backlog ____cacheline_aligned_in_smp;
	struct netram_cmd	*cmd;
	unsigned int		run;
	unsigned int		left;
	struct netram_cursor	cursor;
	unsigned int		cursor_at;
	struct list_head	covered;
	struct iov_iter		iter;
	bool			splice;
	struct netram_flow	flow;
	unsigned int		nr;
	unsigned int		fill;
	struct netram_headers	headers;
	struct bio_vec		bvec[NETRAM_TX_BVECS];
};

/**
 * struct netram_conn_rx - the receiving half, under the socket's lock
 * @reply: header being collected
 * @have: bytes of @reply that are there
 * @cmd: command whose payload is being received, or NULL
 * @run: which run of it
 * @left: bytes of it still to come
 * @discard: they go nowhere
 * @cursor: where they go
 * @budget: bytes to take before leaving the rest to the worker
 * @failed: the stream made no sense: what follows is thrown away
 * @last: jiffies when something came
 * @now: ns when the receiver began with what is there now
 * @flow: what was received since the connection object was made
 * @refused: pages that were sent and answered with an error, by what they were for
 */
struct netram_conn_rx {
	struct nbd_simple_reply	reply;
	unsigned int		have;
	struct netram_cmd	*cmd;
	unsigned int		run;
	unsigned int		left;
	bool			discard;
	struct netram_cursor	cursor;
	int			budget;
	bool			failed;
	unsigned long		last;
	u64			now;
	struct netram_flow	flow;
	u64			refused[NETRAM_FOR_NR];
};

/**
 * struct netram_conn - one TCP connection to a page server, made anew many
 * times during the object's life
 * @ops: its owner's
 * @owner: for @ops
 * @label: for messages
 * @table: all commands of the volume
 * @wq: WQ_MEM_RECLAIM
 * @sock: NULL while there is no connection
 * @hook: the socket's events
 * @flags: NETRAM_CONN_*
 * @tx_work: sends when the socket has room again
 * @rx_work: receives past the budget
 * @rx: read mostly by softirqs
 * @tx: read mostly by submitters
 */
struct netram_conn {
	const struct netram_conn_ops	*ops;
	void				*owner;
	const char			*label;
	const struct netram_table	*table;
	struct workqueue_struct		*wq;
	struct socket			*sock;
	struct netram_sock_hook		hook;
	unsigned long			flags;
	struct delayed_work		tx_work;
	struct work_struct		rx_work;
	struct netram_conn_rx		rx;
	struct netram_conn_tx		tx;
};

struct netram_conn *netram_conn_alloc(const struct netram_conn_ops *ops,
				      void *owner, const char *label,
				      const struct netram_table *table,
				      struct workqueue_struct *wq);
void netram_conn_free(struct netram_conn *conn);
void netram_conn_start(struct netram_conn *conn, struct socket *sock);
void netram_conn_stop(struct netram_conn *conn, struct list_head *orphans);
void netram_conn_part_done(struct netram_cmd *cmd);
void netram_conn_traffic(const struct netram_conn *conn,
			 struct netram_traffic *t);

/**
 * enum netram_taken - what became of a command that was to be taken back
 * @NETRAM_TAKEN_NOT: it is not there, or somebody sends; try again
 * @NETRAM_TAKEN_UNSENT: it had not been sent
 * @NETRAM_TAKEN_SENT: the other command is under way in its place
 */
enum netram_taken {
	NETRAM_TAKEN_NOT,
	NETRAM_TAKEN_UNSENT,
	NETRAM_TAKEN_SENT,
};

enum netram_taken netram_conn_take(struct netram_conn *conn,
				   struct netram_cmd *cmd,
				   struct netram_cmd *ghost);

/* conn_tx.c */
void netram_conn_tx_init(struct netram_conn *conn);
void netram_conn_tx_reset(struct netram_conn *conn);
struct netram_cmd *netram_conn_tx_begun(struct netram_conn *conn);
void netram_conn_tx_uncount(struct netram_conn *conn,
			    const struct netram_cmd *cmd);
void netram_conn_tx_collect(struct netram_conn *conn,
			    struct list_head *orphans);
void netram_conn_queue(struct netram_conn *conn, struct netram_cmd *cmd);
void netram_conn_kick(struct netram_conn *conn);
bool netram_conn_tx_remove(struct netram_conn *conn, struct netram_cmd *cmd);
bool netram_conn_tx_replace(struct netram_conn *conn, struct netram_cmd *cmd,
			    struct netram_cmd *by);
void netram_conn_write_space(void *owner, struct sock *sk);

/* conn_rx.c */
void netram_conn_rx_init(struct netram_conn *conn);
void netram_conn_rx_reset(struct netram_conn *conn);
void netram_conn_rx_uncount(struct netram_conn *conn, struct netram_cmd *cmd);
void netram_conn_rx_stuck(struct netram_conn *conn,
			  const struct netram_cmd *cmd);
void netram_conn_data_ready(void *owner, struct sock *sk);

/* The cookie of a request: generation, run, index. */
#define NETRAM_COOKIE_INDEX_BITS 24
#define NETRAM_COOKIE_INDEX_MAX	(1U << NETRAM_COOKIE_INDEX_BITS)

static inline u64 netram_conn_cookie(const struct netram_cmd *cmd,
				     unsigned int run)
{
	return (u64)cmd->generation << 32 |
	       run << NETRAM_COOKIE_INDEX_BITS | cmd->index;
}

static inline bool netram_conn_dead(const struct netram_conn *conn)
{
	return test_bit(NETRAM_CONN_DEAD, &conn->flags);
}

#endif /* NETRAM_CONN_H */
