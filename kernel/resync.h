/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_RESYNC_H
#define NETRAM_RESYNC_H

#include <linux/bio.h>
#include <linux/completion.h>
#include <linux/wait.h>
#include "cmd.h"
#include "pace.h"

struct netram_router;

/* Pages moved at a time: so long may a write of one of them have to wait. */
#define NETRAM_RESYNC_PAGES 16

/**
 * struct netram_resync - carries pages from copies, to copies, one run at a time
 * @router: whose extents
 * @rate_mib: MiB a second at most, beside the volume's sync_rate_mib; 0: no matter
 * @gives_way: what others carry counts for it, too
 * @pace: its own
 * @cmd: goes there and back
 * @bio: the pages on the way
 * @vecs: of @bio
 * @done: @cmd is answered
 * @wait: woken to end pauses
 * @stopped: give up as soon as possible
 */
struct netram_resync {
	struct netram_router	*router;
	u32			rate_mib;
	bool			gives_way;
	struct netram_pace	pace;
	struct netram_cmd	cmd;
	struct bio		bio;
	struct bio_vec		vecs[NETRAM_RESYNC_PAGES];
	struct completion	done;
	wait_queue_head_t	wait;
	bool			stopped;
};

/**
 * struct netram_resync_job - one copy of one extent
 * @rs: what carries its pages
 * @extent: the extent
 * @copy: the copy that is being changed, a place in @set
 * @full: it has nothing yet
 * @todo: room for a bit for each page of an extent: those that it is still to be given
 * @set: the copies when it was chosen, then when it was begun
 */
struct netram_resync_job {
	struct netram_resync	*rs;
	u64			extent;
	u8			copy;
	bool			full;
	unsigned long		*todo;
	union netram_set	set;
};

/**
 * struct netram_resync_left - pages that a copy could not be given
 * @count: how many
 * @first: one of them
 */
struct netram_resync_left {
	u32	count;
	u64	first;
};

void netram_resync_init(struct netram_resync *rs, struct netram_router *r,
			u32 index);
int netram_resync_alloc(struct netram_resync *rs);
void netram_resync_stop(struct netram_resync *rs);
void netram_resync_go_on(struct netram_resync *rs);
void netram_resync_exit(struct netram_resync *rs);
bool netram_resync_own(struct netram_resync *rs, u64 page,
		       unsigned int patience_ms);
void netram_resync_disown(struct netram_resync *rs, u64 page, u32 count);
int netram_resync_carry(struct netram_resync *rs, u8 slot, enum netram_op op,
			u64 page, u32 count);
void netram_resync_limit(struct netram_resync *rs, u32 count);
int netram_resync_give_all(const struct netram_resync_job *job,
			   struct netram_resync_left *left);
bool netram_resync_trim(struct netram_resync *rs, u64 extent, u8 slot);

static inline bool netram_resync_stopped(const struct netram_resync *rs)
{
	return READ_ONCE(rs->stopped);
}

/* The copy's node. */
static inline u8 netram_resync_slot(const struct netram_resync_job *job)
{
	return job->set.slot[job->copy];
}

#endif /* NETRAM_RESYNC_H */
