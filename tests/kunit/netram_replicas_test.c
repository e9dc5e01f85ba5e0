// SPDX-License-Identifier: GPL-2.0
/*
 * Suite netram_replicas: the copies of an extent as one word. States are written
 * as letters: . none, E empty, S stale, F filling, C copying, I in sync.
 */
#include <kunit/test.h>
#include <linux/prandom.h>

#include "../../kernel/replicas.c"

#if !IS_ENABLED(CONFIG_KUNIT)
#error "without CONFIG_KUNIT this suite compiles to nothing"
#endif

static const char letters[] = ".ESFCI";

/* Copy n is on node 10 + n, in its first life. */
static union netram_set make(const char *states)
{
	union netram_set set = { .word = 0 };
	int i;

	for (i = 0; states[i]; i++) {
		set.life_state[i] = strchr(letters, states[i]) - letters;
		set.slot[i] = set.life_state[i] ? 10 + i : 0;
	}
	return set;
}

static u8 life(union netram_set set, int i)
{
	return set.life_state[i] >> NETRAM_SET_STATE_BITS;
}

static void set_life(union netram_set *set, int i, u8 life)
{
	set->life_state[i] = life << NETRAM_SET_STATE_BITS |
			     netram_set_state(*set, i);
}

static void expect_set(struct kunit *test, union netram_set set,
		       const char *states)
{
	KUNIT_EXPECT_EQ(test, set.word, make(states).word);
}

enum op { SETTLE, BEGIN, DONE, ABORT, PART, ADD, DROP, LOSE };

/*
 * @arg: who has acknowledged, or the copy; @ret: what the operation returns;
 * @due: where the request was due; of LOSE: who can be reached; @lacks: of LOSE, too
 */
struct op_case {
	const char *name;
	enum op op;
	const char *before;
	int arg;
	int ret;
	const char *after;
	u8 due;
	u32 lacks[NETRAM_REPLICAS_MAX];
};

