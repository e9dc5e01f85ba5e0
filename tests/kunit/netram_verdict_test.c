// SPDX-License-Identifier: GPL-2.0
/*
 * Suite netram_verdict: which copies of a page are right. Contents are written as
 * letters, one a copy; "-" was not read.
 */
#include <kunit/test.h>

#include "../../kernel/verdict.c"

#if !IS_ENABLED(CONFIG_KUNIT)
#error "without CONFIG_KUNIT this suite compiles to nothing"
#endif

/* @known: the checksum's letter, or 0; @good, @bad: as "0 2" would be 0x5 */
struct verdict_case {
	const char *copies;
	char known;
	u8 good;
	u8 bad;
};

static const struct verdict_case cases[] = {
	/* a checksum decides, whatever most have */
	{ "a---", 'a', 0x1, 0x0 },
	{ "b---", 'a', 0x0, 0x1 },
	{ "aa--", 'a', 0x3, 0x0 },
	{ "ab--", 'a', 0x1, 0x2 },
	{ "ba--", 'a', 0x2, 0x1 },
	{ "bb--", 'a', 0x0, 0x3 },
	{ "bbba", 'a', 0x8, 0x7 },
	{ "-a-b", 'a', 0x2, 0x8 },
	{ "----", 'a', 0x0, 0x0 },
	/* without, all that agree are right, though there be one only */
	{ "a---", 0, 0x1, 0x0 },
	{ "aa--", 0, 0x3, 0x0 },
	{ "-a-a", 0, 0xa, 0x0 },
	{ "aaaa", 0, 0xf, 0x0 },
	/* else more than half of three or four */
	{ "aab-", 0, 0x3, 0x4 },
	{ "baa-", 0, 0x6, 0x1 },
	{ "ab-b", 0, 0xa, 0x1 },
	{ "aaba", 0, 0xb, 0x4 },
	/* and where it is not so, nobody knows */
	{ "ab--", 0, 0x0, 0x0 },
	{ "--ab", 0, 0x0, 0x0 },
	{ "abc-", 0, 0x0, 0x0 },
	{ "aabb", 0, 0x0, 0x0 },
	{ "aabc", 0, 0x0, 0x0 },
	{ "abcd", 0, 0x0, 0x0 },
	{ "----", 0, 0x0, 0x0 },
};

static void name_of(const struct verdict_case *c, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s %c", c->copies,
		 c->known ?: '?');
}

KUNIT_ARRAY_PARAM(verdict, cases, name_of);

static void verdicts(struct kunit *test)
{
	const struct verdict_case *c = test->param_value;
	/* what was not read must not matter: let it look right */
	u32 crc[NETRAM_REPLICAS_MAX], known = c->known;
	struct netram_verdict v;
	u8 read = 0;
	int i;

	for (i = 0; i < NETRAM_REPLICAS_MAX; i++) {
		crc[i] = c->copies[i] == '-' ? 'a' : c->copies[i];
		read |= (c->copies[i] != '-') << i;
	}
	v = netram_verdict(crc, read, known ? &known : NULL);
	KUNIT_EXPECT_EQ(test, v.good, c->good);
	KUNIT_EXPECT_EQ(test, v.bad, c->bad);
	KUNIT_EXPECT_EQ(test, v.good & v.bad, 0);
	KUNIT_EXPECT_EQ(test, (v.good | v.bad) & ~read, 0);
}

static struct kunit_case verdict_cases[] = {
	KUNIT_CASE_PARAM(verdicts, verdict_gen_params),
	{}
};

static struct kunit_suite verdict_suite = {
	.name = "netram_verdict",
	.test_cases = verdict_cases,
};
kunit_test_suite(verdict_suite);

MODULE_LICENSE("GPL");
