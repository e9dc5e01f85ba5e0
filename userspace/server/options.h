/* SPDX-License-Identifier: GPL-2.0 */
/* The command line. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include <netram/limits.h>

#include "common/address.h"
#include "listen.h"

#define OPTIONS_EXPORTS_MAX	256

struct options_export {
	const char *name;	/* not terminated: @name_len bytes */
	unsigned int name_len;
	uint64_t size;
};

struct options {
	struct address listen[LISTEN_MAX];
	unsigned int nr_listen;
	struct options_export exports[OPTIONS_EXPORTS_MAX];
	unsigned int nr_exports;
	uint64_t memory;
	uint64_t export_size;
	uint64_t threads;
	uint64_t max_exports;
	uint64_t max_connections;
	uint64_t busy_poll_us;
	const char *status_path;
	const char *metrics;	/* as given; NULL: not at all */
	struct address metrics_at;
	char name[NETRAM_NAME_MAX + 1];
	bool no_mlock;
};

/* Fills in what was not given. Exits the program: --help, --version, errors. */
void options_parse(int argc, char **argv, struct options *o);

#endif /* OPTIONS_H */
