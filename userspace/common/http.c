// SPDX-License-Identifier: GPL-2.0
#include "common/http.h"

#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "common/address.h"
#include "common/clock.h"

#define CONNECTIONS_MAX	32
/* What a client may be silent for, and from the end of a request to that of the next. */
#define SILENCE_S	15
#define REQUEST_MS	20000
/* Request and its headers. */
#define HEAD_MAX	16384
/* Of what is in pieces, so much is copied at a time. */
#define BLOCK_SIZE	16384

/**
 * struct slot - a connection
 * @fd: its socket
 * @since_ms: when it was made, or its last request was done; 0: a free slot
 */
struct slot {
	int fd;
	uint64_t since_ms;
};

/**
 * struct http - all of it; the thread's alone while that runs
 * @daemon: libmicrohttpd's, without a thread of its own
 * @thread: ours
 * @fn: answers
 * @arg: passed to it
 * @bound: the address that is listened on
 * @wake: an eventfd: it is time to end
 * @slots: the connections
 */
struct http {
	struct MHD_Daemon *daemon;
	pthread_t thread;
	http_fn fn;
	void *arg;
	struct address bound;
	int wake;
	struct slot slots[CONNECTIONS_MAX];
};

struct http_request {
	struct MHD_Connection *connection;
};

/* ---- who may ask */

static bool is_localhost(const char *host)
{
	static const char name[] = "localhost";

	return !strncasecmp(host, name, strlen(name)) &&
	       (!host[strlen(name)] || host[strlen(name)] == ':');
}

static bool host_allowed(const struct address *bound, const char *host)
{
	struct address addr;

	if (bound->sa.ss_family == AF_UNIX)
		return true;
	if (!host)
		return false;
	if (is_localhost(host))
		return true;
	/* a name */
	if (address_parse(host, 80, &addr))
		return false;
	return address_is_loopback(&addr) || address_is_any(bound) ||
	       address_same_host(&addr, bound);
}

/* ---- answers */

static const char *const headers[][2] = {
	{ "Content-Security-Policy",
	  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'" },
	{ "X-Content-Type-Options", "nosniff" },
	{ "Referrer-Policy", "no-referrer" },
	{ "Cross-Origin-Resource-Policy", "same-origin" },
	{ "Cache-Control", "no-store" },
};

static ssize_t read_pieces(void *pieces, uint64_t pos, char *to, size_t max)
{
	(void)pos;
	return (ssize_t)pieces_read(pieces, to, max);
}

static void free_pieces(void *pieces)
{
	pieces_free(pieces);
}

static struct MHD_Response *wrap_pieces(struct pieces *pieces)
{
	struct MHD_Response *r;

	r = MHD_create_response_from_callback(pieces_size(pieces), BLOCK_SIZE,
					      read_pieces, pieces, free_pieces);
	if (!r)
		pieces_free(pieces);
	return r;
}

static struct MHD_Response *wrap_text(const struct http_answer *a)
{
	struct MHD_Response *r;

	r = MHD_create_response_from_buffer(a->size, a->text, a->fixed ?
					    MHD_RESPMEM_PERSISTENT :
					    MHD_RESPMEM_MUST_FREE);
	if (!r && !a->fixed)
		free(a->text);
	return r;
}

static struct MHD_Response *make_response(struct http_answer *a)
{
	struct MHD_Response *r = a->pieces ? wrap_pieces(a->pieces) :
					     wrap_text(a);
	size_t i;

	if (!r)
		return NULL;
	MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, a->type);
	if (a->code == MHD_HTTP_METHOD_NOT_ALLOWED)
		MHD_add_response_header(r, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
	for (i = 0; i < sizeof(headers) / sizeof(*headers); i++)
		MHD_add_response_header(r, headers[i][0], headers[i][1]);
	return r;
}

static enum MHD_Result send_answer(struct MHD_Connection *c,
				   struct http_answer *a)
{
	struct MHD_Response *r = make_response(a);
	enum MHD_Result ret;

	if (!r)
		return MHD_NO;
	ret = MHD_queue_response(c, a->code, r);
	MHD_destroy_response(r);
	return ret;
}

static enum MHD_Result refuse(struct MHD_Connection *c, unsigned int code,
			      const char *why)
{
	struct http_answer a = {
		.code = code, .type = HTTP_PLAIN, .text = (char *)why,
		.size = strlen(why), .fixed = true,
	};

	return send_answer(c, &a);
}

void http_text(struct http_answer *a, const char *type, char *text)
{
	a->type = type;
	a->text = text;
	a->size = text ? strlen(text) : 0;
	if (!text)
		a->code = MHD_HTTP_SERVICE_UNAVAILABLE;
}

void http_pieces(struct http_answer *a, const char *type, struct pieces *pieces)
{
	a->type = type;
	a->pieces = pieces;
	if (!pieces)
		a->code = MHD_HTTP_SERVICE_UNAVAILABLE;
}

const char *http_argument(const struct http_request *request, const char *name)
{
	return MHD_lookup_connection_value(request->connection,
					   MHD_GET_ARGUMENT_KIND, name);
}

static enum MHD_Result handle(void *arg, struct MHD_Connection *c,
			      const char *url, const char *method,
			      const char *version, const char *data,
			      size_t *data_size, void **state)
{
	const struct http_request request = { c };
	struct http_answer a = { 0 };
	struct http *http = arg;

	(void)version;
	(void)data;
	(void)state;
	if (!host_allowed(&http->bound,
			  MHD_lookup_connection_value(c, MHD_HEADER_KIND,
						      MHD_HTTP_HEADER_HOST)))
		return refuse(c, MHD_HTTP_FORBIDDEN,
			      "ask for this by its address, or as localhost\n");
	if (strcmp(method, MHD_HTTP_METHOD_GET) &&
	    strcmp(method, MHD_HTTP_METHOD_HEAD))
		return *data_size ? MHD_NO :
		       refuse(c, MHD_HTTP_METHOD_NOT_ALLOWED,
			      "only GET and HEAD\n");
	http->fn(http->arg, url, &request, &a);
	if (a.text || a.pieces) {
		a.code = a.code ?: MHD_HTTP_OK;
		return send_answer(c, &a);
	}
	if (a.code)
		return refuse(c, a.code, "not now\n");
	return refuse(c, MHD_HTTP_NOT_FOUND, "there is nothing of that name\n");
}

/* ---- connections and their time */

static struct slot *take_slot(struct http *http, int fd)
{
	size_t i;

	for (i = 0; i < CONNECTIONS_MAX; i++)
		if (!http->slots[i].since_ms) {
			http->slots[i] = (struct slot){ fd, clock_ms() ?: 1 };
			return &http->slots[i];
		}
	return NULL;
}

static void on_connection(void *arg, struct MHD_Connection *c, void **slot,
			  enum MHD_ConnectionNotificationCode what)
{
	const union MHD_ConnectionInfo *info;
	struct slot *s = *slot;

	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
		*slot = take_slot(arg, info->connect_fd);
	} else if (s) {
		s->since_ms = 0;
	}
}

