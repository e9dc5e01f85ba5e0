/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_ROUTER_H
#define NETRAM_ROUTER_H

#include <linux/rcupdate.h>
#include <linux/workqueue.h>
#include "cmd.h"
#include "healing.h"
#include "hedge.h"
#include "latency.h"
#include "mover.h"
#include "outage.h"
#include "pages.h"
#include "replicas.h"
#include "session.h"
#include "stats.h"
#include "table.h"
#include "trim.h"
#include "verify.h"

struct netram_backup;

/**
 * struct netram_router - a volume's data plane: from pages to sessions
 * @label: the volume's name
 * @end: hands a finished command of the block layer back up
 * @each: calls a function for all commands of the block layer that are begun and not
 *   ended, and perhaps for a few others
 * @synced: tells that copies are missing or stale, or that all are well again
 * @fenced: another host has the volume, for good: requests fail
 * @holder: its name; does not change once @fenced is set
 * @holder_known: somebody writes or has written @holder
 * @outage: requests wait, for no copy of their pages can be reached
 * @healing: pages are lost, and the user was told
 * @verified: tells that @verify has come to an end, and how
 * @pages: state of each page
 * @backup: the last copy, on a local device; NULL without one
 * @extent_pages: pages of an extent, a power of two
 * @nr_extents: how many
 * @sets: for each extent its copies, a union netram_set; 0 where it has no place
 * @replicas: copies there should be
 * @width: legs a request may have, twins included
 * @twins: for each leg but the first a command for each of the first @primaries
 *   places of @table
 * @primaries: commands that may have twins
 * @sessions: by node slot; changed under the pool's lock, read under RCU. One
 *   that an extent is placed on does not go away
 * @dirty: by hardware queue, the slots of sessions to kick
 * @queues: hardware queues
 * @table: all commands
 * @stats: counters
 * @latency: of the requests of the block layer
 * @params: times a user can tune
 * @io_wq: for short works
 * @session_wq: for works that wait
 * @mover_wq: for the mover, which waits for all of them
 * @loss_lock: what is lost is decided under it, and what is settled in spite of a
 *   copy that failed; taken in softirqs too
 * @losing: somebody under it has changed an extent's copies and not yet marked what
 *   is lost by that, perhaps
 * @wait_lock: guards @waiting
 * @waiting: commands that wait for a page another one owns, or for a node
 * @nr_waiting: of them, those being retried included
 * @dispatch_work: tries them again
 * @trim: frees what was dropped
 * @mover: makes copies
 * @verify: compares them
 * @sync_pace: what the two of them carry
 * @hedge: sends slow reads to a second copy
 */
struct netram_router {
	const char			*label;
	void				(*end)(struct netram_cmd *cmd, int err);
	void				(*each)(struct netram_router *r,
						void (*fn)(struct netram_cmd *cmd,
							   void *data),
						void *data);
	void				(*synced)(struct netram_router *r,
						  bool all);
	void				(*verified)(struct netram_router *r,
						    enum netram_verify_state how);
	struct netram_pages		pages;
	bool				fenced;
	struct netram_backup		*backup;
	u32				extent_pages;
	u64				nr_extents;
	u64				*sets;
	u32				replicas;
	u32				width;
	struct netram_cmd		*twins[NETRAM_REPLICAS_MAX - 1];
	u32				primaries;
	struct netram_session __rcu	*sessions[NETRAM_NODES_MAX];
	unsigned long			dirty[NETRAM_CONNECTIONS_MAX]
					     [BITS_TO_LONGS(NETRAM_NODES_MAX)];
	u32				queues;
	struct netram_table		table;
	struct netram_stats __percpu	*stats;
	struct netram_latency __percpu	*latency;
	struct netram_params		params;
	struct workqueue_struct		*io_wq;
	struct workqueue_struct		*session_wq;
	struct workqueue_struct		*mover_wq;
	spinlock_t			loss_lock;
	bool				losing;
	spinlock_t			wait_lock;
	struct list_head		waiting;
	atomic_t			nr_waiting;
	struct delayed_work		dispatch_work;
	struct netram_trim		trim;
	struct netram_mover		mover;
	struct netram_pace		sync_pace;
	struct netram_outage		outage;
	struct netram_healing		healing;
	unsigned long			holder_known;
	char				holder[NETRAM_NAME_MAX + 1];
	struct netram_verify		verify;
	struct netram_hedge		hedge;
};

/* The places of the table that are the module's own, among the primary ones. */
#define NETRAM_ROUTER_OWN	(NETRAM_TRIM_CMDS + 3)
#define NETRAM_ROUTER_BACKUP(r)	((r)->primaries - NETRAM_ROUTER_OWN)

int netram_router_init(struct netram_router *r, u64 pages, u32 extent_pages,
		       bool checksum, u32 commands);
int netram_router_widen(struct netram_router *r, u32 width);
void netram_router_stop(struct netram_router *r);
void netram_router_exit(struct netram_router *r);
int netram_router_overdue(struct netram_router *r, const struct netram_cmd *cmd);
void netram_router_fence(struct netram_router *r, const char *host);
void netram_router_read(struct netram_router *r, struct netram_cmd *cmd);
void netram_router_write(struct netram_router *r, struct netram_cmd *cmd);
void netram_router_drop(struct netram_router *r, u64 first, u64 count);
void netram_router_kick(struct netram_router *r, u16 queue);
void netram_router_submit(struct netram_router *r, struct netram_session *s,
			  struct netram_cmd *cmd);
void netram_router_wake(struct netram_router *r);
void netram_router_session_up(struct netram_router *r);

/* For read.c and write.c. */
void netram_router_wait(struct netram_router *r, struct netram_cmd *cmd);
void netram_router_wait_long(struct netram_router *r, struct netram_cmd *cmd);
bool netram_router_own(struct netram_router *r, struct netram_cmd *cmd);
void netram_router_lend(struct netram_router *r, struct netram_cmd *cmd);
void netram_router_disown(struct netram_router *r, struct netram_cmd *cmd);
void netram_router_finish(struct netram_router *r, struct netram_cmd *cmd,
			  int error);

/* Do requests without a copy to reach wait, or do they fail? */
static inline bool netram_router_waits(const struct netram_router *r)
{
	return READ_ONCE(r->params.on_loss) == NETRAM_ON_LOSS_WAIT;
}

/* The copies of an extent. */
static inline union netram_set netram_router_set(const struct netram_router *r,
						 u64 extent)
{
	return (union netram_set){ .word = READ_ONCE(r->sets[extent]) };
}

/* The session with a node; NULL if it has just gone. */
static inline struct netram_session *
netram_router_session(struct netram_router *r, u8 slot)
{
	return rcu_dereference_raw(r->sessions[slot]);
}

static inline u64 netram_router_extent(const struct netram_router *r, u64 page)
{
	return page >> __ffs(r->extent_pages);
}

#endif /* NETRAM_ROUTER_H */
