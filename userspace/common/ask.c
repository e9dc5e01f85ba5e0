// SPDX-License-Identifier: GPL-2.0
/*
 * Who does not answer at once is not waited for; all are asked at the same time, so
 * that many who are gone keep nobody longer than one.
 */
#include "common/ask.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/address.h"
#include "common/clock.h"

#define TIMEOUT_MS	1000
#define ANSWER_MIN	8192
/*
 * From each of those who are asked, up to 64 at the same time. A page server says less
 * than a KiB without its exports, of which it may have 65536; netramd, with as many
 * nodes and volumes as there can be and something to tell of each, one MiB or two.
 */
#define ANSWER_MAX	(4 * 1024 * 1024)

/**
 * struct talk - a connection that is used for one question
 * @fd: -1 when it is over
 * @host: how whoever is asked calls itself
 * @asked: the question was sent
 * @answer: what has come, with a NUL behind it
 * @len: of it, without the NUL
 * @size: of the buffer
 */
struct talk {
	int fd;
	char host[ADDRESS_SIZE];
	bool asked;
	char *answer;
	size_t len;
	size_t size;
};

static int find_unix(const char *path, struct address *at)
{
	struct sockaddr_un *un = (struct sockaddr_un *)&at->sa;

	if (strlen(path) >= sizeof(un->sun_path))
		return -ENAMETOOLONG;
	un->sun_family = AF_UNIX;
	strcpy(un->sun_path, path);
	at->len = sizeof(*un);
	return 0;
}

static int find(struct talk *t, const char *whom, struct address *at)
{
	struct address addr;
	int err;

	memset(at, 0, sizeof(*at));
	strcpy(t->host, "netram");
	if (whom[0] == '/')
		return find_unix(whom, at);
	err = address_parse(whom, STATUS_PORT, &addr);
	if (err)
		return err;
	at->len = addr.len;
	err = address_find(&addr, &at->sa);
	/* what this host calls the link means nothing to whoever is asked */
	addr.interface[0] = '\0';
	address_format(&addr, t->host, sizeof(t->host));
	return err;
}

static int begin(struct talk *t, const char *whom)
{
	struct address at;
	int err = find(t, whom, &at);

	if (err)
		return err;
	t->fd = socket(at.sa.ss_family,
		       SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (t->fd < 0)
		return -errno;
	if (connect(t->fd, (struct sockaddr *)&at.sa, at.len) &&
	    errno != EINPROGRESS)
		return -errno;
	return 0;
}

static int put_question(struct talk *t)
{
	char request[ADDRESS_SIZE + 64];
	int len = snprintf(request, sizeof(request),
			   "GET /status?exports=0 HTTP/1.0\r\nHost: %s\r\n\r\n",
			   t->host);
	ssize_t sent = send(t->fd, request, len, MSG_NOSIGNAL);

	if (sent < 0)
		return -errno;
	t->asked = true;
	return sent == len ? 0 : -EIO;
}

static int make_room(struct talk *t)
{
	size_t size = t->size ? t->size * 2 : ANSWER_MIN;
	char *more;

	if (t->len + 1 < t->size)
		return 0;
	if (size > ANSWER_MAX)
		return -EMSGSIZE;
	more = realloc(t->answer, size);
	if (!more)
		return -ENOMEM;
	t->answer = more;
	t->size = size;
	return 0;
}

static int understand(const char *answer, struct json_object **status)
{
	const char *body = strstr(answer, "\r\n\r\n");

	if (strncmp(answer, "HTTP/1.", 7) || !strstr(answer, " 200 ") || !body)
		return -EPROTO;
	*status = json_tokener_parse(body + 4);
	return *status ? 0 : -EPROTO;
}

/* -EINPROGRESS: there may be more. */
static int hear(struct talk *t, struct json_object **status)
{
	int err = make_room(t);
	ssize_t n;

	if (err)
		return err;
	n = read(t->fd, t->answer + t->len, t->size - t->len - 1);
	if (n < 0)
		return errno == EAGAIN ? -EINPROGRESS : -errno;
	t->len += n;
	t->answer[t->len] = '\0';
	return n ? -EINPROGRESS : understand(t->answer, status);
}

/* Do what can be done now. */
static int go_on(struct talk *t, struct json_object **status)
{
	int err;

	if (t->asked)
		return hear(t, status);
	err = put_question(t);
	return err ? err : -EINPROGRESS;
}

static void end(struct talk *t)
{
	if (t->fd >= 0)
		close(t->fd);
	t->fd = -1;
	free(t->answer);
	t->answer = NULL;
}

static void set_result(struct ask *ask, struct talk *t, int err)
{
	ask->err = err;
	if (err != -EINPROGRESS)
		end(t);
}

static size_t still_open(const struct talk *talks, struct pollfd *polls,
			 size_t nr)
{
	size_t i, open = 0;

	for (i = 0; i < nr; i++) {
		polls[i].fd = talks[i].fd;
		polls[i].events = talks[i].asked ? POLLIN : POLLOUT;
		open += talks[i].fd >= 0;
	}
	return open;
}

static void converse(struct ask *asks, struct talk *talks,
		     struct pollfd *polls, size_t nr)
{
	uint64_t end_ms = clock_ms() + TIMEOUT_MS, now;
	size_t i;

	while (still_open(talks, polls, nr)) {
		now = clock_ms();
		if (now >= end_ms)
			break;
		if (poll(polls, nr, (int)(end_ms - now)) < 0)
			continue;
		for (i = 0; i < nr; i++)
			if (polls[i].fd >= 0 && polls[i].revents)
				set_result(&asks[i], &talks[i],
					   go_on(&talks[i], &asks[i].status));
	}
	for (i = 0; i < nr; i++)
		if (talks[i].fd >= 0)
			set_result(&asks[i], &talks[i], -ETIMEDOUT);
}

/**
 * ask_all() - ask some programs at the same time
 * @asks: whom; their answers are filled in
 * @nr: how many
 *
 * Takes at most a second.
 *
 * Return: 0; -ENOMEM: nobody was asked, which is in each answer, too.
 */
int ask_all(struct ask *asks, size_t nr)
{
	struct pollfd *polls = calloc(nr ?: 1, sizeof(*polls));
	struct talk *talks = calloc(nr ?: 1, sizeof(*talks));
	int ret = polls && talks ? 0 : -ENOMEM;
	size_t i;

	for (i = 0; i < nr; i++) {
		asks[i].status = NULL;
		asks[i].err = ret;
	}
	for (i = 0; !ret && i < nr; i++) {
		talks[i].fd = -1;
		asks[i].err = begin(&talks[i], asks[i].whom);
		if (asks[i].err)
			end(&talks[i]);
	}
	if (!ret)
		converse(asks, talks, polls, nr);
	free(polls);
	free(talks);
	return ret;
}

/**
 * ask_status() - ask one program
 * @whom: as in struct ask
 * @status: set to what it says on success; json_object_put() it
 *
 * Return: the err of struct ask.
 */
int ask_status(const char *whom, struct json_object **status)
{
	struct ask ask = { .whom = whom };

	ask_all(&ask, 1);
	*status = ask.status;
	return ask.err;
}
