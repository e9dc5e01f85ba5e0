// SPDX-License-Identifier: GPL-2.0
/*
 * What the demo does to redis, and to memory itself:
 *
 *   demo-client fill SOCKET COUNT SIZE    store COUNT values of SIZE bytes
 *   demo-client check SOCKET COUNT SIZE   read them back and compare every byte
 *   demo-client faults MIB COUNT          time COUNT page faults that had to wait
 *                                         for a swapped page; run it where only
 *                                         a part of MIB fits
 *
 * A value is a pseudo random stream (xorshift64*) seeded by its number: nothing
 * can compress it and nobody has to remember it. fill and check tell their
 * progress and end with a JSON line; exit 0 means done, 1 wrong bytes, 2 that
 * redis went away or an error.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define PAGE		4096
#define MIB		(1024UL * 1024)
#define PROGRESS	(128 * MIB)

static void die(const char *what)
{
	fprintf(stderr, "demo-client: %s: %s\n", what, strerror(errno));
	exit(2);
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

static uint64_t next(uint64_t *state)
{
	uint64_t x = *state;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	*state = x;
	return x * 0x2545f4914f6cdd1dULL;
}

/* The content that belongs to @number; @size is a multiple of 8. */
static void make_value(uint64_t number, uint64_t *value, size_t size)
{
	uint64_t state = (number + 1) * 0x9e3779b97f4a7c15ULL;
	size_t i;

	for (i = 0; i < size / 8; i++)
		value[i] = next(&state);
}

static uint64_t differing_bytes(const char *a, const char *b, size_t size)
{
	uint64_t n = 0;
	size_t i;

	if (!memcmp(a, b, size))
		return 0;
	for (i = 0; i < size; i++)
		n += a[i] != b[i];
	return n;
}

/* ---- redis, over its unix socket */

static int redis_connect(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (strlen(path) >= sizeof(addr.sun_path)) {
		errno = ENAMETOOLONG;
		die(path);
	}
	strcpy(addr.sun_path, path);
	if (fd < 0 || connect(fd, (struct sockaddr *)&addr, sizeof(addr)))
		die(path);
	return fd;
}

static void send_all(int fd, const void *data, size_t size)
{
	const char *p = data;

	while (size) {
		ssize_t n = send(fd, p, size, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			die("redis is gone");
		p += n;
		size -= n;
	}
}

static void recv_all(int fd, void *data, size_t size)
{
	char *p = data;

	while (size) {
		ssize_t n = recv(fd, p, size, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			die("redis is gone");
		p += n;
		size -= n;
	}
}

/* One reply line without its line end. Byte by byte: lines are short and few. */
static void recv_line(int fd, char *line, size_t size)
{
	size_t n = 0;

	do {
		if (n == size - 1)
			break;
		recv_all(fd, line + n, 1);
	} while (line[n++] != '\n');
	line[n >= 2 ? n - 2 : 0] = '\0';
}

static void redis_set(int fd, unsigned int number, const void *value, size_t size)
{
	char text[128], key[32];

	sprintf(key, "page:%u", number);
	sprintf(text, "*3\r\n$3\r\nSET\r\n$%zu\r\n%s\r\n$%zu\r\n", strlen(key), key, size);
	send_all(fd, text, strlen(text));
	send_all(fd, value, size);
	send_all(fd, "\r\n", 2);
	recv_line(fd, text, sizeof(text));
	if (strcmp(text, "+OK")) {
		fprintf(stderr, "demo-client: redis said: %s\n", text);
		exit(2);
	}
}

/* False: redis has no such value of that size. */
static bool redis_get(int fd, unsigned int number, void *value, size_t size)
{
	char text[128], key[32], want[32];

	sprintf(key, "page:%u", number);
	sprintf(text, "*2\r\n$3\r\nGET\r\n$%zu\r\n%s\r\n", strlen(key), key);
	send_all(fd, text, strlen(text));
	recv_line(fd, text, sizeof(text));
	sprintf(want, "$%zu", size);
	if (strcmp(text, want))
		return false;
	recv_all(fd, value, size);
	recv_all(fd, text, 2);
	return true;
}

static int fill_or_check(const char *path, unsigned int count, size_t size, bool check)
{
	uint64_t *value = malloc(size), *back = malloc(size);
	uint64_t bytes = 0, told = 0, bad = 0;
	int fd = redis_connect(path);
	unsigned int i;

	if (!value || !back)
		die("malloc");
	for (i = 0; i < count; i++) {
		make_value(i, value, size);
		if (!check)
			redis_set(fd, i, value, size);
		else if (!redis_get(fd, i, back, size))
			bad += size;
		else
			bad += differing_bytes((char *)value, (char *)back, size);
		bytes += size;
		if (bytes - told >= PROGRESS) {
			told = bytes;
			printf("    %4lu MiB %s\n", bytes / MIB,
			       check ? "read back" : "stored");
			fflush(stdout);
		}
	}
	printf("{\"bytes\": %lu, \"mismatches\": %lu}\n", bytes, bad);
	return bad != 0;
}

/* ---- page faults */

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static long major_faults(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return u.ru_majflt;
}

static int faults(size_t bytes, size_t wanted)
{
	size_t pages = bytes / PAGE, n = 0, tries = 0, bad = 0, i;
	uint64_t *ns = calloc(wanted, sizeof(*ns)), state = 1;
	uint64_t *mem = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (mem == MAP_FAILED || !ns)
		die("memory");
	for (i = 0; i < pages; i++)
		make_value(i, mem + i * PAGE / 8, PAGE);
	while (n < wanted && tries++ < 20 * wanted) {
		size_t page = next(&state) % pages;
		volatile uint64_t *word = mem + page * PAGE / 8;
		uint64_t seed = (page + 1) * 0x9e3779b97f4a7c15ULL, start, end;
		long before = major_faults();

		start = now_ns();
		bad += *word != next(&seed);
		end = now_ns();
		if (major_faults() == before)
			continue; /* was here: readahead, or touched before */
		ns[n++] = end - start;
	}
	if (!n) {
		fprintf(stderr, "demo-client: no page came from swap\n");
		return 2;
	}
	qsort(ns, n, sizeof(*ns), compare);
	printf("{\"samples\": %zu, \"mismatches\": %zu, \"p50\": %.0f, \"p90\": %.0f, \"p99\": %.0f}\n",
	       n, bad, ns[n / 2] / 1e3, ns[n * 9 / 10] / 1e3, ns[n * 99 / 100] / 1e3);
	return bad != 0;
}

int main(int argc, char **argv)
{
	if (argc == 5 && !strcmp(argv[1], "fill"))
		return fill_or_check(argv[2], atoi(argv[3]), atoi(argv[4]) & ~7, false);
	if (argc == 5 && !strcmp(argv[1], "check"))
		return fill_or_check(argv[2], atoi(argv[3]), atoi(argv[4]) & ~7, true);
	if (argc == 4 && !strcmp(argv[1], "faults"))
		return faults(atoi(argv[2]) * MIB, atoi(argv[3]));
	fprintf(stderr, "usage: demo-client fill|check SOCKET COUNT SIZE | faults MIB COUNT\n");
	return 2;
}
