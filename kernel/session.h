/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_SESSION_H
#define NETRAM_SESSION_H

#include <linux/completion.h>
#include <linux/jiffies.h>
#include <linux/mutex.h>
#include <linux/netram.h>
#include <linux/workqueue.h>
#include "cmd.h"
#include "conn.h"
#include "corruption.h"
#include "latency.h"
#include "nego.h"

struct netram_session;

/**
 * struct netram_peer - how to reach a node, and what came of it
 * @net: network namespace, held
 * @addr: IPv4 or IPv6
 * @export: export to ask a foreign server for
 * @foreign: not a netram-server: @export is all it understands
 * @draining: to be emptied: nothing new is placed there
 * @weight: share of new extents, 1 or more; a single word, changed at any time
 * @lock: for @last_error and @gone
 * @last_error: why the last connection failed or broke, "" while none did
 * @gone: traffic of sessions that are gone
 * @reconnects: sessions renewed
 * @errors: requests the node answered with an error
 */
struct netram_peer {
	struct net		*net;
	struct sockaddr_storage	addr;
	char			export[NETRAM_EXPORT_MAX + 1];
	bool			foreign;
	bool			draining;
	u32			weight;
	spinlock_t		lock;
	char			last_error[160];
	struct netram_traffic	gone;
	atomic64_t		reconnects;
	atomic64_t		errors;
};

/**
 * struct netram_params - times a user can tune while a volume lives
 * @io_deadline_ms: see limits.h
 * @io_timeout_ms: see limits.h
 * @connect_timeout_ms: see limits.h
 * @rereplicate_delay_ms: see limits.h; the owner's
 * @sync_rate_mib: see limits.h; the owner's
 * @on_loss: enum netram_on_loss; with WAIT, @io_deadline_ms does not count
 * @hedge_us: see limits.h; the owner's
 * @backup_lag_mib: see limits.h; the owner's
 */
struct netram_params {
	u32 io_deadline_ms;
	u32 io_timeout_ms;
	u32 connect_timeout_ms;
	u32 rereplicate_delay_ms;
	u32 sync_rate_mib;
	u32 on_loss;
	u32 hedge_us;
	u32 backup_lag_mib;
};

/* Whether that was so many milliseconds ago. */
static inline bool netram_older(unsigned long since, u32 ms)
{
	return time_after(jiffies, since + msecs_to_jiffies(ms));
}

/**
 * netram_params_overdue() - is a command to fail that no copy can be reached for
 * @params: the volume's
 * @start: jiffies when it began
 *
 * Context: any.
 * Return: whether it has waited for io_deadline_ms and that counts.
 */
static inline bool netram_params_overdue(const struct netram_params *params,
					 unsigned long start)
{
	return READ_ONCE(params->on_loss) != NETRAM_ON_LOSS_WAIT &&
	       netram_older(start, READ_ONCE(params->io_deadline_ms));
}

/**
 * struct netram_session_ops - what a session tells its owner; all may sleep
 * @state: the state has changed
 * @lost: the server came back without its pages. Called before the session is
 *   up again: no command is in flight.
 * @back: the session is about to be up, and @returning; after @lost
 * @elsewhere: a parked command may be better off if it begins anew; in any context
 * @replayed: the session is up, and commands that had waited for that go on
 * @parked: commands wait for the session to come up, or have just failed because
 *   they did so for too long; told again and again
 * @taken: another host has taken the volume over on this node; its name. The
 *   owner is to fence all the volume's sessions
 * @corrupt: the node has a page that is not what was written; from time to time
 */
struct netram_session_ops {
	void (*state)(struct netram_session *session,
		      enum netram_session_state state);
	void (*lost)(struct netram_session *session);
	void (*back)(struct netram_session *session);
	bool (*elsewhere)(struct netram_session *session,
			  const struct netram_cmd *cmd);
	void (*replayed)(struct netram_session *session, u32 commands);
	void (*parked)(struct netram_session *session, bool failed);
	void (*taken)(struct netram_session *session, const char *host);
	void (*corrupt)(struct netram_session *session, u64 page,
			enum netram_corrupt how);
};

