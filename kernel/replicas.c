// SPDX-License-Identifier: GPL-2.0
/*
 * The rules for the copies of an extent. Pure: no locks, no allocation, no
 * clock; also built in userspace for tests, and modelled in tests/model.
 *
 * What all of them keep: an extent that has a place has at least one copy that
 * is INSYNC.
 */
#include "replicas.h"

static void put_state(union netram_set *set, int i, u8 state)
{
	set->life_state[i] = (set->life_state[i] & ~NETRAM_SET_STATE_MASK) |
			     state;
}

/**
 * netram_set_find() - the copy on a node
 * @set: the copies
 * @slot: the node's
 *
 * Return: its place in the set, or -1.
 */
int netram_set_find(union netram_set set, u8 slot)
{
	int i;

	for (i = 0; i < NETRAM_REPLICAS_MAX; i++)
		if (netram_set_state(set, i) != NETRAM_REPLICA_NONE && set.slot[i] == slot)
			return i;
	return -1;
}

/**
 * netram_set_same() - which copies are still the same: node and life
 * @set: the copies now
 * @then: what they were
 *
 * Return: a bit for each.
 */
u8 netram_set_same(union netram_set set, union netram_set then)
{
	u8 mask = 0;
	int i;

	for (i = 0; i < NETRAM_REPLICAS_MAX; i++)
		if (netram_set_state(set, i) != NETRAM_REPLICA_NONE &&
		    netram_set_state(then, i) != NETRAM_REPLICA_NONE &&
		    set.slot[i] == then.slot[i] &&
		    !((set.life_state[i] ^ then.life_state[i]) &
		      ~NETRAM_SET_STATE_MASK))
			mask |= 1U << i;
	return mask;
}

/* What a copy was before the mover began with it. */
static u8 unmoved(u8 state)
{
	if (state == NETRAM_REPLICA_COPYING)
		return NETRAM_REPLICA_STALE;
	if (state == NETRAM_REPLICA_FILLING)
		return NETRAM_REPLICA_EMPTY;
	return state;
}

/**
 * netram_set_settle() - a write or TRIM may be acknowledged once this is true
 * @set: the copies; changed only if it returns true
 * @acked: those that have carried it out
 * @due: those that were written to when it was sent, whether it was sent to them
 *   or not
 *
 * Copies that have not are no longer in sync. At least one in sync must have. A
 * copy that the mover has begun with since will get the pages from it: they are
 * still owned, so it has not come to them yet.
 *
 * Return: whether the request is safe.
 */
bool netram_set_settle(union netram_set *set, u8 acked, u8 due)
{
	int i;

	if (!(netram_set_in(*set, NETRAM_IN(INSYNC)) & acked))
		return false;
	for (i = 0; i < NETRAM_REPLICAS_MAX; i++) {
		u8 state = netram_set_state(*set, i);

		if (acked & (1U << i))
			continue;
		if (state == NETRAM_REPLICA_INSYNC)
			put_state(set, i, NETRAM_REPLICA_STALE);
		else if (due & (1U << i))
			put_state(set, i, unmoved(state));
	}
	return true;
}

/**
 * netram_set_begin() - a copy is to be brought up to date
 * @set: the copies
 * @i: which
 * @slot: its node, as it was when it was chosen
 *
 * Return: whether it was one that needs it, and now is written to.
 */
bool netram_set_begin(union netram_set *set, u8 i, u8 slot)
{
	if (set->slot[i] != slot)
		return false;
	if (netram_set_state(*set, i) == NETRAM_REPLICA_STALE)
		put_state(set, i, NETRAM_REPLICA_COPYING);
	else if (netram_set_state(*set, i) == NETRAM_REPLICA_EMPTY)
		put_state(set, i, NETRAM_REPLICA_FILLING);
	else
		return false;
	return true;
}

/**
 * netram_set_end() - that has ended
 * @set: the copies
 * @i: which
 * @slot: its node
 * @done: it has got all it lacked; else what it was is restored
 *
 * Return: false if it is no longer being brought up to date: a write has failed
 * there meanwhile, or its node has lost all.
 */
bool netram_set_end(union netram_set *set, u8 i, u8 slot, bool done)
{
	if (set->slot[i] != slot)
		return false;
	if (netram_set_state(*set, i) != NETRAM_REPLICA_COPYING &&
	    netram_set_state(*set, i) != NETRAM_REPLICA_FILLING)
		return false;
	put_state(set, i, done ? NETRAM_REPLICA_INSYNC :
				 unmoved(netram_set_state(*set, i)));
	return true;
}

