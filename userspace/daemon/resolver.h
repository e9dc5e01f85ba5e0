/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Host names of nodes, looked up by a thread for each: a name server that is away
 * takes its time, and nothing else is to wait for it. Who is not known is asked for
 * again until it is.
 */
#ifndef NETRAMD_RESOLVER_H
#define NETRAMD_RESOLVER_H

#include <stdint.h>

#include "config.h"

struct lookup;

/**
 * struct resolver - all that is being looked up
 * @wake: an eventfd: there is an answer
 * @lookups: who is at it, or has just been
 * @next_ms: when to look again, at the latest
 */
struct resolver {
	int wake;
	struct lookup *lookups;
	uint64_t next_ms;
};

int resolver_init(struct resolver *r);
void resolver_exit(struct resolver *r);
bool resolver_look(struct resolver *r, struct config *config);
void resolver_wait(struct resolver *r, struct config *config, int timeout_ms);

#endif /* NETRAMD_RESOLVER_H */
