// SPDX-License-Identifier: GPL-2.0
/* What servers say: a million of answers that no honest one would give. */
#include "random.h"

#include <endian.h>
#include <netram/limits.h>
#include <netram/nbd.h>
#include "nego.h"

#define LONGEST 160

/* After anything at all, this holds. */
static void expect_sane(const struct netram_export_info *info)
{
	size_t i, len = strnlen(info->instance, sizeof(info->instance));

	assert_true(len == 0 || len == NETRAM_INSTANCE_LEN);
	for (i = 0; i < len; i++)
		assert_non_null(strchr("0123456789abcdef", info->instance[i]));
	assert_true(info->flags <= 0xffff);
	if (!info->has_export)
		assert_int_equal(info->size, 0);
}

/* In memory of that very length: ASAN sees a byte too far. */
static int take(const void *data, u32 len, struct netram_export_info *info)
{
	void *copy = malloc(len ? len : 1);
	int ret;

	memcpy(copy, data, len);
	ret = netram_nego_info(len ? copy : (char *)copy + 1, len, info);
	free(copy);
	expect_sane(info);
	return ret;
}

static void random_bytes(u8 *p, u32 len)
{
	while (len--)
		*p++ = random_u32();
}

static void any_bytes(void **state)
{
	u32 rounds = random_rounds(1000000), len;
	struct netram_export_info info;
	u8 data[LONGEST];

	netram_nego_init(&info);
	while (rounds--) {
		len = random_below(LONGEST);
		random_bytes(data, len);
		if (len >= 2 && random_below(8)) {
			data[0] = 0;
			data[1] = random_below(5);
		}
		if (!random_below(16))
			netram_nego_init(&info);
		take(data, len, &info);
	}
}

/* Texts nearly right: pieces of the word and of digits in any order. */
static void any_description(void **state)
{
	static const char * const bits[] = {
		"instance=", "instance", "=", "inst", " ", "netram",
		"0123456789abcdef", "00000000000000000000000000000000",
		"0123456789abcdef0123456789abcde", "F", "\xff", "g",
	};
	u32 rounds = random_rounds(500000), at, n, found = 0;
	struct netram_export_info info;
	u8 data[LONGEST] = { 0, NBD_INFO_DESCRIPTION };

	while (rounds--) {
		at = 2;
		for (n = random_below(8); n; n--) {
			const char *bit = bits[random_below(12)];

			if (at + strlen(bit) > LONGEST)
				break;
			memcpy(data + at, bit, strlen(bit));
			at += strlen(bit);
		}
		netram_nego_init(&info);
		assert_int_equal(take(data, at - random_below(at - 1), &info),
				 0);
		if (!info.instance[0])
			continue;
		found++;
		data[at < LONGEST ? at : LONGEST - 1] = 0;
		assert_non_null(memmem(data + 2, at - 2, info.instance,
				       NETRAM_INSTANCE_LEN));
	}
	/* the texts are near enough to be taken now and then */
	assert_true(found > 100 || random_rounds(500000) < 500000);
}

/* As with take(), and nothing but a name may come of it. */
static void refuse(const void *text, u32 len, struct netram_export_info *info)
{
	void *copy = malloc(len ? len : 1);
	size_t n;

	memcpy(copy, text, len);
	netram_nego_init(info);
	netram_nego_refused(len ? copy : (char *)copy + 1, len, info);
	free(copy);
	n = strnlen(info->holder, sizeof(info->holder));
	assert_in_range(n, 0, NETRAM_NAME_MAX);
	assert_int_equal(!n, info->refusal == NETRAM_REFUSAL_NONE);
	assert_int_equal(strspn(info->holder,
				"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"),
			 n);
}

static void refused(const char *text, enum netram_refusal refusal,
		    const char *holder)
{
	struct netram_export_info info;

	refuse(text, strlen(text), &info);
	assert_int_equal(info.refusal, refusal);
	assert_string_equal(info.holder, holder);
}

static void refusals(void **state)
{
	char text[100] = "in-use-by=";

	refused("in-use-by=h-1.x_: it", NETRAM_REFUSAL_IN_USE, "h-1.x_");
	refused("taken-over-by=B: it", NETRAM_REFUSAL_TAKEN_OVER, "B");
	refused("taken-over-by=B", NETRAM_REFUSAL_NONE, "");
	refused("taken-over-by=B it", NETRAM_REFUSAL_NONE, "");
	refused("taken-over-by=: it", NETRAM_REFUSAL_NONE, "");
	refused("taken-over-by=a/b: it", NETRAM_REFUSAL_NONE, "");
	refused(" in-use-by=a: it", NETRAM_REFUSAL_NONE, "");
	refused("epoch 4 is over", NETRAM_REFUSAL_NONE, "");
	refused("", NETRAM_REFUSAL_NONE, "");
	memset(text + 10, 'x', NETRAM_NAME_MAX);
	strcpy(text + 10 + NETRAM_NAME_MAX, ":");
	refused(text, NETRAM_REFUSAL_IN_USE, strtok(strdupa(text + 10), ":"));
	strcpy(text + 10 + NETRAM_NAME_MAX, "x:");
	refused(text, NETRAM_REFUSAL_NONE, "");
}

