// SPDX-License-Identifier: GPL-2.0
/*
 * How fast this machine's time stamp counter counts, in kHz. Both ends are looked at
 * until the counter is read between two looks at the clock that are close together, so
 * that it does not matter how busy the machine is.
 */
#include <stdio.h>
#include <time.h>
#include <x86intrin.h>

#define TRIES 10000

struct instant {
	long long ns;
	unsigned long long ticks;
};

static long long now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC_RAW, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

static struct instant look(void)
{
	struct instant best = { 0 };
	long long least = 0, before, after;
	unsigned long long ticks;
	int i;

	for (i = 0; i < TRIES; i++) {
		before = now();
		ticks = __rdtsc();
		after = now();
		if (i && after - before >= least)
			continue;
		least = after - before;
		best = (struct instant){ before + least / 2, ticks };
	}
	return best;
}

int main(void)
{
	struct timespec pause = { .tv_nsec = 100000000 };
	struct instant a = look(), b;

	nanosleep(&pause, NULL);
	b = look();
	printf("%llu\n", (b.ticks - a.ticks) * 1000000ULL /
	       (unsigned long long)(b.ns - a.ns));
	return 0;
}
