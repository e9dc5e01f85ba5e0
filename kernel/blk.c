// SPDX-License-Identifier: GPL-2.0
/*
 * The block device: turns requests into commands for the router and back. Knows
 * nothing of nodes and connections.
 *
 * Sending may sleep (for the socket's lock), hence BLK_MQ_F_BLOCKING. There is
 * no volatile cache: an acknowledged write is in a node's memory, and a flush
 * has nothing to add. An I/O scheduler would only delay, hence NO_SCHED.
 */
#include "blk.h"

#include <linux/delay.h>

/* Largest discard, sectors: 1 GiB. It costs a walk over bits. */
#define MAX_DISCARD (1U << 21)

#define CLAIM_PATIENCE (HZ / 5)

#define MAX_SEGMENTS (NETRAM_BLK_MAX_REQUEST >> PAGE_SHIFT)

/**
 * netram_blk_commands() - places the block layer takes in the command table
 * @queues: hardware queues
 * @depth: of each
 *
 * Return: how many: the tags of each queue and its one flush request.
 */
u32 netram_blk_commands(u32 queues, u32 depth)
{
	return queues * (depth + 1);
}

/**
 * netram_blk_end() - a command of ours is finished
 * @cmd: in a request
 * @error: 0 or a negative errno
 *
 * Context: any but hard interrupt.
 */
void netram_blk_end(struct netram_cmd *cmd, int error)
{
	struct request *rq = blk_mq_rq_from_pdu(cmd);
	struct netram_router *r = rq->q->queuedata;

	netram_latency_add(r->latency, cmd->op, ktime_get_ns() - cmd->begun);
	blk_mq_end_request(rq, errno_to_blk_status(error));
}

struct visit {
	void (*fn)(struct netram_cmd *cmd, void *data);
	void *data;
};

static bool visit_one(struct request *rq, void *data)
{
	struct visit *v = data;

	v->fn(blk_mq_rq_to_pdu(rq), v->data);
	return true;
}

/**
 * netram_blk_each() - look at all commands that are begun and not ended
 * @blk: the disk
 * @fn: called for each, which may end meanwhile, but is not begun anew; must not
 *   sleep
 * @data: for @fn
 *
 * Context: any but hard interrupt, does not sleep.
 */
void netram_blk_each(struct netram_blk *blk,
		     void (*fn)(struct netram_cmd *cmd, void *data), void *data)
{
	struct visit v = { fn, data };

	blk_mq_tagset_busy_iter(&blk->tags, visit_one, &v);
}

static void drop(struct netram_router *r, struct request *rq)
{
	netram_stats_add(r->stats, NETRAM_STAT_DISCARDS, 1);
	netram_stats_add(r->stats, NETRAM_STAT_DISCARD_BYTES,
			 blk_rq_bytes(rq));
	netram_router_drop(r, blk_rq_pos(rq) >>
			      (NETRAM_PAGE_SHIFT - SECTOR_SHIFT),
			   blk_rq_bytes(rq) >> NETRAM_PAGE_SHIFT);
	blk_mq_end_request(rq, BLK_STS_OK);
}

static struct netram_cmd *command(struct request *rq, u16 queue,
				  enum netram_op op)
{
	struct netram_cmd *cmd = blk_mq_rq_to_pdu(rq);

	cmd->op = op;
	cmd->bio = rq->bio;
	cmd->page = blk_rq_pos(rq) >> (NETRAM_PAGE_SHIFT - SECTOR_SHIFT);
	cmd->pages = blk_rq_bytes(rq) >> NETRAM_PAGE_SHIFT;
	cmd->queue = queue;
	/* Known already, unless a user has turned queue/iostats off. */
	cmd->begun = rq->start_time_ns ?: ktime_get_ns();
	return cmd;
}

