// SPDX-License-Identifier: GPL-2.0
/*
 * The copies of an extent: what each operation may do to any set, whatever it was,
 * and what holds after any number of them. States are written as letters:
 * . none, E empty, S stale, F filling, C copying, I in sync.
 */
#include "random.h"

#include "replicas.h"

#define COPIES	NETRAM_REPLICAS_MAX
#define NODES	6

static char letter(u8 state)
{
	return state <= NETRAM_REPLICA_INSYNC ? ".ESFCI"[state] : '?';
}

static void tell(const char *what, union netram_set old, union netram_set new)
{
	int i;

	printf("%s: ", what);
	for (i = 0; i < COPIES; i++)
		printf("%u%c ", old.slot[i], letter(old.state[i]));
	printf("->");
	for (i = 0; i < COPIES; i++)
		printf(" %u%c", new.slot[i], letter(new.state[i]));
	printf("\n");
}

/* What the arrows at the head of replicas.h allow each operation. */
static const char *const settle_may[] = { "IS", "CS", "FE", NULL };
static const char *const begin_may[] = { "EF", "SC", NULL };
static const char *const done_may[] = { "FI", "CI", NULL };
static const char *const abort_may[] = { "FE", "CS", NULL };
static const char *const add_may[] = { ".E", NULL };
static const char *const drop_may[] = { "E.", "S.", "F.", "C.", "I.", NULL };
static const char *const lose_may[] = { "IE", "SE", "FE", "CE", "SI", "CI", NULL };

static bool allowed(const char *const *may, u8 from, u8 to)
{
	for (; *may; may++)
		if ((*may)[0] == letter(from) && (*may)[1] == letter(to))
			return true;
	return from == to;
}

static bool sane(union netram_set set)
{
	int i, j;

	for (i = 0; i < COPIES; i++) {
		if (set.state[i] > NETRAM_REPLICA_INSYNC)
			return false;
		if (set.state[i] == NETRAM_REPLICA_NONE && set.slot[i])
			return false;
		for (j = 0; j < i; j++)
			if (set.state[i] && set.state[j] &&
			    set.slot[i] == set.slot[j])
				return false;
	}
	return !set.word || netram_set_in(set, NETRAM_IN(INSYNC));
}

/* Check one step. Return: how many copies are in another state than before. */
static int step(const char *what, const char *const *may, union netram_set old,
		union netram_set new)
{
	bool good = sane(new);
	int i, changed = 0;

	for (i = 0; i < COPIES; i++) {
		good &= allowed(may, old.state[i], new.state[i]);
		changed += old.state[i] != new.state[i];
		if (old.state[i] && new.state[i])
			good &= old.slot[i] == new.slot[i];
	}
	if (!good)
		tell(what, old, new);
	assert_true(good);
	return changed;
}

static union netram_set make(const char *states)
{
	union netram_set set = { .word = 0 };
	int i;

	for (i = 0; states[i]; i++) {
		set.state[i] = strchr(".ESFCI", states[i]) - ".ESFCI";
		set.slot[i] = set.state[i] ? 10 + i : 0;
	}
	return set;
}

static void expect(const char *what, union netram_set set, const char *states)
{
	union netram_set wanted = make(states);

	if (set.word != wanted.word)
		tell(what, wanted, set);
	assert_int_equal(set.word, wanted.word);
}

/* All sets there can be on nodes 10 to 13, the impossible ones left out. */
static bool next_set(char *states)
{
	static const char order[] = ".ESFCI";
	int i;

	for (i = 0; i < COPIES; i++) {
		states[i] = order[(strchr(order, states[i]) - order + 1) % 6];
		if (states[i] != '.')
			return true;
	}
	return false;
}

#define for_each_set(set, states)					\
	for (char states[COPIES + 1] = "....";				\
	     next_set(states) && ((set) = make(states), true);)		\
		if (sane(set))

/* ---- any set */

static void settle_any(void **state)
{
	union netram_set old, new;
	unsigned int acked;
	bool safe;
	int i;

	for_each_set(old, states) {
		for (acked = 0; acked < 1U << COPIES; acked++) {
			new = old;
			safe = netram_set_settle(&new, acked);
			assert_int_equal(safe, !!(netram_set_in(old,
						NETRAM_IN(INSYNC)) & acked));
			if (!safe) {
				assert_int_equal(new.word, old.word);
				continue;
			}
			step(states, settle_may, old, new);
			/* Who has not acknowledged has it not, and is not believed. */
			assert_int_equal(netram_set_in(new, NETRAM_IN_WRITABLE) &
					 ~acked, 0);
			for (i = 0; i < COPIES; i++)
				if (acked & (1U << i))
					assert_int_equal(new.state[i],
							 old.state[i]);
		}
	}
}

