/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_TRIM_H
#define NETRAM_TRIM_H

#include <linux/wait.h>
#include <linux/workqueue.h>
#include "cmd.h"

struct netram_router;

/* TRIM commands of a volume, each with NETRAM_CMD_RUNS runs. */
#define NETRAM_TRIM_CMDS 4

/**
 * struct netram_trim - tells nodes which pages they may free
 * @router: whose pages
 * @extents: bit set of the extents with pages that are dead
 * @cmds: the commands
 * @free: bit set of the commands that are not under way
 * @wait: woken when one comes back, for netram_trim_all()
 * @work: looks for dead pages
 * @stopped: no more work is queued
 */
struct netram_trim {
	struct netram_router	*router;
	unsigned long		*extents;
	struct netram_cmd	*cmds[NETRAM_TRIM_CMDS];
	unsigned long		free;
	wait_queue_head_t	wait;
	struct delayed_work	work;
	bool			stopped;
};

int netram_trim_init(struct netram_trim *t, struct netram_router *r);
void netram_trim_stop(struct netram_trim *t);
void netram_trim_exit(struct netram_trim *t);
void netram_trim_extent(struct netram_trim *t, u64 extent);
void netram_trim_kick(struct netram_trim *t);
void netram_trim_all(struct netram_trim *t);

#endif /* NETRAM_TRIM_H */
