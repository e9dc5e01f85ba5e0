// SPDX-License-Identifier: GPL-2.0
/* Suite netram_pages: the bits of each page and the counts over them. */
#include <kunit/test.h>

#include "../../kernel/pages.c"

#if !IS_ENABLED(CONFIG_KUNIT)
#error "without CONFIG_KUNIT this suite compiles to nothing"
#endif

#define COUNT 300	/* not a multiple of the bits of a word */

static int init(struct kunit *test)
{
	struct netram_pages *p = kunit_kzalloc(test, sizeof(*p), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	test->priv = p;
	return netram_pages_init(p, COUNT, true);
}

static void exit_pages(struct kunit *test)
{
	netram_pages_exit(test->priv);
}

static long present(struct netram_pages *p)
{
	return atomic_long_read(&p->nr_present);
}

static long lost(struct netram_pages *p)
{
	return atomic_long_read(&p->nr_lost);
}

/* The counts are the bits, and lost pages are a part of the present ones. */
static void expect_sane(struct kunit *test, struct netram_pages *p)
{
	KUNIT_EXPECT_EQ(test, present(p),
			(long)bitmap_weight(p->present, COUNT));
	KUNIT_EXPECT_EQ(test, lost(p), (long)bitmap_weight(p->lost, COUNT));
	KUNIT_EXPECT_TRUE(test, bitmap_subset(p->lost, p->present, COUNT));
	KUNIT_EXPECT_FALSE(test, bitmap_intersects(p->dead, p->present, COUNT));
}

static void begins_empty(struct kunit *test)
{
	struct netram_pages *p = test->priv;
	int i;

	KUNIT_EXPECT_EQ(test, p->count, COUNT);
	KUNIT_EXPECT_NOT_NULL(test, p->crc);
	KUNIT_EXPECT_TRUE(test, bitmap_empty(p->present, COUNT));
	KUNIT_EXPECT_TRUE(test, bitmap_empty(p->busy, COUNT));
	KUNIT_EXPECT_TRUE(test, bitmap_empty(p->dead, COUNT));
	for (i = 0; i < NETRAM_REPLICAS_MAX; i++)
		KUNIT_EXPECT_TRUE(test, bitmap_empty(p->behind[i], COUNT));
	KUNIT_EXPECT_FALSE(test, netram_pages_any_lost(p, 0, COUNT));
	expect_sane(test, p);
}

static void without_checksums(struct kunit *test)
{
	struct netram_pages p = {};

	KUNIT_EXPECT_EQ(test, netram_pages_init(&p, 1, false), 0);
	KUNIT_EXPECT_PTR_EQ(test, p.crc, (u32 *)NULL);
	netram_pages_exit(&p);
}

/* After a failure part-way, or none at all, exit may be called. */
static void exit_of_zeroes(struct kunit *test)
{
	struct netram_pages p = {};

	netram_pages_exit(&p);
}

static void lock_and_unlock(struct kunit *test)
{
	struct netram_pages *p = test->priv;

	KUNIT_EXPECT_TRUE(test, netram_pages_lock(p, 10, 5));
	KUNIT_EXPECT_EQ(test, bitmap_weight(p->busy, COUNT), 5);
	KUNIT_EXPECT_FALSE(test, netram_pages_lock(p, 12, 1));
	netram_pages_unlock(p, 10, 5);
	KUNIT_EXPECT_TRUE(test, bitmap_empty(p->busy, COUNT));
	KUNIT_EXPECT_TRUE(test, netram_pages_lock(p, 12, 1));
	netram_pages_unlock(p, 12, 1);
}

struct lock_case {
	const char *name;
	u32 held_first, held_count, first, count;
	bool may;
};

static const struct lock_case lock_cases[] = {
	{ "apart", 0, 5, 10, 5, true },
	{ "neighbour_before", 10, 5, 5, 5, true },
	{ "neighbour_behind", 10, 5, 15, 5, true },
	{ "overlap_at_the_start", 10, 5, 14, 5, false },
	{ "overlap_at_the_end", 10, 5, 6, 5, false },
	{ "within", 10, 5, 11, 2, false },
	{ "around", 10, 5, 5, 20, false },
	{ "same", 10, 5, 10, 5, false },
	{ "across_a_word_free", 60, 3, 63, 4, true },
	{ "across_a_word_taken", 60, 5, 64, 4, false },
	{ "last_word", 299, 1, 290, 9, true },
	{ "last_page_taken", 299, 1, 290, 10, false },
	{ "none_wanted", 10, 5, 10, 0, true },
};

static void lock_name(const struct lock_case *l, char *desc)
{
	strscpy(desc, l->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(lock, lock_cases, lock_name);

/* All or nothing: a refusal leaves exactly what was held before. */
static void lock_beside_another(struct kunit *test)
{
	const struct lock_case *l = test->param_value;
	struct netram_pages *p = test->priv;
	DECLARE_BITMAP(before, COUNT);

	KUNIT_ASSERT_TRUE(test, netram_pages_lock(p, l->held_first,
						  l->held_count));
	bitmap_copy(before, p->busy, COUNT);
	KUNIT_EXPECT_EQ(test, netram_pages_lock(p, l->first, l->count), l->may);
	if (l->may)
		KUNIT_EXPECT_EQ(test, bitmap_weight(p->busy, COUNT),
				l->held_count + l->count);
	else
		KUNIT_EXPECT_TRUE(test, bitmap_equal(p->busy, before, COUNT));
}

struct range_case {
	u64 first;
	u32 count;
};

static const struct range_case range_cases[] = {
	{ 0, 1 }, { 0, 63 }, { 0, 64 }, { 0, 65 }, { 63, 1 }, { 63, 2 },
	{ 64, 64 }, { 1, 127 }, { 1, 128 }, { 127, 2 }, { 290, 10 },
	{ 299, 1 }, { 0, COUNT }, { 17, 0 },
};

static void range_name(const struct range_case *r, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%llu+%u", r->first, r->count);
}

KUNIT_ARRAY_PARAM(range, range_cases, range_name);

/* Written, lost, written again, dropped, dropped again: over one range. */
static void life_of_a_range(struct kunit *test)
{
	const struct range_case *r = test->param_value;
	struct netram_pages *p = test->priv;
	u64 page;

	KUNIT_EXPECT_EQ(test, netram_pages_written(p, r->first, r->count),
			r->count);
	KUNIT_EXPECT_EQ(test, present(p), (long)r->count);
	for (page = 0; page < COUNT; page++)
		KUNIT_EXPECT_EQ(test, netram_pages_present(p, page),
				page >= r->first && page < r->first + r->count);
	KUNIT_EXPECT_EQ(test, netram_pages_written(p, r->first, r->count), 0);

	KUNIT_EXPECT_EQ(test, netram_pages_lose(p, r->first, r->count, NULL),
			r->count);
	KUNIT_EXPECT_EQ(test, netram_pages_lose(p, r->first, r->count, NULL), 0);
	KUNIT_EXPECT_EQ(test, netram_pages_any_lost(p, r->first, r->count),
			r->count > 0);
	KUNIT_EXPECT_EQ(test, netram_pages_any_lost(p, 0, COUNT), r->count > 0);
	expect_sane(test, p);

	KUNIT_EXPECT_EQ(test, netram_pages_written(p, r->first, r->count), 0);
	KUNIT_EXPECT_FALSE(test, netram_pages_any_lost(p, 0, COUNT));
	expect_sane(test, p);

	KUNIT_EXPECT_EQ(test, netram_pages_drop(p, r->first, r->count),
			r->count);
	KUNIT_EXPECT_EQ(test, netram_pages_drop(p, r->first, r->count), 0);
	KUNIT_EXPECT_EQ(test, present(p), 0);
	KUNIT_EXPECT_EQ(test, bitmap_weight(p->dead, COUNT), r->count);
	expect_sane(test, p);
}

static void written_over_some(struct kunit *test)
{
	struct netram_pages *p = test->priv;

	KUNIT_EXPECT_EQ(test, netram_pages_written(p, 60, 8), 8);
	KUNIT_EXPECT_EQ(test, netram_pages_written(p, 50, 100), 92);
	KUNIT_EXPECT_EQ(test, present(p), 100);
	expect_sane(test, p);
}

/* Only what was present is dead afterwards: nobody else has it to trim. */
static void drop_of_holes(struct kunit *test)
{
	struct netram_pages *p = test->priv;

	netram_pages_written(p, 63, 2);
	netram_pages_written(p, 200, 1);
	KUNIT_EXPECT_EQ(test, netram_pages_drop(p, 0, 200), 2);
	KUNIT_EXPECT_TRUE(test, test_bit(63, p->dead));
	KUNIT_EXPECT_TRUE(test, test_bit(64, p->dead));
	KUNIT_EXPECT_EQ(test, bitmap_weight(p->dead, COUNT), 2);
	KUNIT_EXPECT_TRUE(test, netram_pages_present(p, 200));
	KUNIT_EXPECT_EQ(test, netram_pages_drop(p, 0, COUNT), 1);
	expect_sane(test, p);
}

static void drop_of_lost_pages(struct kunit *test)
{
	struct netram_pages *p = test->priv;

	netram_pages_written(p, 0, COUNT);
	KUNIT_EXPECT_EQ(test, netram_pages_lose(p, 100, 100, NULL), 100);
	KUNIT_EXPECT_EQ(test, netram_pages_drop(p, 150, 100), 100);
	KUNIT_EXPECT_EQ(test, lost(p), 50);
	KUNIT_EXPECT_TRUE(test, netram_pages_any_lost(p, 149, 1));
	KUNIT_EXPECT_FALSE(test, netram_pages_any_lost(p, 150, 100));
	expect_sane(test, p);
}

/* Dead pages are gone with the node's memory: nothing is left to trim. */
static void lose_forgets_the_dead(struct kunit *test)
{
	struct netram_pages *p = test->priv;

	netram_pages_written(p, 0, 10);
	netram_pages_drop(p, 0, 5);
	KUNIT_EXPECT_EQ(test, bitmap_weight(p->dead, COUNT), 5);
	KUNIT_EXPECT_EQ(test, netram_pages_lose(p, 0, COUNT, NULL), 5);
	KUNIT_EXPECT_TRUE(test, bitmap_empty(p->dead, COUNT));
	KUNIT_EXPECT_FALSE(test, netram_pages_any_lost(p, 0, 5));
	KUNIT_EXPECT_TRUE(test, netram_pages_any_lost(p, 0, 6));
	expect_sane(test, p);
}

static void losing_a_part(struct kunit *test)
{
	struct netram_pages *p = test->priv;

	netram_pages_written(p, 0, COUNT);
	KUNIT_EXPECT_EQ(test, netram_pages_lose(p, 63, 2, NULL), 2);
	KUNIT_EXPECT_FALSE(test, netram_pages_any_lost(p, 0, 63));
	KUNIT_EXPECT_TRUE(test, netram_pages_any_lost(p, 0, 64));
	KUNIT_EXPECT_TRUE(test, netram_pages_any_lost(p, 64, 1));
	KUNIT_EXPECT_FALSE(test, netram_pages_any_lost(p, 65, COUNT - 65));
	KUNIT_EXPECT_FALSE(test, netram_pages_any_lost(p, 63, 0));
	KUNIT_EXPECT_EQ(test, netram_pages_written(p, 63, 1), 0);
	KUNIT_EXPECT_EQ(test, lost(p), 1);
	expect_sane(test, p);
}

/* Another node has the pages that are not behind: they stay as they are. */
static void losing_what_is_behind(struct kunit *test)
{
	struct netram_pages *p = test->priv;

	netram_pages_written(p, 0, 100);
	netram_pages_drop(p, 90, 10);
	bitmap_set(p->behind[1], 60, 10);
	bitmap_set(p->behind[1], 95, 20);
	KUNIT_EXPECT_EQ(test, netram_pages_lose(p, 0, COUNT, p->behind[1]), 10);
	KUNIT_EXPECT_EQ(test, netram_pages_lose(p, 0, COUNT, p->behind[1]), 0);
	KUNIT_EXPECT_EQ(test, lost(p), 10);
	KUNIT_EXPECT_FALSE(test, netram_pages_any_lost(p, 0, 60));
	KUNIT_EXPECT_TRUE(test, netram_pages_any_lost(p, 60, 1));
	KUNIT_EXPECT_TRUE(test, netram_pages_any_lost(p, 69, 1));
	KUNIT_EXPECT_FALSE(test, netram_pages_any_lost(p, 70, COUNT - 70));
	/* What the other node may hold of dropped pages is still to be trimmed. */
	KUNIT_EXPECT_EQ(test, bitmap_weight(p->dead, COUNT), 10);
	KUNIT_EXPECT_EQ(test, bitmap_weight(p->behind[1], COUNT), 30);
	expect_sane(test, p);
	KUNIT_EXPECT_EQ(test, netram_pages_lose(p, 0, COUNT, NULL), 80);
	KUNIT_EXPECT_TRUE(test, bitmap_empty(p->dead, COUNT));
	expect_sane(test, p);
}

static void losing_nothing_behind(struct kunit *test)
{
	struct netram_pages *p = test->priv;

	netram_pages_written(p, 0, COUNT);
	KUNIT_EXPECT_EQ(test, netram_pages_lose(p, 0, COUNT, p->behind[1]), 0);
	KUNIT_EXPECT_FALSE(test, netram_pages_any_lost(p, 0, COUNT));
	expect_sane(test, p);
}

/* Of a range, those that were present, behind, and not lost before are counted. */
static void losing_some_behind(struct kunit *test)
{
	struct netram_pages *p = test->priv;

	netram_pages_written(p, 10, 200);
	bitmap_set(p->behind[1], 0, COUNT);
	KUNIT_EXPECT_EQ(test, netram_pages_lose(p, 0, 10, p->behind[1]), 0);
	KUNIT_EXPECT_EQ(test, netram_pages_lose(p, 63, 2, p->behind[1]), 2);
	KUNIT_EXPECT_FALSE(test, netram_pages_any_lost(p, 0, 63));
	KUNIT_EXPECT_FALSE(test, netram_pages_any_lost(p, 65, COUNT - 65));
	KUNIT_EXPECT_EQ(test, netram_pages_lose(p, 60, 0, p->behind[1]), 0);
	KUNIT_EXPECT_EQ(test, netram_pages_lose(p, 60, 10, p->behind[1]), 8);
	KUNIT_EXPECT_EQ(test, netram_pages_written(p, 60, 10), 0);
	bitmap_clear(p->behind[1], 0, 69);
	KUNIT_EXPECT_EQ(test, netram_pages_lose(p, 0, 70, p->behind[1]), 1);
	KUNIT_EXPECT_TRUE(test, netram_pages_any_lost(p, 69, 1));
	KUNIT_EXPECT_EQ(test, lost(p), 1);
	KUNIT_EXPECT_EQ(test, present(p), 200);
	expect_sane(test, p);
}

/* Each copy lacks what it lacks, whatever the others do. */
static void copies_behind(struct kunit *test)
{
	struct netram_pages *p = test->priv;

	netram_pages_missed(p, 60, 10, 0x5);
	netram_pages_missed(p, 100, 1, 0x8);
	netram_pages_missed(p, 5, 0, 0xf);
	netram_pages_missed(p, 5, 5, 0);
	KUNIT_EXPECT_EQ(test, bitmap_weight(p->behind[0], COUNT), 10);
	KUNIT_EXPECT_EQ(test, bitmap_weight(p->behind[1], COUNT), 0);
	KUNIT_EXPECT_EQ(test, bitmap_weight(p->behind[2], COUNT), 10);
	KUNIT_EXPECT_EQ(test, bitmap_weight(p->behind[3], COUNT), 1);
	netram_pages_caught_up(p, 0, 65, 0x4);
	netram_pages_caught_up(p, 65, 1, 0xa);
	KUNIT_EXPECT_EQ(test, bitmap_weight(p->behind[0], COUNT), 10);
	KUNIT_EXPECT_EQ(test, bitmap_weight(p->behind[2], COUNT), 5);
	KUNIT_EXPECT_TRUE(test, test_bit(65, p->behind[2]));
	KUNIT_EXPECT_EQ(test, bitmap_weight(p->behind[3], COUNT), 1);
	netram_pages_caught_up(p, 0, COUNT, 0xf);
	KUNIT_EXPECT_TRUE(test, bitmap_empty(p->behind[0], COUNT));
	KUNIT_EXPECT_TRUE(test, bitmap_empty(p->behind[3], COUNT));
	expect_sane(test, p);
}

/* Only pages that are there can be lacking, and those that are gone count for none. */
static void copies_lacking(struct kunit *test)
{
	struct netram_pages *p = test->priv;

	netram_pages_written(p, 0, 100);
	netram_pages_missed(p, 90, 20, 0x1);
	netram_pages_missed(p, 10, 3, 0x2);
	KUNIT_EXPECT_EQ(test, netram_pages_lacking(p, 0, COUNT, 0), 10);
	KUNIT_EXPECT_EQ(test, netram_pages_lacking(p, 0, COUNT, 1), 3);
	KUNIT_EXPECT_EQ(test, netram_pages_lacking(p, 0, COUNT, 2), 0);
	KUNIT_EXPECT_EQ(test, netram_pages_lacking(p, 0, 95, 0), 5);
	KUNIT_EXPECT_EQ(test, netram_pages_lacking(p, 95, 0, 0), 0);
	netram_pages_drop(p, 90, 1);
	KUNIT_EXPECT_EQ(test, netram_pages_lose(p, 11, 2, NULL), 2);
	KUNIT_EXPECT_EQ(test, netram_pages_lacking(p, 0, COUNT, 0), 9);
	KUNIT_EXPECT_EQ(test, netram_pages_lacking(p, 0, COUNT, 1), 1);
	/* What the heir has is not lost, though another lacks it. */
	KUNIT_EXPECT_EQ(test, netram_pages_lose(p, 0, COUNT, p->behind[1]), 1);
	KUNIT_EXPECT_FALSE(test, netram_pages_any_lost(p, 13, COUNT - 13));
	expect_sane(test, p);
}

/* Any order of everything leaves counts and bits in step. */
static void random_walk(struct kunit *test)
{
	struct netram_pages *p = test->priv;
	u32 seed = 20260101, i, count;
	u64 first;

	for (i = 0; i < 20000; i++) {
		seed = seed * 1664525 + 1013904223;
		first = (seed >> 8) % COUNT;
		count = (seed >> 20) % min(COUNT - (u32)first + 1, 40U);
		switch (seed >> 30) {
		case 0:
		case 1:
			bitmap_clear(p->dead, first, count);
			netram_pages_written(p, first, count);
			break;
		case 2:
			netram_pages_drop(p, first, count);
			break;
		default:
			bitmap_set(p->behind[1], first, count / 2);
			netram_pages_lose(p, first, count,
					  seed & 1 ? p->behind[1] : NULL);
			bitmap_clear(p->behind[1], first, count / 4);
			break;
		}
		if (i % 100 == 0)
			expect_sane(test, p);
	}
	expect_sane(test, p);
	netram_pages_drop(p, 0, COUNT);
	KUNIT_EXPECT_EQ(test, present(p), 0);
	KUNIT_EXPECT_EQ(test, lost(p), 0);
}

/* ---- with a backup */

static void back_up(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, netram_pages_back_up(test->priv), 0);
}

static long dirty(struct netram_pages *p)
{
	return atomic_long_read(&p->nr_dirty);
}

static void expect_page(struct kunit *test, u64 page, const char *bits)
{
	struct netram_pages *p = test->priv;
	char is[] = "----";

	is[0] = test_bit(page, p->present) ? 'p' : '-';
	is[1] = test_bit(page, p->lost) ? 'l' : '-';
	is[2] = test_bit(page, p->saved) ? 's' : '-';
	is[3] = test_bit(page, p->dirty) ? 'd' : '-';
	KUNIT_EXPECT_STREQ(test, is, bits);
	expect_sane(test, p);
	KUNIT_EXPECT_EQ(test, dirty(p), (long)bitmap_weight(p->dirty, COUNT));
}

static void settled_with_backup(struct kunit *test)
{
	struct netram_pages *p = test->priv;

	back_up(test);
	netram_pages_settled(p, 7, true);
	expect_page(test, 7, "p-s-");
	/* now nodes only: what the backup has is old */
	netram_pages_settled(p, 7, false);
	expect_page(test, 7, "p--d");
	netram_pages_settled(p, 7, true);
	expect_page(test, 7, "p-s-");
	KUNIT_EXPECT_EQ(test, netram_pages_backed(p), 0);
}

static void lost_and_saved(struct kunit *test)
{
	struct netram_pages *p = test->priv;

	back_up(test);
	netram_pages_settled(p, 7, true);
	netram_pages_settled(p, 8, false);
	/* only what the backup lacks is gone */
	KUNIT_EXPECT_EQ(test, netram_pages_lose(p, 0, COUNT, NULL), 1);
	expect_page(test, 7, "pls-");
	expect_page(test, 8, "pl-d");
	KUNIT_EXPECT_EQ(test, netram_pages_backed(p), 1);
	KUNIT_EXPECT_EQ(test, netram_pages_gone(p), 1);
	KUNIT_EXPECT_TRUE(test, netram_pages_return(p, 7));
	expect_page(test, 7, "p-s-");
	netram_pages_drop(p, 8, 1);
	netram_pages_clean(p, 8);
	expect_page(test, 8, "----");
	KUNIT_EXPECT_EQ(test, netram_pages_gone(p), 0);
}

static void banished(struct kunit *test)
{
	struct netram_pages *p = test->priv;

	back_up(test);
	/* one that was not there, one that nodes have, one that was dirty */
	netram_pages_banish(p, 3);
	netram_pages_settled(p, 4, true);
	netram_pages_banish(p, 4);
	netram_pages_settled(p, 5, false);
	netram_pages_banish(p, 5);
	netram_pages_banish(p, 5);
	expect_page(test, 3, "pls-");
	expect_page(test, 4, "pls-");
	expect_page(test, 5, "pls-");
	KUNIT_EXPECT_EQ(test, netram_pages_backed(p), 3);
	KUNIT_EXPECT_EQ(test, netram_pages_gone(p), 0);
	/* nodes alone carry the next write out */
	netram_pages_settled(p, 3, false);
	expect_page(test, 3, "p--d");
	/* both do */
	netram_pages_settled(p, 4, true);
	expect_page(test, 4, "p-s-");
}

static void forsaken(struct kunit *test)
{
	struct netram_pages *p = test->priv;

	back_up(test);
	netram_pages_settled(p, 3, true);
	netram_pages_settled(p, 4, true);
	netram_pages_forsake(p, 3);
	netram_pages_forsake(p, 3);
	expect_page(test, 3, "pls-");
	KUNIT_EXPECT_EQ(test, netram_pages_backed(p), 1);
	/* what is dropped stays so */
	netram_pages_drop(p, 4, 1);
	netram_pages_forsake(p, 4);
	expect_page(test, 4, "--s-");
	KUNIT_EXPECT_EQ(test, atomic_long_read(&p->nr_lost), 1);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&p->nr_present), 1);
}

