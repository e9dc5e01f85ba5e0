/* SPDX-License-Identifier: GPL-2.0 */
/* Listening sockets, and what a connection's socket is set to. */
#ifndef LISTEN_H
#define LISTEN_H

#define LISTEN_MAX	16

#define LISTEN_BACKLOG	1024

/* Options of a connection that was just accepted; best effort. */
void listen_tune(int fd);

/* A listening unix socket at @path, taking over a dead one; or -errno. */
int listen_unix(const char *path);

#endif /* LISTEN_H */
