// SPDX-License-Identifier: GPL-2.0
#include "status.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "page.h"

/**
 * struct status - the socket
 * @http: who answers there
 * @path: the socket's
 */
struct status {
	struct http *http;
	const char *path;
};

/* A socket that nobody answers on is what is left of one that was killed. */
static int listen_at(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), err;

	if (fd < 0)
		return -errno;
	strncpy(addr.sun_path, path, sizeof(addr.sun_path) - 1);
	if (!connect(fd, (struct sockaddr *)&addr, sizeof(addr))) {
		close(fd);
		return -EADDRINUSE;
	}
	unlink(path);
	if (!bind(fd, (struct sockaddr *)&addr, sizeof(addr)) &&
	    !chmod(path, 0600) && !listen(fd, 16))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

/**
 * status_start() - begin to answer
 * @path: of the socket
 * @board: what is told
 * @status: set on success
 *
 * Return: 0; -EADDRINUSE: another netramd answers there; or another -errno.
 */
int status_start(const char *path, struct board *board, struct status **status)
{
	struct status *s = calloc(1, sizeof(*s));
	int fd = s ? listen_at(path) : -ENOMEM;
	int err = fd < 0 ? fd : http_start(fd, page_answer, board, &s->http);

	if (err) {
		free(s);
		return err;
	}
	s->path = path;
	*status = s;
	return 0;
}

void status_put(struct board *board, const struct status_source *source)
{
	board_put(board, BOARD_STATUS, status_json(source));
	board_put(board, BOARD_KEEPER_METRICS, keeper_metrics(source));
}

/* status may be NULL. */
void status_stop(struct status *status)
{
	if (!status)
		return;
	http_stop(status->http);
	unlink(status->path);
	free(status);
}
