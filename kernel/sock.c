// SPDX-License-Identifier: GPL-2.0
/*
 * TCP sockets that are safe to swap over: the only file that sets a socket's
 * options. What makes them safe is what nvme-tcp, nbd and sunrpc do:
 *
 * - SOCK_MEMALLOC: packets for this socket may use the reserves, so that the
 *   answer that frees memory can be received when there is none. That packets
 *   may at all is a static key of the network's, which sk_set_memalloc() counts
 *   up with each socket; here the module holds it (see netram_sock_init()).
 * - sk_allocation without reclaim, and no task fragment: the sender may be the
 *   very task that reclaims. GFP_NOWAIT, for with GFP_NOIO each allocation is a
 *   point where the sender may be preempted: a server on this machine was woken
 *   by the first segment of a request and ran in between every two of them.
 * - no lingering: what an old connection still holds is never sent once it is
 *   closed, so no late write follows a reconnect.
 * - a lock class of its own: sk_lock is taken below fs_reclaim here, which
 *   other sockets never do.
 */
#include "sock.h"

#include <linux/sched/mm.h>
#include <linux/tcp.h>
#include <net/tcp.h>

#ifdef CONFIG_DEBUG_LOCK_ALLOC
static struct lock_class_key sk_key[2];
static struct lock_class_key slock_key[2];

static void reclassify(struct sock *sk)
{
	if (WARN_ON_ONCE(!sock_allow_reclassification(sk)))
		return;
	if (sk->sk_family == AF_INET6)
		sock_lock_init_class_and_name(sk, "slock-AF_INET6-NETRAM",
					      &slock_key[1],
					      "sk_lock-AF_INET6-NETRAM",
					      &sk_key[1]);
	else
		sock_lock_init_class_and_name(sk, "slock-AF_INET-NETRAM",
					      &slock_key[0],
					      "sk_lock-AF_INET-NETRAM",
					      &sk_key[0]);
}
#else
static void reclassify(struct sock *sk)
{
}
#endif

/**
 * netram_sock_init() - let packets use the reserves
 *
 * sk_set_memalloc() does this for each socket, and takes cpus_read_lock() for it,
 * with the first one jump_label_mutex and text_mutex, too. Who holds one of them
 * may be waiting for memory, which a connection that is being opened again is to
 * free. So they are taken once, where nobody waits for us yet; and code is not
 * patched below running traffic whenever the last connection breaks.
 *
 * Context: process, sleeps; when the module is loaded.
 */
void netram_sock_init(void)
{
	static_branch_inc(&memalloc_socks_key);
}

/**
 * netram_sock_exit() - undo netram_sock_init()
 *
 * Context: process, sleeps; there is no socket any more.
 */
void netram_sock_exit(void)
{
	static_branch_dec(&memalloc_socks_key);
}

static void set_options(struct sock *sk)
{
	reclassify(sk);
	sk->sk_allocation = GFP_NOWAIT | __GFP_MEMALLOC;
	sk->sk_use_task_frag = false;
	sock_set_flag(sk, SOCK_MEMALLOC);
	sock_no_linger(sk);
	tcp_sock_set_nodelay(sk);
}

/* Time left, in jiffies, 0 when @deadline has passed. */
static long remaining(unsigned long deadline)
{
	long left = deadline - jiffies;

	return max(left, 0L);
}

/**
 * netram_sock_connect() - open a TCP connection
 * @net: network namespace to connect from; the caller holds it
 * @addr: where to, IPv4 or IPv6
 * @deadline: give up then, jiffies
 * @out: the connected socket
 *
 * Context: process, sleeps; does not enter reclaim.
 * Return: 0 or a negative errno.
 */
int netram_sock_connect(struct net *net, const struct sockaddr_storage *addr,
			unsigned long deadline, struct socket **out)
{
	unsigned int noreclaim = memalloc_noreclaim_save();
	struct sockaddr_storage copy = *addr;
	struct socket *sock;
	int err;

	err = sock_create_kern(net, addr->ss_family, SOCK_STREAM, IPPROTO_TCP,
			       &sock);
	if (err)
		goto out;
	set_options(sock->sk);
	sock->sk->sk_sndtimeo = max(remaining(deadline), 1L);
	err = kernel_connect(sock, (struct sockaddr *)&copy, sizeof(copy), 0);
	if (err == -EINPROGRESS)
		err = -ETIMEDOUT;
	if (err)
		netram_sock_close(sock);
	else
		*out = sock;
out:
	memalloc_noreclaim_restore(noreclaim);
	return err;
}

/**
 * netram_sock_keepalive() - let TCP find out that the other side is gone
 * @sock: a connected socket; also while it carries requests
 * @idle_s: ask when nothing has come for so long
 * @interval_s: and again after so long
 * @probes: the connection is over when so many were not answered
 *
 * It is for connections that carry nothing: requests have timeouts of their own.
 *
 * Context: process, may sleep.
 */
void netram_sock_keepalive(struct socket *sock, u32 idle_s, u32 interval_s,
			   u32 probes)
{
	struct sock *sk = sock->sk;

	tcp_sock_set_keepintvl(sk, interval_s);
	tcp_sock_set_keepcnt(sk, probes);
	tcp_sock_set_keepidle(sk, idle_s);
	sock_set_keepalive(sk);
}

/**
 * netram_sock_send() - send a few bytes while a connection is set up
 * @sock: a connected socket that is not attached
 * @data: the bytes
 * @len: how many
 * @deadline: give up then, jiffies
 *
 * Context: process, sleeps; does not enter reclaim.
 * Return: 0 or a negative errno.
 */
