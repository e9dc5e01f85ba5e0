/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_MOVER_H
#define NETRAM_MOVER_H

#include <linux/workqueue.h>
#include "resync.h"

struct netram_router;

/**
 * struct netram_mover - brings copies up to date, makes new ones, gives up others
 * @router: whose extents
 * @todo: bit set of the extents to look at
 * @pages: bit set of an extent's pages, see struct netram_resync_job
 * @lives: of copies that were made, see netram_set_add()
 * @scan: look at all of them
 * @degraded: what netram_router.synced was told last
 * @unspread: jiffies when a copy could last not be made in another zone; 0: never
 * @told: jiffies when it was told what cannot be copied; 0: never
 * @resync: carries the pages; once it is stopped no more work is queued
 * @work: does it all
 */
struct netram_mover {
	struct netram_router	*router;
	unsigned long		*todo;
	unsigned long		*pages;
	u8			lives;
	bool			scan;
	bool			degraded;
	unsigned long		unspread;
	unsigned long		told;
	struct netram_resync	resync;
	struct delayed_work	work;
};

int netram_mover_init(struct netram_mover *m, struct netram_router *r);
void netram_mover_stop(struct netram_mover *m);
void netram_mover_go_on(struct netram_mover *m);
void netram_mover_exit(struct netram_mover *m);
void netram_mover_extent(struct netram_mover *m, u64 extent);
void netram_mover_scan(struct netram_mover *m);

#endif /* NETRAM_MOVER_H */