static void on_completed(void *arg, struct MHD_Connection *c, void **state,
			 enum MHD_RequestTerminationCode how)
{
	const union MHD_ConnectionInfo *info;
	struct slot *s;

	(void)arg;
	(void)state;
	(void)how;
	info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	s = info ? info->socket_context : NULL;
	if (s)
		s->since_ms = clock_ms() ?: 1;
}

/* A byte now and then keeps nobody here. */
static void hang_up_on_slow(struct http *http)
{
	uint64_t now = clock_ms();
	size_t i;

	for (i = 0; i < CONNECTIONS_MAX; i++)
		if (http->slots[i].since_ms &&
		    now - http->slots[i].since_ms > REQUEST_MS)
			shutdown(http->slots[i].fd, SHUT_RDWR);
}

/* ---- the thread */

static int timeout_of(struct http *http)
{
	MHD_UNSIGNED_LONG_LONG ms;

	if (MHD_get_timeout(http->daemon, &ms) != MHD_YES || ms > 1000)
		return 1000;
	return (int)ms;
}

static void *run(void *arg)
{
	struct http *http = arg;
	const union MHD_DaemonInfo *info =
		MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	struct pollfd fds[2] = {
		{ .fd = http->wake, .events = POLLIN },
		{ .fd = info->epoll_fd, .events = POLLIN },
	};

	while (!fds[0].revents) {
		poll(fds, 2, timeout_of(http));
		MHD_run(http->daemon);
		hang_up_on_slow(http);
	}
	return NULL;
}

static struct MHD_Daemon *start_daemon(struct http *http, int fd)
{
	return MHD_start_daemon(MHD_USE_EPOLL, 0, NULL, NULL, handle, http,
				MHD_OPTION_LISTEN_SOCKET, fd,
				MHD_OPTION_CONNECTION_TIMEOUT,
				(unsigned int)SILENCE_S,
				MHD_OPTION_CONNECTION_LIMIT,
				(unsigned int)CONNECTIONS_MAX,
				MHD_OPTION_CONNECTION_MEMORY_LIMIT,
				(size_t)HEAD_MAX,
				MHD_OPTION_NOTIFY_CONNECTION, on_connection,
				http,
				MHD_OPTION_NOTIFY_COMPLETED, on_completed, http,
				MHD_OPTION_END);
}

int http_start(int fd, http_fn fn, void *arg, struct http **http)
{
	struct http *h = calloc(1, sizeof(*h));

	if (!h) {
		close(fd);
		return -ENOMEM;
	}
	h->fn = fn;
	h->arg = arg;
	address_of(fd, &h->bound);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	h->wake = eventfd(0, EFD_CLOEXEC);
	h->daemon = h->wake < 0 ? NULL : start_daemon(h, fd);
	if (!h->daemon) {
		close(fd);
		goto no_daemon;
	}
	if (!pthread_create(&h->thread, NULL, run, h)) {
		*http = h;
		return 0;
	}
	MHD_stop_daemon(h->daemon);
no_daemon:
	if (h->wake >= 0)
		close(h->wake);
	free(h);
	return -EIO;
}

void http_stop(struct http *http)
{
	const uint64_t one = 1;

	if (!http)
		return;
	if (write(http->wake, &one, sizeof(one)) == sizeof(one))
		pthread_join(http->thread, NULL);
	MHD_stop_daemon(http->daemon);
	close(http->wake);
	free(http);
}
