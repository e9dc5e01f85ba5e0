// SPDX-License-Identifier: GPL-2.0
/* The option parser: values, order, and every way to get it wrong. */
#include <string.h>

#include "kit.h"
#include "ctl/ctl.h"

static struct {
	bool flag, dry_run;
	const char *text, *name;
	uint64_t number, size;
} args;

static const struct ctl_opt opts[] = {
	{ "flag", CTL_OPT_FLAG, &args.flag, NULL, "", 0, 0, 0 },
	{ "text", CTL_OPT_TEXT, &args.text, "T", "", 0, 0, 0 },
	{ "name", CTL_OPT_NAME, &args.name, "N", "", 0, 0, 0 },
	{ "number", CTL_OPT_NUMBER, &args.number, "N", "", 1, 1000, 0 },
	{ "size", CTL_OPT_SIZE, &args.size, "S", "", 4096, 1 << 20, 0 },
	{ "dry-run", CTL_OPT_FLAG, &args.dry_run, NULL, "", 0, 0, 0 },
	{ 0 }
};

static const struct ctl_command cmd = {
	.group = "test",
	.name = "cmd",
	.operands = "ONE [TWO]",
	.min = 1,
	.max = 2,
	.opts = opts,
};

#define PARSE(...) parse((char *[]){ __VA_ARGS__, NULL })

static struct ctl_call call;
static bool help;

static int parse(char **argv)
{
	memset(&args, 0, sizeof(args));
	return ctl_opts_parse(&cmd, argv, &call, &help);
}

static void test_values(void **state)
{
	(void)state;
	assert_int_equal(PARSE("a", "--flag", "--text", "x y", "--name=n.1",
			       "b", "--number", "7", "--size=64K", "--json"),
			 0);
	assert_true(args.flag);
	assert_string_equal(args.text, "x y");
	assert_string_equal(args.name, "n.1");
	assert_int_equal(args.number, 7);
	assert_int_equal(args.size, 65536);
	assert_true(call.json);
	assert_string_equal(call.operands[0], "a");
	assert_string_equal(call.operands[1], "b");
	assert_null(call.operands[2]);
	assert_false(help);
}

static void test_odd_but_right(void **state)
{
	(void)state;
	assert_int_equal(PARSE("--text=", "a"), 0);
	assert_string_equal(args.text, "");
	assert_int_equal(PARSE("--text", "--flag", "a"), 0);
	assert_string_equal(args.text, "--flag");
	assert_false(args.flag);
	assert_int_equal(PARSE("--", "--flag", "-x"), 0);
	assert_string_equal(call.operands[0], "--flag");
	assert_string_equal(call.operands[1], "-x");
	assert_int_equal(PARSE("--text=a=b", "a"), 0);
	assert_string_equal(args.text, "a=b");
	assert_int_equal(PARSE("--help"), 0);
	assert_true(help);
	assert_int_equal(PARSE("-h"), 0);
	assert_true(help);
}

static void test_wrong(void **state)
{
	(void)state;
	assert_int_equal(parse((char *[]){ NULL }), CTL_USAGE);
	assert_int_equal(PARSE("a", "b", "c"), CTL_USAGE);
	assert_int_equal(PARSE("a", "-x"), CTL_USAGE);
	assert_int_equal(PARSE("a", "-"), CTL_USAGE);
	assert_int_equal(PARSE("a", "--flog"), CTL_USAGE);
	assert_int_equal(PARSE("a", "--flag=1"), CTL_USAGE);
	assert_int_equal(PARSE("a", "--text"), CTL_USAGE);
	assert_int_equal(PARSE("a", "--name", "x y"), CTL_USAGE);
	assert_int_equal(PARSE("a", "--=x"), CTL_USAGE);
	assert_int_equal(PARSE("a", "--an-option-name-that-is-longer-than-any-room-a-sane-person-would-give-it"),
			 CTL_USAGE);
}

static void test_numbers(void **state)
{
	static char *const bad[] = {
		"", "0", "1001", "-1", "+5", "5x", "x", " 5", "5 ",
		"99999999999999999999999",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(PARSE("a", "--number", bad[i]), CTL_USAGE);
	assert_int_equal(PARSE("a", "--number", "1000"), 0);
	assert_int_equal(PARSE("a", "--size", "4095"), CTL_USAGE);
	assert_int_equal(PARSE("a", "--size", "1025K"), CTL_USAGE);
	assert_int_equal(PARSE("a", "--size", "99999999T"), CTL_USAGE);
	assert_int_equal(PARSE("a", "--size", "big"), CTL_USAGE);
	assert_int_equal(PARSE("a", "--size", "1M"), 0);
}

static void expect_written(const char *const *names, const char *want)
{
	char text[CTL_OPTS_SIZE];

	ctl_opts_write(opts, names, text, sizeof(text));
	assert_string_equal(text, want);
}

/* What a shell would give us again. */
static void test_written(void **state)
{
	static const char *const some[] = { "size", "flag", NULL };
	static const struct {
		const char *text, *want;
	} words[] = {
		{ "/dev/disk/by-id/x_1:2@a%b+c=d,e", " --text /dev/disk/by-id/x_1:2@a%b+c=d,e" },
		{ "", " --text ''" },
		{ "a b", " --text 'a b'" },
		{ "$(x)\"~", " --text '$(x)\"~'" },
		{ "it's", " --text 'it'\\''s'" },
	};
	char text[16];
	size_t i;

	(void)state;
	assert_int_equal(PARSE("a"), 0);
	expect_written(NULL, "");
	assert_int_equal(PARSE("a", "--dry-run", "--size", "64K", "--flag",
			       "--number", "1", "--name", "n"), 0);
	expect_written(NULL, " --flag --name n --number 1 --size 64K");
	expect_written(some, " --flag --size 64K");
	/* another way to say that it is not given */
	args.number = UINT64_MAX;
	args.size = UINT64_MAX;
	expect_written(NULL, " --flag --name n");
	for (i = 0; i < sizeof(words) / sizeof(*words); i++) {
		memset(&args, 0, sizeof(args));
		args.text = words[i].text;
		expect_written(NULL, words[i].want);
	}
	/* cut, and no more than there is room for */
	ctl_opts_write(opts, NULL, text, sizeof(text));
	assert_string_equal(text, " --text 'it'\\''");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_odd_but_right),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
