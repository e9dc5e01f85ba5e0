// SPDX-License-Identifier: GPL-2.0
/* --help, made from the commands' own tables. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ctl.h"

static const struct ctl_opt common[] = {
	{ .name = "json", .help = "write JSON; sizes in bytes" },
	{ .name = "help", .help = "show this text" },
	{ 0 }
};

static void print_value(const struct ctl_opt *opt, const char *before,
			uint64_t value)
{
	char text[24];

	if (opt->kind == CTL_OPT_SIZE)
		netram_size_format(value, text, sizeof(text));
	else
		snprintf(text, sizeof(text), "%" PRIu64, value);
	printf("%s%s", before, text);
}

static void print_limits(const struct ctl_opt *opt)
{
	if (opt->kind != CTL_OPT_SIZE && opt->kind != CTL_OPT_NUMBER)
		return;
	print_value(opt, ", ", opt->min);
	print_value(opt, " to ", opt->max);
	if (opt->def)
		print_value(opt, " (default: ", opt->def);
	if (opt->def)
		putchar(')');
}

static void print_opts(const struct ctl_opt *opt)
{
	char left[40];

	for (; opt && opt->name; opt++) {
		snprintf(left, sizeof(left), "--%s%s%s", opt->name,
			 opt->arg ? " " : "", opt->arg ?: "");
		printf("  %-22s %s", left, opt->help);
		print_limits(opt);
		putchar('\n');
	}
}

void ctl_help_command(const struct ctl_command *cmd)
{
	printf("usage: netramctl %s%s%s%s%s [OPTION]...\n\n%s\n\nOptions:\n",
	       cmd->group ?: "", cmd->group ? " " : "", cmd->name,
	       cmd->operands ? " " : "", cmd->operands ?: "", cmd->summary);
	print_opts(cmd->opts);
	print_opts(common);
	printf("\nExamples:\n%s", cmd->examples);
}

static void print_line(const struct ctl_command *cmd)
{
	char left[64];

	snprintf(left, sizeof(left), "%s%s%s%s%s", cmd->group ?: "",
		 cmd->group ? " " : "", cmd->name, cmd->operands ? " " : "",
		 cmd->operands ?: "");
	printf("  %-36s %s\n", left, cmd->summary);
}

void ctl_help_group(const struct ctl_command *const *cmds, const char *group)
{
	printf("usage: netramctl %s COMMAND\n\nCommands:\n", group);
	for (; *cmds; cmds++)
		if ((*cmds)->group && !strcmp((*cmds)->group, group))
			print_line(*cmds);
	puts("\n'netramctl COMMAND --help' tells more.");
}

void ctl_help_all(const struct ctl_command *const *cmds)
{
	puts("usage: netramctl COMMAND\n\n"
	     "Use the RAM of other machines through /dev/netramN.\n\n"
	     "Commands:");
	for (; *cmds; cmds++)
		print_line(*cmds);
	puts("\n"
	     "  --version                            show the version\n"
	     "\n"
	     "'netramctl COMMAND --help' tells more, netramctl(8) everything.\n"
	     "\n"
	     "Examples:\n"
	     "  netramctl node add n1 192.0.2.10\n"
	     "  netramctl volume create v1 --size 4G\n"
	     "  netramctl swapon v1");
}
