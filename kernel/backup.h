/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_BACKUP_H
#define NETRAM_BACKUP_H

#include <linux/netram.h>
#include "bdev.h"
#include "corruption.h"
#include "outage.h"
#include "resync.h"
#include "router.h"

/**
 * struct netram_backup_io - a request's leg to the backup
 * @io: for the device
 * @then: told of the end; process context
 */
struct netram_backup_io {
	struct netram_bdev_io	io;
	void			(*then)(struct netram_cmd *cmd, int error);
};

/**
 * struct netram_backup - the last copy of a volume's pages, on a local device
 * @router: whose pages
 * @bdev: the device
 * @mode: enum netram_backup_mode
 * @ios: a leg for each primary command
 * @extents: bit set of the extents with pages to be written to the backup, or to
 *   be brought back from there
 * @failed: the last write to the device failed
 * @told: that this is so was told
 * @marked: the device has been told whose it is
 * @tell: tells the owner that the device fails, or that it does no more; may sleep
 * @serving: requests are served by the backup, for want of a node
 * @corruption: pages it has that are not what was written
 * @resync: carries pages; once it is stopped no more work is queued
 * @fails: the device has failed in this look at all extents
 * @first: the extent to begin with: behind the one where it did, which may be the
 *   only place where it does
 * @error: what the last transfer of @resync ended with
 * @work: sees to @extents
 */
struct netram_backup {
	struct netram_router	*router;
	struct netram_bdev	*bdev;
	u8			mode;
	struct netram_backup_io	*ios;
	unsigned long		*extents;
	bool			failed;
	bool			told;
	bool			marked;
	void			(*tell)(struct netram_backup *b, bool failed);
	struct netram_outage	serving;
	struct netram_corruption corruption;
	struct netram_resync	resync;
	bool			fails;
	u64			first;
	int			error;
	struct delayed_work	work;
};

struct netram_backup *netram_backup_create(struct netram_router *r,
					   struct netram_bdev *bdev, u8 mode);
void netram_backup_stop(struct netram_backup *b);
void netram_backup_destroy(struct netram_backup *b);
bool netram_backup_sync(struct netram_backup *b, const struct netram_cmd *cmd);
void netram_backup_submit(struct netram_backup *b, struct netram_cmd *cmd,
			  void (*then)(struct netram_cmd *cmd, int error));
void netram_backup_extent(struct netram_backup *b, u64 extent);
void netram_backup_kick(struct netram_backup *b);

/* Is what the backup has of a page what was written last? */
static inline bool netram_backup_has(const struct netram_router *r, u64 page)
{
	return r->backup && test_bit(page, r->pages.saved);
}

/* Does it stand in for nodes at present? */
static inline bool netram_backup_serves(const struct netram_backup *b)
{
	return netram_outage_lasts(&b->serving) ||
	       netram_pages_backed(&b->router->pages);
}

#endif /* NETRAM_BACKUP_H */
