// SPDX-License-Identifier: GPL-2.0
#include "test.h"

#include <errno.h>

#include "name.h"

static struct name name;
static char why[NAME_WHY_MAX];

static int parse(const char *text)
{
	return name_parse(text, strlen(text), &name, why);
}

static void plain(void **state)
{
	assert_int_equal(parse(""), 0);
	assert_string_equal(name.export, "");
	assert_int_equal(parse("some=name&with/signs"), 0);
	assert_string_equal(name.export, "some=name&with/signs");
	assert_false(name.has_epoch);
	assert_int_equal(name.size, 0);
	assert_null(name.class);
}

static void all_keys(void **state)
{
	assert_int_equal(parse("u-1?client=h.x_-9&epoch=18446744073709551615"
			       "&class=inference&size=1048576"), 0);
	assert_string_equal(name.export, "u-1");
	assert_string_equal(name.client, "h.x_-9");
	assert_string_equal(name.class, "inference");
	assert_true(name.has_epoch);
	assert_int_equal(name.epoch, UINT64_MAX);
	assert_int_equal(name.size, 1048576);
	assert_string_equal(name.claim, "");
	assert_false(name.takeover);
	assert_int_equal(parse("u?epoch=0"), 0);
	assert_true(name.has_epoch);
	assert_int_equal(parse("u?"), 0);
	assert_int_equal(parse("u?claim=0a.B_-9&takeover=1&client=h"), 0);
	assert_string_equal(name.claim, "0a.B_-9");
	assert_string_equal(name.client, "h");
	assert_true(name.takeover);
	assert_false(name.readonly);
	assert_int_equal(parse("u?epoch=1&readonly=1"), 0);
	assert_true(name.readonly);
	assert_false(name.takeover);
	assert_false(name.orphan);
	assert_int_equal(parse("u?epoch=1&orphan=1&claim=c"), 0);
	assert_true(name.orphan);
}

static void refused(void **state)
{
	static const struct { const char *text, *says; } rows[] = {
		{ "u?x=1", "unknown key 'x'" },
		{ "u?Epoch=1", "unknown key 'Epoch'" },
		{ "u?epoch=1&&size=4096", "unknown key ''" },
		{ "u?epoch=1&epoch=2", "twice" },
		{ "u?epoch=", "decimal" },
		{ "u?epoch=1x", "decimal" },
		{ "u?size=4097", "multiple of 4096" },
		{ "u?size=17592186048512", "at most" },
		{ "u?class=", "critical" },
		{ "u?class=critical1", "critical" },
		{ "u?client=a b", "characters" },
		{ "u?claim=", "characters" },
		{ "u?claim=a:b", "characters" },
		{ "u?takeover=", "expected 1" },
		{ "u?takeover=0", "expected 1" },
		{ "u?takeover=11", "expected 1" },
		{ "u?takeover=1&takeover=1", "twice" },
		{ "u?readonly=0", "expected 1" },
		{ "u?takeover=1&readonly=1", "exclude" },
		{ "u?orphan=0&claim=c&epoch=1", "expected 1" },
		{ "u?orphan=1&epoch=1", "needs claim and epoch" },
		{ "u?orphan=1&claim=c", "needs claim and epoch" },
		{ "u?orphan=1&claim=c&epoch=1&takeover=1", "excludes" },
		{ "u?orphan=1&claim=c&epoch=1&readonly=1", "excludes" },
		{ "?epoch=1", "uuid is missing" },
		{ "u\t", "printable" },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_int_equal(parse(rows[i].text), -EINVAL);
		assert_non_null(strstr(why, rows[i].says));
	}
}

static void lengths(void **state)
{
	char text[600];

	memset(text, 'x', sizeof(text));
	assert_int_equal(name_parse(text, 255, &name, why), 0);
	assert_int_equal(strlen(name.export), 255);
	assert_int_equal(name_parse(text, 256, &name, why), -EINVAL);
	/* What is wrong may be long; what is said stays within its bounds. */
	memcpy(text, "u?", 2);
	assert_int_equal(name_parse(text, sizeof(text), &name, why), -EINVAL);
	assert_true(strlen(why) < NAME_WHY_MAX);
	memcpy(text, "u?client=", 9);
	assert_int_equal(name_parse(text, 9 + 63, &name, why), 0);
	assert_int_equal(name_parse(text, 9 + 64, &name, why), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain),
		cmocka_unit_test(all_keys),
		cmocka_unit_test(refused),
		cmocka_unit_test(lengths),
	};

	return cmocka_run_group_tests_name("server_name", tests, NULL, NULL);
}
