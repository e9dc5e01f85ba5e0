// SPDX-License-Identifier: GPL-2.0
/* Suite netram_superblock: whose a backup device is. */
#include <kunit/test.h>

#include "../../kernel/superblock.c"

#if !IS_ENABLED(CONFIG_KUNIT)
#error "without CONFIG_KUNIT this suite compiles to nothing"
#endif

static const uuid_t ours = UUID_INIT(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
static const uuid_t theirs = UUID_INIT(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12);

static int init(struct kunit *test)
{
	test->priv = kunit_kzalloc(test, NETRAM_PAGE_SIZE, GFP_KERNEL);
	return test->priv ? 0 : -ENOMEM;
}

static void blank(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, netram_superblock_check(test->priv, &ours),
			NETRAM_SUPERBLOCK_NOBODYS);
	KUNIT_EXPECT_EQ(test, netram_superblock_check(test->priv, NULL),
			NETRAM_SUPERBLOCK_NOBODYS);
}

static void in_use(struct kunit *test)
{
	netram_superblock_fill(test->priv, NETRAM_SUPERBLOCK_USED, &ours, "v1",
			       1 << 20);
	KUNIT_EXPECT_EQ(test, netram_superblock_check(test->priv, &ours),
			NETRAM_SUPERBLOCK_OURS);
	KUNIT_EXPECT_EQ(test, netram_superblock_check(test->priv, &theirs),
			NETRAM_SUPERBLOCK_ANOTHERS);
	/* a volume without a uuid of its own yet can have no device yet */
	KUNIT_EXPECT_EQ(test, netram_superblock_check(test->priv, NULL),
			NETRAM_SUPERBLOCK_ANOTHERS);
}

static void given_back(struct kunit *test)
{
	netram_superblock_fill(test->priv, NETRAM_SUPERBLOCK_FREE, &ours, "v1",
			       1 << 20);
	KUNIT_EXPECT_EQ(test, netram_superblock_check(test->priv, &theirs),
			NETRAM_SUPERBLOCK_NOBODYS);
}

/* Offsets are the format. */
static void layout(struct kunit *test)
{
	const u8 *page = test->priv;
	char longest[NETRAM_NAME_MAX + 1];

	memset(longest, 'n', NETRAM_NAME_MAX);
	longest[NETRAM_NAME_MAX] = 0;
	netram_superblock_fill(test->priv, NETRAM_SUPERBLOCK_USED, &ours,
			       longest, 0x0102030405060708);
	KUNIT_EXPECT_EQ(test, memcmp(page, "netramBK", 8), 0);
	KUNIT_EXPECT_EQ(test, page[8], 1);
	KUNIT_EXPECT_EQ(test, page[12], 1);
	KUNIT_EXPECT_EQ(test, memcmp(page + 16, &ours, 16), 0);
	KUNIT_EXPECT_EQ(test, page[32], 0x08);
	KUNIT_EXPECT_EQ(test, page[39], 0x01);
	KUNIT_EXPECT_EQ(test, page[40], 'n');
	KUNIT_EXPECT_EQ(test, page[102], 'n');
	KUNIT_EXPECT_EQ(test, page[103], 0);
	KUNIT_EXPECT_TRUE(test, !memchr_inv(page + 108, 0,
					    NETRAM_PAGE_SIZE - 108));
}

/* Any bit that is turned makes it foreign, or, of the magic, nobody's it knows. */
static void damaged(struct kunit *test)
{
	u8 *page = test->priv;
	u32 i;

	netram_superblock_fill(page, NETRAM_SUPERBLOCK_USED, &ours, "v1", 4096);
	for (i = 0; i < sizeof(struct netram_superblock); i++) {
		page[i] ^= 1 << i % 8;
		KUNIT_EXPECT_EQ(test, netram_superblock_check(page, &ours),
				NETRAM_SUPERBLOCK_FOREIGN);
		page[i] ^= 1 << i % 8;
	}
	KUNIT_EXPECT_EQ(test, netram_superblock_check(page, &ours),
			NETRAM_SUPERBLOCK_OURS);
}

static void later_version(struct kunit *test)
{
	struct netram_superblock *sb = test->priv;

	netram_superblock_fill(sb, NETRAM_SUPERBLOCK_USED, &ours, "v1", 4096);
	sb->version = cpu_to_le32(NETRAM_SUPERBLOCK_VERSION + 1);
	sb->crc = cpu_to_le32(crc_of(sb));
	KUNIT_EXPECT_EQ(test, netram_superblock_check(sb, &ours),
			NETRAM_SUPERBLOCK_FOREIGN);
}

static void something_else(struct kunit *test)
{
	u8 *page = test->priv;

	page[NETRAM_PAGE_SIZE - 1] = 1;
	KUNIT_EXPECT_EQ(test, netram_superblock_check(page, &ours),
			NETRAM_SUPERBLOCK_FOREIGN);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(blank),
	KUNIT_CASE(in_use),
	KUNIT_CASE(given_back),
	KUNIT_CASE(layout),
	KUNIT_CASE(damaged),
	KUNIT_CASE(later_version),
	KUNIT_CASE(something_else),
	{}
};

static struct kunit_suite suite = {
	.name = "netram_superblock",
	.init = init,
	.test_cases = cases,
};
kunit_test_suite(suite);

MODULE_LICENSE("GPL");
