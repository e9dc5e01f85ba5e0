/* SPDX-License-Identifier: GPL-2.0 */
/*
 * GET /status over HTTP on a unix socket. The text is made after each look and
 * kept, so that who asks waits for nothing, and gets an answer also while a look
 * takes long.
 */
#ifndef NETRAMD_STATUS_H
#define NETRAMD_STATUS_H

#include "keeper.h"

struct status;

/**
 * struct status_source - what is told
 * @path: the file
 * @config: what it said when it was read well
 * @refused: what was wrong when it was not read well since, or ""
 * @keeper: what was seen last
 */
struct status_source {
	const char *path;
	const struct config *config;
	const char *refused;
	const struct keeper *keeper;
};

int status_start(const char *path, struct status **status);
void status_put(struct status *status, const struct status_source *source);
void status_stop(struct status *status);

/* status_json.c: a text to be freed, or NULL */
char *status_json(const struct status_source *source);

#endif /* NETRAMD_STATUS_H */
