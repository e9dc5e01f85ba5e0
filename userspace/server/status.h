/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the server is doing, over HTTP: GET /status as JSON, GET /metrics for
 * Prometheus. In a thread of its own; the threads that serve pages do not know of
 * it, they only write their counters.
 */
#ifndef STATUS_H
#define STATUS_H

#include <stdint.h>
#include <time.h>

#include "export.h"
#include "loops.h"

struct status_source {
	const char *name;
	const char *instance;
	int64_t started_ms;
	time_t started;
	struct export_table *table;
	struct loops *loops;
};

struct status;

/* @fd: a listening socket; closed in the end, and on failure. 0 or -errno. */
int status_start(int fd, const struct status_source *source,
		 struct status **status);
/* NULL: there is nothing to stop. */
void status_stop(struct status *status);

/* metrics.c: a text to be freed, or NULL */
char *metrics_text(const struct status_source *source);

#endif /* STATUS_H */
