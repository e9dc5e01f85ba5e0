// SPDX-License-Identifier: GPL-2.0
#include "common/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct sockaddr_in *v4(const struct address *addr)
{
	return addr->sa.ss_family == AF_INET ?
	       (struct sockaddr_in *)&addr->sa : NULL;
}

static struct sockaddr_in6 *v6(const struct address *addr)
{
	return (struct sockaddr_in6 *)&addr->sa;
}

/* What is behind the address: ":PORT", or nothing if there is a usual one. */
static int parse_port(const char *text, uint16_t usual, in_port_t *port)
{
	size_t digits;

	if (!*text && usual) {
		*port = htons(usual);
		return 0;
	}
	if (*text++ != ':')
		return -EINVAL;
	digits = strspn(text, "0123456789");
	if (!digits || digits > 5 || text[digits] || atoi(text) > 65535)
		return -EINVAL;
	*port = htons((in_port_t)atoi(text));
	return 0;
}

/* Other addresses than link-local ones have none. */
static int parse_interface(const char *name, struct address *addr)
{
	if (!*name || strlen(name) >= sizeof(addr->interface) ||
	    !IN6_IS_ADDR_LINKLOCAL(&v6(addr)->sin6_addr))
		return -EINVAL;
	strcpy(addr->interface, name);
	return 0;
}

/* The interface is cut off @host. */
static int parse_v6(char *host, const char *port, uint16_t usual,
		    struct address *addr)
{
	char *interface = strchr(host, '%');

	if (interface)
		*interface++ = '\0';
	addr->sa.ss_family = AF_INET6;
	addr->len = sizeof(struct sockaddr_in6);
	if (inet_pton(AF_INET6, host, &v6(addr)->sin6_addr) != 1)
		return -EINVAL;
	if (interface && parse_interface(interface, addr))
		return -EINVAL;
	return parse_port(port, usual, &v6(addr)->sin6_port);
}

static int parse_v4(const char *host, const char *port, uint16_t usual,
		    struct address *addr)
{
	addr->sa.ss_family = AF_INET;
	addr->len = sizeof(struct sockaddr_in);
	if (inet_pton(AF_INET, host, &v4(addr)->sin_addr) != 1)
		return -EINVAL;
	return parse_port(port, usual, &v4(addr)->sin_port);
}

/**
 * address_parse() - read a numeric address
 * @text: ADDR:PORT, [V6]:PORT or [V6%INTERFACE]:PORT; with a usual port also without
 *	:PORT
 * @port: the usual port; 0: it has to be told
 * @addr: set on success
 *
 * Return: 0 or -EINVAL.
 */
int address_parse(const char *text, uint16_t port, struct address *addr)
{
	char host[INET6_ADDRSTRLEN + IF_NAMESIZE];
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
	return *end == ']' ? parse_v6(host, end + 1, port, addr) :
			     parse_v4(host, end, port, addr);
}

/* As address_parse() reads it; ADDRESS_SIZE bytes are always enough. */
void address_format(const struct address *addr, char *text, size_t size)
{
	char host[INET6_ADDRSTRLEN] = "?";

	if (v4(addr)) {
		inet_ntop(AF_INET, &v4(addr)->sin_addr, host, sizeof(host));
		snprintf(text, size, "%s:%u", host, ntohs(v4(addr)->sin_port));
	} else {
		inet_ntop(AF_INET6, &v6(addr)->sin6_addr, host, sizeof(host));
		snprintf(text, size, "[%s%s%s]:%u", host,
			 addr->interface[0] ? "%" : "", addr->interface,
			 ntohs(v6(addr)->sin6_port));
	}
}

bool address_is_loopback(const struct address *addr)
{
	if (v4(addr))
		return ntohl(v4(addr)->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
	return IN6_IS_ADDR_LOOPBACK(&v6(addr)->sin6_addr);
}

/* Any address of this machine. */
bool address_is_any(const struct address *addr)
{
	if (v4(addr))
		return v4(addr)->sin_addr.s_addr == htonl(INADDR_ANY);
	return IN6_IS_ADDR_UNSPECIFIED(&v6(addr)->sin6_addr);
}

/* The same but for the port, and the interface, which each host has its own name for. */
bool address_same_host(const struct address *a, const struct address *b)
{
	if (a->sa.ss_family != b->sa.ss_family)
		return false;
	if (v4(a))
		return v4(a)->sin_addr.s_addr == v4(b)->sin_addr.s_addr;
	return IN6_ARE_ADDR_EQUAL(&v6(a)->sin6_addr, &v6(b)->sin6_addr);
}

/* The kernel cannot guess which link is meant. */
bool address_lacks_interface(const struct address *addr)
{
	return !v4(addr) && !addr->interface[0] &&
	       IN6_IS_ADDR_LINKLOCAL(&v6(addr)->sin6_addr);
}

/**
 * address_find() - what to bind or to connect to
 * @addr: the address
 * @sa: the same, with its interface, on success; @addr->len of it are used
 *
 * Return: 0, or -ENXIO: there is no such interface now.
 */
int address_find(const struct address *addr, struct sockaddr_storage *sa)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)sa;

	*sa = addr->sa;
	if (!addr->interface[0])
		return 0;
	in6->sin6_scope_id = if_nametoindex(addr->interface);
	return in6->sin6_scope_id ? 0 : -ENXIO;
}

/* Why it could not be listened on, or connected to. */
const char *address_error(int err)
{
	return err == -ENXIO ? "this machine has no such interface" :
			       strerror(-err);
}

/* A listening TCP socket, or -errno. */
int address_listen(const struct address *addr, int backlog)
{
	struct sockaddr_storage sa;
	int err, one = 1, fd;

	err = address_find(addr, &sa);
	if (err)
		return err;
	fd = socket(addr->sa.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	/* [::] means IPv6 alone, so that 0.0.0.0 may be given beside it. */
	if (!v4(addr))
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
	if (!bind(fd, (const struct sockaddr *)&sa, addr->len) &&
	    !listen(fd, backlog))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

/* The address a socket is bound to. */
void address_of(int fd, struct address *addr)
{
	memset(addr, 0, sizeof(*addr));
	addr->len = sizeof(addr->sa);
	getsockname(fd, (struct sockaddr *)&addr->sa, &addr->len);
	if (addr->sa.ss_family == AF_INET6 && v6(addr)->sin6_scope_id)
		if_indextoname(v6(addr)->sin6_scope_id, addr->interface);
}
