// SPDX-License-Identifier: GPL-2.0
/* Suite netram_integrity: zero pages and checksums, in pieces of any shape. */
#include <kunit/test.h>

#include "../../kernel/cursor.c"
#include "../../kernel/integrity.c"

#if !IS_ENABLED(CONFIG_KUNIT)
#error "without CONFIG_KUNIT this suite compiles to nothing"
#endif

#include "bios.h"

#define UNTOUCHED 0x12345678

/* Castagnoli's polynomial, bit by bit: slow and independent of the kernel's. */
static u32 slow_crc(u32 crc, const u8 *p, u32 len)
{
	int bit;

	while (len--) {
		crc ^= *p++;
		for (bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
	}
	return crc;
}

static void reference_is_crc32c(struct kunit *test)
{
	/* the check value of CRC-32C */
	KUNIT_EXPECT_EQ(test, ~slow_crc(~0U, "123456789", 9), 0xe3069283);
}

static struct bios *start(struct kunit *test)
{
	make_chain(test, test->priv, test->param_value);
	fill(test->priv, test->param_value);
	return test->priv;
}

static void digest_is_crc32c(struct kunit *test)
{
	struct bios *b = start(test);
	struct netram_cursor c;
	u32 crc, i;

	netram_cursor_init(&c, b->chain);
	for (i = 0; i < PAGES; i++) {
		crc = UNTOUCHED;
		KUNIT_EXPECT_FALSE(test, netram_integrity_digest(&c, true, &crc));
		KUNIT_EXPECT_EQ(test, crc,
				slow_crc(~0U, b->flat + i * 4096, 4096));
	}
	KUNIT_EXPECT_PTR_EQ(test, c.bio, (struct bio *)NULL);
}

/*
 * A page whose crc32c is that of "unknown" gets another one, in reading as in
 * writing. Four bytes at the end of a page can give it any crc.
 */
static void digest_is_never_unknown(struct kunit *test)
{
	struct bios *b = test->priv;
	struct netram_cursor c;
	struct read {
		struct netram_pages pages;
		struct netram_cmd cmd;
		u32 crc;
	} *r = kunit_kzalloc(test, sizeof(*r), GFP_KERNEL);
	u32 crc, want = NETRAM_CRC_UNKNOWN, i, bit;

	KUNIT_ASSERT_NOT_NULL(test, r);
	/* back through 32 steps of the register, then what must be fed in */
	crc = slow_crc(~0U, b->flat, 4092);
	for (bit = 0; bit < 32; bit++)
		want = want & 0x80000000 ? (want ^ 0x82f63b78) << 1 | 1 :
					   want << 1;
	for (i = 0; i < 4; i++)
		b->flat[4092 + i] = (crc ^ want) >> (8 * i);
	KUNIT_ASSERT_EQ(test, slow_crc(~0U, b->flat, 4096), NETRAM_CRC_UNKNOWN);

	start(test);
	netram_cursor_init(&c, b->chain);
	KUNIT_EXPECT_FALSE(test, netram_integrity_digest(&c, true, &r->crc));
	KUNIT_EXPECT_NE(test, r->crc, NETRAM_CRC_UNKNOWN);
	r->pages.crc = &r->crc;
	r->cmd.bio = b->chain;
	r->cmd.nr_runs = 1;
	r->cmd.runs[0] = (struct netram_run){ 0, 1 };
	KUNIT_EXPECT_EQ(test, netram_integrity_verify(&r->pages, &r->cmd, 0),
			-1);
	r->crc ^= 1;
	KUNIT_EXPECT_EQ(test, netram_integrity_verify(&r->pages, &r->cmd, 0),
			0);
}

static void digest_without_checksum(struct kunit *test)
{
	struct bios *b = start(test);
	u32 crc = UNTOUCHED, i;
	struct netram_cursor c;

	netram_cursor_init(&c, b->chain);
	for (i = 0; i < PAGES; i++)
		KUNIT_EXPECT_FALSE(test,
				   netram_integrity_digest(&c, false, &crc));
	KUNIT_EXPECT_EQ(test, crc, UNTOUCHED);
	KUNIT_EXPECT_PTR_EQ(test, c.bio, (struct bio *)NULL);
}

static void zero_pages_are_seen(struct kunit *test)
{
	struct bios *b = test->priv;
	u32 crc = UNTOUCHED, i;
	struct netram_cursor c;

	for (i = 0; i < PAGES; i += 2)
		memset(b->flat + i * 4096, 0, 4096);
	start(test);
	netram_cursor_init(&c, b->chain);
	for (i = 0; i < PAGES; i++) {
		crc = UNTOUCHED;
		KUNIT_EXPECT_EQ(test, netram_integrity_digest(&c, true, &crc),
				i % 2 == 0);
		KUNIT_EXPECT_EQ(test, crc == UNTOUCHED, i % 2 == 0);
	}
}

/* One byte, wherever it is, makes a page count. */
static void one_byte_counts(struct kunit *test)
{
	const u32 places[] = {
		0, 1, 7, 8, 511, 512, 513, 1000, 2047, 2048, 3583, 3584, 4087,
		4088, 4095
	};
	struct bios *b = test->priv;
	struct netram_cursor c;
	unsigned int i;
	u32 crc;

	memset(b->flat, 0, BYTES);
	make_chain(test, b, test->param_value);
	for (i = 0; i < ARRAY_SIZE(places); i++) {
		b->flat[4096 + places[i]] = 1;
		fill(b, test->param_value);
		netram_cursor_init(&c, b->chain);
		KUNIT_EXPECT_TRUE(test, netram_integrity_digest(&c, true, &crc));
		KUNIT_EXPECT_FALSE(test, netram_integrity_digest(&c, true, &crc));
		KUNIT_EXPECT_EQ(test, crc, slow_crc(~0U, b->flat + 4096, 4096));
		KUNIT_EXPECT_TRUE(test, netram_integrity_digest(&c, true, &crc));
		b->flat[4096 + places[i]] = 0;
	}
}

struct read {
	struct netram_pages pages;
	struct netram_cmd cmd;
	u32 crc[100 + PAGES];
};

/* A read of PAGES pages from page 100 on, in two runs with holes around them. */
static struct read *start_read(struct kunit *test)
{
	struct bios *b = start(test);
	struct read *r = kunit_kzalloc(test, sizeof(*r), GFP_KERNEL);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, r);
	r->pages.crc = r->crc;
	r->pages.count = ARRAY_SIZE(r->crc);
	for (i = 0; i < PAGES; i++)
		r->crc[100 + i] = slow_crc(~0U, b->flat + i * 4096, 4096);
	r->cmd.bio = b->chain;
	r->cmd.page = 100;
	r->cmd.pages = PAGES;
	r->cmd.nr_runs = 2;
	r->cmd.runs[0] = (struct netram_run){ 1, 2 };
	r->cmd.runs[1] = (struct netram_run){ 5, 3 };
	return r;
}