/**
 * struct netram_session_config - what a session is made of; all must outlive it
 * @ops: what it tells its owner
 * @owner: for @ops
 * @peer: the node
 * @params: times
 * @label: for messages: volume/node
 * @uuid: of the volume, in text
 * @client: name of this host
 * @claim: what the volume is told by from others of its uuid
 * @takeover: take the export from a host that has it, the first time
 * @size: of the volume, bytes
 * @payload: of the largest request, bytes
 * @connections: how many
 * @zone: of the node
 * @epoch: the first epoch is greater than this
 * @table: all commands of the volume
 * @io_wq: WQ_MEM_RECLAIM, for short works of the data path
 * @session_wq: WQ_MEM_RECLAIM, for works that wait for other works
 * @connect_wq: WQ_MEM_RECLAIM, for works that wait for the network
 */
struct netram_session_config {
	const struct netram_session_ops	*ops;
	void				*owner;
	struct netram_peer		*peer;
	const struct netram_params	*params;
	const char			*label;
	const char			*uuid;
	const char			*client;
	const char			*claim;
	bool				takeover;
	u64				size;
	u32				payload;
	u32				connections;
	const char			*zone;
	u64				epoch;
	const struct netram_table	*table;
	struct workqueue_struct		*io_wq;
	struct workqueue_struct		*session_wq;
	struct workqueue_struct		*connect_wq;
};

/**
 * struct netram_sums - a connection beside the session, to ask for checksums
 * @sock: NULL while there is none
 * @tried: one was made, or tried, for @epoch
 * @epoch: the session's then
 * @context: id of the meta context
 * @cookie: of the last request
 * @greeted_tx: bytes sent in handshakes
 * @greeted_rx: received, likewise
 * @tx: sent afterwards
 * @rx: received, likewise
 */
struct netram_sums {
	struct socket	*sock;
	bool		tried;
	u64		epoch;
	u32		context;
	u64		cookie;
	u64		greeted_tx;
	u64		greeted_rx;
	u64		tx;
	u64		rx;
};

/**
 * struct netram_read_rtt - how fast a node answers reads of extents with other copies
 * @pages: of reads under way
 * @heard: jiffies when one of them was answered, or the first was sent
 * @avg_ns: moving average of how long one takes; 0 while nobody knows
 *
 * Each hardware queue has its own, so that queues share nothing they write to.
 */
struct netram_read_rtt {
	atomic_t	pages;
	unsigned long	heard;
	u32		avg_ns;
} ____cacheline_aligned_in_smp;

/**
 * struct netram_session - one volume's connections with one node
 * @cfg: as given
 * @lock: guards @state, @pending, @broke and @instance; taken in softirqs too;
 *   only the peer's lock is taken below it
 * @state: changes only as fsm.c allows
 * @pending: commands parked while the session is not up
 * @fenced: another host has the volume: no more connections, no more requests;
 *   set under @lock
 * @barred: it is not to come up; set under @lock
 * @in_use: another host has the volume on this node, and we have not asked for it
 * @broke: a connection broke since the last connect work began
 * @returning: about to be up: set before @cfg.ops->back, until it is, or is not after all
 * @epoch: of the present or last connections; a server fences lower ones
 * @known: the session was up before
 * @instance: of the server when it was, "" if it told none
 * @trim: the server takes NBD_CMD_TRIM
 * @nr_conns: connections in use, at most cfg->connections
 * @conns: cfg->connections of them
 * @socks: as many, between handshake and start, the connect work's
 * @sock_lock: the connections keep the sockets they have, or have none
 * @keepalive_ms: what keepalive of the sockets was set by
 * @extents: extents placed here, the owner's
 * @owes: it has pages of extents that have no copy here any more, the owner's
 * @unpaid: as @owes, of so many extents from @pay_from on, which the mover comes to
 * @pay_from: the extent that it looks at next, the mover's
 * @closing: no extent may be placed here any more, the owner's
 * @full_until: jiffies; the node had no room and is spared until then, the owner's
 * @rtts: one for each hardware queue, cfg->connections of them; the owner's
 * @p99_ns: what 99 of 100 reads took of late, 0 while nobody knows; likewise
 * @seen: counts of reads in @latency when that was last looked at; likewise
 * @slot: the owner's name for it
 * @latency: of the commands its node has carried out, the owner's
 * @corruption: pages its node has that are not what was written, the owner's
 * @vain: pages that were carried and are carried again, by what for, the owner's
 * @greeted_tx: bytes sent in handshakes, the connect work's
 * @greeted_rx: received, likewise
 * @sums: see session_sums.c
 * @backoff_ms: last pause between attempts
 * @up_since: jiffies when it last came up
 * @down_since: jiffies when it last broke, or was made
 * @up_bytes: bytes received until then
 * @tried: completed when the first attempt to connect has ended
 * @recover_work: tears a broken session down
 * @connect_work: sets it up
 * @tick_work: looks for requests that have waited too long
 */
