/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_HEALING_H
#define NETRAM_HEALING_H

#include <linux/compiler.h>
#include <linux/mutex.h>
#include <linux/workqueue.h>

struct netram_pages;

/**
 * struct netram_healing - has the user been told of lost pages, and are there any still
 * @tell: tells of pages that are lost with a node, by its label, or, with NULL, that
 *   none is lost any more; may sleep
 * @wq: for @work
 * @pages: the volume's pages
 * @lock: what is told is told in the order in which it was found
 * @lost: told, and not over; changed under @lock
 * @work: finds out whether it is over
 */
struct netram_healing {
	void			(*tell)(struct netram_healing *h,
					const char *label);
	struct workqueue_struct	*wq;
	struct netram_pages	*pages;
	struct mutex		lock;
	bool			lost;
	struct delayed_work	work;
};

void netram_healing_init(struct netram_healing *h, struct netram_pages *pages);
void netram_healing_lost(struct netram_healing *h, const char *label);
void netram_healing_queue(struct netram_healing *h);
void netram_healing_stop(struct netram_healing *h);

/**
 * netram_healing_look() - pages were written or dropped, lost ones perhaps
 * @h: the volume's
 *
 * Context: any.
 */
static inline void netram_healing_look(struct netram_healing *h)
{
	if (unlikely(READ_ONCE(h->lost)))
		netram_healing_queue(h);
}

#endif /* NETRAM_HEALING_H */
