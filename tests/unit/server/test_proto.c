// SPDX-License-Identifier: GPL-2.0
#include "test.h"

#include <endian.h>
#include <errno.h>

#include "proto.h"

static const struct proto_mode simple = { .size = 1 << 20 };
static const struct proto_mode rich = { .size = 1 << 20, .structured = true,
					.meta = 1U << PROTO_META_ALLOCATION };
static const struct proto_mode reader = { .size = 1 << 20, .readonly = true };

static uint32_t check(const struct proto_mode *mode, uint16_t type,
		      uint16_t flags, uint64_t off, uint32_t len)
{
	struct nbd_request r = {
		.magic = htobe32(NBD_REQUEST_MAGIC), .flags = htobe16(flags),
		.type = htobe16(type), .cookie = 0x1122334455667788,
		.offset = htobe64(off), .length = htobe32(len),
	};
	struct proto_request req;

	assert_int_equal(proto_request(&r, mode, &req), 0);
	assert_int_equal(req.cookie, r.cookie);
	return req.error;
}

static void ranges(void **state)
{
	const uint32_t size = 1 << 20;

	assert_int_equal(check(&simple, NBD_CMD_READ, 0, 0, size), 0);
	assert_int_equal(check(&simple, NBD_CMD_READ, 0, 1, size), NBD_EINVAL);
	assert_int_equal(check(&simple, NBD_CMD_READ, 0, size - 1, 1), 0);
	assert_int_equal(check(&simple, NBD_CMD_READ, 0, size, 1), NBD_EINVAL);
	assert_int_equal(check(&simple, NBD_CMD_READ, 0, UINT64_MAX, 1),
			 NBD_EINVAL);
	assert_int_equal(check(&simple, NBD_CMD_READ, 0, UINT64_MAX,
			       NBD_MAX_REQUEST), NBD_EINVAL);
	assert_int_equal(check(&simple, NBD_CMD_WRITE, 0, size, 1),
			 NBD_ENOSPC);
	assert_int_equal(check(&simple, NBD_CMD_WRITE_ZEROES, 0, 1, size),
			 NBD_ENOSPC);
	assert_int_equal(check(&simple, NBD_CMD_TRIM, 0, 1, UINT32_MAX),
			 NBD_EINVAL);
	assert_int_equal(check(&simple, NBD_CMD_WRITE, 0, 0,
			       NBD_MAX_REQUEST + 1), NBD_EINVAL);
	assert_int_equal(check(&simple, NBD_CMD_READ, 0, 0, 0), NBD_EINVAL);
}

static void read_only(void **state)
{
	assert_int_equal(check(&reader, NBD_CMD_READ, 0, 0, 1), 0);
	assert_int_equal(check(&reader, NBD_CMD_FLUSH, 0, 0, 0), 0);
	assert_int_equal(check(&reader, NBD_CMD_WRITE, 0, 0, 1), NBD_EPERM);
	assert_int_equal(check(&reader, NBD_CMD_TRIM, 0, 0, 1), NBD_EPERM);
	assert_int_equal(check(&reader, NBD_CMD_WRITE_ZEROES, 0, 0, 1),
			 NBD_EPERM);
	/* A payload too long to be one is refused as such. */
	assert_int_equal(check(&reader, NBD_CMD_WRITE, 0, 0,
			       NBD_MAX_REQUEST + 1), NBD_EINVAL);
}

static unsigned int named(const char *text)
{
	return proto_meta_named(text, (uint32_t)strlen(text));
}

static unsigned int space(const char *text)
{
	return proto_meta_space(text, (uint32_t)strlen(text));
}

static void metas(void **state)
{
	assert_int_equal(named("base:allocation"), 1U << PROTO_META_ALLOCATION);
	assert_int_equal(named("x-netram:crc32c"), 1U << PROTO_META_CRC32C);
	assert_int_equal(named("x-netram:crc32"), 0);
	assert_int_equal(named("x-netram:crc32cc"), 0);
	assert_int_equal(named("x-netram:"), 0);
	assert_int_equal(named(""), 0);
	assert_int_equal(space("base:"), 1U << PROTO_META_ALLOCATION);
	assert_int_equal(space("x-netram:"), 1U << PROTO_META_CRC32C);
	assert_int_equal(space("x-netram:crc32c"), 0);
	assert_int_equal(space(""), 0);
}

static void flags(void **state)
{
	uint16_t f = NBD_CMD_FLAG_FUA;

	assert_int_equal(check(&simple, NBD_CMD_WRITE, f, 0, 1), 0);
	f = NBD_CMD_FLAG_DF;
	assert_int_equal(check(&simple, NBD_CMD_READ, f, 0, 1), NBD_EINVAL);
	assert_int_equal(check(&rich, NBD_CMD_READ, f, 0, 1), 0);
	f = NBD_CMD_FLAG_NO_HOLE | NBD_CMD_FLAG_FAST_ZERO;
	assert_int_equal(check(&simple, NBD_CMD_WRITE_ZEROES, f, 0, 1), 0);
	assert_int_equal(check(&simple, NBD_CMD_READ, 1 << 5, 0, 1),
			 NBD_EINVAL);
	assert_int_equal(check(&simple, NBD_CMD_BLOCK_STATUS, 0, 0, 1),
			 NBD_EINVAL);
	assert_int_equal(check(&rich, NBD_CMD_BLOCK_STATUS, 0, 0, 1), 0);
	assert_int_equal(check(&rich, NBD_CMD_RESIZE, 0, 0, 1), NBD_EINVAL);
	assert_int_equal(check(&rich, 0xffff, 0, 0, 1), NBD_EINVAL);
	assert_int_equal(check(&rich, NBD_CMD_FLUSH, 0, 0, 0), 0);
	assert_int_equal(check(&rich, NBD_CMD_DISC, 0, 0, 0), 0);
}

