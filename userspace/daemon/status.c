// SPDX-License-Identifier: GPL-2.0
#include "status.h"

#include <errno.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/**
 * struct status - the socket and what it answers
 * @daemon: libmicrohttpd's, with a thread of its own
 * @path: the socket's
 * @lock: guards @text
 * @text: the answer
 */
struct status {
	struct MHD_Daemon *daemon;
	const char *path;
	pthread_mutex_t lock;
	char *text;
};

static enum MHD_Result answer(struct MHD_Connection *c, unsigned int code,
			      const char *type, const char *text)
{
	struct MHD_Response *r;
	enum MHD_Result ret;

	r = MHD_create_response_from_buffer(strlen(text), (void *)text,
					    MHD_RESPMEM_MUST_COPY);
	if (!r)
		return MHD_NO;
	MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	ret = MHD_queue_response(c, code, r);
	MHD_destroy_response(r);
	return ret;
}

static enum MHD_Result answer_status(struct MHD_Connection *c,
				     struct status *status)
{
	enum MHD_Result ret;

	pthread_mutex_lock(&status->lock);
	if (status->text)
		ret = answer(c, MHD_HTTP_OK, "application/json", status->text);
	else
		ret = answer(c, MHD_HTTP_SERVICE_UNAVAILABLE, "text/plain",
			     "not yet\n");
	pthread_mutex_unlock(&status->lock);
	return ret;
}

static enum MHD_Result handle(void *arg, struct MHD_Connection *c,
			      const char *url, const char *method,
			      const char *version, const char *data,
			      size_t *data_size, void **state)
{
	(void)version;
	(void)data;
	(void)state;
	if (strcmp(method, MHD_HTTP_METHOD_GET))
		return *data_size ? MHD_NO :
		       answer(c, MHD_HTTP_METHOD_NOT_ALLOWED, "text/plain",
			      "only GET\n");
	if (strcmp(url, "/status"))
		return answer(c, MHD_HTTP_NOT_FOUND, "text/plain",
			      "there is only /status\n");
	return answer_status(c, arg);
}

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
 * @status: set on success
 *
 * Return: 0; -EADDRINUSE: another netramd answers there; or another -errno.
 */
int status_start(const char *path, struct status **status)
{
	struct status *s = calloc(1, sizeof(*s));
	int fd = s ? listen_at(path) : -ENOMEM;

	if (fd < 0) {
		free(s);
		return fd;
	}
	s->path = path;
	pthread_mutex_init(&s->lock, NULL);
	s->daemon = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD, 0,
				     NULL, NULL, handle, s,
				     MHD_OPTION_LISTEN_SOCKET, fd,
				     MHD_OPTION_CONNECTION_TIMEOUT, 5U,
				     MHD_OPTION_CONNECTION_LIMIT, 16U,
				     MHD_OPTION_END);
	if (!s->daemon) {
		close(fd);
		free(s);
		return -EIO;
	}
	*status = s;
	return 0;
}

/* status may be NULL: nobody wants to know. */
void status_put(struct status *status, const struct status_source *source)
{
	char *text, *old;

	if (!status)
		return;
	text = status_json(source);
	pthread_mutex_lock(&status->lock);
	old = status->text;
	status->text = text;
	pthread_mutex_unlock(&status->lock);
	free(old);
}

void status_stop(struct status *status)
{
	if (!status)
		return;
	MHD_stop_daemon(status->daemon);
	unlink(status->path);
	pthread_mutex_destroy(&status->lock);
	free(status->text);
	free(status);
}
