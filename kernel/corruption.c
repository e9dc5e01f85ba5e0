// SPDX-License-Identifier: GPL-2.0
/*
 * Telling of corrupt pages. They are found where nothing may sleep or be allocated, and
 * where one is there are often many. So whoever finds one leaves its number in one word,
 * and a work tells of it: the first one at once, then one in a while, the worst there was.
 */
#include "corruption.h"

#include <linux/jiffies.h>
#include <linux/sched/mm.h>

#define PAUSE	(5 * HZ)

/* struct netram_corruption.noted: the page is above. */
#define NOTED	BIT(0)
#define WORST	BIT(1)
#define PAGE_AT	2

static void corruption_work(struct work_struct *work)
{
	struct netram_corruption *c = container_of(to_delayed_work(work),
						   struct netram_corruption,
						   work);
	unsigned int noreclaim = memalloc_noreclaim_save();
	u64 noted;

	/* First: who notes one from now on, and queues the work, waits. */
	WRITE_ONCE(c->told, jiffies);
	noted = atomic64_xchg(&c->noted, 0);
	if (noted)
		c->tell(c, noted >> PAGE_AT, noted & WORST ?
			NETRAM_CORRUPT_UNREADABLE : NETRAM_CORRUPT_ELSEWHERE);
	memalloc_noreclaim_restore(noreclaim);
}

/**
 * netram_corruption_note() - a page is not what was written
 * @c: of the copy that has it so
 * @page: which
 * @how: what becomes of it
 *
 * Context: any.
 */
void netram_corruption_note(struct netram_corruption *c, u64 page,
			    enum netram_corrupt how)
{
	s64 old = atomic64_read(&c->noted), new = page << PAGE_AT | NOTED;
	unsigned long due = READ_ONCE(c->told) + PAUSE, now = jiffies;

	if (how == NETRAM_CORRUPT_UNREADABLE)
		new |= WORST;
	do {
		if (old && (old & WORST) >= (new & WORST))
			return;
	} while (!atomic64_try_cmpxchg(&c->noted, &old, new));
	queue_delayed_work(c->wq, &c->work,
			   time_before(now, due) ? due - now : 0);
}

/**
 * netram_corruption_init() - make ready
 * @c: zeroed but for @tell and @wq
 */
void netram_corruption_init(struct netram_corruption *c)
{
	c->told = jiffies - PAUSE;
	INIT_DELAYED_WORK(&c->work, corruption_work);
}

/**
 * netram_corruption_stop() - end the work
 * @c: the copy's; nobody finds corrupt pages there any more
 *
 * Context: process, sleeps.
 */
void netram_corruption_stop(struct netram_corruption *c)
{
	cancel_delayed_work_sync(&c->work);
}
