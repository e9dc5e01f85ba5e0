/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sets of copies as tests see them: states as letters, and what each operation of
 * replicas.h may do to any set. States are . none, E empty, S stale, F filling,
 * C copying, I in sync; lives are numbers.
 */
#ifndef REPLICA_SETS_H
#define REPLICA_SETS_H

#include "random.h"

#include "replicas.h"

#define COPIES	NETRAM_REPLICAS_MAX

static inline char letter(union netram_set set, int i)
{
	u8 state = netram_set_state(set, i);

	return state <= NETRAM_REPLICA_INSYNC ? ".ESFCI"[state] : '?';
}

static inline u8 life(union netram_set set, int i)
{
	return set.life_state[i] >> NETRAM_SET_STATE_BITS;
}

static inline bool none(union netram_set set, int i)
{
	return netram_set_state(set, i) == NETRAM_REPLICA_NONE;
}

static inline void tell(const char *what, union netram_set old,
			union netram_set new)
{
	int i;

	printf("%s: ", what);
	for (i = 0; i < COPIES; i++)
		printf("%u%c%u ", old.slot[i], letter(old, i), life(old, i));
	printf("->");
	for (i = 0; i < COPIES; i++)
		printf(" %u%c%u", new.slot[i], letter(new, i), life(new, i));
	printf("\n");
}

/* What the arrows at the head of replicas.h allow each operation. */
static const char *const settle_may[] = { "IS", "CS", "FE", NULL };
static const char *const begin_may[] = { "EF", "SC", NULL };
static const char *const done_may[] = { "FI", "CI", NULL };
static const char *const abort_may[] = { "FE", "CS", NULL };
static const char *const part_may[] = { "FS", "CS", NULL };
static const char *const add_may[] = { ".E", NULL };
static const char *const drop_may[] = { "E.", "S.", "F.", "C.", "I.", NULL };
static const char *const lose_may[] = { "IE", "SE", "FE", "CE", "SI", "CI", NULL };

static inline bool allowed(const char *const *may, char from, char to)
{
	for (; *may; may++)
		if ((*may)[0] == from && (*may)[1] == to)
			return true;
	return from == to;
}

static inline bool sane(union netram_set set)
{
	int i, j;

	for (i = 0; i < COPIES; i++) {
		if (netram_set_state(set, i) > NETRAM_REPLICA_INSYNC)
			return false;
		/* A place that is free is all zeroes, its life, too. */
		if (none(set, i) && (set.slot[i] || life(set, i)))
			return false;
		for (j = 0; j < i; j++)
			if (!none(set, i) && !none(set, j) &&
			    set.slot[i] == set.slot[j])
				return false;
	}
	return !set.word || netram_set_in(set, NETRAM_IN(INSYNC));
}

/*
 * Check one step. A copy that stays is on the same node and in the same life, but
 * for the one that is lost. Return: how many are in another state than before.
 */
static inline int step_but(const char *what, const char *const *may,
			   union netram_set old, union netram_set new, int lost)
{
	bool good = sane(new);
	int i, changed = 0;

	for (i = 0; i < COPIES; i++) {
		good &= allowed(may, letter(old, i), letter(new, i));
		changed += letter(old, i) != letter(new, i);
		if (none(old, i) || none(new, i))
			continue;
		good &= old.slot[i] == new.slot[i];
		good &= (life(old, i) == life(new, i)) == (i != lost);
	}
	if (!good)
		tell(what, old, new);
	assert_true(good);
	return changed;
}

static inline int step(const char *what, const char *const *may,
		       union netram_set old, union netram_set new)
{
	return step_but(what, may, old, new, -1);
}

/* Which copies a write that was sent with @then is due at. */
static inline u8 due_at(union netram_set set, union netram_set then)
{
	return netram_set_same(set, then) &
	       netram_set_in(then, NETRAM_IN_WRITABLE);
}

/* Settle what was sent with @then as extent.c does. */
static inline bool settle_of(union netram_set *set, union netram_set then,
			     u8 acked)
{
	return netram_set_settle(set, acked & netram_set_same(*set, then),
				 due_at(*set, then));
}

#endif /* REPLICA_SETS_H */