int netram_sock_send(struct socket *sock, const void *data, size_t len,
		     unsigned long deadline)
{
	unsigned int noreclaim = memalloc_noreclaim_save();
	struct kvec vec = { .iov_base = (void *)data, .iov_len = len };
	struct msghdr msg = { .msg_flags = MSG_NOSIGNAL };
	int ret;

	sock->sk->sk_sndtimeo = max(remaining(deadline), 1L);
	ret = kernel_sendmsg(sock, &msg, &vec, 1, len);
	memalloc_noreclaim_restore(noreclaim);
	if (ret < 0)
		return ret == -EAGAIN ? -ETIMEDOUT : ret;
	return ret == len ? 0 : -ETIMEDOUT;
}

/**
 * netram_sock_recv() - receive exactly @len bytes while a connection is set up
 * @sock: a connected socket that is not attached
 * @data: where to
 * @len: how many
 * @deadline: give up then, jiffies
 *
 * Context: process, sleeps; does not enter reclaim.
 * Return: 0, -ETIMEDOUT, -ECONNRESET when the other side closed, or another
 * negative errno.
 */
int netram_sock_recv(struct socket *sock, void *data, size_t len,
		     unsigned long deadline)
{
	unsigned int noreclaim = memalloc_noreclaim_save();
	struct kvec vec = { .iov_base = data, .iov_len = len };
	struct msghdr msg = { .msg_flags = MSG_NOSIGNAL };
	int ret;

	sock->sk->sk_rcvtimeo = max(remaining(deadline), 1L);
	ret = kernel_recvmsg(sock, &msg, &vec, 1, len, MSG_WAITALL);
	memalloc_noreclaim_restore(noreclaim);
	if (ret == len)
		return 0;
	if (ret == -EAGAIN || (ret > 0 && !remaining(deadline)))
		return -ETIMEDOUT;
	return ret < 0 ? ret : -ECONNRESET;
}

/**
 * netram_sock_carried() - bytes of the stream since it was connected
 * @sock: the socket, nothing under way
 * @tx: set to those sent, each counted once
 * @rx: set to those received
 */
void netram_sock_carried(const struct socket *sock, u64 *tx, u64 *rx)
{
	const struct tcp_sock *tp = tcp_sk(sock->sk);

	*tx = READ_ONCE(tp->bytes_sent) - READ_ONCE(tp->bytes_retrans);
	*rx = READ_ONCE(tp->bytes_received);
}

static void on_data_ready(struct sock *sk)
{
	struct netram_sock_hook *hook;

	read_lock_bh(&sk->sk_callback_lock);
	hook = sk->sk_user_data;
	if (likely(hook))
		hook->calls->data_ready(hook->owner, sk);
	read_unlock_bh(&sk->sk_callback_lock);
}

static void on_write_space(struct sock *sk)
{
	struct netram_sock_hook *hook;

	read_lock_bh(&sk->sk_callback_lock);
	hook = sk->sk_user_data;
	if (likely(hook) && sk_stream_is_writeable(sk)) {
		clear_bit(SOCK_NOSPACE, &sk->sk_socket->flags);
		hook->calls->write_space(hook->owner, sk);
	}
	read_unlock_bh(&sk->sk_callback_lock);
}

static void on_state_change(struct sock *sk)
{
	struct netram_sock_hook *hook;

	read_lock_bh(&sk->sk_callback_lock);
	hook = sk->sk_user_data;
	if (likely(hook) && sk->sk_state != TCP_ESTABLISHED)
		hook->calls->closed(hook->owner, sk);
	read_unlock_bh(&sk->sk_callback_lock);
}

/**
 * netram_sock_attach() - route a socket's events to a connection
 * @sock: the socket
 * @hook: with @calls and @owner set; must live until netram_sock_detach()
 *
 * Events before this call were missed: look for data and for the end yourself.
 *
 * Context: process.
 */
void netram_sock_attach(struct socket *sock, struct netram_sock_hook *hook)
{
	struct sock *sk = sock->sk;

	write_lock_bh(&sk->sk_callback_lock);
	hook->data_ready = sk->sk_data_ready;
	hook->write_space = sk->sk_write_space;
	hook->state_change = sk->sk_state_change;
	sk->sk_user_data = hook;
	sk->sk_data_ready = on_data_ready;
	sk->sk_write_space = on_write_space;
	sk->sk_state_change = on_state_change;
	write_unlock_bh(&sk->sk_callback_lock);
}

/**
 * netram_sock_detach() - stop routing events
 * @sock: the socket
 * @hook: as attached
 *
 * Context: process. When it returns no call is running and none will come.
 */
void netram_sock_detach(struct socket *sock, struct netram_sock_hook *hook)
{
	struct sock *sk = sock->sk;

	write_lock_bh(&sk->sk_callback_lock);
	sk->sk_user_data = NULL;
	sk->sk_data_ready = hook->data_ready;
	sk->sk_write_space = hook->write_space;
	sk->sk_state_change = hook->state_change;
	write_unlock_bh(&sk->sk_callback_lock);
}

/**
 * netram_sock_close() - end a connection at once
 * @sock: the socket, not attached; gone afterwards
 *
 * What was not sent is thrown away and the other side gets a reset.
 *
 * Context: process, sleeps; does not enter reclaim.
 */
void netram_sock_close(struct socket *sock)
{
	unsigned int noreclaim = memalloc_noreclaim_save();

	sock_release(sock);
	memalloc_noreclaim_restore(noreclaim);
}