static blk_status_t queue_rq(struct blk_mq_hw_ctx *hctx,
			     const struct blk_mq_queue_data *bd)
{
	struct netram_router *r = hctx->queue->queuedata;
	u16 queue = hctx->queue_num;
	struct request *rq = bd->rq;

	blk_mq_start_request(rq);
	switch (req_op(rq)) {
	case REQ_OP_READ:
		netram_router_read(r, command(rq, queue, NETRAM_OP_READ));
		break;
	case REQ_OP_WRITE:
		netram_router_write(r, command(rq, queue, NETRAM_OP_WRITE));
		break;
	case REQ_OP_DISCARD:
	case REQ_OP_WRITE_ZEROES:
		drop(r, rq);
		break;
	case REQ_OP_FLUSH:
		blk_mq_end_request(rq, BLK_STS_OK);
		break;
	default:
		blk_mq_end_request(rq, BLK_STS_NOTSUPP);
		break;
	}
	if (bd->last)
		netram_router_kick(r, queue);
	return BLK_STS_OK;
}

static void commit_rqs(struct blk_mq_hw_ctx *hctx)
{
	netram_router_kick(hctx->queue->queuedata, hctx->queue_num);
}

/* Sessions watch their commands themselves: io_timeout_ms, io_deadline_ms. */
static enum blk_eh_timer_return timeout(struct request *rq)
{
	return BLK_EH_RESET_TIMER;
}

static int init_request(struct blk_mq_tag_set *set, struct request *rq,
			unsigned int hctx_idx, unsigned int numa_node)
{
	struct netram_blk *blk = set->driver_data;
	struct netram_router *r = blk->router;
	struct netram_cmd *cmd = blk_mq_rq_to_pdu(rq);
	u32 places = netram_blk_commands(set->nr_hw_queues, set->queue_depth);
	u32 i;

	for (i = 0; i < places; i++) {
		blk->next = (blk->next + 1) % places;
		if (!r->table.cmds[blk->next])
			break;
	}
	if (i == places)
		return -ENOSPC;
	cmd->router = r;
	netram_table_add(&r->table, blk->next, cmd);
	return 0;
}

static void exit_request(struct blk_mq_tag_set *set, struct request *rq,
			 unsigned int hctx_idx)
{
	struct netram_blk *blk = set->driver_data;

	netram_table_del(&blk->router->table, blk_mq_rq_to_pdu(rq));
}

static const struct blk_mq_ops mq_ops = {
	.queue_rq	= queue_rq,
	.commit_rqs	= commit_rqs,
	.timeout	= timeout,
	.init_request	= init_request,
	.exit_request	= exit_request,
};

static int blk_open(struct gendisk *disk)
{
	struct netram_blk *blk = disk->private_data;

	lockdep_assert_held(&disk->open_mutex);
	return blk->claimed ? -ENXIO : 0;
}

NETRAM_COMPAT_OPEN(blk_open)

/* Called under a spin lock of the swap layer, for one slot (a PAGE_SIZE) at a time. */
static void swap_slot_free_notify(struct block_device *bdev, unsigned long page)
{
	struct netram_blk *blk = bdev->bd_disk->private_data;

	netram_stats_add(blk->router->stats, NETRAM_STAT_SLOT_FREES, 1);
	netram_router_drop(blk->router,
			   (u64)page << (PAGE_SHIFT - NETRAM_PAGE_SHIFT),
			   1U << (PAGE_SHIFT - NETRAM_PAGE_SHIFT));
}

static const struct block_device_operations disk_ops = {
	.owner			= THIS_MODULE,
	.open			= blk_open_compat,
	.swap_slot_free_notify	= swap_slot_free_notify,
};

static int make_disk(struct netram_blk *blk, u32 index)
{
	struct netram_router *r = blk->router;
	const struct netram_compat_limits limits = {
		.block_size = NETRAM_PAGE_SIZE,
		.chunk_sectors = r->extent_pages <<
				 (NETRAM_PAGE_SHIFT - SECTOR_SHIFT),
		.max_sectors = NETRAM_BLK_MAX_REQUEST >> SECTOR_SHIFT,
		.max_segments = MAX_SEGMENTS,
		.max_discard_sectors = MAX_DISCARD,
	};
	struct gendisk *disk = netram_compat_alloc_disk(&blk->tags, &limits, r);

	if (IS_ERR(disk))
		return PTR_ERR(disk);
	disk->fops = &disk_ops;
	disk->private_data = blk;
	disk->flags |= GENHD_FL_NO_PART;
	snprintf(disk->disk_name, sizeof(disk->disk_name), "netram%u", index);
	set_capacity(disk, r->pages.count <<
			   (NETRAM_PAGE_SHIFT - SECTOR_SHIFT));
	blk->disk = disk;
	return 0;
}