struct netram_session {
	struct netram_session_config	cfg;
	spinlock_t			lock;
	enum netram_session_state	state;
	struct list_head		pending;
	bool				fenced;
	bool				barred;
	bool				in_use;
	bool				broke;
	bool				returning;
	u64				epoch;
	bool				known;
	char				instance[NETRAM_INSTANCE_LEN + 1];
	bool				trim;
	u32				nr_conns;
	struct netram_conn		**conns;
	struct socket			**socks;
	struct mutex			sock_lock;
	u32				keepalive_ms;
	atomic_t			extents;
	bool				owes;
	u64				unpaid;
	u64				pay_from;
	bool				closing;
	unsigned long			full_until;
	struct netram_read_rtt		*rtts;
	u32				p99_ns;
	u64				seen[NETRAM_LATENCY_BUCKETS];
	u8				slot;
	struct netram_latency __percpu	*latency;
	struct netram_corruption	corruption;
	atomic64_t			vain[NETRAM_FOR_NR];
	u64				greeted_tx;
	u64				greeted_rx;
	struct netram_sums		sums;
	u32				backoff_ms;
	unsigned long			up_since;
	unsigned long			down_since;
	u64				up_bytes;
	struct completion		tried;
	struct work_struct		recover_work;
	struct delayed_work		connect_work;
	struct delayed_work		tick_work;
};

void netram_peer_init(struct netram_peer *peer);
void netram_peer_error(struct netram_peer *peer, char *buf, size_t len);
struct netram_session *
netram_session_create(const struct netram_session_config *cfg, u8 slot);
void netram_session_start(struct netram_session *session);
bool netram_session_bar(struct netram_session *session);
void netram_session_unbar(struct netram_session *session);
void netram_session_close(struct netram_session *session);
void netram_session_end(struct netram_session *session);
void netram_session_destroy(struct netram_session *session,
			    struct netram_traffic *gone);
void netram_session_submit(struct netram_session *session,
			   struct netram_cmd *cmd);
void netram_session_kick(struct netram_session *session, u16 queue);
void netram_session_kick_all(struct netram_session *session);
void netram_session_look(struct netram_session *session);
void netram_session_fence(struct netram_session *session);
void netram_session_renew(struct netram_session *session, const char *why);
u64 netram_session_received(struct netram_session *session);
void netram_session_greeted(const struct socket *sock, u64 *tx, u64 *rx);
void netram_session_traffic(struct netram_session *session,
			    struct netram_traffic *t);
void netram_peer_traffic(struct netram_peer *peer, struct netram_traffic *t);
u32 netram_session_connections(struct netram_session *session);
bool netram_session_change_state(struct netram_session *s,
				 enum netram_session_state to);
void netram_session_set_error(struct netram_session *s, const char *what,
			      const char *why, int err);
