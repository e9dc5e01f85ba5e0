// SPDX-License-Identifier: GPL-2.0
/*
 * Ask a page server how it is: GET /status over its unix socket, see
 * netram-server(8). It answers at once or is not believed to.
 */
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/clock.h"
#include "objective.h"

#define ANSWER_MAX	(256 * 1024)
#define TIMEOUT_MS	1000

static int connect_to(const char *path)
{
	const struct timeval limit = { .tv_sec = TIMEOUT_MS / 1000 };
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), err;

	if (fd < 0)
		return -errno;
	/* CONFIG_SOCKET_SIZE is the size of sun_path */
	strncpy(addr.sun_path, path, sizeof(addr.sun_path) - 1);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	if (!connect(fd, (struct sockaddr *)&addr, sizeof(addr)))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

/* All of the answer, with a NUL behind it: its length or -errno. */
static ssize_t converse(int fd, char *answer, size_t size)
{
	static const char request[] =
		"GET /status HTTP/1.0\r\nHost: netram\r\n\r\n";
	uint64_t end = clock_ms() + TIMEOUT_MS;
	size_t len = 0;
	ssize_t n;

	if (write(fd, request, strlen(request)) != (ssize_t)strlen(request))
		return errno ? -errno : -EIO;
	while (len + 1 < size) {
		n = read(fd, answer + len, size - len - 1);
		if (n < 0)
			return -errno;
		if (!n)
			break;
		len += n;
		if (clock_ms() > end)
			return -ETIMEDOUT;
	}
	answer[len] = '\0';
	return len;
}

static uint64_t get_u64(struct json_object *o, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(o, key, &value) ?
	       json_object_get_uint64(value) : 0;
}

static int understand(const char *answer, struct server_status *status)
{
	const char *body = strstr(answer, "\r\n\r\n");
	struct json_object *o, *memory;

	if (strncmp(answer, "HTTP/1.", 7) || !strstr(answer, " 200 ") || !body)
		return -EPROTO;
	o = json_tokener_parse(body + 4);
	if (!json_object_object_get_ex(o, "memory", &memory)) {
		json_object_put(o);
		return -EPROTO;
	}
	status->used = get_u64(memory, "used_bytes");
	status->limit = get_u64(memory, "limit_bytes");
	json_object_put(o);
	return 0;
}

/**
 * server_ask() - ask one server
 * @path: its status socket
 * @status: filled: how it is, or why that is not known
 */
void server_ask(const char *path, struct server_status *status)
{
	static char answer[ANSWER_MAX];
	int fd = connect_to(path);
	ssize_t ret = fd;

	status->why[0] = '\0';
	status->used = status->limit = 0;
	if (fd >= 0) {
		ret = converse(fd, answer, sizeof(answer));
		close(fd);
	}
	if (ret >= 0)
		ret = understand(answer, status);
	if (ret < 0)
		snprintf(status->why, sizeof(status->why), "%s: %s", path,
			 strerror(-ret));
}
