// SPDX-License-Identifier: GPL-2.0
#include "listen.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static void set_int(int fd, int level, int option, int value)
{
	setsockopt(fd, level, option, &value, sizeof(value));
}

/*
 * Replies are gathered already, so none should wait for another. Delayed acks
 * are left alone: where requests and replies alternate, replies carry the acks,
 * and for a stream of writes TCP acks every second segment anyway. Keepalive
 * finds peers that vanished without a word, within two minutes. It does not run while
 * something is unacknowledged, which a server that is asked for pages mostly has when
 * its client dies, and sending that again goes on for a quarter of an hour: so
 * that has the same bound. It goes for what a peer has no room for, too.
 */
void listen_tune(int fd)
{
	set_int(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	set_int(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	set_int(fd, IPPROTO_TCP, TCP_KEEPIDLE, 60);
	set_int(fd, IPPROTO_TCP, TCP_KEEPINTVL, 15);
	set_int(fd, IPPROTO_TCP, TCP_KEEPCNT, 4);
	set_int(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 120 * 1000);
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

/*
 * Anybody may connect: there is nothing but GETs of what --metrics tells anybody,
 * too. And netramd, which asks for it, is root without the capability that
 * would let it connect to what another user has for itself.
 */
static int bind_unix(const struct sockaddr_un *sa)
{
	int err, fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	if (bind(fd, (const struct sockaddr *)sa, sizeof(*sa)) ||
	    chmod(sa->sun_path, 0666) || listen(fd, 16)) {
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
