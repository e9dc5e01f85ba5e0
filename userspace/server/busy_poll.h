/* SPDX-License-Identifier: GPL-2.0 */
/*
 * When a thread should look for the next request without sleeping. To wake a
 * thread whose processor idles costs tens of µs on virtual machines and where
 * processors sleep deeply; but a thread that looks takes the processor from
 * others. So it looks only while that is worth it, as the kernel's haltpoll
 * does for idle guests: while requests come within the time it may look.
 */
#ifndef BUSY_POLL_H
#define BUSY_POLL_H

#include <stdbool.h>
#include <stdint.h>

#define BUSY_POLL_MAX_US	1000

/* Looked in vain so often in a row, it sleeps at once. */
#define BUSY_POLL_IN_VAIN	2

/**
 * struct busy_poll - of one thread
 * @ns: may look for so long before it sleeps; 0: never
 * @in_vain: times in a row that nothing came while it looked
 */
struct busy_poll {
	uint64_t ns;
	unsigned int in_vain;
};

static inline void busy_poll_init(struct busy_poll *b, unsigned int us)
{
	*b = (struct busy_poll){ .ns = us * 1000ULL };
}

/* Is it worth looking now? */
static inline bool busy_poll_wanted(const struct busy_poll *b)
{
	return b->ns && b->in_vain < BUSY_POLL_IN_VAIN;
}

/* It looked, and something came, or not. */
static inline void busy_poll_ended(struct busy_poll *b, bool came)
{
	b->in_vain = came ? 0 : b->in_vain + 1;
}

/* It did not look but slept for @ns until something came. */
static inline void busy_poll_slept(struct busy_poll *b, uint64_t ns)
{
	if (ns <= b->ns)
		b->in_vain = 0;
}

#endif /* BUSY_POLL_H */
