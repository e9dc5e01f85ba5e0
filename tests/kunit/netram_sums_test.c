// SPDX-License-Identifier: GPL-2.0
/* Suite netram_sums: answers to requests for checksums, the hostile ones among them. */
#include <kunit/test.h>
#include <linux/string.h>

#include "../../kernel/sums.c"

#if !IS_ENABLED(CONFIG_KUNIT)
#error "without CONFIG_KUNIT this suite compiles to nothing"
#endif

#define COOKIE	0x1122334455667788ULL
#define CONTEXT	7
#define PAGES	4

/* @ret: what is expected; @says: of the sentence, NULL for none */
struct head_case {
	const char *name;
	u32 magic;
	u64 cookie;
	u16 flags;
	u16 type;
	u32 length;
	int ret;
	const char *says;
};

#define HEAD(_name, _length, _ret, _says) \
	{ _name, NBD_STRUCTURED_REPLY_MAGIC, COOKIE, NBD_REPLY_FLAG_DONE, \
	  NBD_REPLY_TYPE_BLOCK_STATUS, _length, _ret, _says }
#define TYPE(_name, _flags, _type, _length, _says) \
	{ _name, NBD_STRUCTURED_REPLY_MAGIC, COOKIE, _flags, _type, _length, \
	  -1, _says }

static const struct head_case heads[] = {
	HEAD("one", 12, 12, NULL),
	HEAD("as_many_as_pages", 4 + 8 * PAGES, 4 + 8 * PAGES, NULL),
	HEAD("more_than_pages", 4 + 8 * (PAGES + 1), -1, "malformed"),
	HEAD("none", 4, -1, "malformed"),
	HEAD("no_context", 3, -1, "malformed"),
	HEAD("nothing", 0, -1, "malformed"),
	HEAD("half_a_descriptor", 16, -1, "malformed"),
	HEAD("all_memory", 0xffffffff, -1, "malformed"),
	HEAD("all_memory_even", 0xfffffffc, -1, "malformed"),
	{ "simple", NBD_SIMPLE_REPLY_MAGIC, COOKIE, 0, 0, 0, -1, "never made" },
	{ "no_magic", 0, COOKIE, NBD_REPLY_FLAG_DONE,
	  NBD_REPLY_TYPE_BLOCK_STATUS, 12, -1, "never made" },
	{ "cookie", NBD_STRUCTURED_REPLY_MAGIC, COOKIE + 1, NBD_REPLY_FLAG_DONE,
	  NBD_REPLY_TYPE_BLOCK_STATUS, 12, -1, "never made" },
	TYPE("more_to_come", 0, NBD_REPLY_TYPE_BLOCK_STATUS, 12, "malformed"),
	TYPE("error", NBD_REPLY_FLAG_DONE, NBD_REPLY_TYPE_ERROR, 6, "error"),
	TYPE("error_at", NBD_REPLY_FLAG_DONE, NBD_REPLY_TYPE_ERROR_OFFSET, 14,
	     "error"),
	TYPE("none_type", NBD_REPLY_FLAG_DONE, NBD_REPLY_TYPE_NONE, 0, "malformed"),
	TYPE("data", NBD_REPLY_FLAG_DONE, NBD_REPLY_TYPE_OFFSET_DATA, 12,
	     "malformed"),
	TYPE("unknown", NBD_REPLY_FLAG_DONE, 0xffff, 12, "malformed"),
};

