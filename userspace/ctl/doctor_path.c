// SPDX-License-Identifier: GPL-2.0
/*
 * The way to each node: which interface, how large packets may be, and whether
 * a connection is taken. All connect at once, and have the same time for it.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/clock.h"
#include "doctor.h"
#include "progress.h"

#define TIMEOUT_MS	3000

static socklen_t size_of(const struct sockaddr_storage *a)
{
	return a->ss_family == AF_INET ? sizeof(struct sockaddr_in) :
					 sizeof(struct sockaddr_in6);
}

static bool same_address(const struct sockaddr *a,
			 const struct sockaddr_storage *b)
{
	if (!a || a->sa_family != b->ss_family)
		return false;
	if (a->sa_family == AF_INET)
		return ((const struct sockaddr_in *)a)->sin_addr.s_addr ==
		       ((const struct sockaddr_in *)b)->sin_addr.s_addr;
	return !memcmp(&((const struct sockaddr_in6 *)a)->sin6_addr,
		       &((const struct sockaddr_in6 *)b)->sin6_addr,
		       sizeof(struct in6_addr));
}

static uint32_t mtu_of(int fd, const char *device)
{
	struct ifreq ifr = { 0 };

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", device);
	return ioctl(fd, SIOCGIFMTU, &ifr) ? 0 : ifr.ifr_mtu;
}

/* The interface that has the address which packets to the node leave with. */
static void find_device(struct doctor_path *p, int fd,
			const struct sockaddr_storage *source)
{
	struct ifaddrs *first, *i;

	if (getifaddrs(&first))
		return;
	for (i = first; i && !same_address(i->ifa_addr, source);
	     i = i->ifa_next)
		;
	if (i) {
		snprintf(p->device, sizeof(p->device), "%s", i->ifa_name);
		p->mtu = mtu_of(fd, p->device);
	}
	freeifaddrs(first);
}

static uint32_t path_mtu(int fd, const struct sockaddr_storage *to)
{
	bool v4 = to->ss_family == AF_INET;
	socklen_t size = sizeof(int);
	int mtu = 0;

	if (getsockopt(fd, v4 ? IPPROTO_IP : IPPROTO_IPV6,
		       v4 ? IP_MTU : IPV6_MTU, &mtu, &size))
		return 0;
	return mtu;
}

/* A datagram socket finds the route without sending anything. */
static void find_route(struct doctor_path *p, const struct sockaddr_storage *to)
{
	struct sockaddr_storage source;
	socklen_t size = sizeof(source);
	int fd = socket(to->ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return;
	if (!connect(fd, (const struct sockaddr *)to, size_of(to)) &&
	    !getsockname(fd, (struct sockaddr *)&source, &size)) {
		netram_endpoint_address(&source, p->source, sizeof(p->source));
		p->local = same_address((const struct sockaddr *)to, &source);
		find_device(p, fd, &source);
		p->path_mtu = path_mtu(fd, to);
	}
	close(fd);
}

static void failed(struct doctor_path *p, int err)
{
	p->err = err;
	p->reach = err == ECONNREFUSED ? DOCTOR_REFUSED :
		   err == ETIMEDOUT || err == EINPROGRESS ? DOCTOR_SILENT :
		   DOCTOR_UNREACHABLE;
}

/* Return: a socket that is connecting, or -1. */
static int begin(struct doctor_path *p, const struct sockaddr_storage *to)
{
	int fd = socket(to->ss_family,
			SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0 || !connect(fd, (const struct sockaddr *)to, size_of(to)))
		return fd;
	failed(p, errno);
	if (errno == EINPROGRESS)
		return fd;
	close(fd);
	return -1;
}

static void learn(struct doctor_path *p, int fd)
{
	struct tcp_info info = { 0 };
	socklen_t size = sizeof(info);

	p->reach = DOCTOR_REACHED;
	p->err = 0;
	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size))
		return;
	p->offered_mss = info.tcpi_advmss;
	p->sent_mss = info.tcpi_snd_mss;
}

static void finish(struct doctor_path *p, int fd, uint64_t deadline)
{
	struct pollfd pfd = { fd, POLLOUT, 0 };
	socklen_t size = sizeof(int);
	uint64_t now = clock_ms();
	int err = 0;

	if (poll(&pfd, 1, deadline > now ? (int)(deadline - now) : 0) == 1) {
		if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &size))
			err = errno;
		if (err)
			failed(p, err);
		else
			learn(p, fd);
	}
	close(fd);
}

void doctor_paths(const struct netram_node *nodes, struct doctor_facts *facts)
{
	const uint64_t deadline = clock_ms() + TIMEOUT_MS;
	const struct netram_node *node;
	size_t i, n = 0;
	int *fds;

	for (node = nodes; node; node = node->next)
		n++;
	facts->paths = calloc(n + 1, sizeof(*facts->paths));
	fds = calloc(n + 1, sizeof(*fds));
	if (!facts->paths || !fds)
		abort();
	facts->nr_paths = n;
	for (node = nodes, i = 0; node; node = node->next, i++) {
		struct doctor_path *p = &facts->paths[i];

		strcpy(p->node, node->name);
		netram_endpoint_address(&node->endpoint, p->address,
					sizeof(p->address));
		p->port = netram_endpoint_port(&node->endpoint);
		find_route(p, &node->endpoint);
		fds[i] = begin(p, &node->endpoint);
	}
	for (i = 0; i < n; i++)
		if (fds[i] >= 0)
			finish(&facts->paths[i], fds[i], deadline);
	free(fds);
}