static void magics(void **state)
{
	struct proto_option opt;
	struct proto_request req;
	uint8_t zero[28] = { 0 };
	bool no_zeroes;

	assert_int_equal(proto_request(zero, &simple, &req), -EPROTO);
	assert_int_equal(proto_option(zero, &opt), -EPROTO);
	assert_int_equal(proto_client_flags(zero, &no_zeroes), 0);
	assert_false(no_zeroes);
	zero[3] = 3;
	assert_int_equal(proto_client_flags(zero, &no_zeroes), 0);
	assert_true(no_zeroes);
	zero[3] = 4;
	assert_int_equal(proto_client_flags(zero, &no_zeroes), -EPROTO);
}

/* Every length but the right one is refused; nothing is read past the end. */
static void go_lengths(void **state)
{
	static const uint8_t good[] = { 0, 0, 0, 3, 'a', 'b', 'c',
					0, 2, 0, 1, 0, 3 };
	struct proto_go go;
	uint32_t n;

	for (n = 0; n <= sizeof(good); n++) {
		uint8_t *exact = malloc(n ? n : 1);

		memcpy(exact, good, n);
		assert_int_equal(proto_go(exact, n, &go),
				 n == sizeof(good) ? 0 : -EINVAL);
		free(exact);
	}
	assert_int_equal(proto_go(good, sizeof(good), &go), 0);
	assert_int_equal(go.name_len, 3);
	assert_memory_equal(go.name, "abc", 3);
}

static void meta_lengths(void **state)
{
	static const uint8_t good[] = { 0, 0, 0, 1, 'x', 0, 0, 0, 2,
					0, 0, 0, 2, 'q', 'r', 0, 0, 0, 0 };
	struct proto_meta meta;
	const char *q;
	uint32_t n, len;

	for (n = 0; n <= sizeof(good); n++) {
		uint8_t *exact = malloc(n ? n : 1);

		memcpy(exact, good, n);
		assert_int_equal(proto_meta(exact, n, &meta),
				 n == sizeof(good) ? 0 : -EINVAL);
		free(exact);
	}
	assert_int_equal(proto_meta(good, sizeof(good), &meta), 0);
	assert_true(proto_meta_next(&meta, &q, &len));
	assert_int_equal(len, 2);
	assert_memory_equal(q, "qr", 2);
	assert_true(proto_meta_next(&meta, &q, &len));
	assert_int_equal(len, 0);
	assert_false(proto_meta_next(&meta, &q, &len));
}

static void written_sizes(void **state)
{
	uint8_t b[1024];
	char name[256];

	memset(name, 'n', 255);
	name[255] = '\0';
	assert_int_equal(proto_put_greeting(b), 18);
	assert_int_equal(proto_put_option_reply(b, 1, 1, NULL, 0), 20);
	assert_int_equal(proto_put_option_reply(b, 1, 1, "abc", 3), 23);
	assert_int_equal(proto_put_server(b, name), 20 + 4 + 255);
	assert_int_equal(proto_put_info_export(b, 7, &rich), 20 + 12);
	assert_int_equal(proto_put_info_block_size(b, 7), 20 + 14);
	assert_int_equal(proto_put_info_text(b, 7, 2, name), 20 + 2 + 255);
	assert_int_equal(proto_put_meta_context(b, 10, PROTO_META_ALLOCATION),
			 20 + 4 + 15);
	assert_int_equal(proto_put_meta_context(b, 10, PROTO_META_CRC32C),
			 20 + 4 + 15);
	assert_int_equal(proto_put_export_name(b, &simple, true), 10);
	assert_int_equal(proto_put_export_name(b, &simple, false), 134);
	assert_int_equal(proto_put_simple(b, 1, 0), 16);
	assert_int_equal(proto_put_error(b, 1, NBD_EIO), 26);
	assert_int_equal(proto_put_data_head(b, 1, 0, 9), 28);
	assert_int_equal(proto_put_hole(b, 1, 0, 9), 32);
	assert_int_equal(proto_put_status_head(b, 1, PROTO_META_CRC32C, 1, true),
			 24);
	assert_int_equal(proto_put_extent(b, 9, 3), 8);
	assert_int_equal(PROTO_STATUS_SIZE(1), 24 + 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges),
		cmocka_unit_test(flags),
		cmocka_unit_test(read_only),
		cmocka_unit_test(metas),
		cmocka_unit_test(magics),
		cmocka_unit_test(go_lengths),
		cmocka_unit_test(meta_lengths),
		cmocka_unit_test(written_sizes),
	};

	return cmocka_run_group_tests_name("server_proto", tests, NULL, NULL);
}