static void head_name(const struct head_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(head, heads, head_name);

static void expect_says(struct kunit *test, const char *why, const char *says)
{
	if (!says)
		KUNIT_EXPECT_NULL(test, why);
	else if (why)
		KUNIT_EXPECT_NOT_NULL(test, strstr(why, says));
	else
		KUNIT_FAIL(test, "nothing is said");
}

static void head(struct kunit *test)
{
	const struct head_case *c = test->param_value;
	struct nbd_structured_reply r = {
		.magic = cpu_to_be32(c->magic),
		.flags = cpu_to_be16(c->flags),
		.type = cpu_to_be16(c->type),
		.cookie = cpu_to_be64(c->cookie),
		.length = cpu_to_be32(c->length),
	};
	const char *why = NULL;

	KUNIT_EXPECT_EQ(test, netram_sums_head(&r, COOKIE, PAGES, &why), c->ret);
	expect_says(test, why, c->says);
	KUNIT_EXPECT_LE(test, c->ret, (int)NETRAM_SUMS_PAYLOAD);
}

/* @d: length in bytes and status of each descriptor; @sums: what comes of it */
struct take_case {
	const char *name;
	u32 context;
	u32 nr;
	u32 d[PAGES][2];
	int ret;
	u32 sums[PAGES];
};

static const struct take_case takes[] = {
	{ "one_page", CONTEXT, 1, { { 4096, 5 } }, 1, { 5 } },
	{ "each_page", CONTEXT, 4,
	  { { 4096, 1 }, { 4096, 0 }, { 4096, 3 }, { 4096, 0xffffffff } }, 4,
	  { 1, 0, 3, 0xffffffff } },
	{ "alike", CONTEXT, 2, { { 8192, 9 }, { 4096, 8 } }, 3, { 9, 9, 8 } },
	{ "all_alike", CONTEXT, 1, { { 4 * 4096, 9 } }, 4, { 9, 9, 9, 9 } },
	{ "beyond_what_was_asked", CONTEXT, 2, { { 4096, 1 }, { 1U << 31, 2 } },
	  4, { 1, 2, 2, 2 } },
	{ "beyond_and_on", CONTEXT, 3, { { 8192, 1 }, { 8192, 2 }, { 4096, 3 } },
	  -1 },
	{ "no_length", CONTEXT, 2, { { 4096, 1 }, { 0, 2 } }, -1 },
	{ "half_a_page", CONTEXT, 1, { { 2048, 1 } }, -1 },
	{ "page_and_a_half", CONTEXT, 1, { { 6144, 1 } }, -1 },
	{ "longest", CONTEXT, 1, { { 0xfffff000, 1 } }, 4, { 1, 1, 1, 1 } },
	{ "all_ones", CONTEXT, 1, { { 0xffffffff, 1 } }, -1 },
	{ "another_context", CONTEXT + 1, 1, { { 4096, 5 } }, -1 },
};

static void take_name(const struct take_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(take, takes, take_name);

/* In memory of the very length, for KASAN to watch. */
static void take(struct kunit *test)
{
	const struct take_case *c = test->param_value;
	u32 len = 4 + 8 * c->nr, i;
	__be32 *payload = kunit_kzalloc(test, len, GFP_KERNEL);
	u32 *sums = kunit_kzalloc(test, PAGES * sizeof(*sums), GFP_KERNEL);
	const char *why = NULL;

	KUNIT_ASSERT_NOT_NULL(test, payload);
	KUNIT_ASSERT_NOT_NULL(test, sums);
	payload[0] = cpu_to_be32(c->context);
	for (i = 0; i < c->nr; i++) {
		payload[1 + 2 * i] = cpu_to_be32(c->d[i][0]);
		payload[2 + 2 * i] = cpu_to_be32(c->d[i][1]);
	}
	KUNIT_EXPECT_EQ(test, netram_sums_take(payload, len, CONTEXT, PAGES,
					       sums, &why), c->ret);
	expect_says(test, why, c->ret < 0 ? "malformed" : NULL);
	for (i = 0; c->ret > 0 && i < PAGES; i++)
		KUNIT_EXPECT_EQ(test, sums[i], c->sums[i]);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(head, head_gen_params),
	KUNIT_CASE_PARAM(take, take_gen_params),
	{}
};

static struct kunit_suite suite = {
	.name = "netram_sums",
	.test_cases = cases,
};
kunit_test_suite(suite);

MODULE_LICENSE("GPL");
