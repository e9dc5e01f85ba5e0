// SPDX-License-Identifier: GPL-2.0
/*
 * The copies of an extent: what each operation may do to any set, whatever it was,
 * and what holds after any number of them. States are written as letters:
 * . none, E empty, S stale, F filling, C copying, I in sync; lives as numbers.
 */
#include "random.h"

#include "replicas.h"

#define COPIES	NETRAM_REPLICAS_MAX
#define NODES	6

static char letter(union netram_set set, int i)
{
	u8 state = netram_set_state(set, i);

	return state <= NETRAM_REPLICA_INSYNC ? ".ESFCI"[state] : '?';
}

static u8 life(union netram_set set, int i)
{
	return set.life_state[i] >> NETRAM_SET_STATE_BITS;
}

static bool none(union netram_set set, int i)
{
	return netram_set_state(set, i) == NETRAM_REPLICA_NONE;
}

static void set_life(union netram_set *set, int i, u8 life)
{
	set->life_state[i] = life << NETRAM_SET_STATE_BITS |
			     netram_set_state(*set, i);
}

static void tell(const char *what, union netram_set old, union netram_set new)
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

static bool allowed(const char *const *may, char from, char to)
{
	for (; *may; may++)
		if ((*may)[0] == from && (*may)[1] == to)
			return true;
	return from == to;
}

