/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A command: one request of the block layer, or one of the module's own, on its
 * way to a node and back. Commands are never allocated on the way: those of the
 * block layer live in the blk-mq tag, the module's own are made with the volume.
 *
 * Who owns a command (only the owner touches it):
 *
 *   router    from queue_rq() until netram_session_submit(), and from done() on
 *   session   while it is parked: on session->pending, under session->lock
 *   conn      from netram_conn_queue() on: on the send list, then with the
 *             sender and receiver; the last of them (cmd->parts) calls done()
 *
 * A connection that breaks gives its commands back to the session, which parks
 * them. So a command is completed once: by the last part on a live connection,
 * or by the session that holds it parked.
 *
 * What goes to several copies of an extent at once goes by several commands: the
 * request's own and its twins, see fanout.c. The layers below see no difference.
 *
 * A read that is slow may be sent to a second copy by a second command, its hedge,
 * see race.h and hedge.c. While both are out they share the pages of the request.
 */
#ifndef NETRAM_CMD_H
#define NETRAM_CMD_H

#include <linux/atomic.h>
#include <linux/bio.h>
#include <linux/list.h>
#include <linux/llist.h>
#include <netram/limits.h>
#include <netram/nbd.h>
#include "race.h"
#include "replicas.h"
#include "traffic.h"

struct netram_conn;
struct netram_router;
struct netram_session;

/* Runs of pages one command carries at a time; more go in further rounds. */
#define NETRAM_CMD_RUNS 8

enum netram_op {
	NETRAM_OP_READ,
	NETRAM_OP_WRITE,
	NETRAM_OP_TRIM,
};

/**
 * struct netram_run - neighbouring pages moved by one NBD request
 * @first: first page, counted from the command's first
 * @pages: how many
 */
struct netram_run {
	u32 first;
	u32 pages;
};

/**
 * struct netram_cmd - see the head of this file
 * @tx_node: on a connection's send list
 * @list: parked with the session, or waiting with the router, or with a sender
 * @conn: connection it is in flight on; NULL while it is not
 * @session: session it was submitted to
 * @router: of its volume, never changes
 * @parent: the request it is a leg of; itself if it is the request's own
 * @joined: called once all legs are done
 * @done: called once with @error set, in any context but hard interrupt
 * @bio: the data; NULL for TRIM
 * @page: the first page, counted from the start of the volume
 * @pages: how many
 * @pos: pages already dealt with by earlier rounds
 * @index: its place in the volume's command table; changes only when a hedge takes
 *   over what it has under way, see netram_conn_take()
 * @home: the place it was given at first, never changes
 * @generation: changes each time it is sent; late replies do not match
 * @queue: hardware queue it came from
 * @flags: NETRAM_CMD_F_*
 * @op: what to do
 * @nr_runs: how many of @runs are in use
 * @replied: bit set of the runs that were answered, the receiver's
 * @parts: runs not answered + 1 for a sender that is not through
 * @error: negative errno of the first run that failed
 * @start: jiffies when the block layer handed it over
 * @sent: jiffies when it was put on a connection
 * @set: copies of the extent when this round was sent
 * @results: of the legs, see fanout.c
 * @legs: that are not done
 * @replica: the copy it goes to, a place in @set
 * @tried: copies this round could not be read from, NETRAM_TRIED_BACKUP, and from
 *   NETRAM_TRIED_REFUSED on those of them whose nodes have answered
 * @passed: that it is slow was noticed, and nothing could be done
 * @purpose: enum netram_purpose, never changes
 * @counted: what its headers were counted for when they were sent
 * @round: @pos when this round began
 * @rival: of a read that may be hedged: NETRAM_CMD_ARMED, NETRAM_CMD_CLAIMED, or its
 *   hedge; NULL while it must not be
 * @race: of a hedge: how far the two are
 * @begun: ns when the block layer made the request
 * @submitted: ns when it was handed to @session in this round
 * @answered: ns when the receiver took up the last answer of this round
 * @runs: what is asked for in this round
 */
struct netram_cmd {
	struct llist_node	tx_node;
	struct list_head	list;
	struct netram_conn	*conn;
	struct netram_session	*session;
	struct netram_router	*router;
	struct netram_cmd	*parent;
	void			(*done)(struct netram_cmd *cmd);
	void			(*joined)(struct netram_cmd *cmd);
	struct bio		*bio;
	u64			page;
	u32			pages;
	u32			pos;
	u32			index;
	u32			home;
	u32			generation;
	u16			queue;
	u16			flags;
	u8			op;
	u8			nr_runs;
	u8			replied;
	atomic_t		parts;
	int			error;
	unsigned long		start;
	unsigned long		sent;
	union netram_set	set;
	unsigned long		results;
	atomic_t		legs;
	u16			tried;
	u8			replica;
	u8			passed;
	u8			purpose;
	u8			counted;
	u32			round;
	struct netram_cmd	*rival;
	atomic_t		race;
	u64			begun;
	u64			submitted;
	u64			answered;
	struct netram_run	runs[NETRAM_CMD_RUNS];
};

