// SPDX-License-Identifier: GPL-2.0
/*
 * The copies of an extent: what each operation may do to any set, whatever it was.
 * What holds after any number of them is in test_replicas_walk.c.
 */
#include "replica_sets.h"

static void set_life(union netram_set *set, int i, u8 life)
{
	set->life_state[i] = life << NETRAM_SET_STATE_BITS |
			     netram_set_state(*set, i);
}

static const char letters[] = ".ESFCI";

/* Copy n is on node 10 + n, in its first life. */
static union netram_set make(const char *states)
{
	union netram_set set = { .word = 0 };
	int i;

	for (i = 0; states[i]; i++) {
		set.life_state[i] = strchr(letters, states[i]) - letters;
		set.slot[i] = none(set, i) ? 0 : 10 + i;
	}
	return set;
}

/* @lives: how often each was lost */
static void expect_lives(const char *what, union netram_set set,
			 const char *states, const char *lives)
{
	union netram_set wanted = make(states);
	int i;

	for (i = 0; lives[i]; i++)
		set_life(&wanted, i, lives[i] - '0');
	if (set.word != wanted.word)
		tell(what, wanted, set);
	assert_int_equal(set.word, wanted.word);
}

static void expect(const char *what, union netram_set set, const char *states)
{
	expect_lives(what, set, states, "");
}

/* As make(), each copy in some life. */
static union netram_set make_alive(const char *states)
{
	union netram_set set = make(states);
	int i;

	for (i = 0; i < COPIES; i++)
		if (!none(set, i))
			set_life(&set, i, random_u32());
	return set;
}

/* All sets there can be on nodes 10 to 13, the impossible ones left out. */
static bool next_set(char *states)
{
	int i;

	for (i = 0; i < COPIES; i++) {
		states[i] = letters[(strchr(letters, states[i]) - letters + 1) % 6];
		if (states[i] != '.')
			return true;
	}
	return false;
}

#define for_each_set(set, states)					\
	for (char states[COPIES + 1] = "....";				\
	     next_set(states) && ((set) = make_alive(states), true);)	\
		if (sane(set))

/* ---- any set */

/* What is to become of a copy by settling a request. */
static char settled(char was, bool acked, bool due)
{
	if (acked)
		return was;
	if (was == 'I')
		return 'S';
	if (due && was == 'C')
		return 'S';
	if (due && was == 'F')
		return 'E';
	return was;
}

static void settle_one(const char *states, union netram_set old, u8 acked,
		       u8 due)
{
	union netram_set new = old;
	bool safe = netram_set_settle(&new, acked, due);
	int i;

	assert_int_equal(safe, !!(netram_set_in(old, NETRAM_IN(INSYNC)) & acked));
	if (!safe) {
		assert_int_equal(new.word, old.word);
		return;
	}
	step(states, settle_may, old, new);
	/* Who has not acknowledged has it not, and is not believed. */
	assert_int_equal(netram_set_in(new, NETRAM_IN(INSYNC)) & ~acked, 0);
	assert_int_equal(netram_set_in(new, NETRAM_IN_WRITABLE) & due & ~acked, 0);
	for (i = 0; i < COPIES; i++)
		assert_int_equal(letter(new, i),
				 settled(letter(old, i), acked & (1U << i),
					 due & (1U << i)));
}

static void settle_any(void **state)
{
	union netram_set old;
	unsigned int bits;

	for_each_set(old, states)
		for (bits = 0; bits < 1U << 2 * COPIES; bits++)
			settle_one(states, old, bits & ((1U << COPIES) - 1),
				   bits >> COPIES);
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
					 letter(old, i) == 'E' ||
						 letter(old, i) == 'S');
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
			assert_int_equal(was, letter(old, i / 2) == 'F' ||
						      letter(old, i / 2) == 'C');
			new = old;
			assert_false(netram_set_end(&new, i / 2,
						    old.slot[i / 2] + 1, done));
			assert_int_equal(new.word, old.word);
		}
	}
}

