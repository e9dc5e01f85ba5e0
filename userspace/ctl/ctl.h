/* SPDX-License-Identifier: GPL-2.0 */
/*
 * netramctl. main.c holds the table of subcommands; each of them is a file
 * that describes itself by a struct ctl_command, from which the parser, --help
 * and the error texts are made.
 */
#ifndef NETRAM_CTL_H
#define NETRAM_CTL_H

#include <netram/netram.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * enum ctl_exit - exit codes; the manual page documents them
 * @CTL_OK: done; for status: all is well
 * @CTL_FAILED: refused or failed; for status: degraded
 * @CTL_USAGE: the command line is wrong, nothing was tried
 * @CTL_MODULE: the module is not loaded, not permitted or not understood
 * @CTL_WARNED: for doctor: nothing worse than warnings
 */
enum ctl_exit {
	CTL_OK = 0,
	CTL_FAILED = 1,
	CTL_USAGE = 2,
	CTL_MODULE = 3,
	CTL_WARNED = 4,
};

/**
 * enum ctl_opt_kind - what follows an option, and where its value goes
 * @CTL_OPT_FLAG: nothing; bool
 * @CTL_OPT_TEXT: any text; const char *
 * @CTL_OPT_NAME: a text that netram_name_valid(); const char *
 * @CTL_OPT_NUMBER: a number from min to max; uint64_t
 * @CTL_OPT_SIZE: a number with K, M, G or T, from min to max; uint64_t
 */
enum ctl_opt_kind {
	CTL_OPT_FLAG,
	CTL_OPT_TEXT,
	CTL_OPT_NAME,
	CTL_OPT_NUMBER,
	CTL_OPT_SIZE,
};

/**
 * struct ctl_opt - a long option; a table of them ends with a zeroed one
 * @name: without the dashes
 * @kind: what follows
 * @value: where it goes
 * @arg: what --help calls it
 * @help: what it does
 * @min: least number or size
 * @max: greatest number or size
 * @def: what it is when not given; 0: @help tells, or there is nothing to tell
 */
struct ctl_opt {
	const char *name;
	enum ctl_opt_kind kind;
	void *value;
	const char *arg;
	const char *help;
	uint64_t min;
	uint64_t max;
	uint64_t def;
};

/**
 * struct ctl_call - a command line after parsing
 * @operands: what is no option, ending with NULL; at least the command's min
 * @json: write JSON
 */
struct ctl_call {
	char **operands;
	bool json;
};

/**
 * struct ctl_command - a subcommand
 * @group: "pool", "node", "volume", "extent", "sync", "swap", "tmpfs", "scratch" or
 *   NULL
 * @name: the last word
 * @operands: as --help shows them, or NULL
 * @summary: one line
 * @examples: lines, each beginning with two spaces and ending with a newline
 * @min: least number of operands
 * @max: greatest number of operands
 * @opts: its own options, or NULL; every command has --json and --help
 * @run: do it; returns an exit code and has said on stderr what went wrong
 */
struct ctl_command {
	const char *group;
	const char *name;
	const char *operands;
	const char *summary;
	const char *examples;
	int min;
	int max;
	const struct ctl_opt *opts;
	int (*run)(const struct ctl_call *call);
};

extern const struct ctl_command ctl_pool_show;
extern const struct ctl_command ctl_node_add;
extern const struct ctl_command ctl_node_remove;
extern const struct ctl_command ctl_node_drain;
extern const struct ctl_command ctl_node_set;
extern const struct ctl_command ctl_node_list;
extern const struct ctl_command ctl_node_show;
extern const struct ctl_command ctl_volume_create;
extern const struct ctl_command ctl_volume_delete;
extern const struct ctl_command ctl_volume_set;
extern const struct ctl_command ctl_volume_list;
extern const struct ctl_command ctl_volume_show;
extern const struct ctl_command ctl_extent_list;
extern const struct ctl_command ctl_extent_show;
extern const struct ctl_command ctl_verify;
extern const struct ctl_command ctl_resolve;
extern const struct ctl_command ctl_sync_node;
extern const struct ctl_command ctl_sync_region;
extern const struct ctl_command ctl_sync_zone;
extern const struct ctl_command ctl_swapon;
extern const struct ctl_command ctl_swapoff;
extern const struct ctl_command ctl_swap_create;
extern const struct ctl_command ctl_swap_remove;
extern const struct ctl_command ctl_tmpfs_create;
extern const struct ctl_command ctl_tmpfs_remove;
extern const struct ctl_command ctl_tmpfs_list;
extern const struct ctl_command ctl_scratch_create;
extern const struct ctl_command ctl_scratch_remove;
extern const struct ctl_command ctl_status;
extern const struct ctl_command ctl_top;
extern const struct ctl_command ctl_doctor;
extern const struct ctl_command ctl_latency;
extern const struct ctl_command ctl_events;

/* opts.c */
int ctl_opts_parse(const struct ctl_command *cmd, char **argv,
		   struct ctl_call *call, bool *help);

/* opts_write.c */
#define CTL_OPTS_SIZE	1024

void ctl_opts_write(const struct ctl_opt *opts, const char *const *names,
		    char *text, size_t size);

/* help.c */
void ctl_help_command(const struct ctl_command *cmd);
void ctl_help_group(const struct ctl_command *const *cmds, const char *group);
void ctl_help_all(const struct ctl_command *const *cmds);

/* on_loss.c */
int ctl_on_loss_parse(const char *text, uint8_t *on_loss);

/* backup.c */
int ctl_backup_mode_parse(const char *text, uint8_t *mode);
int ctl_backup_open(const char *path, char *device, size_t size, int *fd);

/* error.c */
void ctl_error_prefix(const struct ctl_command *cmd);
void ctl_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
int ctl_fail(int code, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
int ctl_fail_module(struct netram *nt, int err);
int ctl_check_name(const char *what, const char *name);
int ctl_check_folder(char *path);
int ctl_check_empty(const char *path, bool force);
int ctl_open(struct netram **nt);
int ctl_open_failed(int err);

/* find.c */
int ctl_find_volume(struct netram *nt, const char *operand,
		    struct netram_volume **volume);
int ctl_on_volume(const struct ctl_call *call,
		  int (*fn)(struct netram *nt,
			    const struct netram_volume *volume, bool json));
int ctl_on_nodes(const struct ctl_call *call,
		 int (*fn)(const struct netram_node *first, bool json));

#endif /* NETRAM_CTL_H */
