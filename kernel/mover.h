/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_MOVER_H
#define NETRAM_MOVER_H

#include <linux/bio.h>
#include <linux/completion.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include "cmd.h"

struct netram_router;

/* Pages copied at a time: so long may a write of one of them have to wait. */
#define NETRAM_MOVER_PAGES 16

/**
 * struct netram_mover - brings copies up to date, makes new ones, gives up others
 * @router: whose extents
 * @todo: bit set of the extents to look at
 * @scan: look at all of them
 * @degraded: what netram_router.synced was told last
 * @moved: bytes copied since the last pause
 * @cmd: carries pages there and back
 * @bio: the pages on the way
 * @vecs: of @bio
 * @done: @cmd is answered
 * @wait: woken to end pauses
 * @stopped: no more work is queued
 * @work: does it all
 */
struct netram_mover {
	struct netram_router	*router;
	unsigned long		*todo;
	bool			scan;
	bool			degraded;
	unsigned int		moved;
	struct netram_cmd	*cmd;
	struct bio		bio;
	struct bio_vec		vecs[NETRAM_MOVER_PAGES];
	struct completion	done;
	wait_queue_head_t	wait;
	bool			stopped;
	struct delayed_work	work;
};

int netram_mover_init(struct netram_mover *m, struct netram_router *r);
void netram_mover_stop(struct netram_mover *m);
void netram_mover_exit(struct netram_mover *m);
void netram_mover_extent(struct netram_mover *m, u64 extent);
void netram_mover_scan(struct netram_mover *m);

#endif /* NETRAM_MOVER_H */