static void part_any(void **state)
{
	union netram_set old, new;
	bool was;
	int i;

	for_each_set(old, states) {
		for (i = 0; i < COPIES; i++) {
			new = old;
			was = netram_set_part(&new, i, old.slot[i]);
			assert_int_equal(step(states, part_may, old, new), was);
			assert_int_equal(was, letter(old, i) == 'F' ||
						      letter(old, i) == 'C');
			new = old;
			assert_false(netram_set_part(&new, i, old.slot[i] + 1));
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
		at = netram_set_add(&new, 60, 0);
		assert_int_equal(at < 0, !netram_set_in(old, NETRAM_IN(NONE)));
		assert_int_equal(step(states, add_may, old, new), at >= 0);
		assert_int_equal(netram_set_find(new, 60), at);
		if (at >= 0)
			assert_int_equal(life(new, at), 0);
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
					 may && !none(old, i));
			if (!may)
				continue;
			assert_int_equal(new.slot[i], 0);
			assert_int_equal(new.life_state[i], 0);
		}
	}
}

static void compact_any(void **state)
{
	union netram_set old, new;
	int i;

	for_each_set(old, states) {
		new = old;
		netram_set_compact(&new);
		if (__builtin_popcount(netram_set_in(old, NETRAM_IN_USE)) != 1) {
			assert_int_equal(new.word, old.word);
			continue;
		}
		assert_true(netram_set_single(new));
		i = __builtin_ctz(netram_set_in(old, NETRAM_IN_USE));
		assert_int_equal(new.slot[0], old.slot[i]);
		assert_int_equal(new.life_state[0], old.life_state[i]);
		/* What was sent to it elsewhere is not taken for its answer. */
		assert_int_equal(netram_set_same(new, old), i == 0);
	}
}

static enum netram_loss lose(union netram_set *set, u8 slot)
{
	static const u32 lacks[NETRAM_REPLICAS_MAX];
	u8 heir;

	return netram_set_lose(set, slot, 0, lacks, &heir);
}

/* The only one in sync? Then: is there a copy that has all but what is behind? */
static enum netram_loss loss_of(union netram_set old, int i)
{
	u8 others = ~(1U << i);

	if (letter(old, i) != 'I' ||
	    (netram_set_in(old, NETRAM_IN(INSYNC)) & others))
		return NETRAM_LOSS_NONE;
	return netram_set_in(old, NETRAM_IN_PARTIAL) & others ?
	       NETRAM_LOSS_BEHIND : NETRAM_LOSS_ALL;
}

static void lose_one(const char *states, union netram_set old, int i)
{
	union netram_set new = old;
	u32 lacks[NETRAM_REPLICAS_MAX] = { random_below(3), random_below(3),
					   random_below(3), random_below(3) };
	u8 partial = netram_set_in(old, NETRAM_IN_PARTIAL), heir = 99;
	enum netram_loss loss = netram_set_lose(&new, old.slot[i], 0, lacks,
						&heir);
	int j, others = 0;

	assert_int_equal(loss, loss_of(old, i));
	step_but(states, lose_may, old, new, i);
	/* It has nothing: in sync it is only where all is lost. */
	assert_int_equal(letter(new, i), loss == NETRAM_LOSS_ALL ? 'I' : 'E');
	/* Whatever it was, what it has acknowledged is worth nothing. */
	assert_int_not_equal(new.word, old.word);
	assert_int_equal(netram_set_same(new, old),
			 netram_set_in(old, NETRAM_IN_USE) & ~(1U << i));
	for (j = 0; j < COPIES; j++)
		others += j != i && letter(new, j) != letter(old, j);
	/* One takes its place, if it must. */
	assert_int_equal(others, loss == NETRAM_LOSS_BEHIND);
	if (!others) {
		assert_int_equal(heir, 99);
		return;
	}
	assert_int_equal(netram_set_in(new, NETRAM_IN(INSYNC)), 1U << heir);
	for (j = 0; j < COPIES; j++)
		assert_true(!(partial & 1U << j) || lacks[j] >= lacks[heir]);
}

