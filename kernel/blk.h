/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_BLK_H
#define NETRAM_BLK_H

#include <linux/blk-mq.h>
#include "router.h"

/* Largest request, bytes: what every NBD server must take without being asked. */
#define NETRAM_BLK_MAX_REQUEST (1U << 20)

/**
 * struct netram_blk - a volume's block device
 * @router: where its requests go
 * @tags: blk-mq tags, the commands among them
 * @disk: the disk
 * @next: where to look for a free place in the command table
 * @claimed: being deleted: may not be opened any more; under disk->open_mutex
 */
struct netram_blk {
	struct netram_router	*router;
	struct blk_mq_tag_set	tags;
	struct gendisk		*disk;
	u32			next;
	bool			claimed;
};

u32 netram_blk_commands(u32 queues, u32 depth);
void netram_blk_end(struct netram_cmd *cmd, int error);
void netram_blk_each(struct netram_blk *blk,
		     void (*fn)(struct netram_cmd *cmd, void *data), void *data);
int netram_blk_create(struct netram_blk *blk, struct netram_router *router,
		      u32 index, u32 queues, u32 depth);
int netram_blk_add(struct netram_blk *blk,
		   const struct attribute_group **groups);
int netram_blk_claim(struct netram_blk *blk);
void netram_blk_remove(struct netram_blk *blk);
void netram_blk_destroy(struct netram_blk *blk);
void netram_blk_sync(struct netram_blk *blk);

#endif /* NETRAM_BLK_H */
