// SPDX-License-Identifier: GPL-2.0
/* Suite netram_cursor: walking chains of bios whose pieces have any shape. */
#include <kunit/test.h>

#include "../../kernel/cursor.c"

#if !IS_ENABLED(CONFIG_KUNIT)
#error "without CONFIG_KUNIT this suite compiles to nothing"
#endif

#include "bios.h"

static struct netram_cursor start(struct kunit *test, struct bios **b)
{
	struct netram_cursor c;

	*b = test->priv;
	make_chain(test, *b, test->param_value);
	fill(*b, test->param_value);
	netram_cursor_init(&c, (*b)->chain);
	return c;
}

static const u8 *memory(const struct bio_vec *bv)
{
	return (u8 *)page_address(bv->bv_page) + bv->bv_offset;
}

/* All bytes, in order, in pieces that a network may take as they are. */
static void by_pieces(struct kunit *test)
{
	struct bios *b;
	struct netram_cursor c = start(test, &b);
	struct bio_vec bv;
	u32 at, pieces = 0;

	for (at = 0; at < BYTES; at += bv.bv_len) {
		KUNIT_ASSERT_NOT_NULL(test, c.bio);
		bv = netram_cursor_bvec(&c, BYTES);
		KUNIT_ASSERT_GT(test, bv.bv_len, 0);
		KUNIT_ASSERT_EQ(test, memcmp(memory(&bv), b->flat + at,
					     bv.bv_len), 0);
		netram_cursor_advance(&c, bv.bv_len);
		pieces++;
	}
	KUNIT_EXPECT_EQ(test, at, BYTES);
	KUNIT_EXPECT_PTR_EQ(test, c.bio, (struct bio *)NULL);
	/* long pieces are not cut up: one of them for each that was made */
	KUNIT_EXPECT_LE(test, pieces, b->nr);
}

/* The same in segments that can be mapped: none leaves its page. */
static void by_segments(struct kunit *test)
{
	struct bios *b;
	struct netram_cursor c = start(test, &b);
	struct bio_vec bv;
	u32 at;

	for (at = 0; at < BYTES; at += bv.bv_len) {
		KUNIT_ASSERT_NOT_NULL(test, c.bio);
		bv = netram_cursor_segment(&c, BYTES);
		KUNIT_ASSERT_GT(test, bv.bv_len, 0);
		KUNIT_ASSERT_LE(test, bv.bv_offset + bv.bv_len, PAGE_SIZE);
		KUNIT_ASSERT_EQ(test, memcmp(memory(&bv), b->flat + at,
					     bv.bv_len), 0);
		netram_cursor_advance(&c, bv.bv_len);
	}
	KUNIT_EXPECT_PTR_EQ(test, c.bio, (struct bio *)NULL);
}

/* A page is found where it lies, unless it is cut up. */
static void by_pages(struct kunit *test)
{
	struct bios *b;
	struct netram_cursor c = start(test, &b);
	const void *p;
	u32 at;

	for (at = 0; at < BYTES; at += 4096) {
		p = netram_cursor_page(&c);
		KUNIT_ASSERT_EQ(test, !p, netram_cursor_bvec(&c, 4096).bv_len < 4096);
		if (p)
			KUNIT_ASSERT_EQ(test, memcmp(p, b->flat + at, 4096), 0);
		netram_cursor_advance(&c, 4096);
	}
}

static void pieces_are_bounded(struct kunit *test)
{
	struct bios *b;
	struct netram_cursor c = start(test, &b);
	struct bio_vec bv = netram_cursor_bvec(&c, 1);

	KUNIT_EXPECT_EQ(test, bv.bv_len, 1);
	KUNIT_EXPECT_EQ(test, *memory(&bv), b->flat[0]);
	KUNIT_EXPECT_LE(test, netram_cursor_segment(&c, 3).bv_len, 3);
}