static void lose_any(void **state)
{
	union netram_set old, new;
	int i;

	for_each_set(old, states) {
		for (i = 0; i < COPIES; i++)
			if (!none(old, i))
				lose_one(states, old, i);
		new = old;
		assert_int_equal(lose(&new, 60), NETRAM_LOSS_NONE);
		assert_int_equal(new.word, old.word);
	}
}

/* The life is counted round, and its carry goes nowhere. */
static void lives_go_round(void **state)
{
	union netram_set set = make("EI"), old;
	int i, lives = 256 >> NETRAM_SET_STATE_BITS;

	for (i = 0; i < 3 * lives; i++) {
		old = set;
		assert_int_equal(lose(&set, 10), NETRAM_LOSS_NONE);
		assert_int_equal(life(set, 0), (i + 1) % lives);
		assert_int_equal(netram_set_same(set, old), 2);
		assert_true(sane(set));
	}
	expect("as it was", set, "EI");
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
	assert_int_equal(lose(&set, 0), NETRAM_LOSS_NONE);
	assert_false(netram_set_begin(&set, 0, 0));
	assert_false(netram_set_end(&set, 0, 0, true));
	assert_int_equal(netram_set_same(set, set), 0);
	assert_int_equal(set.word, 0);
	set.life_state[2] = NETRAM_REPLICA_INSYNC;
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
			assert_int_equal(letter(set, 0), 'I');
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
	assert_int_equal(netram_set_add(&now, 41, 0), 0);
	assert_int_equal(netram_set_same(now, then), 6);
}

/* The state does not matter, the node and its life do. */
static void same_lives(void **state)
{
	union netram_set then, now;
	int i;

	for_each_set(then, states) {
		now = then;
		assert_int_equal(netram_set_same(now, then),
				 netram_set_in(then, NETRAM_IN_USE));
		netram_set_settle(&now, 1U << random_below(COPIES), 15);
		assert_int_equal(netram_set_same(now, then),
				 netram_set_in(then, NETRAM_IN_USE));
		for (i = 0; i < COPIES; i++) {
			now = then;
			if (none(then, i))
				continue;
			set_life(&now, i, life(then, i) + 1 + random_below(31));
			assert_int_equal(netram_set_same(now, then),
					 netram_set_in(then, NETRAM_IN_USE) &
						 ~(1U << i));
		}
	}
}

/* ---- stories */

/* A write misses a copy; it is brought up to date; another miss in between. */
static void story_of_a_copy(void **state)
{
	union netram_set set = make("II");

	assert_true(netram_set_settle(&set, 3, 3));
	expect("all acked", set, "II");
	assert_false(netram_set_settle(&set, 0, 3));
	expect("none acked", set, "II");
	assert_true(netram_set_settle(&set, 1, 3));
	expect("one missed it", set, "IS");
	assert_false(netram_set_settle(&set, 2, 1));
	assert_true(netram_set_begin(&set, 1, 11));
	assert_false(netram_set_begin(&set, 1, 11));
	expect("copying", set, "IC");
	assert_true(netram_set_settle(&set, 1, 3));
	expect("missed another", set, "IS");
	assert_false(netram_set_end(&set, 1, 11, true));
	expect("too late", set, "IS");
	assert_true(netram_set_begin(&set, 1, 11));
	assert_true(netram_set_settle(&set, 3, 3));
	assert_true(netram_set_end(&set, 1, 11, true));
	expect("in sync again", set, "II");
}

/* A write was sent before the mover began: it gives the copy the pages itself. */
static void story_of_a_write_before(void **state)
{
	union netram_set set = make("ISE"), then = set;

	assert_true(netram_set_begin(&set, 1, 11));
	assert_true(netram_set_begin(&set, 2, 12));
	assert_int_equal(due_at(set, then), 1);
	assert_true(netram_set_settle(&set, 1, due_at(set, then)));
	expect("the mover goes on", set, "ICF");
	then = set;
	assert_int_equal(due_at(set, then), 7);
	assert_true(netram_set_settle(&set, 1, due_at(set, then)));
	expect("but not with what it cannot know of", set, "ISE");
	set = make("IS");
	then = set;
	assert_true(netram_set_begin(&set, 1, 11));
	assert_true(netram_set_end(&set, 1, 11, true));
	assert_true(netram_set_settle(&set, 1, due_at(set, then)));
	expect("in sync without it none can be", set, "IS");
}