const char *netram_session_in_words(int err);
void netram_session_stop_conns(struct netram_session *s);

/* session_connect.c */
void netram_session_recover_work(struct work_struct *work);
void netram_session_connect_work(struct work_struct *work);
void netram_session_hurry(struct netram_session *s);
void netram_session_keep_alive(const struct netram_session *s,
			       struct socket *sock);

/* session_sums.c */
void netram_session_sums_open(struct netram_session *s);
void netram_session_sums_close(struct netram_session *s);
int netram_session_sums(struct netram_session *s, u64 page, u32 pages,
			u32 *crc);

void netram_session_sums_traffic(const struct netram_session *s,
				 struct netram_traffic *t);

/* session_wait.c */
void netram_session_tick_work(struct work_struct *work);
void netram_session_queue_tick(struct netram_session *s);
bool netram_session_fail_parked(struct netram_session *s, bool all, int error);

/* As netram_conn_take(), on the connection that carries the command's queue. */
static inline enum netram_taken
netram_session_take(struct netram_session *session, struct netram_cmd *cmd,
		    struct netram_cmd *ghost)
{
	u32 i = cmd->queue % READ_ONCE(session->nr_conns);

	return netram_conn_take(session->conns[i], cmd, ghost);
}

/* Jiffies when something came on the connection that carries a queue. */
static inline unsigned long
netram_session_last(const struct netram_session *session, u16 queue)
{
	u32 i = queue % READ_ONCE(session->nr_conns);

	return READ_ONCE(session->conns[i]->rx.last);
}

static inline bool netram_session_up(const struct netram_session *session)
{
	return READ_ONCE(session->state) == NETRAM_SESSION_UP;
}

/* It has not refused anything for want of room a moment ago. */
static inline bool netram_session_has_room(const struct netram_session *session)
{
	return time_after_eq(jiffies, READ_ONCE(session->full_until));
}

static inline bool netram_session_draining(const struct netram_session *session)
{
	return READ_ONCE(session->cfg.peer->draining);
}

/* Has the node pages that it should not have, as far as anybody knows. */
static inline bool netram_session_owes(const struct netram_session *session)
{
	/* Pairs with pay_off() in mover.c: a debt is noted there before it is cleared here. */
	return smp_load_acquire(&session->owes) || READ_ONCE(session->unpaid);
}

/* As that, and it can be told to free them: the mover is about to. */
static inline bool
netram_session_can_pay(const struct netram_session *session)
{
	return netram_session_owes(session) && READ_ONCE(session->trim) &&
	       netram_session_up(session);
}

/**
 * netram_session_count() - the node has done what it was asked for
 * @cmd: a read or write, answered without an error
 *
 * Context: any.
 */
static inline void netram_session_count(const struct netram_cmd *cmd)
{
	netram_latency_add(cmd->session->latency, cmd->op,
			   cmd->answered - cmd->submitted);
}

/**
 * netram_session_answered() - has a node answered what has failed
 * @error: negative errno
 *
 * Context: any.
 * Return: whether it has; else the error is the session's own.
 */
static inline bool netram_session_answered(int error)
{
	return error != -ENOTCONN && error != -ETIMEDOUT && error != -EBADE;
}

/**
 * netram_session_refused() - the node was asked for something and has not done it
 * @cmd: a read or write that has failed
 *
 * Context: any.
 */
static inline void netram_session_refused(const struct netram_cmd *cmd)
{
	if (netram_session_answered(cmd->error))
		atomic64_inc(&cmd->session->cfg.peer->errors);
}

/**
 * netram_session_vain() - pages that were carried are to be carried again
 * @session: with the node they were carried to or from
 * @purpose: what they were carried for
 * @pages: how many
 *
 * For what a connection cannot know: it carried them well.
 *
 * Context: any.
 */
static inline void netram_session_vain(struct netram_session *session,
				       enum netram_purpose purpose, u32 pages)
{
	atomic64_add(pages, &session->vain[purpose]);
}

#endif /* NETRAM_SESSION_H */