/* The pages of the whole command are held busy: nothing else writes them. */
#define NETRAM_CMD_F_BUSY	(1U << 0)
/* A read that did not match its checksum and is tried again, alone. */
#define NETRAM_CMD_F_VERIFY	(1U << 1)
/* A write no node had room for: its extent wants another place. */
#define NETRAM_CMD_F_MOVE	(1U << 2)
/* Not to be parked: fails with -ENOTCONN when the node cannot be reached. */
#define NETRAM_CMD_F_NOWAIT	(1U << 3)
/* The second leg of a read, see hedge.c. */
#define NETRAM_CMD_F_HEDGE	(1U << 4)

/* A write that has gone to the backup, too; a read that goes there. */
#define NETRAM_CMD_F_SAVE	(1U << 5)
/* A read of which nobody had all pages of a round: page by page from now on. */
#define NETRAM_CMD_F_SINGLY	(1U << 6)

/* A write of which copies may have carried out what it has laid out. */
#define NETRAM_CMD_F_SENT	(1U << 7)
/* A write: no node has room for it, it goes to the backup only. */
#define NETRAM_CMD_F_FULL	(1U << 8)

/* The last one: a flag that does not fit would never be set, without a word. */
static_assert((typeof_member(struct netram_cmd, flags))NETRAM_CMD_F_FULL ==
	      NETRAM_CMD_F_FULL);

/* netram_cmd.tried: this round could not be read from the backup. */
#define NETRAM_TRIED_BACKUP	(1U << NETRAM_REPLICAS_MAX)
/* The bit that stands for copy 0. */
#define NETRAM_TRIED_REFUSED	8

/* netram_cmd.rival: a hedge may be sent, ... */
#define NETRAM_CMD_ARMED	((struct netram_cmd *)1)
/* ... may not any more, for its pages are being written to. */
#define NETRAM_CMD_CLAIMED	((struct netram_cmd *)2)

/* A copy did not give this round's pages: its node was not reached, or answered @error. */
static inline void netram_cmd_tried(struct netram_cmd *cmd, u8 copy, int error)
{
	cmd->tried |= 1U << copy;
	if (error != -ENOTCONN)
		cmd->tried |= 1U << (NETRAM_TRIED_REFUSED + copy);
}

/* How many pages this round moves. */
static inline u32 netram_cmd_pages(const struct netram_cmd *cmd)
{
	u32 pages = 0, i;

	for (i = 0; i < cmd->nr_runs; i++)
		pages += cmd->runs[i].pages;
	return pages;
}

/* It is in nobody's hands: tell its owner. */
static inline void netram_cmd_complete(struct netram_cmd *cmd, int error)
{
	cmd->error = error;
	cmd->done(cmd);
}

/**
 * netram_cmd_race_claim() - as netram_race_claim(), for a hedge's word
 * @hedge: the hedge
 * @leg: whose answer has come
 *
 * Context: any.
 * Return: whether its data may be written to the pages.
 */
static inline bool netram_cmd_race_claim(struct netram_cmd *hedge,
					 enum netram_leg leg)
{
	int old = atomic_read(&hedge->race);
	bool mine;
	u32 new;

	do {
		new = old;
		mine = netram_race_claim(&new, leg);
	} while (!atomic_try_cmpxchg(&hedge->race, &old, new));
	return mine;
}

/**
 * netram_cmd_claim() - data for a read have come
 * @cmd: the read; the caller is its receiver
 *
 * Context: any.
 * Return: whether they may be written to its pages; else another leg does.
 */
static inline bool netram_cmd_claim(struct netram_cmd *cmd)
{
	struct netram_cmd *rival = READ_ONCE(cmd->rival);

	if (unlikely(cmd->flags & NETRAM_CMD_F_HEDGE))
		return netram_cmd_race_claim(cmd, NETRAM_LEG_HEDGE);
	if (rival == NETRAM_CMD_ARMED)
		rival = cmpxchg(&cmd->rival, NETRAM_CMD_ARMED,
				NETRAM_CMD_CLAIMED);
	if (likely(!rival || rival == NETRAM_CMD_ARMED ||
		   rival == NETRAM_CMD_CLAIMED))
		return true;
	/* The hedge is not free before both legs are done. */
	return netram_cmd_race_claim(rival, NETRAM_LEG_FIRST);
}

#endif /* NETRAM_CMD_H */
