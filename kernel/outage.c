// SPDX-License-Identifier: GPL-2.0
/*
 * Whether requests wait because no copy of their pages can be reached. Nobody
 * counts them: whoever looks at one that waits, which happens twice a second at
 * least, makes a note of it. Notes that go on for a while are an outage, and when
 * none has come for a while it is over.
 */
#include "outage.h"

#include <linux/jiffies.h>
#include <linux/sched/mm.h>

/* A short reconnect is no outage. */
#define LASTS	(HZ / 2)
/* Notes come every 500 ms; a busy machine may be late with one. */
#define OVER	(2 * HZ)
#define LOOK	(HZ / 2)

static void outage_work(struct work_struct *work)
{
	struct netram_outage *o = container_of(to_delayed_work(work),
					       struct netram_outage, work);
	unsigned int noreclaim = memalloc_noreclaim_save();
	unsigned long seen = READ_ONCE(o->seen);

	if (time_after(jiffies, seen + OVER)) {
		/* A note that comes just now is lost, the next one is not. */
		clear_bit(NETRAM_OUTAGE_SEEN, &o->flags);
		if (test_and_clear_bit(NETRAM_OUTAGE_TOLD, &o->flags))
			o->tell(o, false);
	} else {
		if (time_after_eq(seen, READ_ONCE(o->since) + LASTS) &&
		    !test_and_set_bit(NETRAM_OUTAGE_TOLD, &o->flags))
			o->tell(o, true);
		queue_delayed_work(o->wq, &o->work, LOOK);
	}
	memalloc_noreclaim_restore(noreclaim);
}

/**
 * netram_outage_note() - a request waits, for no copy can be reached
 * @o: the volume's
 * @failed: it has waited for too long, so this is no short reconnect
 *
 * Context: any.
 */
void netram_outage_note(struct netram_outage *o, bool failed)
{
	bool first = !test_and_set_bit(NETRAM_OUTAGE_SEEN, &o->flags);

	WRITE_ONCE(o->seen, jiffies);
	if (failed)
		WRITE_ONCE(o->since, jiffies - LASTS);
	else if (first)
		WRITE_ONCE(o->since, jiffies);
	if (first)
		queue_delayed_work(o->wq, &o->work, LOOK);
}

/**
 * netram_outage_init() - make ready
 * @o: zeroed but for @tell and @wq
 */
void netram_outage_init(struct netram_outage *o)
{
	INIT_DELAYED_WORK(&o->work, outage_work);
}

/**
 * netram_outage_stop() - end the work
 * @o: the volume's
 *
 * Context: process, sleeps.
 */
void netram_outage_stop(struct netram_outage *o)
{
	cancel_delayed_work_sync(&o->work);
}
