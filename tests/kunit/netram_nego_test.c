// SPDX-License-Identifier: GPL-2.0
/* Suite netram_nego: what servers say, the hostile ones among them. */
#include <kunit/test.h>
#include <linux/limits.h>

#include "../../kernel/nego.c"

#if !IS_ENABLED(CONFIG_KUNIT)
#error "without CONFIG_KUNIT this suite compiles to nothing"
#endif

#define HEX "0123456789abcdef0123456789abcdef"
#define MIB (1U << 20)

static struct netram_export_info fresh(void)
{
	struct netram_export_info info;

	netram_nego_init(&info);
	return info;
}

/* Hands the bytes over in memory of their very length, for KASAN to watch. */
static int take(struct kunit *test, const void *data, u32 len,
		struct netram_export_info *info)
{
	u8 *copy = kunit_kmalloc(test, len ? len : 1, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, copy);
	memcpy(copy, data, len);
	return netram_nego_info(copy, len, info);
}

static void before_anything(struct kunit *test)
{
	struct netram_export_info info;

	memset(&info, 0xff, sizeof(info));
	netram_nego_init(&info);
	KUNIT_EXPECT_EQ(test, info.size, 0);
	KUNIT_EXPECT_EQ(test, info.flags, 0);
	KUNIT_EXPECT_EQ(test, info.block_min, 1);
	KUNIT_EXPECT_EQ(test, info.payload_max, NBD_MAX_REQUEST);
	KUNIT_EXPECT_FALSE(test, info.has_export);
	KUNIT_EXPECT_STREQ(test, info.instance, "");
}

static void export_item(struct kunit *test)
{
	struct netram_export_info info = fresh();
	struct nbd_info_export e = {
		.type = cpu_to_be16(NBD_INFO_EXPORT),
		.size = cpu_to_be64(0x123456789abcd000ULL),
		.flags = cpu_to_be16(NBD_FLAG_HAS_FLAGS |
				     NBD_FLAG_CAN_MULTI_CONN),
	};

	KUNIT_EXPECT_EQ(test, take(test, &e, sizeof(e), &info), 0);
	KUNIT_EXPECT_TRUE(test, info.has_export);
	KUNIT_EXPECT_EQ(test, info.size, 0x123456789abcd000ULL);
	KUNIT_EXPECT_EQ(test, info.flags,
			NBD_FLAG_HAS_FLAGS | NBD_FLAG_CAN_MULTI_CONN);
	/* the last one counts */
	e.size = cpu_to_be64(4096);
	KUNIT_EXPECT_EQ(test, take(test, &e, sizeof(e), &info), 0);
	KUNIT_EXPECT_EQ(test, info.size, 4096);
}

static void block_size_item(struct kunit *test)
{
	struct netram_export_info info = fresh();
	struct nbd_info_block_size b = {
		.type = cpu_to_be16(NBD_INFO_BLOCK_SIZE),
		.minimum = cpu_to_be32(512),
		.preferred = cpu_to_be32(4096),
		.maximum = cpu_to_be32(33554432),
	};

	KUNIT_EXPECT_EQ(test, take(test, &b, sizeof(b), &info), 0);
	KUNIT_EXPECT_EQ(test, info.block_min, 512);
	KUNIT_EXPECT_EQ(test, info.payload_max, 33554432);
	KUNIT_EXPECT_FALSE(test, info.has_export);
}

/* Each item that has a fixed length, at every other length up to 40. */
static void wrong_lengths(struct kunit *test)
{
	const u32 right[] = {
		[NBD_INFO_EXPORT] = sizeof(struct nbd_info_export),
		[NBD_INFO_BLOCK_SIZE] = sizeof(struct nbd_info_block_size),
	};
	const u8 types[] = { NBD_INFO_EXPORT, NBD_INFO_BLOCK_SIZE };
	struct netram_export_info info;
	u8 data[40] = {};
	unsigned int i;
	u32 len;

	for (i = 0; i < ARRAY_SIZE(types); i++)
		for (len = 0; len <= sizeof(data); len++) {
			info = fresh();
			data[1] = types[i];
			KUNIT_EXPECT_EQ_MSG(test,
					    take(test, data, len, &info),
					    len == right[types[i]] ? 0 : -1,
					    "item %u of %u bytes", types[i], len);
			KUNIT_EXPECT_EQ(test, info.has_export,
					types[i] == NBD_INFO_EXPORT &&
					len == right[types[i]]);
		}
}

