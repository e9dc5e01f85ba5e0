/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_SOCK_H
#define NETRAM_SOCK_H

#include <linux/net.h>
#include <linux/socket.h>
#include <net/net_namespace.h>
#include <net/sock.h>

/**
 * struct netram_sock_calls - what a connection wants to hear from its socket
 * @data_ready: data has come; softirq with the socket's spin lock held, or the
 *   process that owns the socket: tcp_read_sock() is allowed in both
 * @write_space: the send buffer has room again
 * @closed: the connection is over
 *
 * All are called with sk_callback_lock held for reading, bottom halves off, and
 * must not sleep.
 */
struct netram_sock_calls {
	void (*data_ready)(void *owner, struct sock *sk);
	void (*write_space)(void *owner, struct sock *sk);
	void (*closed)(void *owner, struct sock *sk);
};

/**
 * struct netram_sock_hook - a socket's callbacks while a connection has it
 * @calls: where they go
 * @owner: first argument of each
 * @data_ready: the socket's own callback, put back at the end
 * @write_space: likewise
 * @state_change: likewise
 */
struct netram_sock_hook {
	const struct netram_sock_calls	*calls;
	void				*owner;
	void (*data_ready)(struct sock *sk);
	void (*write_space)(struct sock *sk);
	void (*state_change)(struct sock *sk);
};

void netram_sock_init(void);
void netram_sock_exit(void);
int netram_sock_connect(struct net *net, const struct sockaddr_storage *addr,
			unsigned long deadline, struct socket **out);
void netram_sock_keepalive(struct socket *sock, u32 idle_s, u32 interval_s,
			   u32 probes);
int netram_sock_send(struct socket *sock, const void *data, size_t len,
		     unsigned long deadline);
int netram_sock_recv(struct socket *sock, void *data, size_t len,
		     unsigned long deadline);
void netram_sock_attach(struct socket *sock, struct netram_sock_hook *hook);
void netram_sock_detach(struct socket *sock, struct netram_sock_hook *hook);
void netram_sock_carried(const struct socket *sock, u64 *tx, u64 *rx);
void netram_sock_close(struct socket *sock);

#endif /* NETRAM_SOCK_H */
