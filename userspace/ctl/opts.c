// SPDX-License-Identifier: GPL-2.0
/*
 * The command line after the command: long options with a value behind a space
 * or "=", operands anywhere, "--" ends options. Not getopt, because that does
 * not tell what exactly was wrong.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "ctl.h"

#define OPTS_MAX	16

static int unknown_option(const struct ctl_command *cmd, const char *name,
			  size_t len)
{
	const char *known[OPTS_MAX + 3] = { "json", "help" };
	const struct ctl_opt *opt;
	char typed[64];
	const char *near;
	size_t n = 2;

	for (opt = cmd->opts; opt && opt->name && n < OPTS_MAX; opt++)
		known[n++] = opt->name;
	if (len >= sizeof(typed))
		len = sizeof(typed) - 1;
	memcpy(typed, name, len);
	typed[len] = '\0';
	near = suggest(typed, known);
	if (near)
		return ctl_fail(CTL_USAGE,
				"unknown option '--%s': did you mean '--%s'?",
				typed, near);
	return ctl_fail(CTL_USAGE, "unknown option '--%s': see --help", typed);
}

static int put_number(const struct ctl_opt *opt, const char *text)
{
	size_t digits = strspn(text, "0123456789");
	uint64_t n;

	errno = 0;
	n = strtoull(text, NULL, 10);
	if (!digits || text[digits] || errno || n < opt->min || n > opt->max)
		return ctl_fail(CTL_USAGE,
				"--%s: '%s' is not a number from %" PRIu64 " to %" PRIu64,
				opt->name, text, opt->min, opt->max);
	*(uint64_t *)opt->value = n;
	return CTL_OK;
}

static int refuse_size(const struct ctl_opt *opt, const char *text)
{
	char bare[32];

	if (size_strip_unit(text, bare, sizeof(bare)))
		return ctl_fail(CTL_USAGE,
				"--%s: '%s' is not a size: write %s",
				opt->name, text, bare);
	return ctl_fail(CTL_USAGE,
			"--%s: '%s' is not a size: write a whole number, with K, M, G or T behind it for powers of 1024",
			opt->name, text);
}

static int put_size(const struct ctl_opt *opt, const char *text)
{
	char min[24], max[24];
	uint64_t n = 0;
	int err = netram_size_parse(text, &n);

	if (err == -EINVAL)
		return refuse_size(opt, text);
	netram_size_format(opt->min, min, sizeof(min));
	netram_size_format(opt->max, max, sizeof(max));
	if (err || n < opt->min || n > opt->max)
		return ctl_fail(CTL_USAGE, "--%s: %s is not from %s to %s",
				opt->name, text, min, max);
	*(uint64_t *)opt->value = n;
	return CTL_OK;
}

static int put_value(const struct ctl_opt *opt, const char *text)
{
	switch (opt->kind) {
	case CTL_OPT_FLAG:
		*(bool *)opt->value = true;
		return CTL_OK;
	case CTL_OPT_NAME:
		if (ctl_check_name(opt->name, text))
			return CTL_USAGE;
		/* fallthrough */
	case CTL_OPT_TEXT:
		*(const char **)opt->value = text;
		return CTL_OK;
	case CTL_OPT_NUMBER:
		return put_number(opt, text);
	case CTL_OPT_SIZE:
		return put_size(opt, text);
	}
	return CTL_USAGE;
}

static const struct ctl_opt *find_opt(const struct ctl_opt *opt,
				      const char *name, size_t len)
{
	for (; opt && opt->name; opt++)
		if (strlen(opt->name) == len && !memcmp(opt->name, name, len))
			return opt;
	return NULL;
}

/* Takes argv[0], and argv[1] where that is its value; *argv moves on. */
static int parse_option(const struct ctl_command *cmd,
			const struct ctl_opt *common, char ***argv)
{
	const char *name = **argv + 2;
	size_t len = strcspn(name, "=");
	const char *value = name[len] ? name + len + 1 : NULL;
	const struct ctl_opt *opt = find_opt(cmd->opts, name, len);

	++*argv;
	if (!opt)
		opt = find_opt(common, name, len);
	if (!opt)
		return unknown_option(cmd, name, len);
	if (opt->kind == CTL_OPT_FLAG && value)
		return ctl_fail(CTL_USAGE, "--%s takes no value", opt->name);
	if (opt->kind != CTL_OPT_FLAG && !value) {
		value = **argv;
		if (!value)
			return ctl_fail(CTL_USAGE, "--%s needs a value: --%s %s",
					opt->name, opt->name, opt->arg);
		++*argv;
	}
	return put_value(opt, value);
}

static int check_count(const struct ctl_command *cmd, char **operands)
{
	int n = 0;

	while (operands[n])
		n++;
	if (n < cmd->min)
		return ctl_fail(CTL_USAGE, "expected %s: see --help",
				cmd->operands);
	if (n > cmd->max)
		return ctl_fail(CTL_USAGE, "'%s' is too much: see --help",
				operands[cmd->max]);
	return CTL_OK;
}

/* One word of argv, of which operands are gathered at its own front. */
static int parse_word(const struct ctl_command *cmd,
		      const struct ctl_opt *common, char ***argv,
		      char ***operands, bool *only_operands)
{
	char *word = **argv;

	if (*only_operands || word[0] != '-') {
		*(*operands)++ = word;
	} else if (!strcmp(word, "--")) {
		*only_operands = true;
	} else if (!strncmp(word, "--", 2)) {
		return parse_option(cmd, common, argv);
	} else {
		return ctl_fail(CTL_USAGE, "unknown option '%s': see --help",
				word);
	}
	++*argv;
	return CTL_OK;
}

static int parse_words(const struct ctl_command *cmd,
		       const struct ctl_opt *common, char **argv)
{
	char **operands = argv;
	bool only_operands = false;
	int ret = CTL_OK;

	while (*argv && !ret)
		ret = parse_word(cmd, common, &argv, &operands,
				 &only_operands);
	*operands = NULL;
	return ret;
}

static bool asks_help(char **argv)
{
	for (; *argv && strcmp(*argv, "--"); argv++)
		if (!strcmp(*argv, "-h") || !strcmp(*argv, "--help"))
			return true;
	return false;
}

/* Afterwards argv holds the operands alone. */
int ctl_opts_parse(const struct ctl_command *cmd, char **argv,
		   struct ctl_call *call, bool *help)
{
	const struct ctl_opt common[] = {
		{ .name = "json", .value = &call->json },
		{ 0 }
	};
	int ret;

	call->operands = argv;
	call->json = false;
	*help = asks_help(argv);
	if (*help)
		return CTL_OK;
	ret = parse_words(cmd, common, argv);
	return ret ? ret : check_count(cmd, argv);
}
