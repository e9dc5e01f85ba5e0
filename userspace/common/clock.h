/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_COMMON_CLOCK_H
#define NETRAM_COMMON_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Nanoseconds of the monotonic clock. */
static inline uint64_t clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* Milliseconds of the same. */
static inline uint64_t clock_ms(void)
{
	return clock_ns() / 1000000;
}

/* Milliseconds since the epoch, by a clock that may be set. */
static inline uint64_t clock_wall_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

#endif /* NETRAM_COMMON_CLOCK_H */
