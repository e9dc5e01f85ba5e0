// SPDX-License-Identifier: GPL-2.0
/* The command line again, of what was given: for --dry-run. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ctl.h"

/* What a shell takes as it stands. */
#define PLAIN	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:@%+=,-"

__attribute__((format(printf, 3, 4)))
static void append(char *text, size_t size, const char *fmt, ...)
{
	size_t len = strlen(text);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text + len, size - len, fmt, ap);
	va_end(ap);
}

static void append_word(char *text, size_t size, const char *word)
{
	if (word[0] && !word[strspn(word, PLAIN)]) {
		append(text, size, "%s", word);
		return;
	}
	append(text, size, "'");
	for (; *word; word++)
		if (*word == '\'')
			append(text, size, "'\\''");
		else
			append(text, size, "%c", *word);
	append(text, size, "'");
}

/* What stands for a number that was not given is out of its range. */
static bool is_given(const struct ctl_opt *opt)
{
	uint64_t n;

	switch (opt->kind) {
	case CTL_OPT_FLAG:
		return *(bool *)opt->value;
	case CTL_OPT_TEXT:
	case CTL_OPT_NAME:
		return *(const char **)opt->value;
	case CTL_OPT_NUMBER:
	case CTL_OPT_SIZE:
		n = *(uint64_t *)opt->value;
		return n >= opt->min && n <= opt->max;
	}
	return false;
}

static void append_value(const struct ctl_opt *opt, char *text, size_t size)
{
	char number[24];

	switch (opt->kind) {
	case CTL_OPT_FLAG:
		break;
	case CTL_OPT_TEXT:
	case CTL_OPT_NAME:
		append(text, size, " ");
		append_word(text, size, *(const char **)opt->value);
		break;
	case CTL_OPT_NUMBER:
		append(text, size, " %" PRIu64, *(uint64_t *)opt->value);
		break;
	case CTL_OPT_SIZE:
		netram_size_format(*(uint64_t *)opt->value, number,
				   sizeof(number));
		append(text, size, " %s", number);
		break;
	}
}

static bool is_among(const char *name, const char *const *names)
{
	while (*names && strcmp(*names, name))
		names++;
	return *names;
}

/**
 * ctl_opts_write() - the options that were given, as a shell takes them
 * @opts: the table
 * @names: of these options, ending with NULL; NULL: of all but --dry-run
 * @text: where to put them, a blank before each; "" if none was given
 * @size: room there
 */
void ctl_opts_write(const struct ctl_opt *opts, const char *const *names,
		    char *text, size_t size)
{
	const struct ctl_opt *opt;

	text[0] = '\0';
	for (opt = opts; opt->name; opt++) {
		if (names ? !is_among(opt->name, names) :
			    !strcmp(opt->name, "dry-run"))
			continue;
		if (!is_given(opt))
			continue;
		append(text, size, " --%s", opt->name);
		append_value(opt, text, size);
	}
}
