// SPDX-License-Identifier: GPL-2.0
#include "test.h"

#include "text.h"

static void numbers(void **state)
{
	static const struct { const char *s; bool ok; uint64_t v; } rows[] = {
		{ "0", true, 0 },
		{ "18446744073709551615", true, UINT64_MAX },
		{ "18446744073709551616", false, 0 },
		{ "99999999999999999999999", false, 0 },
		{ "", false, 0 }, { "-1", false, 0 }, { "+1", false, 0 },
		{ " 1", false, 0 }, { "1 ", false, 0 }, { "0x10", false, 0 },
	};
	uint64_t v;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_int_equal(text_u64(rows[i].s, strlen(rows[i].s), &v),
				 rows[i].ok);
		if (rows[i].ok)
			assert_int_equal(v, rows[i].v);
	}
}

static void sizes(void **state)
{
	static const struct { const char *s; bool ok; uint64_t v; } rows[] = {
		{ "512", true, 512 }, { "4k", true, 4096 },
		{ "3M", true, 3 << 20 }, { "1g", true, 1 << 30 },
		{ "16T", true, 16ULL << 40 },
		{ "16777215T", true, 16777215ULL << 40 },
		{ "16777216T", false, 0 }, { "K", false, 0 }, { "", false, 0 },
		{ "512 ", false, 0 }, { " 512", false, 0 }, { " ", false, 0 },
		{ "1KK", false, 0 }, { "1P", false, 0 }, { "1.5G", false, 0 },
	};
	uint64_t v;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_int_equal(text_size(rows[i].s, &v), rows[i].ok);
		if (rows[i].ok)
			assert_int_equal(v, rows[i].v);
	}
}

static void printable(void **state)
{
	static const struct { const char *s; size_t len; bool ok; } rows[] = {
		{ "", 0, true }, { "plain ~", 7, true },
		{ "\xc3\xa9", 2, true }, { "\xe2\x82\xac", 3, true },
		{ "\xf0\x9f\x90\x8f", 4, true },
		{ "a\0b", 3, false }, { "\n", 1, false }, { "\x7f", 1, false },
		{ "\x80", 1, false }, { "\xc3", 1, false },
		{ "\xc3(", 2, false }, { "\xc0\xaf", 2, false },
		{ "\xe0\x80\xaf", 3, false }, { "\xed\xa0\x80", 3, false },
		{ "\xf4\x90\x80\x80", 4, false }, { "\xff", 1, false },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_int_equal(text_printable(rows[i].s, rows[i].len),
				 rows[i].ok);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(sizes),
		cmocka_unit_test(printable),
	};

	return cmocka_run_group_tests_name("server_text", tests, NULL, NULL);
}
