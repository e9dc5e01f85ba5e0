// SPDX-License-Identifier: GPL-2.0
/* Suite netram_headers: what is written to, and when again. */
#include <kunit/test.h>

#include <linux/gfp.h>

static bool no_memory;

#undef alloc_page
#define alloc_page(gfp) (no_memory ? NULL : alloc_pages(gfp, 0))
#include "../../kernel/headers.c"

#if !IS_ENABLED(CONFIG_KUNIT)
#error "without CONFIG_KUNIT this suite compiles to nothing"
#endif

/* Add up to @n, each filled with @fill. Return: how many there was room for. */
static u32 write(struct netram_headers *h, u32 n, u8 fill, struct bio_vec *bvs)
{
	struct nbd_request *header;
	struct bio_vec bv;
	u32 i;

	for (i = 0; i < n && netram_headers_room(h); i++) {
		header = netram_headers_add(h, &bv);
		memset(header, fill, sizeof(*header));
		if (bvs)
			bvs[i] = bv;
	}
	return i;
}

static bool holds(const struct bio_vec *bv, u8 fill)
{
	const u8 *p = page_address(bv->bv_page) + bv->bv_offset;

	return bv->bv_offset + bv->bv_len <= PAGE_SIZE &&
	       !memchr_inv(p, fill, bv->bv_len);
}

/* Whatever comes later, what TCP refers to stays as it is. */
static void referred_to_stays(struct kunit *test)
{
	struct netram_headers h = { };
	u32 i, n, bad = 0;
	struct bio_vec *bvs;

	n = 3 * NETRAM_HEADERS_PER_PAGE + 7;
	bvs = kunit_kcalloc(test, n, sizeof(*bvs), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, bvs);
	for (i = 0; i < n; i++) {
		KUNIT_ASSERT_TRUE(test, netram_headers_begin(&h, true));
		KUNIT_ASSERT_EQ(test, write(&h, 1, i % 251, &bvs[i]), 1);
		get_page(bvs[i].bv_page);
		/* one that is copied in between */
		KUNIT_ASSERT_TRUE(test, netram_headers_begin(&h, true));
		write(&h, i % 4, 0xff, NULL);
		KUNIT_ASSERT_TRUE(test, netram_headers_begin(&h, false));
	}
	for (i = 0; i < n; i++)
		bad += !holds(&bvs[i], i % 251);
	for (i = 0; i < n; i++)
		put_page(bvs[i].bv_page);
	KUNIT_EXPECT_EQ(test, bad, 0);
	netram_headers_exit(&h);
}

/* Nobody refers to it: the same memory again, from the start. */
static void used_again(struct kunit *test)
{
	struct netram_headers h = { };
	struct bio_vec bv, first;
	u32 i;

	KUNIT_ASSERT_TRUE(test, netram_headers_begin(&h, false));
	write(&h, 1, 1, &first);
	get_page(first.bv_page);
	KUNIT_ASSERT_TRUE(test, netram_headers_begin(&h, true));
	write(&h, 1, 2, &bv);
	KUNIT_EXPECT_PTR_EQ(test, bv.bv_page, first.bv_page);
	KUNIT_EXPECT_NE(test, bv.bv_offset, first.bv_offset);
	put_page(first.bv_page);
	for (i = 0; i < 2 * NETRAM_HEADERS_PER_PAGE; i++) {
		KUNIT_ASSERT_TRUE(test, netram_headers_begin(&h, i % 2));
		write(&h, 1, 3, &bv);
		KUNIT_ASSERT_PTR_EQ(test, bv.bv_page, first.bv_page);
		KUNIT_ASSERT_EQ(test, bv.bv_offset, first.bv_offset);
	}
	netram_headers_exit(&h);
}

/* Of what is copied only, another batch's references stop nothing. */
static void copied_takes_none(struct kunit *test)
{
	struct netram_headers h = { };
	struct bio_vec kept, bv;
	u32 i;

	KUNIT_ASSERT_TRUE(test, netram_headers_begin(&h, false));
	write(&h, 1, 1, &kept);
	get_page(kept.bv_page);
	KUNIT_ASSERT_TRUE(test, netram_headers_begin(&h, true));
	for (i = 0; i < 2 * NETRAM_HEADERS_PER_PAGE; i++) {
		write(&h, 1, 2, &bv);
		KUNIT_ASSERT_PTR_EQ(test, bv.bv_page, kept.bv_page);
		KUNIT_ASSERT_TRUE(test, netram_headers_begin(&h, false));
	}
	KUNIT_EXPECT_TRUE(test, holds(&kept, 1));
	put_page(kept.bv_page);
	netram_headers_exit(&h);
}

/* A batch ends where the page ends, and never has no room at all. */
static void batch_ends_with_page(struct kunit *test)
{
	struct netram_headers h = { };

	KUNIT_ASSERT_TRUE(test, netram_headers_begin(&h, false));
	KUNIT_EXPECT_EQ(test, write(&h, 1000, 1, NULL),
			NETRAM_HEADERS_PER_PAGE);
	KUNIT_EXPECT_FALSE(test, netram_headers_room(&h));
	KUNIT_ASSERT_TRUE(test, netram_headers_begin(&h, true));
	KUNIT_EXPECT_TRUE(test, netram_headers_room(&h));
	netram_headers_exit(&h);
}

/* No page to be had: it must be copied; as soon as there is one, it need not. */
static void without_memory(struct kunit *test)
{
	struct netram_headers *h = kunit_kzalloc(test, sizeof(*h), GFP_KERNEL);
	struct bio_vec bvs[NETRAM_HEADERS_SPARE], kept;
	u32 i, bad = 0;

	KUNIT_ASSERT_NOT_NULL(test, h);
	KUNIT_ASSERT_TRUE(test, netram_headers_begin(h, false));
	KUNIT_ASSERT_EQ(test, write(h, NETRAM_HEADERS_PER_PAGE, 7, NULL),
			NETRAM_HEADERS_PER_PAGE);
	kept = (struct bio_vec){ .bv_page = h->page,
				 .bv_len = sizeof(struct nbd_request) };
	get_page(kept.bv_page);
	no_memory = true;
	for (i = 0; i < 3; i++) {
		KUNIT_EXPECT_FALSE(test, netram_headers_begin(h, !i));
		KUNIT_EXPECT_EQ(test, write(h, 1000, 8, bvs),
				NETRAM_HEADERS_SPARE);
	}
	no_memory = false;
	for (i = 0; i < NETRAM_HEADERS_SPARE; i++)
		bad += (void *)page_address(bvs[i].bv_page) +
		       bvs[i].bv_offset != (void *)&h->spare[i];
	KUNIT_EXPECT_EQ(test, bad, 0);
	KUNIT_EXPECT_TRUE(test, netram_headers_begin(h, false));
	KUNIT_EXPECT_TRUE(test, holds(&kept, 7));
	put_page(kept.bv_page);
	netram_headers_exit(h);
}

static void exit_of_zeroes(struct kunit *test)
{
	struct netram_headers h = { };

	netram_headers_exit(&h);
	netram_headers_exit(&h);
	KUNIT_EXPECT_NULL(test, h.page);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(referred_to_stays),
	KUNIT_CASE(used_again),
	KUNIT_CASE(copied_takes_none),
	KUNIT_CASE(batch_ends_with_page),
	KUNIT_CASE(without_memory),
	KUNIT_CASE(exit_of_zeroes),
	{}
};

static struct kunit_suite suite = {
	.name = "netram_headers",
	.test_cases = cases,
};
kunit_test_suite(suite);

MODULE_LICENSE("GPL");
