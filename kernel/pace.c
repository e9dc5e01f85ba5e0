// SPDX-License-Identifier: GPL-2.0
/*
 * A rate that several keep to together: who has moved something books it, and goes
 * on when all that was booked so far is paid for. Pure: the caller has the clock.
 */
#include "pace.h"

#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/time64.h>

/**
 * netram_pace_book() - something was moved
 * @p: zeroed, or used before
 * @now: ns
 * @bytes: how much, less than 2^33
 * @rate_mib: MiB a second; 0: as fast as it goes
 *
 * Context: any.
 * Return: when to go on, ns, from @now to NETRAM_PACE_NS_MAX later.
 */
u64 netram_pace_book(struct netram_pace *p, u64 now, u64 bytes, u32 rate_mib)
{
	s64 old = atomic64_read(&p->due);
	u64 ns, due;

	if (!rate_mib)
		return now;
	ns = div_u64(bytes * NSEC_PER_SEC >> 20, rate_mib);
	do {
		due = min(max((u64)old, now) + ns, now + NETRAM_PACE_NS_MAX);
	} while (!atomic64_try_cmpxchg(&p->due, &old, due));
	return due;
}
