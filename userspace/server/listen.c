// SPDX-License-Identifier: GPL-2.0
#include "listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <netram/nbd.h>

#include "text.h"

#define BACKLOG 1024

static int parse_port(const char *text, in_port_t *port)
{
	uint64_t n = NBD_DEFAULT_PORT;

	if (*text && (*text != ':' ||
		      !text_u64(text + 1, strlen(text + 1), &n)))
		return -EINVAL;
	if (n > 65535)
		return -EINVAL;
	*port = htons((in_port_t)n);
	return 0;
}

static int parse_v6(const char *host, const char *port,
		    struct listen_addr *addr)
{
	struct sockaddr_in6 *sa = (struct sockaddr_in6 *)&addr->sa;

	sa->sin6_family = AF_INET6;
	addr->len = sizeof(*sa);
	if (inet_pton(AF_INET6, host, &sa->sin6_addr) != 1)
		return -EINVAL;
	return parse_port(port, &sa->sin6_port);
}

static int parse_v4(const char *host, const char *port,
		    struct listen_addr *addr)
{
	struct sockaddr_in *sa = (struct sockaddr_in *)&addr->sa;

	sa->sin_family = AF_INET;
	addr->len = sizeof(*sa);
	if (inet_pton(AF_INET, host, &sa->sin_addr) != 1)
		return -EINVAL;
	return parse_port(port, &sa->sin_port);
}

int listen_parse(const char *text, struct listen_addr *addr)
{
	char host[INET6_ADDRSTRLEN];
	const char *end;
	size_t len;

	memset(addr, 0, sizeof(*addr));
	if (*text == '[')
		end = strchr(++text, ']');
	else
		end = text + strcspn(text, ":");
	if (!end)
		return -EINVAL;
	len = (size_t)(end - text);
	if (len >= sizeof(host))
		return -EINVAL;
	memcpy(host, text, len);
	host[len] = '\0';
	return *end == ']' ? parse_v6(host, end + 1, addr) :
			     parse_v4(host, end, addr);
}

static void set_int(int fd, int level, int option, int value)
{
	setsockopt(fd, level, option, &value, sizeof(value));
}

int listen_open(const struct listen_addr *addr)
{
	int err, fd = socket(addr->sa.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	/* [::] means IPv6 alone, so that 0.0.0.0 may be given beside it. */
	if (addr->sa.ss_family == AF_INET6)
		set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	if (bind(fd, (const struct sockaddr *)&addr->sa, addr->len) ||
	    listen(fd, BACKLOG)) {
		err = errno;
		close(fd);
		return -err;
	}
	return fd;
}

void listen_format(int fd, char *text, size_t size)
{
	struct sockaddr_storage sa = { 0 };
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&sa;
	struct sockaddr_in *v4 = (struct sockaddr_in *)&sa;
	socklen_t len = sizeof(sa);
	char host[INET6_ADDRSTRLEN] = "?";

	getsockname(fd, (struct sockaddr *)&sa, &len);
	if (sa.ss_family == AF_INET6) {
		inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof(host));
		snprintf(text, size, "[%s]:%u", host, ntohs(v6->sin6_port));
	} else {
		inet_ntop(AF_INET, &v4->sin_addr, host, sizeof(host));
		snprintf(text, size, "%s:%u", host, ntohs(v4->sin_port));
	}
}

/*
 * Replies are gathered already, so none should wait for another. Delayed acks
 * are left alone: where requests and replies alternate, replies carry the acks,
 * and for a stream of writes TCP acks every second segment anyway. Keepalive
 * finds peers that vanished without a word, within two minutes.
 */
void listen_tune(int fd)
{
	set_int(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	set_int(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	set_int(fd, IPPROTO_TCP, TCP_KEEPIDLE, 60);
	set_int(fd, IPPROTO_TCP, TCP_KEEPINTVL, 15);
	set_int(fd, IPPROTO_TCP, TCP_KEEPCNT, 4);
}

/* A socket file nobody listens on is left from a server that was killed. */
static void remove_dead(int fd, const struct sockaddr_un *sa)
{
	struct stat st;

	if (lstat(sa->sun_path, &st) || !S_ISSOCK(st.st_mode))
		return;
	if (connect(fd, (const struct sockaddr *)sa, sizeof(*sa)) &&
	    errno == ECONNREFUSED)
		unlink(sa->sun_path);
}

static int bind_unix(const struct sockaddr_un *sa)
{
	int err, fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	if (bind(fd, (const struct sockaddr *)sa, sizeof(*sa)) ||
	    chmod(sa->sun_path, 0660) || listen(fd, 16)) {
		err = errno;
		close(fd);
		return -err;
	}
	return fd;
}

int listen_unix(const char *path)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(sa.sun_path))
		return -ENAMETOOLONG;
	strcpy(sa.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	remove_dead(fd, &sa);
	close(fd);
	return bind_unix(&sa);
}
