/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Chains of bios whose data lies in pieces of any shape, and the same data as
 * a flat buffer, for suites that walk the data of a request.
 */
#ifndef BIOS_H
#define BIOS_H

#include <kunit/test.h>
#include <linux/bio.h>
#include <linux/prandom.h>

#define PAGES 8
#define BYTES (PAGES * 4096)
#define MAX_PIECES 64

/**
 * struct layout - how BYTES bytes lie in memory
 * @name: of the case
 * @skip: bytes before them that the first bio has done with
 * @nr: pieces
 * @per_bio: pieces of one bio; 0: all in one
 * @pieces: length of each; the last is repeated until BYTES are reached
 * @offsets: where in its memory each piece begins
 */
struct layout {
	const char *name;
	u32 skip, nr, per_bio;
	u32 pieces[6], offsets[6];
};

static const struct layout layouts[] = {
	{ "pages", 0, 1, 0, { 4096 } },
	{ "a_bio_a_page", 0, 1, 1, { 4096 } },
	{ "one_long_piece", 0, 1, 0, { BYTES } },
	{ "two_long_pieces", 0, 2, 1, { 3 * 4096, 5 * 4096 } },
	{ "sectors", 0, 1, 0, { 512 } },
	{ "sectors_in_bios", 0, 1, 7, { 512 } },
	{ "long_and_odd", 0, 4, 0, { 512, 7680, 1024, 3072 },
	  { 512, 1024, 3072, 0 } },
	{ "long_odd_chained", 0, 5, 2, { 1536, 6656, 4608, 3584, 8192 },
	  { 2560, 512, 3584, 512, 0 } },
	{ "eight_bytes", 0, 4, 3, { 8, 4080, 16, 4088 }, { 4088, 8, 4080, 8 } },
	{ "single_bytes", 0, 6, 5, { 1, 3, 7, 4085, 4093, 4099 },
	  { 4095, 4093, 1, 11, 3, 4095 } },
	{ "begun", 4096, 1, 0, { 4096 } },
	{ "begun_within_a_piece", 1536, 2, 2, { 5632, 4096 }, { 512, 0 } },
};

static void layout_name(const struct layout *l, char *desc)
{
	strscpy(desc, l->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(layout, layouts, layout_name);

/**
 * struct bios - a chain and what it holds
 * @chain: the bios; the first is first
 * @vecs: their pieces
 * @memory: of each piece
 * @orders: of each memory
 * @nr: pieces
 * @flat: what the chain should hold
 * @copy: room for what it does hold
 */
struct bios {
	struct bio chain[MAX_PIECES + 2];
	struct bio_vec vecs[MAX_PIECES + 2];
	struct page *memory[MAX_PIECES + 2];
	unsigned int orders[MAX_PIECES + 2];
	u32 nr;
	u8 flat[BYTES];
	u8 copy[BYTES];
};

static struct bio_vec *add_piece(struct kunit *test, struct bios *b, u32 len,
				 u32 offset)
{
	unsigned int order = get_order(offset + len);
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_ZERO, order);
	u32 i = b->nr;

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_ASSERT_LT(test, i, (u32)ARRAY_SIZE(b->vecs));
	b->memory[i] = page;
	b->orders[i] = order;
	b->vecs[i] = (struct bio_vec){
		.bv_page = page, .bv_offset = offset, .bv_len = len,
	};
	b->nr++;
	return &b->vecs[i];
}

static void make_chain(struct kunit *test, struct bios *b,
		       const struct layout *l)
{
	u32 bytes = BYTES + l->skip, done = 0, i, len, bio = 0, in_bio = 0;
	struct bio_vec *bv;

	for (i = 0; done < bytes; i++) {
		u32 p = min(i, l->nr - 1);

		len = min(l->pieces[p], bytes - done);
		bv = add_piece(test, b, len, l->offsets[p]);
		if (in_bio && in_bio == l->per_bio) {
			b->chain[bio].bi_next = &b->chain[bio + 1];
			bio++;
			in_bio = 0;
		}
		if (!in_bio++)
			b->chain[bio].bi_io_vec = bv;
		b->chain[bio].bi_vcnt++;
		b->chain[bio].bi_iter.bi_size += len;
		done += len;
	}
	bio_advance_iter(&b->chain[0], &b->chain[0].bi_iter, l->skip);
}

/* Through each piece's own memory, not through what is tested. */
static void exchange(struct bios *b, u8 *flat, u32 skip, bool out)
{
	u32 i, len, at = 0;
	u8 *p;

	for (i = 0; i < b->nr; i++) {
		p = (u8 *)page_address(b->memory[i]) + b->vecs[i].bv_offset;
		len = b->vecs[i].bv_len;
		if (skip >= len) {
			skip -= len;
			continue;
		}
		p += skip;
		len -= skip;
		skip = 0;
		if (out)
			memcpy(flat + at, p, len);
		else
			memcpy(p, flat + at, len);
		at += len;
	}
}

static void fill(struct bios *b, const struct layout *l)
{
	exchange(b, b->flat, l->skip, false);
}

static inline const u8 *contents(struct bios *b, const struct layout *l)
{
	exchange(b, b->copy, l->skip, true);
	return b->copy;
}

static int init_bios(struct kunit *test)
{
	struct bios *b = kunit_kzalloc(test, sizeof(*b), GFP_KERNEL);
	struct rnd_state rnd;

	if (!b)
		return -ENOMEM;
	prandom_seed_state(&rnd, 20260101);
	prandom_bytes_state(&rnd, b->flat, BYTES);
	test->priv = b;
	return 0;
}

static void exit_bios(struct kunit *test)
{
	struct bios *b = test->priv;
	u32 i;

	for (i = 0; b && i < b->nr; i++)
		__free_pages(b->memory[i], b->orders[i]);
}

#endif /* BIOS_H */