/* A node has written, then comes back without it, then that is settled. */
static void story_of_a_former_life(void **state)
{
	union netram_set set = make("I"), then = set;

	assert_int_equal(lose(&set, 10), NETRAM_LOSS_ALL);
	expect_lives("in sync, in another life", set, "I", "1");
	assert_int_not_equal(set.word, then.word);
	assert_false(settle_of(&set, then, 1));
	then = set;
	assert_true(settle_of(&set, then, 1));
	expect_lives("what it has written since counts", set, "I", "1");

	set = make("II");
	then = set;
	assert_int_equal(lose(&set, 11), NETRAM_LOSS_NONE);
	assert_true(netram_set_begin(&set, 1, 11));
	assert_true(settle_of(&set, then, 3));
	expect_lives("the mover gives it the pages", set, "IF", "01");

	set = make("II");
	then = set;
	assert_int_equal(lose(&set, 11), NETRAM_LOSS_NONE);
	assert_true(netram_set_begin(&set, 1, 11));
	assert_true(netram_set_end(&set, 1, 11, true));
	assert_false(settle_of(&set, then, 2));
	assert_true(settle_of(&set, then, 3));
	expect_lives("in sync again, but without that", set, "IS", "01");

	set = make("IS");
	then = set;
	assert_int_equal(lose(&set, 10), NETRAM_LOSS_BEHIND);
	assert_false(settle_of(&set, then, 1));
	expect_lives("the other one was not written to", set, "EI", "1");
}

/* One node after the other comes back empty. */
static void story_of_losses(void **state)
{
	union netram_set set = make("ICS");

	assert_int_equal(lose(&set, 10), NETRAM_LOSS_BEHIND);
	expect_lives("the first that has something takes over", set, "EIS", "1");
	assert_int_equal(lose(&set, 11), NETRAM_LOSS_BEHIND);
	expect_lives("then the next", set, "EEI", "11");
	assert_true(netram_set_begin(&set, 0, 10));
	assert_int_equal(lose(&set, 12), NETRAM_LOSS_ALL);
	expect_lives("one being filled is no help", set, "FEI", "111");
	assert_int_equal(lose(&set, 10), NETRAM_LOSS_NONE);
	expect_lives("it has lost what it got", set, "EEI", "211");
}

/* A copy is exchanged for another one. */
static void story_of_a_move(void **state)
{
	union netram_set set = make("I");

	assert_false(netram_set_drop(&set, 0));
	assert_int_equal(netram_set_add(&set, 11, 0), 1);
	assert_false(netram_set_drop(&set, 0));
	assert_true(netram_set_begin(&set, 1, 11));
	assert_false(netram_set_drop(&set, 0));
	assert_true(netram_set_end(&set, 1, 11, true));
	assert_true(netram_set_drop(&set, 0));
	expect("moved", set, ".I");
	assert_false(netram_set_drop(&set, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(settle_any),
		cmocka_unit_test(begin_any),
		cmocka_unit_test(end_any),
		cmocka_unit_test(part_any),
		cmocka_unit_test(add_any),
		cmocka_unit_test(drop_any),
		cmocka_unit_test(compact_any),
		cmocka_unit_test(lose_any),
		cmocka_unit_test(lives_go_round),
		cmocka_unit_test(masks),
		cmocka_unit_test(slot_zero),
		cmocka_unit_test(single),
		cmocka_unit_test(same_places),
		cmocka_unit_test(same_lives),
		cmocka_unit_test(story_of_a_copy),
		cmocka_unit_test(story_of_a_write_before),
		cmocka_unit_test(story_of_a_former_life),
		cmocka_unit_test(story_of_losses),
		cmocka_unit_test(story_of_a_move),
	};

	random_seed();
	return cmocka_run_group_tests_name("kernel/replicas", tests, NULL, NULL);
}
