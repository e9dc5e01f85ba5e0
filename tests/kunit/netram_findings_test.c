// SPDX-License-Identifier: GPL-2.0
/* Suite netram_findings: the gravest findings come first, and are never crowded out. */
#include <kunit/test.h>

#include "../../kernel/findings.c"

#if !IS_ENABLED(CONFIG_KUNIT)
#error "without CONFIG_KUNIT this suite compiles to nothing"
#endif

#define LOST		NETRAM_VERIFY_BAD_LOST
#define UNDECIDED	NETRAM_VERIFY_BAD_UNDECIDED
#define UNREADABLE	NETRAM_VERIFY_BAD_UNREADABLE
#define WRONG		NETRAM_VERIFY_BAD_WRONG
#define REPAIRED	NETRAM_VERIFY_BAD_REPAIRED

static struct netram_findings *none(struct kunit *test)
{
	struct netram_findings *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, f);
	return f;
}

static void add(struct netram_findings *f, u64 page, u8 kind)
{
	struct netram_finding one = { .page = page, .kind = kind };

	snprintf(one.node, sizeof(one.node), "n%llu", page);
	netram_findings_add(f, &one);
}

static void is(struct kunit *test, const struct netram_findings *f, u32 at,
	       u64 page, u8 kind)
{
	char node[NETRAM_NAME_MAX + 1];

	snprintf(node, sizeof(node), "n%llu", page);
	KUNIT_ASSERT_GT(test, f->listed, at);
	KUNIT_EXPECT_EQ(test, f->list[at].page, page);
	KUNIT_EXPECT_EQ(test, f->list[at].kind, kind);
	KUNIT_EXPECT_STREQ(test, f->list[at].node, node);
}

static void one_of_each(struct kunit *test)
{
	struct netram_findings *f = none(test);

	add(f, 1, REPAIRED);
	add(f, 2, WRONG);
	add(f, 3, UNREADABLE);
	add(f, 4, UNDECIDED);
	add(f, 5, LOST);
	add(f, 6, WRONG);
	add(f, 7, LOST);
	KUNIT_EXPECT_EQ(test, f->found, 7);
	KUNIT_EXPECT_EQ(test, f->listed, 7);
	is(test, f, 0, 5, LOST);
	is(test, f, 1, 7, LOST);
	is(test, f, 2, 4, UNDECIDED);
	is(test, f, 3, 2, WRONG);
	is(test, f, 4, 3, UNREADABLE);
	is(test, f, 5, 6, WRONG);
	is(test, f, 6, 1, REPAIRED);
}

static void of_equals_the_first(struct kunit *test)
{
	struct netram_findings *f = none(test);
	u64 page;

	for (page = 0; page < 2 * NETRAM_VERIFY_BAD_MAX; page++)
		add(f, page, page & 1 ? WRONG : UNREADABLE);
	KUNIT_EXPECT_EQ(test, f->found, 2 * NETRAM_VERIFY_BAD_MAX);
	KUNIT_EXPECT_EQ(test, f->listed, NETRAM_VERIFY_BAD_MAX);
	for (page = 0; page < NETRAM_VERIFY_BAD_MAX; page++)
		is(test, f, page, page, page & 1 ? WRONG : UNREADABLE);
}

static void what_is_lost_wins(struct kunit *test)
{
	struct netram_findings *f = none(test);
	u64 page;

	for (page = 0; page < NETRAM_VERIFY_BAD_MAX; page++)
		add(f, page, REPAIRED);
	add(f, 100, LOST);
	add(f, 101, WRONG);
	add(f, 102, REPAIRED);
	KUNIT_EXPECT_EQ(test, f->found, NETRAM_VERIFY_BAD_MAX + 3);
	KUNIT_EXPECT_EQ(test, f->listed, NETRAM_VERIFY_BAD_MAX);
	is(test, f, 0, 100, LOST);
	is(test, f, 1, 101, WRONG);
	is(test, f, 2, 0, REPAIRED);
	is(test, f, NETRAM_VERIFY_BAD_MAX - 1, NETRAM_VERIFY_BAD_MAX - 3,
	   REPAIRED);
}

static void nothing_but_lost(struct kunit *test)
{
	struct netram_findings *f = none(test);
	u64 page;

	add(f, 1000, WRONG);
	for (page = 0; page < NETRAM_VERIFY_BAD_MAX + 5; page++)
		add(f, page, LOST);
	add(f, 1001, UNDECIDED);
	KUNIT_EXPECT_EQ(test, f->found, NETRAM_VERIFY_BAD_MAX + 7);
	KUNIT_EXPECT_EQ(test, f->listed, NETRAM_VERIFY_BAD_MAX);
	for (page = 0; page < NETRAM_VERIFY_BAD_MAX; page++)
		is(test, f, page, page, LOST);
}

static struct kunit_case findings_cases[] = {
	KUNIT_CASE(one_of_each),
	KUNIT_CASE(of_equals_the_first),
	KUNIT_CASE(what_is_lost_wins),
	KUNIT_CASE(nothing_but_lost),
	{}
};

static struct kunit_suite findings_suite = {
	.name = "netram_findings",
	.test_cases = findings_cases,
};
kunit_test_suite(findings_suite);

MODULE_LICENSE("GPL");
