/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_BDEV_H
#define NETRAM_BDEV_H

#include <linux/bio.h>
#include <linux/llist.h>
#include <linux/workqueue.h>
#include "cmd.h"
#include "superblock.h"

/**
 * struct netram_bdev_io - what a command wants of the device
 * @node: on one of the device's lists
 * @cmd: whose runs are carried; not ended before @done
 * @write: to the device
 * @parts: bios under way, and one while they are being made
 * @error: negative errno of the first bio that failed
 * @done: called once with @error set; process context
 */
struct netram_bdev_io {
	struct llist_node	node;
	struct netram_cmd	*cmd;
	bool			write;
	atomic_t		parts;
	int			error;
	void			(*done)(struct netram_bdev_io *io);
};

/**
 * struct netram_bdev - a local block device that keeps pages of one volume
 * @bdev: the device, open for us alone
 * @handle: what closes it
 * @path: as the user named it
 * @bios: what bios come from, without allocating memory
 * @waiting: to be submitted
 * @ended: to be told of
 * @submit_work: submits; it may wait for the device
 * @end_work: tells
 * @submit_wq: WQ_MEM_RECLAIM, for @submit_work
 * @end_wq: WQ_MEM_RECLAIM, for short works
 */
struct netram_bdev {
	struct block_device	*bdev;
	void			*handle;
	char			path[NETRAM_PATH_MAX + 1];
	struct bio_set		bios;
	struct llist_head	waiting;
	struct llist_head	ended;
	struct work_struct	submit_work;
	struct work_struct	end_work;
	struct workqueue_struct	*submit_wq;
	struct workqueue_struct	*end_wq;
};

struct netram_bdev *netram_bdev_open(const char *path);
void netram_bdev_close(struct netram_bdev *b);
void netram_bdev_submit(struct netram_bdev *b, struct netram_bdev_io *io);
int netram_bdev_page(struct netram_bdev *b, void *page, u64 offset, bool write);

/* Bytes. */
static inline u64 netram_bdev_size(const struct netram_bdev *b)
{
	return (u64)bdev_nr_sectors(b->bdev) << SECTOR_SHIFT;
}

#endif /* NETRAM_BDEV_H */
