/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Answers to GET and HEAD, by libmicrohttpd in a thread of its own. Whoever asks
 * waits for nobody but that thread, and nobody waits for who asks: there are few
 * connections, and one whose request has taken too long is closed, however alive
 * it looks.
 */
#ifndef NETRAM_COMMON_HTTP_H
#define NETRAM_COMMON_HTTP_H

#include <stddef.h>

#include "common/pieces.h"

#define HTTP_JSON	"application/json"
#define HTTP_PLAIN	"text/plain; charset=utf-8"

struct http;
struct http_request;

/**
 * struct http_answer - what a http_fn() answers
 * @code: 200 unless it says otherwise
 * @type: the content's
 * @text: the content; freed unless @fixed
 * @size: of it
 * @fixed: it stays where it is for good
 * @pieces: the content, instead of @text; freed
 */
struct http_answer {
	unsigned int code;
	const char *type;
	char *text;
	size_t size;
	int fixed;
	struct pieces *pieces;
};

/**
 * typedef http_fn - answer a request; runs in the thread of the server
 * @arg: as given to http_start()
 * @url: the path
 * @request: for http_argument()
 * @answer: zeroed; no content: there is nothing of that name, or, with @code, that
 */
typedef void (*http_fn)(void *arg, const char *url,
			const struct http_request *request,
			struct http_answer *answer);

/* What stands behind "NAME=" in the query, or NULL. */
const char *http_argument(const struct http_request *request, const char *name);

/* The answer is this text, which is freed; NULL: there was no memory for it. */
void http_text(struct http_answer *answer, const char *type, char *text);
/* The same of pieces. */
void http_pieces(struct http_answer *answer, const char *type,
		 struct pieces *pieces);

/**
 * http_start() - begin to answer
 * @fd: a listening socket; closed in the end, and also on failure. On one that is
 *   not a unix socket, requests have to be made to it by its address, or, where
 *   that is a loopback one, by a name of it: else a page from elsewhere whose name
 *   is made to lead here could read what is meant for others (DNS rebinding)
 * @fn: answers
 * @arg: passed on
 * @http: set on success
 *
 * Return: 0 or -errno.
 */
int http_start(int fd, http_fn fn, void *arg, struct http **http);

/* http may be NULL. */
void http_stop(struct http *http);

#endif /* NETRAM_COMMON_HTTP_H */
