// SPDX-License-Identifier: GPL-2.0
/*
 * GET /status of page servers, many times cheaper to start than curl and jq,
 * which counts where the processor is emulated.
 *   unix-get SOCKET             prints the body
 *   unix-get --used SOCKET...   prints the sum of memory.used_bytes
 * Exit 1 when one does not answer.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

static char answer[1 << 20];

/* Return: the body, or NULL. */
static const char *get(const char *path)
{
	static const char request[] = "GET /status HTTP/1.0\r\nHost: localhost\r\n\r\n";
	struct timeval limit = { .tv_sec = 10 };
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	size_t have = 0;
	ssize_t n;
	char *body;
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)) ||
	    write(fd, request, sizeof(request) - 1) != sizeof(request) - 1)
		return NULL;
	while ((n = read(fd, answer + have, sizeof(answer) - 1 - have)) > 0)
		have += n;
	close(fd);
	answer[have] = 0;
	body = strstr(answer, "\r\n\r\n");
	return n || !body || !strstr(answer, " 200 ") ? NULL : body + 4;
}

int main(int argc, char **argv)
{
	unsigned long long sum = 0;
	const char *body, *at;
	int i;

	if (argc > 1 && strcmp(argv[1], "--used")) {
		body = get(argv[1]);
		if (!body)
			return 1;
		puts(body);
		return 0;
	}
	for (i = 2; i < argc; i++) {
		body = get(argv[i]);
		at = body ? strstr(body, "\"memory\"") : NULL;
		at = at ? strstr(at, "\"used_bytes\"") : NULL;
		at = at ? strchr(at, ':') : NULL;
		if (!at)
			return 1;
		sum += strtoull(at + 1, NULL, 10);
	}
	printf("%llu\n", sum);
	return 0;
}