static s64 verify(struct read *r)
{
	return netram_integrity_verify(&r->pages, &r->cmd, r->cmd.page);
}

static void verify_right(struct kunit *test)
{
	struct read *r = start_read(test);

	KUNIT_EXPECT_EQ(test, verify(r), -1);
	r->cmd.nr_runs = 1;
	r->cmd.runs[0] = (struct netram_run){ 0, PAGES };
	KUNIT_EXPECT_EQ(test, verify(r), -1);
}

/* Each page in turn is wrong: found by number, unless no run covers it. */
static void verify_finds_the_page(struct kunit *test)
{
	struct read *r = start_read(test);
	const bool covered[PAGES] = { 0, 1, 1, 0, 0, 1, 1, 1 };
	u32 i;

	for (i = 0; i < PAGES; i++) {
		r->crc[100 + i] ^= 1;
		KUNIT_EXPECT_EQ(test, verify(r),
				covered[i] ? 100 + (s64)i : -1);
		r->crc[100 + i] ^= 1;
	}
}

static void verify_names_the_first(struct kunit *test)
{
	struct read *r = start_read(test);

	r->crc[106] ^= 1 << 31;
	r->crc[102] ^= 1 << 31;
	KUNIT_EXPECT_EQ(test, verify(r), 102);
}

