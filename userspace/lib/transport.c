// SPDX-License-Identifier: LGPL-2.1-or-later
/* The real transport: a generic netlink socket. */
#include <errno.h>

#include "internal.h"

static int transport_send(void *ctx, const void *buf, size_t len)
{
	ssize_t sent = mnl_socket_sendto(ctx, buf, len);

	if (sent < 0)
		return -errno;
	return (size_t)sent == len ? 0 : -EIO;
}

static ssize_t transport_recv(void *ctx, void *buf, size_t len)
{
	ssize_t got = mnl_socket_recvfrom(ctx, buf, len);

	/* mnl's ENOSPC says that the datagram was longer than the buffer. */
	if (got < 0)
		return errno == ENOSPC ? -EMSGSIZE : -errno;
	return got;
}

static int transport_join(void *ctx, uint32_t group)
{
	int n = group;

	if (mnl_socket_setsockopt(ctx, NETLINK_ADD_MEMBERSHIP, &n, sizeof(n)))
		return -errno;
	return 0;
}

static int transport_fd(void *ctx)
{
	return mnl_socket_get_fd(ctx);
}

static void transport_close(void *ctx)
{
	mnl_socket_close(ctx);
}

static const struct netram_transport transport_netlink = {
	.send = transport_send,
	.recv = transport_recv,
	.join = transport_join,
	.fd = transport_fd,
	.close = transport_close,
};

/* Without these two, errors still have their number: so failure is no error. */
static void transport_want_texts(struct mnl_socket *sock)
{
	int one = 1;

	mnl_socket_setsockopt(sock, NETLINK_EXT_ACK, &one, sizeof(one));
	mnl_socket_setsockopt(sock, NETLINK_CAP_ACK, &one, sizeof(one));
}

int netram_transport_open(const struct netram_transport **ops, void **ctx)
{
	struct mnl_socket *sock;
	int err;

	sock = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!sock)
		return -errno;
	if (mnl_socket_bind(sock, 0, MNL_SOCKET_AUTOPID)) {
		err = -errno;
		mnl_socket_close(sock);
		return err;
	}
	transport_want_texts(sock);
	*ops = &transport_netlink;
	*ctx = sock;
	return 0;
}
