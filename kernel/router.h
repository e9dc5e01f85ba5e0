/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_ROUTER_H
#define NETRAM_ROUTER_H

#include <linux/rcupdate.h>
#include <linux/workqueue.h>
#include "cmd.h"
#include "latency.h"
#include "pages.h"
#include "session.h"
#include "stats.h"
#include "table.h"
#include "trim.h"

/* An extent that has no place yet. */
#define NETRAM_SLOT_NONE 0xff

/**
 * struct netram_router - a volume's data plane: from pages to sessions
 * @label: the volume's name
 * @end: hands a finished command of the block layer back up
 * @pages: state of each page
 * @extent_pages: pages of an extent, a power of two
 * @nr_extents: how many
 * @slots: for each extent the node slot it is placed on, or NETRAM_SLOT_NONE
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
 * @wait_lock: guards @waiting
 * @waiting: commands that wait for a page another one owns, or for a node
 * @nr_waiting: of them, those being retried included
 * @dispatch_work: tries them again
 * @trim: frees what was dropped
 */
struct netram_router {
	const char			*label;
	void				(*end)(struct netram_cmd *cmd, int err);
	struct netram_pages		pages;
	u32				extent_pages;
	u64				nr_extents;
	u8				*slots;
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
	spinlock_t			wait_lock;
	struct list_head		waiting;
	atomic_t			nr_waiting;
	struct delayed_work		dispatch_work;
	struct netram_trim		trim;
};

int netram_router_init(struct netram_router *r, u64 pages, u32 extent_pages,
		       bool checksum, u32 commands);
void netram_router_stop(struct netram_router *r);
void netram_router_exit(struct netram_router *r);
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
bool netram_router_own(struct netram_router *r, struct netram_cmd *cmd);
void netram_router_disown(struct netram_router *r, struct netram_cmd *cmd);
void netram_router_finish(struct netram_router *r, struct netram_cmd *cmd,
			  int error);

static inline struct netram_router *netram_router_of(const struct netram_cmd *cmd)
{
	return cmd->session->cfg.owner;
}

/* Has the command waited for longer than io_deadline_ms? */
static inline bool netram_router_overdue(struct netram_router *r,
					 const struct netram_cmd *cmd)
{
	return time_after(jiffies, cmd->start + msecs_to_jiffies(
				   READ_ONCE(r->params.io_deadline_ms)));
}

/* The session an extent is placed on, or NULL. */
static inline struct netram_session *
netram_router_session(struct netram_router *r, u64 extent)
{
	u8 slot = READ_ONCE(r->slots[extent]);

	return slot == NETRAM_SLOT_NONE ? NULL :
	       rcu_dereference_raw(r->sessions[slot]);
}

static inline u64 netram_router_extent(const struct netram_router *r, u64 page)
{
	return page >> __ffs(r->extent_pages);
}

#endif /* NETRAM_ROUTER_H */