/* And from there on the next one, as who wants all of them asks. */
static void verify_goes_on(struct kunit *test)
{
	struct read *r = start_read(test);

	r->crc[101] ^= 2;
	r->crc[103] ^= 2;	/* in no run */
	r->crc[107] ^= 2;
	KUNIT_EXPECT_EQ(test, verify(r), 101);
	KUNIT_EXPECT_EQ(test, netram_integrity_verify(&r->pages, &r->cmd, 102),
			107);
	KUNIT_EXPECT_EQ(test, netram_integrity_verify(&r->pages, &r->cmd, 107),
			107);
	KUNIT_EXPECT_EQ(test, netram_integrity_verify(&r->pages, &r->cmd, 108),
			-1);
}

/* After a failed write either version will do. */
static void verify_knows_the_unknown(struct kunit *test)
{
	struct read *r = start_read(test);

	r->crc[101] = NETRAM_CRC_UNKNOWN;
	r->crc[105] = NETRAM_CRC_UNKNOWN;
	KUNIT_EXPECT_EQ(test, verify(r), -1);
	r->crc[106] ^= 1;
	KUNIT_EXPECT_EQ(test, verify(r), 106);
}

/* A bit that changed in the data, not in the checksum. */
static void verify_sees_a_flipped_bit(struct kunit *test)
{
	struct read *r = start_read(test);
	struct bios *b = test->priv;

	b->flat[7 * 4096 + 4095] ^= 0x80;
	fill(b, test->param_value);
	KUNIT_EXPECT_EQ(test, verify(r), 107);
}

/* A server that lost the page without a word sends zeroes. */
static void verify_refuses_zeroes(struct kunit *test)
{
	struct read *r = start_read(test);
	struct bios *b = test->priv;

	memset(b->flat + 2 * 4096, 0, 4096);
	fill(b, test->param_value);
	KUNIT_EXPECT_EQ(test, verify(r), 102);
}

static void verify_nothing(struct kunit *test)
{
	struct read *r = start_read(test);

	memset(r->crc, 0xff, sizeof(r->crc));
	r->cmd.nr_runs = 0;
	KUNIT_EXPECT_EQ(test, verify(r), -1);
}

/* What a node tells is what we should have computed, also where a value is taken. */
static void of_a_node(struct kunit *test)
{
	static const u32 raw[] = { 0, 1, 0x12345678, 0xfffffffe, 0xffffffff };
	u32 i, told;

	for (i = 0; i < ARRAY_SIZE(raw); i++) {
		told = ~raw[i] != NBD_NETRAM_CRC32C_ABSENT ?
		       ~raw[i] : ~NBD_NETRAM_CRC32C_ABSENT;
		KUNIT_EXPECT_EQ(test, netram_integrity_from_node(told),
				netram_integrity_crc(raw[i]));
		KUNIT_EXPECT_NE(test, netram_integrity_from_node(told),
				NETRAM_CRC_UNKNOWN);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(reference_is_crc32c),
	KUNIT_CASE(of_a_node),
	KUNIT_CASE_PARAM(digest_is_crc32c, layout_gen_params),
	KUNIT_CASE_PARAM(digest_is_never_unknown, layout_gen_params),
	KUNIT_CASE_PARAM(digest_without_checksum, layout_gen_params),
	KUNIT_CASE_PARAM(zero_pages_are_seen, layout_gen_params),
	KUNIT_CASE_PARAM(one_byte_counts, layout_gen_params),
	KUNIT_CASE_PARAM(verify_right, layout_gen_params),
	KUNIT_CASE_PARAM(verify_finds_the_page, layout_gen_params),
	KUNIT_CASE_PARAM(verify_names_the_first, layout_gen_params),
	KUNIT_CASE_PARAM(verify_goes_on, layout_gen_params),
	KUNIT_CASE_PARAM(verify_knows_the_unknown, layout_gen_params),
	KUNIT_CASE_PARAM(verify_sees_a_flipped_bit, layout_gen_params),
	KUNIT_CASE_PARAM(verify_refuses_zeroes, layout_gen_params),
	KUNIT_CASE_PARAM(verify_nothing, layout_gen_params),
	{}
};

static int suite_init(struct kunit_suite *s)
{
	return netram_integrity_init();
}

static void suite_exit(struct kunit_suite *s)
{
	netram_integrity_exit();
}

static struct kunit_suite suite = {
	.name = "netram_integrity",
	.suite_init = suite_init,
	.suite_exit = suite_exit,
	.init = init_bios,
	.exit = exit_bios,
	.test_cases = cases,
};
kunit_test_suite(suite);

MODULE_LICENSE("GPL");