static void return_of_a_dropped_page(struct kunit *test)
{
	struct netram_pages *p = test->priv;

	back_up(test);
	netram_pages_banish(p, 3);
	netram_pages_drop(p, 3, 1);
	bitmap_clear(p->dead, 3, 1);
	KUNIT_EXPECT_FALSE(test, netram_pages_return(p, 3));
	/* what was brought back is to be trimmed, and stays gone */
	expect_page(test, 3, "--s-");
	KUNIT_EXPECT_TRUE(test, test_bit(3, p->dead));
}

static void reserve_to_a_bound(struct kunit *test)
{
	struct netram_pages *p = test->priv;

	back_up(test);
	KUNIT_EXPECT_TRUE(test, netram_pages_reserve(p, 0, 10, 16));
	KUNIT_EXPECT_EQ(test, dirty(p), 10);
	/* the same again costs nothing */
	KUNIT_EXPECT_TRUE(test, netram_pages_reserve(p, 0, 10, 16));
	KUNIT_EXPECT_FALSE(test, netram_pages_reserve(p, 5, 12, 16));
	KUNIT_EXPECT_EQ(test, dirty(p), 10);
	KUNIT_EXPECT_TRUE(test, netram_pages_reserve(p, 5, 11, 16));
	KUNIT_EXPECT_EQ(test, dirty(p), 16);
	KUNIT_EXPECT_FALSE(test, netram_pages_reserve(p, 100, 1, 16));
	KUNIT_EXPECT_TRUE(test, netram_pages_reserve(p, 0, 16, 0));
	netram_pages_clean(p, 0);
	netram_pages_clean(p, 0);
	KUNIT_EXPECT_EQ(test, dirty(p), 15);
	KUNIT_EXPECT_TRUE(test, netram_pages_reserve(p, 100, 1, 16));
}

