// SPDX-License-Identifier: GPL-2.0
/*
 * The address of a node, as it is written. What the resolver would take in some way of its
 * own, and what no connection can be made to, is found before it is asked.
 */
#include "host.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define HOST_SIZE	256

__attribute__((format(printf, 3, 4)))
static bool refuse(char *why, size_t size, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, size, fmt, ap);
	va_end(ap);
	return false;
}

/* The host alone, without brackets, port and interface. */
static void host_of(const char *text, char host[HOST_SIZE])
{
	const char *colon = strchr(text, ':');
	size_t len = strcspn(text, "%");

	if (text[0] == '[')
		len = strcspn(++text, "]%");
	else if (colon && !strchr(colon + 1, ':'))
		len = (size_t)(colon - text);
	snprintf(host, HOST_SIZE, "%.*s", (int)len, text);
}

static bool check_v4(uint32_t address, const char *host, char *why, size_t size)
{
	/* 0.0.0.0/8 is this host, or nothing; 240.0.0.0/4 is nobody's, or everybody's */
	if (address >> 24 && !IN_MULTICAST(address) && !IN_BADCLASS(address))
		return true;
	return refuse(why, size, "%s is not the address of one machine: write that of the node",
		      host);
}

static bool check_v6(const struct in6_addr *address, const char *host,
		     char *why, size_t size)
{
	if (!IN6_IS_ADDR_UNSPECIFIED(address) && !IN6_IS_ADDR_MULTICAST(address))
		return true;
	return refuse(why, size, "%s is not the address of one machine: write that of the node",
		      host);
}

/**
 * host_check() - can this be the address of a node?
 * @text: HOST, HOST:PORT, IPV6 or [IPV6]:PORT
 * @why: if not, one line that says what would be right
 * @size: room there
 */
bool host_check(const char *text, char *why, size_t size)
{
	char host[HOST_SIZE];
	struct in6_addr v6;
	struct in_addr v4;

	if (strpbrk(text, " /"))
		return refuse(why, size, "'%s' has a blank or a slash in it: write HOST, HOST:PORT, IPV6 or [IPV6]:PORT",
			      text);
	host_of(text, host);
	if (inet_pton(AF_INET, host, &v4) == 1)
		return text[0] == '[' ||
		       check_v4(ntohl(v4.s_addr), host, why, size);
	if (inet_pton(AF_INET6, host, &v6) == 1)
		return check_v6(&v6, host, why, size);
	/* "10.1" and "0x7f000001" are addresses to the resolver, but hardly meant */
	if (host[0] && (!host[strspn(host, "0123456789.")] ||
			inet_aton(host, &v4)))
		return refuse(why, size, "'%s' is not an address: write four numbers from 0 to 255, as 192.0.2.1",
			      host);
	return true;
}

bool host_is_loopback(const struct sockaddr_storage *endpoint)
{
	const struct sockaddr_in6 *v6 = (const void *)endpoint;
	const struct sockaddr_in *v4 = (const void *)endpoint;

	if (endpoint->ss_family == AF_INET)
		return ntohl(v4->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
	return endpoint->ss_family == AF_INET6 &&
	       IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
}