/* To any place in steps of any size. */
static void advance_anywhere(struct kunit *test)
{
	const u32 steps[] = { 1, 7, 511, 512, 513, 4095, 4096, 4097, 12288, BYTES };
	struct bios *b;
	struct netram_cursor c = start(test, &b);
	struct bio_vec bv;
	unsigned int i;
	u32 at;

	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		netram_cursor_init(&c, b->chain);
		for (at = 0; at + steps[i] < BYTES; at += steps[i]) {
			bv = netram_cursor_segment(&c, 1);
			KUNIT_ASSERT_EQ(test, *memory(&bv), b->flat[at]);
			netram_cursor_advance(&c, steps[i]);
		}
		bv = netram_cursor_segment(&c, 1);
		KUNIT_EXPECT_EQ(test, *memory(&bv), b->flat[at]);
		netram_cursor_advance(&c, BYTES - at);
		KUNIT_EXPECT_PTR_EQ(test, c.bio, (struct bio *)NULL);
	}
}

static void advance_by_nothing(struct kunit *test)
{
	struct bios *b;
	struct netram_cursor c = start(test, &b), before = c;

	netram_cursor_advance(&c, 0);
	KUNIT_EXPECT_EQ(test, memcmp(&c, &before, sizeof(c)), 0);
}

static void zero_a_part(struct kunit *test)
{
	const u32 ranges[][2] = {
		{ 0, 4096 }, { 4096, 4096 }, { 4096, 8192 }, { 28672, 4096 },
		{ 512, 1024 }, { 8192, 0 }, { 5000, 3 }, { 0, BYTES },
	};
	struct bios *b;
	struct netram_cursor c = start(test, &b);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ranges); i++) {
		netram_cursor_init(&c, b->chain);
		netram_cursor_advance(&c, ranges[i][0]);
		netram_cursor_zero(&c, ranges[i][1]);
		memset(b->flat + ranges[i][0], 0, ranges[i][1]);
		KUNIT_ASSERT_EQ(test, memcmp(contents(b, test->param_value),
					     b->flat, BYTES), 0);
		if (ranges[i][0] + ranges[i][1] == BYTES)
			KUNIT_EXPECT_PTR_EQ(test, c.bio, (struct bio *)NULL);
		else
			KUNIT_EXPECT_NOT_NULL(test, c.bio);
	}
}

/* Nothing is written outside the pieces, nor to what was done before. */
static void zero_keeps_to_its_memory(struct kunit *test)
{
	struct bios *b;
	struct netram_cursor c = start(test, &b);
	u32 i, j, size, set = 0;

	for (i = 0; i < b->nr; i++)
		memset(page_address(b->memory[i]), 0xa5,
		       PAGE_SIZE << b->orders[i]);
	netram_cursor_zero(&c, BYTES);
	for (i = 0; i < b->nr; i++) {
		size = PAGE_SIZE << b->orders[i];
		for (j = 0; j < size; j++)
			set += ((u8 *)page_address(b->memory[i]))[j] == 0;
	}
	KUNIT_EXPECT_EQ(test, set, BYTES);
}

/* The block layer still needs the bios as they were. */
static void bios_are_left_alone(struct kunit *test)
{
	struct bios *b;
	struct netram_cursor c = start(test, &b);
	struct bio *before;

	before = kunit_kmalloc(test, sizeof(b->chain), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, before);
	memcpy(before, b->chain, sizeof(b->chain));
	netram_cursor_advance(&c, 6000);
	netram_cursor_zero(&c, 6000);
	KUNIT_EXPECT_EQ(test, memcmp(before, b->chain, sizeof(b->chain)), 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(by_pieces, layout_gen_params),
	KUNIT_CASE_PARAM(by_segments, layout_gen_params),
	KUNIT_CASE_PARAM(by_pages, layout_gen_params),
	KUNIT_CASE_PARAM(pieces_are_bounded, layout_gen_params),
	KUNIT_CASE_PARAM(advance_anywhere, layout_gen_params),
	KUNIT_CASE_PARAM(advance_by_nothing, layout_gen_params),
	KUNIT_CASE_PARAM(zero_a_part, layout_gen_params),
	KUNIT_CASE_PARAM(zero_keeps_to_its_memory, layout_gen_params),
	KUNIT_CASE_PARAM(bios_are_left_alone, layout_gen_params),
	{}
};

static struct kunit_suite suite = {
	.name = "netram_cursor",
	.init = init_bios,
	.exit = exit_bios,
	.test_cases = cases,
};
kunit_test_suite(suite);

MODULE_LICENSE("GPL");