static void begin_any(void **state)
{
	union netram_set old, new;
	bool may;
	int i;

	for_each_set(old, states) {
		for (i = 0; i < COPIES; i++) {
			new = old;
			may = netram_set_begin(&new, i, old.slot[i]);
			assert_int_equal(step(states, begin_may, old, new), may);
			assert_int_equal(may,
					 letter(old.state[i]) == 'E' ||
						 letter(old.state[i]) == 'S');
			/* Another node has come to this place. */
			new = old;
			assert_false(netram_set_begin(&new, i, old.slot[i] + 1));
			assert_int_equal(new.word, old.word);
		}
	}
}

static void end_any(void **state)
{
	union netram_set old, new;
	bool was;
	int i, done;

	for_each_set(old, states) {
		for (i = 0; i < 2 * COPIES; i++) {
			done = i & 1;
			new = old;
			was = netram_set_end(&new, i / 2, old.slot[i / 2], done);
			assert_int_equal(step(states, done ? done_may : abort_may,
					      old, new), was);
			assert_int_equal(was, letter(old.state[i / 2]) == 'F' ||
						      letter(old.state[i / 2]) == 'C');
			new = old;
			assert_false(netram_set_end(&new, i / 2,
						    old.slot[i / 2] + 1, done));
			assert_int_equal(new.word, old.word);
		}
	}
}

static void add_any(void **state)
{
	union netram_set old, new;
	int at;

	for_each_set(old, states) {
		new = old;
		at = netram_set_add(&new, 60);
		assert_int_equal(at < 0, !netram_set_in(old, NETRAM_IN(NONE)));
		assert_int_equal(step(states, add_may, old, new), at >= 0);
		assert_int_equal(netram_set_find(new, 60), at);
	}
}

static void drop_any(void **state)
{
	union netram_set old, new;
	bool may;
	int i;

	for_each_set(old, states) {
		for (i = 0; i < COPIES; i++) {
			new = old;
			may = netram_set_drop(&new, i);
			assert_int_equal(may, !!(netram_set_in(old,
				NETRAM_IN(INSYNC)) & ~(1U << i)));
			assert_int_equal(step(states, drop_may, old, new),
					 may && old.state[i]);
			if (may)
				assert_int_equal(new.state[i], NETRAM_REPLICA_NONE);
		}
	}
}

/* The only one in sync? Then: is there a copy that has all but what is behind? */
static enum netram_loss loss_of(union netram_set old, int i)
{
	u8 others = ~(1U << i);

	if (old.state[i] != NETRAM_REPLICA_INSYNC ||
	    (netram_set_in(old, NETRAM_IN(INSYNC)) & others))
		return NETRAM_LOSS_NONE;
	return netram_set_in(old, NETRAM_IN_PARTIAL) & others ?
	       NETRAM_LOSS_BEHIND : NETRAM_LOSS_ALL;
}

static void lose_any(void **state)
{
	union netram_set old, new;
	enum netram_loss loss;
	int i;

	for_each_set(old, states) {
		for (i = 0; i < COPIES; i++) {
			if (!old.state[i])
				continue;
			new = old;
			loss = netram_set_lose(&new, old.slot[i]);
			assert_int_equal(loss, loss_of(old, i));
			step(states, lose_may, old, new);
			/* It has nothing: in sync it is only where all is lost. */
			assert_int_equal(new.state[i], loss == NETRAM_LOSS_ALL ?
						       NETRAM_REPLICA_INSYNC :
						       NETRAM_REPLICA_EMPTY);
			if (loss != NETRAM_LOSS_BEHIND)
				new.state[i] = old.state[i];
			if (loss != NETRAM_LOSS_BEHIND)
				assert_int_equal(new.word, old.word);
			else	/* one has taken its place */
				assert_int_equal(__builtin_popcount(
					netram_set_in(new, NETRAM_IN(INSYNC))), 1);
		}
		new = old;
		assert_int_equal(netram_set_lose(&new, 60), NETRAM_LOSS_NONE);
		assert_int_equal(new.word, old.word);
	}
}

/* ---- reading a set */

