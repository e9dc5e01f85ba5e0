/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_VERIFY_H
#define NETRAM_VERIFY_H

#include <linux/netram.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include "findings.h"
#include "resync.h"

/**
 * struct netram_verify_report - what came of a run, or has come so far
 * @run: its number
 * @action: enum netram_verify_action
 * @state: enum netram_verify_state; whoever sees it end sees all else
 * @pages: pages that are done with
 * @total: pages there were when it began; once it has ended, @pages
 * @compared: copies of pages read and compared, or that their node has told the
 *   checksum of
 * @by_sum: of these, those that were not read
 * @wrong: of these, not as they should be
 * @repaired: of those, made good
 * @missing: copies of pages that should be there, but are not in sync or away
 * @unreadable: copies of pages that a node answered with an error for
 * @lost: pages that no copy has as they should be
 * @undecided: pages whose copies differ, and nobody knows which is right
 * @skipped: pages that were being written all the while
 * @bad: what was found, as far as there is room
 */
struct netram_verify_report {
	u64				run;
	u8				action;
	u8				state;
	u64				pages;
	u64				total;
	u64				compared;
	u64				by_sum;
	u64				wrong;
	u64				repaired;
	u64				missing;
	u64				unreadable;
	u64				lost;
	u64				undecided;
	u64				skipped;
	struct netram_findings		bad;
};

/**
 * struct netram_verify - compares all copies of a volume's pages on demand
 * @resync: carries the pages; stopped to end a run
 * @report: of the last run, or NULL; replaced by none: the next run fills it anew
 * @bad_lock: guards its @bad, whose entries change places
 * @crc: of each copy, those of the pages that are being looked at
 * @work: a run
 */
struct netram_verify {
	struct netram_resync		resync;
	struct netram_verify_report	*report;
	spinlock_t			bad_lock;
	u32				crc[NETRAM_RESYNC_PAGES]
					   [NETRAM_REPLICAS_MAX];
	struct work_struct		work;
};

void netram_verify_init(struct netram_verify *v, struct netram_router *r);
void netram_verify_stop(struct netram_verify *v);
void netram_verify_exit(struct netram_verify *v);
int netram_verify_start(struct netram_verify *v,
			enum netram_verify_action action, u32 rate);
void netram_verify_cancel(struct netram_verify *v);

#endif /* NETRAM_VERIFY_H */