static bool sane(union netram_set set)
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
static int step_but(const char *what, const char *const *may,
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

static int step(const char *what, const char *const *may, union netram_set old,
		union netram_set new)
{
	return step_but(what, may, old, new, -1);
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

/* Which copies a write that was sent with @then is due at. */
static u8 due_at(union netram_set set, union netram_set then)
{
	return netram_set_same(set, then) &
	       netram_set_in(then, NETRAM_IN_WRITABLE);
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

/* Settle what was sent with @then as extent.c does. */
static bool settle_of(union netram_set *set, union netram_set then, u8 acked)
{
	return netram_set_settle(set, acked & netram_set_same(*set, then),
				 due_at(*set, then));
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

/* ---- a random walk */

/*
 * One page of an extent, which versions of it nodes have (0: none), the write of it
 * that is under way, which owns it, and the mover, which is at one copy at a time.
 */
struct page {
	u32 version[NODES];
	u32 acked;
	u8 behind;		/* copies that lack it */
	bool lost;

	bool writing;
	u32 written;
	u8 by;			/* copies of @then that have carried it out */
	union netram_set then;	/* when it was sent */

	bool moving, full, given, left;
	u8 copy;
	union netram_set begun;
};

static void send_write(union netram_set *set, struct page *p)
{
	if (!p->writing)
		p->written = p->acked + 1 + random_below(3);
	p->writing = true;
	p->by = 0;
	p->then = *set;
}

/* Some nodes carry it out; one that has lost all since may do that, too. */
static void carry_out(struct page *p)
{
	u8 by = netram_set_in(p->then, NETRAM_IN_WRITABLE) & random_u32();
	int i;

	for (i = 0; i < COPIES; i++)
		if (by & (1U << i))
			p->version[p->then.slot[i]] = p->written;
	p->by |= by;
}

static void settle_write(union netram_set *set, struct page *p)
{
	u8 acked = p->by & netram_set_same(*set, p->then), partial;
	union netram_set old = *set;

	if (!settle_of(set, p->then, p->by)) {
		assert_int_equal(set->word, old.word);
		send_write(set, p);	/* once more */
		return;
	}
	step("settle", settle_may, old, *set);
	p->acked = p->written;
	p->lost = false;
	p->writing = false;
	partial = netram_set_in(*set, NETRAM_IN_PARTIAL);
	p->behind |= partial & ~acked;
	p->behind &= ~(partial & acked);
}

static void begin_copy(union netram_set *set, struct page *p, u8 i)
{
	union netram_set old = *set;

	if (p->moving || !netram_set_begin(set, i, set->slot[i]))
		return;
	step("begin", begin_may, old, *set);
	p->moving = true;
	p->given = false;
	p->left = false;
	p->full = letter(old, i) == 'E';
	p->copy = i;
	p->begun = *set;
}

/* The mover comes to the page, as mover.c does: it owns it for a moment. */
static void give_page(union netram_set *set, struct page *p)
{
	u8 slot = p->begun.slot[p->copy];
	bool wants = (p->full || p->behind & 1U << p->copy) && !p->lost;

	if (!p->moving || p->given || p->writing)
		return;
	p->given = true;
	p->behind &= ~(1U << p->copy);
	p->left = wants && !random_below(4) &&
		  netram_set_same(*set, p->begun) & (1U << p->copy) &&
		  strchr("FC", letter(*set, p->copy));
	if (p->left)
		p->behind |= 1U << p->copy;
	else if (wants)
		p->version[slot] = p->acked;
}

static void end_copy(union netram_set *set, struct page *p)
{
	bool done = p->given && random_below(8);
	union netram_set old = *set;

	if (!p->moving)
		return;
	p->moving = false;
	if (!(netram_set_same(*set, p->begun) & (1U << p->copy)))
		return;
	if (done && p->left) {
		if (netram_set_part(set, p->copy, p->begun.slot[p->copy]))
			step("part", part_may, old, *set);
	} else if (netram_set_end(set, p->copy, p->begun.slot[p->copy], done)) {
		step("end", done ? done_may : abort_may, old, *set);
	}
}

static void lose_node(union netram_set *set, struct page *p, u8 slot)
{
	int i = netram_set_find(*set, slot), j;
	union netram_set old = *set;
	u32 lacks[NETRAM_REPLICAS_MAX];
	enum netram_loss loss;
	u8 heir = 0, has;

	for (j = 0; j < NETRAM_REPLICAS_MAX; j++)
		lacks[j] = p->behind >> j & 1;
	loss = netram_set_lose(set, slot, 0, lacks, &heir);
	step_but("lose", lose_may, old, *set, i);
	p->version[slot] = 0;
	if (loss == NETRAM_LOSS_ALL) {
		p->lost = true;
	} else if (loss == NETRAM_LOSS_BEHIND) {
		/* Not lost while a copy has it: there is no other page. */
		has = netram_set_in(old, NETRAM_IN_PARTIAL) & ~p->behind;
		assert_int_equal(p->behind >> heir & 1, !has);
		if (p->behind & 1U << heir)
			p->lost = true;
		p->behind &= ~(1U << heir);
	}
}

static void change_places(union netram_set *set, struct page *p)
{
	u8 i = random_below(COPIES), slot = random_below(NODES);
	union netram_set old = *set;

	/* The mover does this itself, between two copies. */
	if (p->moving)
		return;
	if (random_below(4)) {
		if (netram_set_find(*set, slot) >= 0)
			return;
		p->version[slot] = 0;
		netram_set_add(set, slot, 0);
		step("add", add_may, old, *set);
	} else if (netram_set_drop(set, i)) {
		step("drop", drop_may, old, *set);
		p->behind &= ~(1U << i);
	}
}

static void random_step(union netram_set *set, struct page *p)
{
	switch (random_below(16)) {
	case 0:
	case 1:
		if (!p->writing)
			send_write(set, p);
		break;
	case 2:
	case 3:
	case 4:
		if (p->writing)
			carry_out(p);
		break;
	case 5:
	case 6:
		if (p->writing)
			settle_write(set, p);
		break;
	case 7:
	case 8:
		begin_copy(set, p, random_below(COPIES));
		break;
	case 9:
	case 10:
	case 11:
		give_page(set, p);
		break;
	case 12:
	case 13:
		end_copy(set, p);
		break;
	case 14:
		change_places(set, p);
		break;
	default:
		if (!random_below(2))
			lose_node(set, p, random_below(NODES));
		break;
	}
}

/* Those that would be read have what was acknowledged last, or is being written. */
static void check_readable(union netram_set set, const struct page *p)
{
	u8 readable = netram_set_in(set, NETRAM_IN(INSYNC));
	int i;

	readable |= netram_set_in(set, NETRAM_IN_PARTIAL) & ~p->behind;
	for (i = 0; i < COPIES; i++)
		if (readable & (1U << i) &&
		    !(p->writing && p->version[set.slot[i]] == p->written))
			assert_int_equal(p->version[set.slot[i]], p->acked);
}

static void random_walk(void **state)
{
	u32 rounds = random_rounds(4000000);
	union netram_set set = { .word = 0 };
	struct page p = { .acked = 0 };

	set.life_state[0] = NETRAM_REPLICA_INSYNC;
	while (rounds--) {
		random_step(&set, &p);
		assert_true(sane(set));
		assert_true(set.word);
		/* What is in sync lacks nothing that it could be blamed for later. */
		assert_false(p.behind & netram_set_in(set, NETRAM_IN(INSYNC)));
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
		cmocka_unit_test(random_walk),
	};

	random_seed();
	return cmocka_run_group_tests_name("kernel/replicas", tests, NULL, NULL);
}