static const struct op_case op_cases[] = {
	{ "settle_all", SETTLE, "III", 7, true, "III", 15 },
	{ "settle_single", SETTLE, "I", 1, true, "I", 15 },
	{ "settle_none", SETTLE, "III", 0, false, "III", 15 },
	{ "settle_one_missed", SETTLE, "III", 5, true, "ISI", 15 },
	{ "settle_two_missed", SETTLE, "III", 2, true, "SIS", 15 },
	{ "settle_no_insync", SETTLE, "ICF", 6, false, "ICF", 15 },
	{ "settle_copying_missed", SETTLE, "IC", 1, true, "IS", 15 },
	{ "settle_filling_missed", SETTLE, "IF", 1, true, "IE", 15 },
	{ "settle_with_movers", SETTLE, "ICF", 7, true, "ICF", 15 },
	{ "settle_others_stay", SETTLE, "ISE", 1, true, "ISE", 15 },
	{ "settle_free_place", SETTLE, ".I", 2, true, ".I", 15 },
	{ "settle_stray_bits", SETTLE, "I", 15, true, "I", 15 },
	{ "settle_copying_not_due", SETTLE, "IC", 1, true, "IC", 1 },
	{ "settle_filling_not_due", SETTLE, "IF", 1, true, "IF", 1 },
	{ "settle_one_of_two_due", SETTLE, "ICC", 1, true, "ISC", 3 },
	{ "settle_filling_due", SETTLE, "ICF", 1, true, "ICE", 5 },
	{ "settle_insync_not_due", SETTLE, "II", 1, true, "IS", 1 },
	{ "settle_none_due", SETTLE, "IICF", 2, true, "SICF", 0 },
	{ "settle_acked_and_due", SETTLE, "ICF", 3, true, "ICE", 7 },
	{ "settle_due_stale", SETTLE, "ISE", 1, true, "ISE", 6 },
	{ "settle_unsafe_and_due", SETTLE, "ICF", 2, false, "ICF", 7 },
	{ "begin_stale", BEGIN, "IS", 1, true, "IC" },
	{ "begin_empty", BEGIN, "IE", 1, true, "IF" },
	{ "begin_insync", BEGIN, "II", 1, false, "II" },
	{ "begin_twice", BEGIN, "IC", 1, false, "IC" },
	{ "begin_filling", BEGIN, "IF", 1, false, "IF" },
	{ "done_copying", DONE, "IC", 1, true, "II" },
	{ "done_filling", DONE, "IF", 1, true, "II" },
	{ "done_stale", DONE, "IS", 1, false, "IS" },
	{ "done_empty", DONE, "IE", 1, false, "IE" },
	{ "done_insync", DONE, "EI", 1, false, "EI" },
	{ "abort_copying", ABORT, "IC", 1, true, "IS" },
	{ "abort_filling", ABORT, "IF", 1, true, "IE" },
	{ "abort_stale", ABORT, "IS", 1, false, "IS" },
	{ "part_copying", PART, "IC", 1, true, "IS" },
	{ "part_filling", PART, "IF", 1, true, "IS" },
	{ "part_stale", PART, "IS", 1, false, "IS" },
	{ "part_empty", PART, "IE", 1, false, "IE" },
	{ "part_insync", PART, "II", 1, false, "II" },
	{ "add_second", ADD, "I", 0, 1, "IE" },
	{ "add_into_gap", ADD, ".II", 0, 0, "EII" },
	{ "add_fourth", ADD, "IIS", 0, 3, "IISE" },
	{ "add_full", ADD, "IISE", 0, -1, "IISE" },
	{ "drop_one", DROP, "II", 0, true, ".I" },
	{ "drop_stale", DROP, "IS", 1, true, "I" },
	{ "drop_last", DROP, "I", 0, false, "I" },
	{ "drop_last_insync", DROP, "ICS", 0, false, "ICS" },
	{ "lose_one_of_two", LOSE, "II", 0, NETRAM_LOSS_NONE, "EI" },
	{ "lose_stale", LOSE, "IS", 1, NETRAM_LOSS_NONE, "IE" },
	{ "lose_copying", LOSE, "IC", 1, NETRAM_LOSS_NONE, "IE" },
	{ "lose_filling", LOSE, "IF", 1, NETRAM_LOSS_NONE, "IE" },
	{ "lose_empty", LOSE, "IE", 1, NETRAM_LOSS_NONE, "IE" },
	{ "lose_to_stale", LOSE, "IS", 0, NETRAM_LOSS_BEHIND, "EI" },
	{ "lose_to_copying", LOSE, "IC", 0, NETRAM_LOSS_BEHIND, "EI" },
	{ "lose_to_first", LOSE, "IESC", 0, NETRAM_LOSS_BEHIND, "EEIC" },
	{ "lose_before_it", LOSE, "SI", 1, NETRAM_LOSS_BEHIND, "IE" },
	{ "lose_last", LOSE, "I", 0, NETRAM_LOSS_ALL, "I" },
	{ "lose_to_one_up", LOSE, "ISS", 0, NETRAM_LOSS_BEHIND, "ESI", 5 },
	{ "lose_to_copying_up", LOSE, "ISSC", 0, NETRAM_LOSS_BEHIND, "ESSI", 9 },
	{ "lose_to_first_up", LOSE, "ISSS", 0, NETRAM_LOSS_BEHIND, "ESIS", 12 },
	{ "lose_all_down", LOSE, "ISS", 0, NETRAM_LOSS_BEHIND, "EIS", 0 },
	{ "lose_empty_is_up", LOSE, "IES", 0, NETRAM_LOSS_BEHIND, "EEI", 3 },
	{ "lose_to_least_lacking", LOSE, "ISSS", 0, NETRAM_LOSS_BEHIND, "ESIS", 15,
	  { 0, 9, 2, 3 } },
	{ "lose_to_lacking_none", LOSE, "SCSI", 3, NETRAM_LOSS_BEHIND, "SCIE", 15,
	  { 1, 1, 0, 0 } },
	{ "lose_to_first_of_least", LOSE, "ISCS", 0, NETRAM_LOSS_BEHIND, "ESIS", 15,
	  { 0, 3, 2, 2 } },
	{ "lose_to_least_up", LOSE, "ISSS", 0, NETRAM_LOSS_BEHIND, "ESSI", 11,
	  { 0, 9, 2, 3 } },
	{ "lose_to_least_all_down", LOSE, "ISSS", 0, NETRAM_LOSS_BEHIND, "ESIS", 0,
	  { 0, 9, 2, 3 } },
	{ "lose_empty_lacks_none", LOSE, "IEFS", 0, NETRAM_LOSS_BEHIND, "EEFI", 15,
	  { 0, 0, 0, 7 } },
	{ "lose_filling_no_help", LOSE, "IFE", 0, NETRAM_LOSS_ALL, "IFE" },
};

