// SPDX-License-Identifier: GPL-2.0
/*
 * The copies of an extent: what holds after any number of operations, of a page that
 * is written, copied and lost at random.
 */
#include "replica_sets.h"

#define NODES	6

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
		cmocka_unit_test(random_walk),
	};

	random_seed();
	return cmocka_run_group_tests_name("kernel/replicas_walk", tests, NULL, NULL);
}
