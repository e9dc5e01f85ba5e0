/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_CORRUPTION_H
#define NETRAM_CORRUPTION_H

#include <linux/atomic.h>
#include <linux/netram.h>
#include <linux/workqueue.h>

/**
 * struct netram_corruption - corrupt pages of one copy, to be told of
 * @tell: tells the owner of one of them; may sleep
 * @wq: for @work
 * @noted: the page that is to be told of, and how it stands with it; 0: none
 * @told: jiffies when one was told of
 * @work: tells
 */
struct netram_corruption {
	void			(*tell)(struct netram_corruption *c, u64 page,
					enum netram_corrupt how);
	struct workqueue_struct	*wq;
	atomic64_t		noted;
	unsigned long		told;
	struct delayed_work	work;
};

void netram_corruption_init(struct netram_corruption *c);
void netram_corruption_note(struct netram_corruption *c, u64 page,
			    enum netram_corrupt how);
void netram_corruption_stop(struct netram_corruption *c);

#endif /* NETRAM_CORRUPTION_H */