static void masks(void **state)
{
	union netram_set set = make("ISFC");

	assert_int_equal(netram_set_in(set, NETRAM_IN(INSYNC)), 1);
	assert_int_equal(netram_set_in(set, NETRAM_IN_WRITABLE), 1 | 4 | 8);
	assert_int_equal(netram_set_in(set, NETRAM_IN_PARTIAL), 2 | 8);
	assert_int_equal(netram_set_in(set, NETRAM_IN_USE), 15);
	assert_int_equal(netram_set_in(make(".E.."), NETRAM_IN_USE), 2);
	assert_int_equal(netram_set_in(make(".E.."), NETRAM_IN(NONE)), 1 | 4 | 8);
	assert_int_equal(netram_set_in(make(""), NETRAM_IN_USE), 0);
}

/* Slot 0 is a node like others: a place that is free is known by its state. */
static void slot_zero(void **state)
{
	union netram_set set = { .word = 0 };

	assert_int_equal(netram_set_find(set, 0), -1);
	assert_int_equal(netram_set_lose(&set, 0), NETRAM_LOSS_NONE);
	assert_false(netram_set_begin(&set, 0, 0));
	assert_false(netram_set_end(&set, 0, 0, true));
	assert_int_equal(netram_set_same(set, set), 0);
	assert_int_equal(set.word, 0);
	set.state[2] = NETRAM_REPLICA_INSYNC;
	assert_true(set.word);
	assert_int_equal(netram_set_find(set, 0), 2);
	assert_int_equal(netram_set_same(set, set), 4);
}

static void single(void **state)
{
	union netram_set set;

	assert_true(netram_set_single(make("I")));
	assert_false(netram_set_single(make("")));
	assert_false(netram_set_single(make("II")));
	assert_false(netram_set_single(make("I..E")));
	assert_false(netram_set_single(make("I.S")));
	for_each_set(set, states)
		if (netram_set_single(set))
			assert_int_equal(set.state[0], NETRAM_REPLICA_INSYNC);
}

static void same_places(void **state)
{
	union netram_set then = make("IIS"), now = make("IEI");

	assert_int_equal(netram_set_same(now, then), 7);
	now.slot[1] = 40;
	assert_int_equal(netram_set_same(now, then), 5);
	now = then;
	netram_set_drop(&now, 0);
	assert_int_equal(netram_set_same(now, then), 6);
	assert_int_equal(netram_set_add(&now, 41), 0);
	assert_int_equal(netram_set_same(now, then), 6);
}

/* ---- stories */

/* A write misses a copy; it is brought up to date; another miss in between. */
static void story_of_a_copy(void **state)
{
	union netram_set set = make("II");

	assert_true(netram_set_settle(&set, 3));
	expect("all acked", set, "II");
	assert_false(netram_set_settle(&set, 0));
	expect("none acked", set, "II");
	assert_true(netram_set_settle(&set, 1));
	expect("one missed it", set, "IS");
	assert_false(netram_set_settle(&set, 2));
	assert_true(netram_set_begin(&set, 1, 11));
	assert_false(netram_set_begin(&set, 1, 11));
	expect("copying", set, "IC");
	assert_true(netram_set_settle(&set, 1));
	expect("missed another", set, "IS");
	assert_false(netram_set_end(&set, 1, 11, true));
	expect("too late", set, "IS");
	assert_true(netram_set_begin(&set, 1, 11));
	assert_true(netram_set_settle(&set, 3));
	assert_true(netram_set_end(&set, 1, 11, true));
	expect("in sync again", set, "II");
}

/* One node after the other comes back empty. */
static void story_of_losses(void **state)
{
	union netram_set set = make("ICS");

	assert_int_equal(netram_set_lose(&set, 10), NETRAM_LOSS_BEHIND);
	expect("the first that has something takes over", set, "EIS");
	assert_int_equal(netram_set_lose(&set, 11), NETRAM_LOSS_BEHIND);
	expect("then the next", set, "EEI");
	assert_true(netram_set_begin(&set, 0, 10));
	assert_int_equal(netram_set_lose(&set, 12), NETRAM_LOSS_ALL);
	expect("one being filled is no help", set, "FEI");
	assert_int_equal(netram_set_lose(&set, 10), NETRAM_LOSS_NONE);
	expect("it has lost what it got", set, "EEI");
}

/* A copy is exchanged for another one. */
static void story_of_a_move(void **state)
{
	union netram_set set = make("I");

	assert_false(netram_set_drop(&set, 0));
	assert_int_equal(netram_set_add(&set, 11), 1);
	assert_false(netram_set_drop(&set, 0));
	assert_true(netram_set_begin(&set, 1, 11));
	assert_false(netram_set_drop(&set, 0));
	assert_true(netram_set_end(&set, 1, 11, true));
	assert_true(netram_set_drop(&set, 0));
	expect("moved", set, ".I");
	assert_false(netram_set_drop(&set, 1));
}

