/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_OUTAGE_H
#define NETRAM_OUTAGE_H

#include <linux/workqueue.h>

/**
 * struct netram_outage - does a request wait because no copy can be reached
 * @tell: tells the owner that one does, or that none does any more; may sleep
 * @wq: for @work
 * @flags: NETRAM_OUTAGE_*
 * @since: jiffies when the first one was seen
 * @seen: jiffies when one was last seen
 * @work: finds out whether it lasts, and when it is over
 */
struct netram_outage {
	void			(*tell)(struct netram_outage *o, bool on);
	struct workqueue_struct	*wq;
	unsigned long		flags;
	unsigned long		since;
	unsigned long		seen;
	struct delayed_work	work;
};

/* One was seen, and the work is queued. */
#define NETRAM_OUTAGE_SEEN	0
/* It lasts, and the owner was told. */
#define NETRAM_OUTAGE_TOLD	1

void netram_outage_init(struct netram_outage *o);
void netram_outage_note(struct netram_outage *o, bool failed);
void netram_outage_stop(struct netram_outage *o);

static inline bool netram_outage_lasts(const struct netram_outage *o)
{
	return test_bit(NETRAM_OUTAGE_TOLD, &o->flags);
}

#endif /* NETRAM_OUTAGE_H */
