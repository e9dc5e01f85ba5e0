// SPDX-License-Identifier: GPL-2.0
/*
 * Whether pages are still lost that the user was told of. Lost pages become good one by
 * one, as they are written or dropped, on the way of requests; with a backup, to see
 * whether any is left takes a walk over all of them. So requests only queue a work, and
 * only while there is something to be told; it looks after a moment, for all of them.
 */
#include "healing.h"
#include "pages.h"

#include <linux/jiffies.h>
#include <linux/sched/mm.h>

#define LOOK	(HZ / 2)

static void healing_work(struct work_struct *work)
{
	struct netram_healing *h = container_of(to_delayed_work(work),
						struct netram_healing, work);
	unsigned int noreclaim = memalloc_noreclaim_save();

	mutex_lock(&h->lock);
	if (h->lost && !netram_pages_gone(h->pages)) {
		WRITE_ONCE(h->lost, false);
		h->tell(h, NULL);
	}
	mutex_unlock(&h->lock);
	memalloc_noreclaim_restore(noreclaim);
}

/**
 * netram_healing_queue() - for netram_healing_look()
 * @h: the volume's
 *
 * Context: any.
 */
void netram_healing_queue(struct netram_healing *h)
{
	queue_delayed_work(h->wq, &h->work, LOOK);
}

/**
 * netram_healing_lost() - pages are lost with a node
 * @h: the volume's; they are marked
 * @label: of the session with the node
 *
 * Context: process, sleeps, but waits for no memory.
 */
void netram_healing_lost(struct netram_healing *h, const char *label)
{
	/* The work waits for the lock, and others of its queue for the work. */
	unsigned int noreclaim = memalloc_noreclaim_save();

	mutex_lock(&h->lock);
	WRITE_ONCE(h->lost, true);
	h->tell(h, label);
	mutex_unlock(&h->lock);
	/*
	 * They may be good again by now, by somebody who did not see that there is
	 * something to be told. Queueing is a full barrier: pairs with forget_lost().
	 */
	netram_healing_queue(h);
	memalloc_noreclaim_restore(noreclaim);
}

/**
 * netram_healing_init() - make ready
 * @h: zeroed but for @tell and @wq
 * @pages: the volume's pages, perhaps not initialised yet
 */
void netram_healing_init(struct netram_healing *h, struct netram_pages *pages)
{
	h->pages = pages;
	mutex_init(&h->lock);
	INIT_DELAYED_WORK(&h->work, healing_work);
}

/**
 * netram_healing_stop() - end the work
 * @h: the volume's
 *
 * Context: process, sleeps.
 */
void netram_healing_stop(struct netram_healing *h)
{
	cancel_delayed_work_sync(&h->work);
}
