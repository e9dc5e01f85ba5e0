/* SPDX-License-Identifier: GPL-2.0 */
/* GET /status: what the server is doing, as JSON over HTTP on a unix socket. */
#ifndef STATUS_H
#define STATUS_H

#include <stdint.h>

#include "export.h"
#include "loops.h"

struct status_source {
	const char *name;
	const char *instance;
	int64_t started_ms;
	struct export_table *table;
	struct loops *loops;
};

struct status;

/* @fd: a listening socket; closed in the end. NULL if it cannot be served. */
struct status *status_start(int fd, const struct status_source *source);
void status_stop(struct status *status);

#endif /* STATUS_H */
