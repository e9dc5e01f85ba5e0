/* SPDX-License-Identifier: GPL-2.0 */
/* Listening sockets, and what a connection's socket is set to. */
#ifndef LISTEN_H
#define LISTEN_H

#include <stddef.h>
#include <sys/socket.h>

#define LISTEN_MAX	16

struct listen_addr {
	struct sockaddr_storage sa;
	socklen_t len;
};

/* "ADDR", "ADDR:PORT", "[V6]", "[V6]:PORT"; 0, or -EINVAL. */
int listen_parse(const char *text, struct listen_addr *addr);

/* A listening socket, or -errno. */
int listen_open(const struct listen_addr *addr);

/* The address a socket is bound to, as text. */
void listen_format(int fd, char *text, size_t size);

/* Options of a connection that was just accepted; best effort. */
void listen_tune(int fd);

/* A listening unix socket at @path, taking over a dead one; or -errno. */
int listen_unix(const char *path);

#endif /* LISTEN_H */
