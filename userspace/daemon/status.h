/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the page has, over HTTP on a unix socket, and the part of it that is told by
 * the keeper. Its texts are made after each look and kept, so that who asks waits
 * for nothing, and gets an answer also while a look takes long.
 */
#ifndef NETRAMD_STATUS_H
#define NETRAMD_STATUS_H

#include "board.h"
#include "keeper.h"
#include "page.h"

struct status;

/**
 * struct status_source - what is told
 * @path: the file
 * @config: what it said when it was read well
 * @refused: what was wrong when it was not read well since, or ""
 * @keeper: what was seen last
 * @page: where the page is
 */
struct status_source {
	const char *path;
	const struct config *config;
	const char *refused;
	const struct keeper *keeper;
	const struct page *page;
};

int status_start(const char *path, struct board *board, struct status **status);
void status_stop(struct status *status);

void status_put(struct board *board, const struct status_source *source);

/* status_json.c, keeper_metrics.c: texts to be freed, or NULL */
char *status_json(const struct status_source *source);
char *keeper_metrics(const struct status_source *source);

#endif /* NETRAMD_STATUS_H */
