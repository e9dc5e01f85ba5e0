/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The status page, with what it asks for, and metrics; over HTTP, on loopback as a
 * rule. All of it comes from the board and from this program's own file.
 */
#ifndef NETRAMD_PAGE_H
#define NETRAMD_PAGE_H

#include "board.h"
#include "common/http.h"
#include "config.h"

struct page;

/**
 * struct page - where it is answered
 * @board: what is told
 * @http: the server, or NULL
 * @listen: where it listens, or should
 * @why: why it does not, or ""
 */
struct page {
	struct board *board;
	struct http *http;
	struct config_listen listen;
	char why[128];
};

/* Serve where the file says; again and again, what works stays. */
void page_settle(struct page *page, const struct config_listen *listen);
void page_stop(struct page *page);

/* A http_fn with a board as its argument; also for the status socket. */
void page_answer(void *board, const char *url,
		 const struct http_request *request, struct http_answer *answer);

/* assets.c */
struct asset {
	const char *url;
	const char *type;
	const char *begin;
	const char *end;
};

extern const struct asset assets[];

#endif /* NETRAMD_PAGE_H */