static void op_name(const struct op_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(op, op_cases, op_name);

/* The heir is who is in sync now and was not, and there is one only if it says so. */
static int lose(union netram_set *set, u8 slot, u8 up, const u32 *lacks)
{
	u8 before = netram_set_in(*set, NETRAM_IN(INSYNC)), heir = 99, new;
	int loss = netram_set_lose(set, slot, up, lacks, &heir);

	new = netram_set_in(*set, NETRAM_IN(INSYNC)) & ~before;
	if (loss == NETRAM_LOSS_BEHIND)
		return heir < NETRAM_REPLICAS_MAX && new == 1U << heir ? loss : -1;
	return heir == 99 && !new ? loss : -1;
}

static int carry_out(union netram_set *set, enum op op, int arg, u8 due,
		     const u32 *lacks)
{
	switch (op) {
	case SETTLE:
		return netram_set_settle(set, arg, due);
	case BEGIN:
		return netram_set_begin(set, arg, 10 + arg);
	case DONE:
		return netram_set_end(set, arg, 10 + arg, true);
	case ABORT:
		return netram_set_end(set, arg, 10 + arg, false);
	case PART:
		return netram_set_part(set, arg, 10 + arg);
	case ADD:
		return netram_set_add(set, 60, 0);
	case DROP:
		return netram_set_drop(set, arg);
	case LOSE:
		return lose(set, 10 + arg, due, lacks);
	}
	return -1;
}

static void operations(struct kunit *test)
{
	const struct op_case *c = test->param_value;
	union netram_set set = make(c->before);

	KUNIT_EXPECT_EQ(test, carry_out(&set, c->op, c->arg, c->due,
					c->lacks), c->ret);
	if (c->op == LOSE) {
		KUNIT_EXPECT_EQ(test, life(set, c->arg), 1);
		set_life(&set, c->arg, 0);
	}
	if (c->op == ADD && c->ret >= 0) {
		KUNIT_EXPECT_EQ(test, set.slot[c->ret], 60);
		set.slot[c->ret] = 10 + c->ret;
	}
	expect_set(test, set, c->after);
}

static int lose_any(union netram_set *set, u8 slot)
{
	static const u32 none[NETRAM_REPLICAS_MAX];

	return lose(set, slot, 0, none);
}

/* Lives stay as they are by all that is done to a set but the loss of a node. */
static void operations_in_another_life(struct kunit *test)
{
	const struct op_case *c = test->param_value;
	union netram_set set = make(c->before), old;
	int i;

	for (i = 0; i < NETRAM_REPLICAS_MAX; i++)
		if (set.life_state[i])
			set_life(&set, i, 31 - i);
	old = set;
	KUNIT_EXPECT_EQ(test, carry_out(&set, c->op, c->arg, c->due,
					c->lacks), c->ret);
	for (i = 0; i < NETRAM_REPLICAS_MAX; i++) {
		if (!old.life_state[i] || !set.life_state[i])
			KUNIT_EXPECT_EQ(test, life(set, i), 0);
		else if (c->op == LOSE && i == c->arg)
			KUNIT_EXPECT_EQ(test, life(set, i), (32 - i) % 32);
		else
			KUNIT_EXPECT_EQ(test, life(set, i), 31 - i);
		if (c->after[i] == '\0')
			break;
		KUNIT_EXPECT_EQ(test, letters[netram_set_state(set, i)],
				c->after[i]);
	}
}

/* The place has another node than it had when it was chosen. */
static void another_node(struct kunit *test)
{
	union netram_set set = make("ISE");

	KUNIT_EXPECT_FALSE(test, netram_set_begin(&set, 1, 12));
	KUNIT_EXPECT_FALSE(test, netram_set_begin(&set, 2, 11));
	expect_set(test, set, "ISE");
	set = make("ICF");
	KUNIT_EXPECT_FALSE(test, netram_set_end(&set, 1, 12, true));
	KUNIT_EXPECT_FALSE(test, netram_set_end(&set, 2, 11, false));
	KUNIT_EXPECT_FALSE(test, netram_set_part(&set, 1, 12));
	KUNIT_EXPECT_EQ(test, lose_any(&set, 13), NETRAM_LOSS_NONE);
	expect_set(test, set, "ICF");
}

static void no_place(struct kunit *test)
{
	union netram_set set = { .word = 0 };

	KUNIT_EXPECT_EQ(test, netram_set_find(set, 0), -1);
	KUNIT_EXPECT_FALSE(test, netram_set_settle(&set, 15, 15));
	KUNIT_EXPECT_FALSE(test, netram_set_begin(&set, 0, 0));
	KUNIT_EXPECT_FALSE(test, netram_set_end(&set, 0, 0, true));
	KUNIT_EXPECT_FALSE(test, netram_set_drop(&set, 0));
	KUNIT_EXPECT_EQ(test, lose_any(&set, 0), NETRAM_LOSS_NONE);
	KUNIT_EXPECT_FALSE(test, netram_set_single(set));
	KUNIT_EXPECT_EQ(test, netram_set_same(set, set), 0);
	KUNIT_EXPECT_EQ(test, set.word, 0);
}

/* The word tells an extent on node 0 from one that has no place. */
static void slot_zero(struct kunit *test)
{
	union netram_set set = { .word = 0 };

	set.life_state[0] = NETRAM_REPLICA_INSYNC;
	KUNIT_EXPECT_NE(test, set.word, 0);
	KUNIT_EXPECT_TRUE(test, netram_set_single(set));
	KUNIT_EXPECT_EQ(test, netram_set_find(set, 0), 0);
	KUNIT_EXPECT_EQ(test, lose_any(&set, 0), NETRAM_LOSS_ALL);
}

static void find_and_same(struct kunit *test)
{
	union netram_set then = make("IIS"), now = make("IE.I");

	KUNIT_EXPECT_EQ(test, netram_set_find(then, 11), 1);
	KUNIT_EXPECT_EQ(test, netram_set_find(then, 13), -1);
	KUNIT_EXPECT_EQ(test, netram_set_find(now, 12), -1);
	KUNIT_EXPECT_EQ(test, netram_set_same(now, then), 3);
	now.slot[0] = 12;
	KUNIT_EXPECT_EQ(test, netram_set_same(now, then), 2);
	KUNIT_EXPECT_EQ(test, netram_set_find(now, 12), 0);
}

/* What a node has acknowledged before it lost all is worth nothing. */
static void former_life(struct kunit *test)
{
	union netram_set then = make("II"), now = then;
	u8 same;

	KUNIT_EXPECT_EQ(test, lose_any(&now, 11), NETRAM_LOSS_NONE);
	KUNIT_EXPECT_EQ(test, netram_set_same(now, then), 1);
	KUNIT_EXPECT_TRUE(test, netram_set_begin(&now, 1, 11));
	KUNIT_EXPECT_TRUE(test, netram_set_end(&now, 1, 11, true));
	same = netram_set_same(now, then);
	KUNIT_EXPECT_EQ(test, same, 1);
	KUNIT_EXPECT_FALSE(test, netram_set_settle(&now, 2 & same, 3 & same));
	KUNIT_EXPECT_TRUE(test, netram_set_settle(&now, 3 & same, 3 & same));
	set_life(&now, 1, 0);
	expect_set(test, now, "IS");
}

/* Nothing changes but the life: whoever looks at the word still sees it. */
static void loss_of_all_is_seen(struct kunit *test)
{
	union netram_set then = make("I"), now = then;

	KUNIT_EXPECT_EQ(test, lose_any(&now, 10), NETRAM_LOSS_ALL);
	KUNIT_EXPECT_NE(test, now.word, then.word);
	KUNIT_EXPECT_EQ(test, netram_set_same(now, then), 0);
	KUNIT_EXPECT_TRUE(test, netram_set_single(now));
	KUNIT_EXPECT_EQ(test, netram_set_find(now, 10), 0);
	set_life(&now, 0, 0);
	expect_set(test, now, "I");
}

static void drop_ends_the_life(struct kunit *test)
{
	union netram_set set = make("IE"), before;

	KUNIT_EXPECT_EQ(test, lose_any(&set, 11), NETRAM_LOSS_NONE);
	before = set;
	KUNIT_EXPECT_TRUE(test, netram_set_drop(&set, 1));
	expect_set(test, set, "I");
	KUNIT_EXPECT_TRUE(test, netram_set_single(set));
	KUNIT_EXPECT_EQ(test, netram_set_add(&set, 11, 7 + 32), 1);
	/* the same node, and not the same copy: what that has answered is not of this one */
	KUNIT_EXPECT_EQ(test, netram_set_same(set, before), 1);
	set_life(&before, 1, 7);
	KUNIT_EXPECT_EQ(test, netram_set_same(set, before), 3);
	set_life(&set, 1, 0);
	expect_set(test, set, "IE");
}

static void sets_of_states(struct kunit *test)
{
	union netram_set set = make("ISFC");

	KUNIT_EXPECT_EQ(test, netram_set_in(set, NETRAM_IN(INSYNC)), 1);
	KUNIT_EXPECT_EQ(test, netram_set_in(set, NETRAM_IN_WRITABLE), 13);
	KUNIT_EXPECT_EQ(test, netram_set_in(set, NETRAM_IN_PARTIAL), 10);
	KUNIT_EXPECT_EQ(test, netram_set_in(set, NETRAM_IN_USE), 15);
	KUNIT_EXPECT_EQ(test, netram_set_in(make("I.E."), NETRAM_IN_USE), 5);
}

static bool good(union netram_set set)
{
	int i;

	/* A place that is free is all zeroes. */
	for (i = 0; i < NETRAM_REPLICAS_MAX; i++)
		if (netram_set_state(set, i) == NETRAM_REPLICA_NONE &&
		    (set.slot[i] || set.life_state[i]))
			return false;
	return netram_set_in(set, NETRAM_IN(INSYNC));
}

/* Copies that are on the same node, but not the same copy any more. */
static u8 reborn(union netram_set set, union netram_set old)
{
	return netram_set_in(set, NETRAM_IN_USE) &
	       netram_set_in(old, NETRAM_IN_USE) & ~netram_set_same(set, old);
}

/* Whatever happens in whatever order, a copy is in sync. */
static void random_walk(struct kunit *test)
{
	static const u32 none[NETRAM_REPLICAS_MAX];
	union netram_set set = make("I"), old;
	struct rnd_state rnd;
	int i, arg;
	u32 dice;
	u8 lost;

	prandom_seed_state(&rnd, 20260101);
	for (i = 0; i < 200000; i++) {
		dice = prandom_u32_state(&rnd);
		arg = dice >> 8 & 3;
		old = set;
		lost = 0;
		switch (dice & 7) {
		case SETTLE:
			netram_set_settle(&set, dice >> 8 & 15, dice >> 12 & 15);
			break;
		case ADD:
			arg = netram_set_add(&set, 60, 0);
			if (arg >= 0)
				set.slot[arg] = 10 + arg;
			break;
		case LOSE:
			if (netram_set_state(set, arg) != NETRAM_REPLICA_NONE)
				lost = 1U << arg;
			fallthrough;
		default:
			carry_out(&set, dice & 7, arg, 0, none);
			break;
		}
		KUNIT_ASSERT_TRUE_MSG(test,
				      good(set) && reborn(set, old) == lost,
				      "%llx -> %llx by %u", old.word, set.word,
				      dice);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(operations, op_gen_params),
	KUNIT_CASE_PARAM(operations_in_another_life, op_gen_params),
	KUNIT_CASE(another_node),
	KUNIT_CASE(no_place),
	KUNIT_CASE(slot_zero),
	KUNIT_CASE(find_and_same),
	KUNIT_CASE(former_life),
	KUNIT_CASE(loss_of_all_is_seen),
	KUNIT_CASE(drop_ends_the_life),
	KUNIT_CASE(sets_of_states),
	KUNIT_CASE(random_walk),
	{}
};

static struct kunit_suite suite = {
	.name = "netram_replicas",
	.test_cases = cases,
};
kunit_test_suite(suite);

MODULE_LICENSE("GPL");
