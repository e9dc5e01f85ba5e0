// SPDX-License-Identifier: GPL-2.0
/*
 * What TCP itself costs: one process sends a request of so many bytes over
 * loopback, another answers with so many; nothing is looked at. No page server
 * that waits for a request before it answers can be cheaper than this.
 *   pingpong REQUEST-BYTES REPLY-BYTES ROUNDS     prints µs per round
 */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define WARM_UP 200

static char buf[1 << 20];

static void get(int fd, size_t left)
{
	while (left) {
		ssize_t n = read(fd, buf, left);

		if (n <= 0)
			exit(0);
		left -= n;
	}
}

static void put(int fd, size_t left)
{
	while (left) {
		ssize_t n = write(fd, buf, left);

		if (n < 0)
			err(1, "write");
		left -= n;
	}
}

static void no_delay(int fd)
{
	int on = 1;

	if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)))
		err(1, "TCP_NODELAY");
}

static _Noreturn void answer(int listener, size_t request, size_t reply)
{
	int fd = accept(listener, NULL, NULL);

	if (fd < 0)
		err(1, "accept");
	no_delay(fd);
	for (;;) {
		get(fd, request);
		put(fd, reply);
	}
}

static int connect_pair(size_t request, size_t reply)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(addr);
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (listener < 0 || fd < 0)
		err(1, "socket");
	if (bind(listener, (struct sockaddr *)&addr, len) ||
	    listen(listener, 1) ||
	    getsockname(listener, (struct sockaddr *)&addr, &len))
		err(1, "listen");
	if (!fork()) {
		close(fd);
		answer(listener, request, reply);
	}
	close(listener);
	if (connect(fd, (struct sockaddr *)&addr, len))
		err(1, "connect");
	no_delay(fd);
	return fd;
}

static double now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

int main(int argc, char **argv)
{
	size_t request, reply;
	int fd, rounds, i;
	double start = 0;

	if (argc != 4)
		errx(2, "usage: pingpong REQUEST-BYTES REPLY-BYTES ROUNDS");
	request = atoi(argv[1]);
	reply = atoi(argv[2]);
	rounds = atoi(argv[3]);
	if (request < 1 || request > sizeof(buf) || reply < 1 ||
	    reply > sizeof(buf) || rounds < 1)
		errx(2, "a number is out of range");
	fd = connect_pair(request, reply);
	for (i = -WARM_UP; i < rounds; i++) {
		if (!i)
			start = now_us();
		put(fd, request);
		get(fd, reply);
	}
	printf("%.2f\n", (now_us() - start) / rounds);
	return 0;
}
