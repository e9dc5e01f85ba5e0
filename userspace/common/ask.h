/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Asking programs of netram's how they are: GET /status, see netram-server(8), without
 * the exports of a page server.
 */
#ifndef NETRAM_COMMON_ASK_H
#define NETRAM_COMMON_ASK_H

#include <json-c/json.h>
#include <stddef.h>

/* Where a page server answers over TCP, if nobody says another port. */
#define STATUS_PORT	10811

/**
 * struct ask - a question and its answer
 * @whom: a unix socket's path, which begins with a slash, or ADDR[:PORT]
 * @status: what it says, if @err is 0; json_object_put() it
 * @err: 0, -EPROTO: it says nothing that makes sense, or another -errno
 */
struct ask {
	const char *whom;
	struct json_object *status;
	int err;
};

int ask_all(struct ask *asks, size_t nr);
int ask_status(const char *whom, struct json_object **status);

#endif /* NETRAM_COMMON_ASK_H */
