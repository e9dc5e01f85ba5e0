// SPDX-License-Identifier: GPL-2.0
/*
 * Ask a page server or netramd how it is: GET /status over its unix socket, see
 * netram-server(8) and netramd(8). It answers at once or is not believed to.
 */
#include "common/ask.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/clock.h"

#define ANSWER_MAX	(1024 * 1024)
#define TIMEOUT_MS	1000

static int connect_to(const char *path)
{
	const struct timeval limit = { .tv_sec = TIMEOUT_MS / 1000 };
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd, err;

	if (strlen(path) >= sizeof(addr.sun_path))
		return -ENAMETOOLONG;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	strcpy(addr.sun_path, path);
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

static int understand(const char *answer, struct json_object **status)
{
	const char *body = strstr(answer, "\r\n\r\n");

	if (strncmp(answer, "HTTP/1.", 7) || !strstr(answer, " 200 ") || !body)
		return -EPROTO;
	*status = json_tokener_parse(body + 4);
	return *status ? 0 : -EPROTO;
}

/**
 * ask_status() - ask one program
 * @path: its status socket
 * @status: set to what it says on success; json_object_put() it
 *
 * Return: 0, -EPROTO: it says nothing that makes sense, or another -errno.
 */
int ask_status(const char *path, struct json_object **status)
{
	int fd = connect_to(path);
	char *answer;
	ssize_t ret;

	*status = NULL;
	if (fd < 0)
		return fd;
	answer = malloc(ANSWER_MAX);
	ret = answer ? converse(fd, answer, ANSWER_MAX) : -ENOMEM;
	close(fd);
	if (ret >= 0)
		ret = understand(answer, status);
	free(answer);
	return ret;
}