/**
 * netram_set_part() - that has ended, and some pages could not be had
 * @set: the copies
 * @i: which
 * @slot: its node
 *
 * It has all but what is marked behind, also if it was EMPTY before.
 *
 * Return: as netram_set_end().
 */
bool netram_set_part(union netram_set *set, u8 i, u8 slot)
{
	if (set->slot[i] != slot)
		return false;
	if (netram_set_state(*set, i) != NETRAM_REPLICA_COPYING &&
	    netram_set_state(*set, i) != NETRAM_REPLICA_FILLING)
		return false;
	put_state(set, i, NETRAM_REPLICA_STALE);
	return true;
}

/**
 * netram_set_add() - one more copy, EMPTY
 * @set: the copies, of an extent that has a place
 * @slot: its node, which has none
 * @life: another one than when that had one last; of more bits than there are, the
 *   lower ones count
 *
 * Return: its place in the set, or -1 when the set is full.
 */
int netram_set_add(union netram_set *set, u8 slot, u8 life)
{
	int i;

	for (i = 0; i < NETRAM_REPLICAS_MAX; i++) {
		if (netram_set_state(*set, i) != NETRAM_REPLICA_NONE)
			continue;
		set->slot[i] = slot;
		set->life_state[i] = life << NETRAM_SET_STATE_BITS |
				     NETRAM_REPLICA_EMPTY;
		return i;
	}
	return -1;
}

/**
 * netram_set_drop() - one copy less
 * @set: the copies
 * @i: which
 *
 * Return: false, and nothing is changed, if no other is in sync.
 */
bool netram_set_drop(union netram_set *set, u8 i)
{
	if (!(netram_set_in(*set, NETRAM_IN(INSYNC)) & ~(1U << i)))
		return false;
	set->slot[i] = 0;
	set->life_state[i] = 0;
	return true;
}

/**
 * netram_set_compact() - put a copy that is alone at the first place
 * @set: the copies
 *
 * There netram_set_single() looks for it. What was sent to it at another place is
 * not believed any more, and sent again.
 */
void netram_set_compact(union netram_set *set)
{
	u8 all = netram_set_in(*set, NETRAM_IN_USE);
	int i;

	for (i = 1; i < NETRAM_REPLICAS_MAX; i++) {
		if (all != 1U << i)
			continue;
		set->slot[0] = set->slot[i];
		set->life_state[0] = set->life_state[i];
		set->slot[i] = 0;
		set->life_state[i] = 0;
	}
}

/**
 * netram_set_lose() - a node came back without its pages
 * @set: the copies
 * @slot: the node's
 * @up: copies that can be reached, a bit for each
 * @lacks: how many pages each copy lacks
 * @heir: set to the copy that takes its place, where what that lacks is gone
 *
 * Where it had the only copy in sync, the one that lacks least takes its place, of
 * those that can be reached if there is such a one, for all others wait for it; and
 * if nothing is left, it stays: what will be written is in sync again.
 *
 * Return: what is gone.
 */
enum netram_loss netram_set_lose(union netram_set *set, u8 slot, u8 up,
				 const u32 lacks[NETRAM_REPLICAS_MAX], u8 *heir)
{
	int i = netram_set_find(*set, slot), j, best = -1;
	u8 partial;

	if (i < 0)
		return NETRAM_LOSS_NONE;
	set->life_state[i] += 1U << NETRAM_SET_STATE_BITS;
	if (netram_set_state(*set, i) != NETRAM_REPLICA_INSYNC ||
	    (netram_set_in(*set, NETRAM_IN(INSYNC)) & ~(1U << i))) {
		put_state(set, i, NETRAM_REPLICA_EMPTY);
		return NETRAM_LOSS_NONE;
	}
	partial = netram_set_in(*set, NETRAM_IN_PARTIAL);
	if (partial & up)
		partial &= up;
	for (j = 0; j < NETRAM_REPLICAS_MAX; j++)
		if (partial & (1U << j) && (best < 0 || lacks[j] < lacks[best]))
			best = j;
	if (best < 0)
		return NETRAM_LOSS_ALL;
	put_state(set, i, NETRAM_REPLICA_EMPTY);
	put_state(set, best, NETRAM_REPLICA_INSYNC);
	*heir = best;
	return NETRAM_LOSS_BEHIND;
}