static void too_short_for_a_type(struct kunit *test)
{
	struct netram_export_info info = fresh();

	KUNIT_EXPECT_EQ(test, take(test, "", 0, &info), -1);
	KUNIT_EXPECT_EQ(test, take(test, "\0", 1, &info), -1);
}

/* NBD_INFO_NAME and all there may be one day. */
static void unknown_items_are_skipped(struct kunit *test)
{
	const struct netram_export_info untouched = fresh();
	struct netram_export_info info = fresh();
	u8 data[8] = {};
	u32 type;

	for (type = 0; type <= 0xffff; type++) {
		if (type == NBD_INFO_EXPORT || type == NBD_INFO_BLOCK_SIZE ||
		    type == NBD_INFO_DESCRIPTION)
			continue;
		data[0] = type >> 8;
		data[1] = type;
		KUNIT_ASSERT_EQ(test, netram_nego_info(data, 2, &info), 0);
		KUNIT_ASSERT_EQ(test, netram_nego_info(data, 8, &info), 0);
	}
	KUNIT_EXPECT_EQ(test, memcmp(&info, &untouched, sizeof(info)), 0);
}

struct text_case {
	const char *name, *text, *instance;
};

static const struct text_case text_cases[] = {
	{ "empty", "", "" },
	{ "alone", "instance=" HEX, HEX },
	{ "in_the_middle", "netram-server instance=" HEX " cap=1g", HEX },
	{ "at_the_end", "a page server, instance=" HEX, HEX },
	{ "foreign_text", "nbdkit memory disk", "" },
	{ "no_value", "instance=", "" },
	{ "word_cut", "instanc", "" },
	{ "one_digit_short", "instance=0123456789abcdef0123456789abcde", "" },
	{ "bad_last_digit", "instance=0123456789abcdef0123456789abcdeg", "" },
	{ "bad_first_digit", "instance= 123456789abcdef0123456789abcdef", "" },
	{ "upper_case", "instance=0123456789ABCDEF0123456789ABCDEF", "" },
	{ "spaces", "instance =" HEX, "" },
	{ "first_counts", "instance=" HEX " instance=ffffffffffffffffffffffffffffffff", HEX },
	{ "word_twice", "instance=instance=" HEX, "" },
	{ "longer_value", "instance=" HEX "77", HEX },
};