/**
 * netram_blk_create() - make the disk, not yet visible
 * @blk: zeroed
 * @router: initialised, with netram_blk_commands() places for commands
 * @index: N of /dev/netramN
 * @queues: hardware queues
 * @depth: requests in flight on each
 *
 * Context: process, may sleep.
 * Return: 0 or a negative errno.
 */
int netram_blk_create(struct netram_blk *blk, struct netram_router *router,
		      u32 index, u32 queues, u32 depth)
{
	int err;

	blk->router = router;
	blk->tags.ops = &mq_ops;
	blk->tags.driver_data = blk;
	blk->tags.nr_hw_queues = queues;
	blk->tags.queue_depth = depth;
	blk->tags.numa_node = NUMA_NO_NODE;
	blk->tags.cmd_size = sizeof(struct netram_cmd);
	blk->tags.flags = BLK_MQ_F_SHOULD_MERGE | BLK_MQ_F_BLOCKING |
			  BLK_MQ_F_NO_SCHED;
	err = blk_mq_alloc_tag_set(&blk->tags);
	if (err)
		return err;
	err = make_disk(blk, index);
	if (err)
		blk_mq_free_tag_set(&blk->tags);
	return err;
}

/**
 * netram_blk_add() - show the disk to users
 * @blk: created
 * @groups: more attributes for its folder in sysfs
 *
 * Context: process, sleeps.
 * Return: 0 or a negative errno.
 */
int netram_blk_add(struct netram_blk *blk,
		   const struct attribute_group **groups)
{
	return device_add_disk(NULL, blk->disk, groups);
}

/*
 * Whoever closes the disk holds the lock until all that was read ahead has come,
 * which takes for ever when requests wait for a node: so it is not waited for.
 */
static bool lock_disk(struct gendisk *disk)
{
	unsigned long end = jiffies + CLAIM_PATIENCE;

	while (!mutex_trylock(&disk->open_mutex)) {
		if (time_after(jiffies, end))
			return false;
		msleep(20);
	}
	return true;
}

/**
 * netram_blk_claim() - nobody may open the disk any more
 * @blk: the disk, added or not
 *
 * Context: process, sleeps for a moment.
 * Return: 0, or -EBUSY if somebody has it open, or is opening or closing it.
 */
int netram_blk_claim(struct netram_blk *blk)
{
	int err = 0;

	if (!lock_disk(blk->disk))
		return -EBUSY;
	if (disk_openers(blk->disk))
		err = -EBUSY;
	else
		blk->claimed = true;
	mutex_unlock(&blk->disk->open_mutex);
	return err;
}

/**
 * netram_blk_remove() - counterpart of netram_blk_add()
 * @blk: the disk, claimed
 *
 * Context: process, sleeps. When it returns no request is under way.
 */
void netram_blk_remove(struct netram_blk *blk)
{
	del_gendisk(blk->disk);
}

/**
 * netram_blk_destroy() - counterpart of netram_blk_create()
 * @blk: the disk, not visible; may never have been created
 */
void netram_blk_destroy(struct netram_blk *blk)
{
	if (!blk->disk)
		return;
	put_disk(blk->disk);
	blk_mq_free_tag_set(&blk->tags);
	blk->disk = NULL;
}

/**
 * netram_blk_sync() - wait until nobody is inside queue_rq()
 * @blk: the disk
 *
 * Context: process, sleeps.
 */
void netram_blk_sync(struct netram_blk *blk)
{
	blk_mq_quiesce_queue(blk->disk->queue);
	blk_mq_unquiesce_queue(blk->disk->queue);
}
