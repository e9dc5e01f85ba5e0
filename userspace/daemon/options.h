/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAMD_OPTIONS_H
#define NETRAMD_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct options - the command line
 * @config: the file
 * @status: where to answer GET /status, or NULL
 * @state: the folder of what outlives this host
 * @interval_s: between looks when nothing happens
 * @check: only say what is wrong with the file
 * @no_mlock: let the kernel swap us
 */
struct options {
	const char *config;
	const char *status;
	const char *state;
	uint64_t interval_s;
	bool check;
	bool no_mlock;
};

/* Exit codes; the manual page documents them. */
enum exit_code {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_CONFIG = 3,
};

void options_parse(int argc, char **argv, struct options *o);

#endif /* NETRAMD_OPTIONS_H */