static void text_name(const struct text_case *t, char *desc)
{
	strscpy(desc, t->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(text, text_cases, text_name);

static int take_text(struct kunit *test, const char *text, u32 len,
		     struct netram_export_info *info)
{
	u8 data[128] = { 0, NBD_INFO_DESCRIPTION };

	KUNIT_ASSERT_LE(test, len, sizeof(data) - 2);
	memcpy(data + 2, text, len);
	return take(test, data, 2 + len, info);
}

static void description(struct kunit *test)
{
	const struct text_case *t = test->param_value;
	struct netram_export_info info = fresh();

	KUNIT_EXPECT_EQ(test, take_text(test, t->text, strlen(t->text), &info),
			0);
	KUNIT_EXPECT_STREQ(test, info.instance, t->instance);
	KUNIT_EXPECT_FALSE(test, info.has_export);
}

/* A good text cut off anywhere: an instance only when all of it is there. */
static void description_cut_off(struct kunit *test)
{
	const char text[] = "netram instance=" HEX;
	struct netram_export_info info;
	u32 len;

	for (len = 0; len < sizeof(text); len++) {
		info = fresh();
		KUNIT_EXPECT_EQ(test, take_text(test, text, len, &info), 0);
		KUNIT_EXPECT_STREQ(test, info.instance,
				   len == sizeof(text) - 1 ? HEX : "");
	}
}

/* Text is bytes: NULs and what is not ASCII do no harm. */
static void description_of_any_bytes(struct kunit *test)
{
	const char nuls[] = "\0\0instance=" HEX "\0\xff";
	struct netram_export_info info = fresh();
	u8 data[64];

	KUNIT_EXPECT_EQ(test, take_text(test, nuls, sizeof(nuls) - 1, &info), 0);
	KUNIT_EXPECT_STREQ(test, info.instance, HEX);
	memset(data, 0xff, sizeof(data));
	info = fresh();
	KUNIT_EXPECT_EQ(test, take_text(test, data, sizeof(data), &info), 0);
	KUNIT_EXPECT_STREQ(test, info.instance, "");
}

struct check_case {
	const char *name;
	struct netram_export_info info;
	u64 size;
	u32 payload;
	const char *wanted;	/* part of the sentence; NULL: it will do */
};

#define GOOD								\
	.has_export = true, .size = 8 * MIB, .block_min = 1,		\
	.payload_max = NBD_MAX_REQUEST, .flags = NBD_FLAG_HAS_FLAGS

static const struct check_case check_cases[] = {
	{ "good", { GOOD }, 8 * MIB, MIB, NULL },
	{ "larger_than_needed", { GOOD }, 4096, MIB, NULL },
	{ "smaller_by_a_byte", { GOOD }, 8 * MIB + 1, MIB, "smaller" },
	{ "greatest_volume", { GOOD }, NETRAM_VOLUME_SIZE_MAX, MIB, "smaller" },
	{ "no_export", { .block_min = 1, .payload_max = MIB }, 0, 0, "describe" },
	{ "read_only", { GOOD, .flags = NBD_FLAG_READ_ONLY }, MIB, MIB, "read-only" },
	{ "blocks_of_4096", { GOOD, .block_min = 4096 }, MIB, MIB, NULL },
	{ "blocks_of_4097", { GOOD, .block_min = 4097 }, MIB, MIB, "4096" },
	{ "blocks_of_8192", { GOOD, .block_min = 8192 }, MIB, MIB, "4096" },
	{ "payload_exactly", { GOOD, .payload_max = MIB }, MIB, MIB, NULL },
	{ "payload_short", { GOOD, .payload_max = MIB - 1 }, MIB, MIB, "1 MiB" },
	{ "payload_unlimited", { GOOD, .payload_max = U32_MAX }, MIB, MIB, NULL },
	{ "payload_zero", { GOOD, .payload_max = 0 }, MIB, MIB, "1 MiB" },
};

static void check_name(const struct check_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(check, check_cases, check_name);

static void check_export(struct kunit *test)
{
	const struct check_case *c = test->param_value;
	const char *why = netram_nego_check(&c->info, c->size, c->payload);

	if (!c->wanted) {
		KUNIT_EXPECT_PTR_EQ(test, why, (const char *)NULL);
		return;
	}
	KUNIT_ASSERT_NOT_NULL(test, why);
	KUNIT_EXPECT_NOT_NULL(test, strstr(why, c->wanted));
}

#define READER	.has_export = true, .size = MIB, \
		.flags = NBD_FLAG_HAS_FLAGS | NBD_FLAG_READ_ONLY

static const struct check_case reader_cases[] = {
	{ "good", { READER, .instance = HEX }, MIB, 0, NULL },
	{ "larger", { READER, .instance = HEX }, MIB - 4096, 0, NULL },
	{ "smaller", { READER, .instance = HEX }, MIB + 4096, 0, "smaller" },
	{ "no_export", { .flags = NBD_FLAG_READ_ONLY, .instance = HEX }, MIB, 0,
	  "describe" },
	{ "writable", { READER, .flags = NBD_FLAG_HAS_FLAGS, .instance = HEX },
	  MIB, 0, "write" },
	{ "no_instance", { READER }, MIB, 0, "restarted" },
	{ "another_instance",
	  { READER, .instance = "1123456789abcdef0123456789abcdef" }, MIB, 0,
	  "restarted" },
};

KUNIT_ARRAY_PARAM(reader, reader_cases, check_name);

static void check_reader(struct kunit *test)
{
	const struct check_case *c = test->param_value;
	const char *why = netram_nego_check_reader(&c->info, c->size, HEX);

	if (!c->wanted) {
		KUNIT_EXPECT_PTR_EQ(test, why, (const char *)NULL);
		return;
	}
	KUNIT_ASSERT_NOT_NULL(test, why);
	KUNIT_EXPECT_NOT_NULL(test, strstr(why, c->wanted));
}

/* A node that tells no instance is not to be believed, whatever we know. */
static void reader_without_instance(struct kunit *test)
{
	struct netram_export_info info = { READER };

	KUNIT_EXPECT_NOT_NULL(test, netram_nego_check_reader(&info, MIB, ""));
}

static void context(struct kunit *test)
{
	static const char good[] = "\x81\x02\x03\x04x-netram:crc32c";
	u32 len = sizeof(good) - 1, id = 0, i;
	char bad[sizeof(good)];

	KUNIT_EXPECT_EQ(test, netram_nego_context(good, len,
						  NBD_META_NETRAM_CRC32C, &id), 0);
	KUNIT_EXPECT_EQ(test, id, 0x81020304);
	id = 5;
	for (i = 0; i < len; i++)
		KUNIT_EXPECT_EQ(test, netram_nego_context(good, i,
				NBD_META_NETRAM_CRC32C, &id), -1);
	KUNIT_EXPECT_EQ(test, netram_nego_context(good, len + 1,
						  NBD_META_NETRAM_CRC32C, &id), -1);
	for (i = 4; i < len; i++) {
		memcpy(bad, good, sizeof(bad));
		bad[i] ^= 1;
		KUNIT_EXPECT_EQ(test, netram_nego_context(bad, len,
				NBD_META_NETRAM_CRC32C, &id), -1);
	}
	KUNIT_EXPECT_EQ(test, id, 5);
}

/* Every error has a text of its own, and the unknown ones share one. */
static void error_texts(struct kunit *test)
{
	const u32 replies[] = {
		NBD_REP_ERR_UNSUP, NBD_REP_ERR_POLICY, NBD_REP_ERR_INVALID,
		NBD_REP_ERR_TLS_REQD, NBD_REP_ERR_UNKNOWN, NBD_REP_ERR_SHUTDOWN,
		NBD_REP_ERR_TOO_BIG, NBD_REP_ERR(4000),
	};
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(replies); i++) {
		const char *text = netram_nego_error(replies[i]);

		KUNIT_ASSERT_NOT_NULL(test, text);
		KUNIT_EXPECT_GT(test, strlen(text), 10);
		/* netram_peer.last_error holds it with "connecting: " */
		KUNIT_EXPECT_LT(test, strlen(text), 160 - 12);
		for (j = 0; j < i; j++)
			KUNIT_EXPECT_STRNEQ(test, text,
					    netram_nego_error(replies[j]));
	}
	KUNIT_EXPECT_STREQ(test, netram_nego_error(NBD_REP_ERR_PLATFORM),
			   netram_nego_error(0));
	KUNIT_EXPECT_STREQ(test, netram_nego_error(U32_MAX),
			   netram_nego_error(0));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(before_anything),
	KUNIT_CASE(export_item),
	KUNIT_CASE(block_size_item),
	KUNIT_CASE(wrong_lengths),
	KUNIT_CASE(too_short_for_a_type),
	KUNIT_CASE(unknown_items_are_skipped),
	KUNIT_CASE_PARAM(description, text_gen_params),
	KUNIT_CASE(description_cut_off),
	KUNIT_CASE(description_of_any_bytes),
	KUNIT_CASE_PARAM(check_export, check_gen_params),
	KUNIT_CASE_PARAM(check_reader, reader_gen_params),
	KUNIT_CASE(reader_without_instance),
	KUNIT_CASE(context),
	KUNIT_CASE(error_texts),
	{}
};

static struct kunit_suite suite = {
	.name = "netram_nego",
	.test_cases = cases,
};
kunit_test_suite(suite);

MODULE_LICENSE("GPL");
