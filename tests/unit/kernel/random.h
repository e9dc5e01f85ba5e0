/* SPDX-License-Identifier: GPL-2.0 */
/* What cmocka wants included before it, and a generator that can be repeated. */
#ifndef RANDOM_H
#define RANDOM_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static uint64_t random_state;

/* Of NETRAM_SEED, or of the clock; printed, so that a failure can be repeated. */
static inline void random_seed(void)
{
	const char *text = getenv("NETRAM_SEED");
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	random_state = text ? strtoull(text, NULL, 0) :
			      (uint64_t)now.tv_sec * 1000003 + now.tv_nsec;
	printf("NETRAM_SEED=%llu\n", (unsigned long long)random_state);
}

static inline uint32_t random_rounds(uint32_t usual)
{
	const char *text = getenv("NETRAM_ROUNDS");

	return text ? strtoul(text, NULL, 0) : usual;
}

/* splitmix64 */
static inline uint64_t random_u64(void)
{
	uint64_t z = random_state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

static inline uint32_t random_u32(void)
{
	return random_u64() >> 32;
}

/* 0 .. @range - 1 */
static inline uint32_t random_below(uint32_t range)
{
	return (uint64_t)random_u32() * range >> 32;
}

#endif /* RANDOM_H */