static void doubted(struct kunit *test)
{
	struct netram_pages *p = test->priv;

	back_up(test);
	netram_pages_settled(p, 3, true);
	netram_pages_doubt(p, 3);
	expect_page(test, 3, "p--d");
	/* what nobody else has stays */
	netram_pages_banish(p, 4);
	netram_pages_doubt(p, 4);
	expect_page(test, 4, "pls-");
}

static void random_walk_with_backup(struct kunit *test)
{
	struct netram_pages *p = test->priv;
	u32 seed = 20260202, i;
	u64 page;

	back_up(test);
	for (i = 0; i < 20000; i++) {
		seed = seed * 1664525 + 1013904223;
		page = (seed >> 8) % COUNT;
		/* as a write's owner does */
		clear_bit(page, p->dead);
		switch (seed >> 29) {
		case 0:
			netram_pages_settled(p, page, true);
			break;
		case 1:
			netram_pages_settled(p, page, false);
			break;
		case 2:
			netram_pages_banish(p, page);
			break;
		case 3:
			netram_pages_reserve(p, page, 1, 100);
			break;
		case 4:
			netram_pages_clean(p, page);
			break;
		case 5:
			netram_pages_drop(p, page, 1);
			break;
		case 6:
			if (test_bit(page, p->lost) && test_bit(page, p->saved))
				netram_pages_return(p, page);
			break;
		default:
			netram_pages_lose(p, page, 1, NULL);
			break;
		}
		if (i % 100)
			continue;
		expect_sane(test, p);
		KUNIT_EXPECT_EQ(test, dirty(p),
				(long)bitmap_weight(p->dirty, COUNT));
		KUNIT_EXPECT_EQ(test, netram_pages_backed(p) +
				      netram_pages_gone(p), (u64)lost(p));
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(begins_empty),
	KUNIT_CASE(without_checksums),
	KUNIT_CASE(exit_of_zeroes),
	KUNIT_CASE(lock_and_unlock),
	KUNIT_CASE_PARAM(lock_beside_another, lock_gen_params),
	KUNIT_CASE_PARAM(life_of_a_range, range_gen_params),
	KUNIT_CASE(written_over_some),
	KUNIT_CASE(drop_of_holes),
	KUNIT_CASE(drop_of_lost_pages),
	KUNIT_CASE(lose_forgets_the_dead),
	KUNIT_CASE(losing_a_part),
	KUNIT_CASE(losing_what_is_behind),
	KUNIT_CASE(losing_nothing_behind),
	KUNIT_CASE(losing_some_behind),
	KUNIT_CASE(copies_behind),
	KUNIT_CASE(copies_lacking),
	KUNIT_CASE(random_walk),
	KUNIT_CASE(settled_with_backup),
	KUNIT_CASE(lost_and_saved),
	KUNIT_CASE(banished),
	KUNIT_CASE(forsaken),
	KUNIT_CASE(return_of_a_dropped_page),
	KUNIT_CASE(reserve_to_a_bound),
	KUNIT_CASE(doubted),
	KUNIT_CASE(random_walk_with_backup),
	{}
};

static struct kunit_suite suite = {
	.name = "netram_pages",
	.init = init,
	.exit = exit_pages,
	.test_cases = cases,
};
kunit_test_suite(suite);

MODULE_LICENSE("GPL");