/* ---- a random walk */

/* Which versions of one page its copies have; 0: none. */
struct page {
	u32 version[NODES];
	u32 acked;
	bool behind, lost;
};

static void write_page(union netram_set *set, struct page *p)
{
	u8 asked = netram_set_in(*set, NETRAM_IN_WRITABLE);
	u8 acked = asked & random_u32();
	union netram_set old = *set;
	u32 version = p->acked + 1 + random_below(3);
	int i;

	if (!netram_set_settle(set, acked)) {
		assert_int_equal(set->word, old.word);
		return;	/* what does not count need not be carried out */
	}
	step("settle", settle_may, old, *set);
	for (i = 0; i < COPIES; i++)
		if (acked & (1U << i))
			p->version[set->slot[i]] = version;
	p->acked = version;
	p->lost = false;
	if (netram_set_in(*set, NETRAM_IN_USE) & ~acked)
		p->behind = true;
}

/* Copy what is to be copied, as mover.c does; perhaps it has come to an end before. */
static void end_copying(union netram_set *set, struct page *p, int i)
{
	union netram_set old = *set;
	bool done = random_below(4), full = letter(set->state[i]) == 'F';
	u8 lagging = netram_set_in(*set, NETRAM_IN_USE & ~NETRAM_IN(INSYNC));

	if (!netram_set_end(set, i, set->slot[i], done))
		return;
	step("end", done ? done_may : abort_may, old, *set);
	if (!done || p->lost)
		return;
	if (full || p->behind)
		p->version[set->slot[i]] = p->acked;
	if (lagging == 1U << i)
		p->behind = false;
}

static void lose_node(union netram_set *set, struct page *p, u8 slot)
{
	union netram_set old = *set;
	enum netram_loss loss = netram_set_lose(set, slot);

	step("lose", lose_may, old, *set);
	p->version[slot] = 0;
	if (loss == NETRAM_LOSS_ALL || (loss == NETRAM_LOSS_BEHIND && p->behind))
		p->lost = true;
}

static void random_step(union netram_set *set, struct page *p)
{
	u8 i = random_below(COPIES), slot = random_below(NODES);
	union netram_set old = *set;

	switch (random_below(8)) {
	case 0:
	case 1:
		write_page(set, p);
		break;
	case 2:
		if (netram_set_begin(set, i, set->slot[i]))
			step("begin", begin_may, old, *set);
		break;
	case 3:
	case 4:
		end_copying(set, p, i);
		break;
	case 5:
		if (netram_set_find(*set, slot) >= 0)
			break;
		p->version[slot] = 0;
		netram_set_add(set, slot);
		step("add", add_may, old, *set);
		break;
	case 6:
		if (!random_below(4) && netram_set_drop(set, i))
			step("drop", drop_may, old, *set);
		break;
	default:
		lose_node(set, p, slot);
		break;
	}
}

/* Those that would be read have what was acknowledged last. */
static void check_readable(union netram_set set, const struct page *p)
{
	u8 readable = netram_set_in(set, NETRAM_IN(INSYNC));
	int i;

	if (!p->behind)
		readable |= netram_set_in(set, NETRAM_IN_PARTIAL);
	for (i = 0; i < COPIES; i++)
		if (readable & (1U << i))
			assert_int_equal(p->version[set.slot[i]], p->acked);
}

static void random_walk(void **state)
{
	u32 rounds = random_rounds(2000000);
	union netram_set set = { .word = 0 };
	struct page p = { .acked = 0 };

	set.state[0] = NETRAM_REPLICA_INSYNC;
	while (rounds--) {
		random_step(&set, &p);
		assert_true(sane(set));
		assert_true(set.word);
		if (!p.lost)
			check_readable(set, &p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(settle_any),
		cmocka_unit_test(begin_any),
		cmocka_unit_test(end_any),
		cmocka_unit_test(add_any),
		cmocka_unit_test(drop_any),
		cmocka_unit_test(lose_any),
		cmocka_unit_test(masks),
		cmocka_unit_test(slot_zero),
		cmocka_unit_test(single),
		cmocka_unit_test(same_places),
		cmocka_unit_test(story_of_a_copy),
		cmocka_unit_test(story_of_losses),
		cmocka_unit_test(story_of_a_move),
		cmocka_unit_test(random_walk),
	};

	random_seed();
	return cmocka_run_group_tests_name("kernel/replicas", tests, NULL, NULL);
}
