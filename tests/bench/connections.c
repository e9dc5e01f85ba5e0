// SPDX-License-Identifier: GPL-2.0
/*
 * Many connections to one page server, each with one random 4k read after the
 * other in flight:
 *   connections URI CONNECTIONS SECONDS PID [PID...]
 * prints, with tabs between: operations, seconds, and how many KiB the server
 * (its PIDs together) grew by the connections, each having done a few reads.
 * The processor time of the server is for the caller to look at, while "begin"
 * and "end" are told on standard output and a line on standard input awaited.
 */
#include <err.h>
#include <libnbd.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BLOCK 4096
#define WARM_UP 8		/* reads for a connection */

struct connection {
	struct nbd_handle *nbd;
	int64_t cookie;
	char block[BLOCK];
};

static struct connection *connections;
static struct pollfd *polls;
static unsigned long nr, done;
static uint64_t blocks;

static _Noreturn void nbd_err(const char *what)
{
	errx(1, "%s: %s", what, nbd_get_error());
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

/* Resident memory of the processes, in KiB. */
static long resident(char **pids)
{
	long sum = 0, n;

	for (; *pids; pids++) {
		char path[64], line[128];
		FILE *f;

		snprintf(path, sizeof(path), "/proc/%s/status", *pids);
		f = fopen(path, "r");
		if (!f)
			err(1, "%s", path);
		while (fgets(line, sizeof(line), f))
			if (sscanf(line, "RssAnon: %ld", &n) == 1)
				sum += n;
		fclose(f);
	}
	return sum;
}

static void ask(struct connection *c)
{
	uint64_t at = (uint64_t)random() % blocks * BLOCK;

	c->cookie = nbd_aio_pread(c->nbd, c->block, BLOCK, at,
				  NBD_NULL_COMPLETION, 0);
	if (c->cookie < 0)
		nbd_err("read");
}

static void watch(struct connection *c, struct pollfd *p)
{
	unsigned int way = nbd_aio_get_direction(c->nbd);

	p->fd = nbd_aio_get_fd(c->nbd);
	p->events = (way & LIBNBD_AIO_DIRECTION_READ ? POLLIN : 0) |
		    (way & LIBNBD_AIO_DIRECTION_WRITE ? POLLOUT : 0);
}

static void notify(struct connection *c, const struct pollfd *p)
{
	int r = 0;

	if (p->revents & (POLLIN | POLLHUP | POLLERR))
		r = nbd_aio_notify_read(c->nbd);
	else if (p->revents & POLLOUT)
		r = nbd_aio_notify_write(c->nbd);
	if (r < 0)
		nbd_err("connection");
}

static void collect(struct connection *c, bool again)
{
	int r = c->cookie < 0 ? 0 : nbd_aio_command_completed(c->nbd, c->cookie);

	if (r < 0)
		nbd_err("read");
	if (!r)
		return;
	done++;
	c->cookie = -1;
	if (again)
		ask(c);
}

/* Until so many are done, or, with @until, it is so late; all are back then. */
static void run(unsigned long enough, double until)
{
	unsigned long i, left = nr;
	bool go_on = true;

	done = 0;
	for (i = 0; i < nr; i++)
		ask(&connections[i]);
	while (left) {
		for (i = 0; i < nr; i++)
			watch(&connections[i], &polls[i]);
		if (poll(polls, nr, -1) < 0)
			err(1, "poll");
		go_on = go_on && (until > 0 ? now() < until : done < enough);
		left = 0;
		for (i = 0; i < nr; i++) {
			if (polls[i].revents)
				notify(&connections[i], &polls[i]);
			collect(&connections[i], go_on);
			left += connections[i].cookie >= 0;
		}
	}
}

static void connect_all(const char *uri)
{
	unsigned long i;

	connections = calloc(nr, sizeof(*connections));
	polls = calloc(nr, sizeof(*polls));
	if (!connections || !polls)
		err(1, "memory");
	for (i = 0; i < nr; i++) {
		connections[i].cookie = -1;
		connections[i].nbd = nbd_create();
		if (!connections[i].nbd ||
		    nbd_connect_uri(connections[i].nbd, uri) < 0)
			nbd_err("connect");
	}
	blocks = nbd_get_size(connections[0].nbd) / BLOCK;
}

static void tell(const char *what)
{
	char line[16];

	puts(what);
	fflush(stdout);
	if (!fgets(line, sizeof(line), stdin))
		exit(1);
}

int main(int argc, char **argv)
{
	double start, seconds;
	long before;

	if (argc < 5)
		errx(2, "usage: connections URI CONNECTIONS SECONDS PID...");
	nr = strtoul(argv[2], NULL, 10);
	seconds = strtod(argv[3], NULL);
	if (!nr || seconds <= 0)
		errx(2, "a number is out of range");
	before = resident(argv + 4);
	connect_all(argv[1]);
	run(nr * WARM_UP, 0);
	before = resident(argv + 4) - before;
	tell("begin");
	start = now();
	run(0, start + seconds);
	seconds = now() - start;
	tell("end");
	printf("%lu\t%.6f\t%ld\n", done, seconds, before);
	return 0;
}
