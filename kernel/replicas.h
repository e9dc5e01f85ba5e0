/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The copies of one extent as one word, so that whoever sees it sees all of it,
 * and changes are a compare-and-exchange. What may follow what:
 *
 *	EMPTY <-----------------------------+--- any: its node came back empty
 *	  | the mover begins    ^ abort     |
 *	  v                     |           |
 *	FILLING ----------------+--> INSYNC -+
 *	  | pages cannot be had      ^    | a write or TRIM did not reach it
 *	  |                          |    v
 *	  +--------------------------|-> STALE
 *	COPYING ---------------------+    ^
 *	  ^ the mover begins    | abort   | likewise
 *	  +---------------------|---------+
 *
 * Each copy also has a life, a small number that changes when its node came back
 * without its pages, and is another when it was dropped and is added again: what an
 * earlier life has acknowledged, or answered, is worth nothing.
 *
 * Of a STALE copy it is known what it lacks: the pages marked "behind", for each copy
 * by itself. All else it has may be read when nothing better is left.
 */
#ifndef NETRAM_REPLICAS_H
#define NETRAM_REPLICAS_H

#include <linux/types.h>
#include <netram/limits.h>

enum netram_replica_state {
	NETRAM_REPLICA_NONE,	/* this place in the set is free */
	NETRAM_REPLICA_EMPTY,	/* has nothing that may be believed */
	NETRAM_REPLICA_STALE,	/* lacks pages that are behind, and perhaps TRIMs */
	NETRAM_REPLICA_FILLING,	/* EMPTY, and the mover is at it: writes go there, too */
	NETRAM_REPLICA_COPYING,	/* STALE, likewise */
	NETRAM_REPLICA_INSYNC,	/* has every acknowledged write */
};

#define NETRAM_IN(state)	(1U << NETRAM_REPLICA_##state)
/* Sets of states: that are asked to write, ... */
#define NETRAM_IN_WRITABLE	(NETRAM_IN(FILLING) | NETRAM_IN(COPYING) | NETRAM_IN(INSYNC))
/* ... that may be read but for pages that are behind, ... */
#define NETRAM_IN_PARTIAL	(NETRAM_IN(STALE) | NETRAM_IN(COPYING))
/* ... that are a copy at all. */
#define NETRAM_IN_USE		(~NETRAM_IN(NONE))

/**
 * union netram_set - the copies of an extent
 * @word: all of it; 0 when the extent has no place
 * @slot: on which node each is; 0 where there is none
 * @life_state: its life, and in the lower bits enum netram_replica_state
 */
union netram_set {
	u64 word;
	struct {
		u8 slot[NETRAM_REPLICAS_MAX];
		u8 life_state[NETRAM_REPLICAS_MAX];
	};
};

#define NETRAM_SET_STATE_BITS	3
#define NETRAM_SET_STATE_MASK	((1U << NETRAM_SET_STATE_BITS) - 1)

/**
 * enum netram_loss - what is gone when a node came back without its pages
 * @NETRAM_LOSS_NONE: nothing, there are other copies
 * @NETRAM_LOSS_BEHIND: the pages that the heir lacks; it has the others
 * @NETRAM_LOSS_ALL: all pages
 */
enum netram_loss {
	NETRAM_LOSS_NONE,
	NETRAM_LOSS_BEHIND,
	NETRAM_LOSS_ALL,
};

/**
 * netram_set_state() - the state of a copy
 * @set: the copies
 * @i: which
 *
 * Return: enum netram_replica_state.
 */
static inline u8 netram_set_state(union netram_set set, int i)
{
	return set.life_state[i] & NETRAM_SET_STATE_MASK;
}

/**
 * netram_set_in() - which copies are in one of some states
 * @set: the copies
 * @states: NETRAM_IN_*
 *
 * Return: a bit for each.
 */
static inline u8 netram_set_in(union netram_set set, u32 states)
{
	u8 mask = 0;
	int i;

	for (i = 0; i < NETRAM_REPLICAS_MAX; i++)
		mask |= (states >> netram_set_state(set, i) & 1) << i;
	return mask;
}

/**
 * netram_set_single() - is there one copy only, at the first place
 * @set: the copies
 *
 * Return: whether there is.
 */
static inline bool netram_set_single(union netram_set set)
{
	return !(set.life_state[1] | set.life_state[2] | set.life_state[3]) &&
	       set.life_state[0];
}

int netram_set_find(union netram_set set, u8 slot);
u8 netram_set_same(union netram_set set, union netram_set then);
bool netram_set_settle(union netram_set *set, u8 acked, u8 due);
bool netram_set_begin(union netram_set *set, u8 i, u8 slot);
bool netram_set_end(union netram_set *set, u8 i, u8 slot, bool done);
bool netram_set_part(union netram_set *set, u8 i, u8 slot);
int netram_set_add(union netram_set *set, u8 slot, u8 life);
bool netram_set_drop(union netram_set *set, u8 i);
void netram_set_compact(union netram_set *set);
enum netram_loss netram_set_lose(union netram_set *set, u8 slot, u8 up,
				 const u32 lacks[NETRAM_REPLICAS_MAX], u8 *heir);

#endif /* NETRAM_REPLICAS_H */
