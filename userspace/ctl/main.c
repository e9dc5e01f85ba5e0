// SPDX-License-Identifier: GPL-2.0
/* netramctl: the table of subcommands and the way into it. */
#include <stdio.h>
#include <string.h>

#include "common/text.h"
#include "ctl.h"

static const struct ctl_command *const commands[] = {
	&ctl_pool_show,
	&ctl_node_add,
	&ctl_node_remove,
	&ctl_node_drain,
	&ctl_node_set,
	&ctl_node_list,
	&ctl_node_show,
	&ctl_volume_create,
	&ctl_volume_delete,
	&ctl_volume_set,
	&ctl_volume_list,
	&ctl_volume_show,
	&ctl_extent_list,
	&ctl_extent_show,
	&ctl_verify,
	&ctl_resolve,
	&ctl_sync_node,
	&ctl_sync_region,
	&ctl_sync_zone,
	&ctl_swapon,
	&ctl_swapoff,
	&ctl_swap_create,
	&ctl_swap_remove,
	&ctl_tmpfs_create,
	&ctl_tmpfs_remove,
	&ctl_tmpfs_list,
	&ctl_scratch_create,
	&ctl_scratch_remove,
	&ctl_status,
	&ctl_top,
	&ctl_doctor,
	&ctl_latency,
	&ctl_events,
	NULL
};

#define COMMANDS	(sizeof(commands) / sizeof(*commands))

static bool same(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static const struct ctl_command *find(const char *group, const char *name)
{
	size_t i;

	for (i = 0; commands[i]; i++)
		if (same(commands[i]->group, group) &&
		    !strcmp(commands[i]->name, name))
			return commands[i];
	return NULL;
}

static bool is_group(const char *word)
{
	size_t i;

	for (i = 0; commands[i]; i++)
		if (same(commands[i]->group, word))
			return true;
	return false;
}

static bool is_help(const char *word)
{
	return !strcmp(word, "help") || !strcmp(word, "--help") ||
	       !strcmp(word, "-h");
}

/* The words that may stand where typed stands: after group, or first. */
static const char *nearest(const char *group, const char *typed)
{
	const char *words[COMMANDS + 1];
	size_t i, n = 0;

	for (i = 0; commands[i]; i++) {
		const struct ctl_command *c = commands[i];

		if (same(c->group, group))
			words[n++] = c->name;
		else if (!group)
			words[n++] = c->group;
	}
	words[n] = NULL;
	return suggest(typed, words);
}

static int unknown(const char *group, const char *typed)
{
	const char *near = nearest(group, typed);
	const char *sep = group ? " " : "";

	if (!group)
		group = "";
	if (near)
		return ctl_fail(CTL_USAGE,
				"unknown command '%s%s%s': did you mean '%s%s%s'?",
				group, sep, typed, group, sep, near);
	return ctl_fail(CTL_USAGE,
			"unknown command '%s%s%s': 'netramctl %s%s--help' lists them",
			group, sep, typed, group, sep);
}

static int run(const struct ctl_command *cmd, char **argv)
{
	struct ctl_call call;
	bool help;
	int ret;

	ctl_error_prefix(cmd);
	ret = ctl_opts_parse(cmd, argv, &call, &help);
	if (ret)
		return ret;
	if (help) {
		ctl_help_command(cmd);
		return CTL_OK;
	}
	return cmd->run(&call);
}

/* There is one pool, so the word for showing it may be left out. */
static const struct ctl_command *shown_alone(const char *group)
{
	const struct ctl_command *cmd = find(group, "show");

	return cmd && !cmd->min ? cmd : NULL;
}

static int run_group(char **argv)
{
	const struct ctl_command *cmd = shown_alone(argv[0]);

	if (cmd && (!argv[1] || (argv[1][0] == '-' && !is_help(argv[1]))))
		return run(cmd, argv + 1);
	if (!argv[1])
		return ctl_fail(CTL_USAGE,
				"%s: which command? 'netramctl %s --help' lists them",
				argv[0], argv[0]);
	if (is_help(argv[1])) {
		ctl_help_group(commands, argv[0]);
		return CTL_OK;
	}
	cmd = find(argv[0], argv[1]);
	return cmd ? run(cmd, argv + 2) : unknown(argv[0], argv[1]);
}

static int run_help(char **argv)
{
	const struct ctl_command *cmd;

	if (!argv[0]) {
		ctl_help_all(commands);
		return CTL_OK;
	}
	if (is_group(argv[0]) && !argv[1]) {
		ctl_help_group(commands, argv[0]);
		return CTL_OK;
	}
	cmd = is_group(argv[0]) ? find(argv[0], argv[1]) : find(NULL, argv[0]);
	if (!cmd)
		return is_group(argv[0]) ? unknown(argv[0], argv[1]) :
					   unknown(NULL, argv[0]);
	ctl_help_command(cmd);
	return CTL_OK;
}

static int dispatch(char **argv)
{
	const struct ctl_command *cmd;

	if (!argv[0])
		return ctl_fail(CTL_USAGE,
				"which command? 'netramctl --help' lists them");
	if (is_help(argv[0]))
		return run_help(argv + 1);
	if (!strcmp(argv[0], "--version")) {
		printf("netramctl %s\n", NETRAM_LIBRARY_VERSION);
		return CTL_OK;
	}
	if (argv[0][0] == '-')
		return ctl_fail(CTL_USAGE,
				"'%s': a command comes first, its options behind it, as in 'netramctl status --json'",
				argv[0]);
	if (is_group(argv[0]))
		return run_group(argv);
	cmd = find(NULL, argv[0]);
	return cmd ? run(cmd, argv + 1) : unknown(NULL, argv[0]);
}

int main(int argc, char **argv)
{
	int ret = dispatch(argv + (argc > 0));

	if (fflush(stdout) && ret == CTL_OK)
		ret = ctl_fail(CTL_FAILED, "cannot write the output");
	return ret;
}