static void any_refusal(void **state)
{
	static const char * const bits[] = {
		"in-use-by=", "taken-over-by=", "in-use-by", "=", ":", "a",
		"\n", "\xff", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "/",
	};
	u32 rounds = random_rounds(500000), at, n, found = 0;
	struct netram_export_info info;
	u8 data[LONGEST];

	while (rounds--) {
		at = 0;
		for (n = random_below(6); n; n--) {
			const char *bit = bits[random_below(10)];

			if (at + strlen(bit) > LONGEST)
				break;
			memcpy(data + at, bit, strlen(bit));
			at += strlen(bit);
		}
		refuse(data, at, &info);
		found += info.refusal != NETRAM_REFUSAL_NONE;
	}
	assert_true(found > 100 || random_rounds(500000) < 500000);
}

static void export_item(void *data, u64 size, u32 flags)
{
	struct nbd_info_export e = {
		.type = htobe16(NBD_INFO_EXPORT),
		.size = htobe64(size),
		.flags = htobe16(flags),
	};

	memcpy(data, &e, sizeof(e));
}

static void block_item(void *data, u32 min, u32 max)
{
	struct nbd_info_block_size b = {
		.type = htobe16(NBD_INFO_BLOCK_SIZE),
		.minimum = htobe32(min),
		.preferred = htobe32(4096),
		.maximum = htobe32(max),
	};

	memcpy(data, &b, sizeof(b));
}

/* Numbers come through as they were sent, and the verdict follows from them. */
static void any_numbers(void **state)
{
	u32 rounds = random_rounds(500000), flags, min, max, payload;
	struct netram_export_info info;
	u64 size, volume;
	u8 data[64];
	bool good;

	while (rounds--) {
		size = random_u64() >> random_below(64);
		volume = random_below(2) ? size + random_below(3) - 1 :
					   random_u64() >> random_below(64);
		flags = random_below(1 << 12);
		min = 1U << random_below(16);
		max = random_u32() >> random_below(32);
		payload = random_below(2) ? max : 1U << 20;
		netram_nego_init(&info);
		export_item(data, size, flags);
		assert_int_equal(take(data, sizeof(struct nbd_info_export),
				      &info), 0);
		block_item(data, min, max);
		assert_int_equal(take(data, sizeof(struct nbd_info_block_size),
				      &info), 0);
		assert_true(info.has_export);
		assert_int_equal(info.size, size);
		assert_int_equal(info.flags, flags);
		assert_int_equal(info.block_min, min);
		assert_int_equal(info.payload_max, max);
		good = size >= volume && !(flags & NBD_FLAG_READ_ONLY) &&
		       min <= NETRAM_PAGE_SIZE && max >= payload;
		assert_int_equal(good,
				 !netram_nego_check(&info, volume, payload));
	}
}

/* A malformed item leaves what is known as it was. */
static void malformed_changes_nothing(void **state)
{
	u32 rounds = random_rounds(200000), len;
	struct netram_export_info info, before;
	u8 data[LONGEST];

	netram_nego_init(&info);
	export_item(data, 1 << 20, NBD_FLAG_HAS_FLAGS);
	take(data, sizeof(struct nbd_info_export), &info);
	before = info;
	while (rounds--) {
		len = random_below(40);
		random_bytes(data, len);
		data[0] = 0;
		data[1] = random_below(2) ? NBD_INFO_EXPORT :
					    NBD_INFO_BLOCK_SIZE;
		if (len == sizeof(struct nbd_info_export) ||
		    len == sizeof(struct nbd_info_block_size))
			continue;
		assert_int_equal(take(data, len, &info), -1);
		assert_memory_equal(&info, &before, sizeof(info));
	}
}

/* Every code a server may send has words, and they fit where they go. */
static void any_error(void **state)
{
	u32 rounds = random_rounds(100000), code;

	while (rounds--) {
		code = random_below(2) ? NBD_REP_ERR(random_below(16)) :
					 random_u32();
		assert_non_null(netram_nego_error(code));
		assert_in_range(strlen(netram_nego_error(code)), 10, 147);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_bytes),
		cmocka_unit_test(any_description),
		cmocka_unit_test(refusals),
		cmocka_unit_test(any_refusal),
		cmocka_unit_test(any_numbers),
		cmocka_unit_test(malformed_changes_nothing),
		cmocka_unit_test(any_error),
	};

	random_seed();
	return cmocka_run_group_tests_name("kernel/nego", tests, NULL, NULL);
}
