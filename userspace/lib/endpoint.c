// SPDX-License-Identifier: LGPL-2.1-or-later
/* Addresses: 192.0.2.1, host:10809, fe80::1%eth0, [2001:db8::1]:10809 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netdb.h>
#include <netram/nbd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define HOST_SIZE	256

/**
 * struct split - an address before it is resolved
 * @host: without brackets
 * @port: the text behind the colon, or NULL
 * @numeric: brackets or several colons say that it must be IPv6
 */
struct split {
	char host[HOST_SIZE];
	const char *port;
	bool numeric;
};

__attribute__((format(printf, 4, 5)))
static int refuse(char *why, size_t size, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, size, fmt, ap);
	va_end(ap);
	return err;
}

static int split_host(struct split *s, const char *host, size_t len)
{
	if (!len || len >= sizeof(s->host))
		return -EINVAL;
	memcpy(s->host, host, len);
	s->host[len] = '\0';
	return 0;
}

static int split_brackets(struct split *s, const char *text)
{
	const char *end = strchr(text, ']');

	if (!end || (end[1] && end[1] != ':'))
		return -EINVAL;
	s->numeric = true;
	s->port = end[1] ? end + 2 : NULL;
	return split_host(s, text + 1, end - text - 1);
}

/* One colon divides host and port; more of them are an IPv6 address's own. */
static int split_text(struct split *s, const char *text)
{
	const char *colon = strchr(text, ':');

	memset(s, 0, sizeof(*s));
	if (text[0] == '[')
		return split_brackets(s, text);
	if (colon && strchr(colon + 1, ':')) {
		s->numeric = true;
		return split_host(s, text, strlen(text));
	}
	s->port = colon ? colon + 1 : NULL;
	return split_host(s, text, colon ? (size_t)(colon - text) :
					   strlen(text));
}

static int parse_port(const char *text, uint16_t *port)
{
	size_t digits = strspn(text, "0123456789");
	unsigned long n;

	if (!digits || digits > 5 || text[digits])
		return -EINVAL;
	n = strtoul(text, NULL, 10);
	if (n < 1 || n > 65535)
		return -EINVAL;
	*port = n;
	return 0;
}

static void set_port(struct sockaddr_storage *endpoint, uint16_t port)
{
	if (endpoint->ss_family == AF_INET)
		((struct sockaddr_in *)endpoint)->sin_port = htons(port);
	else
		((struct sockaddr_in6 *)endpoint)->sin6_port = htons(port);
}

static int resolve_errno(int gai)
{
	switch (gai) {
	case EAI_AGAIN:
		return -EAGAIN;
	case EAI_MEMORY:
		return -ENOMEM;
	case EAI_SYSTEM:
		/* a plugin of the resolver may have left none; 0 is success */
		return errno ? -errno : -EIO;
	}
	return -ENOENT;
}

/* The interface of a link-local address, which may be there later; or NULL. */
static const char *missing_interface(const char *host)
{
	const char *scope = strchr(host, '%');
	char address[INET6_ADDRSTRLEN];
	struct in6_addr in6;

	if (!scope || !scope[1] || strlen(scope + 1) >= IF_NAMESIZE ||
	    (size_t)(scope - host) >= sizeof(address))
		return NULL;
	snprintf(address, sizeof(address), "%.*s", (int)(scope - host), host);
	if (inet_pton(AF_INET6, address, &in6) != 1 ||
	    !IN6_IS_ADDR_LINKLOCAL(&in6))
		return NULL;
	return scope + 1;
}

static int refuse_numeric(const char *host, char *why, size_t size)
{
	const char *interface = missing_interface(host);

	if (interface)
		return refuse(why, size, -ENXIO,
			      "this host has no interface '%s' for '%s'",
			      interface, host);
	return refuse(why, size, -EINVAL, "'%s' is not an IPv6 address%s", host,
		      strchr(host, '%') ? " of an interface of this host" : "");
}

/* @flags: AI_NUMERICHOST: a name is not looked up, and not known */
static int resolve(const struct split *s, int flags,
		   struct sockaddr_storage *endpoint, char *why, size_t size)
{
	struct addrinfo hints = {
		.ai_family = s->numeric ? AF_INET6 : AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = s->numeric ? AI_NUMERICHOST : flags,
	};
	struct addrinfo *found;
	int gai, err;

	gai = getaddrinfo(s->host, NULL, &hints, &found);
	err = gai ? resolve_errno(gai) : 0;
	if (gai && s->numeric)
		return refuse_numeric(s->host, why, size);
	if (gai)
		return refuse(why, size, err, "cannot resolve '%s': %s",
			      s->host, gai_strerror(gai));
	memset(endpoint, 0, sizeof(*endpoint));
	memcpy(endpoint, found->ai_addr, found->ai_addrlen);
	freeaddrinfo(found);
	return 0;
}

/* The kernel cannot guess which link is meant. */
static int check_scope(const struct sockaddr_storage *endpoint,
		       char *why, size_t size)
{
	const struct sockaddr_in6 *in6 = (const void *)endpoint;

	if (in6->sin6_family != AF_INET6 || in6->sin6_scope_id ||
	    !IN6_IS_ADDR_LINKLOCAL(&in6->sin6_addr))
		return 0;
	return refuse(why, size, -EINVAL,
		      "a link-local address needs its interface: ADDRESS%%eth0");
}

static int parse(const char *text, int flags, struct sockaddr_storage *endpoint,
		 char *why, size_t size)
{
	uint16_t port = NBD_DEFAULT_PORT;
	struct split s;
	int err;

	if (split_text(&s, text))
		return refuse(why, size, -EINVAL,
			      "'%s' is not an address: write HOST, HOST:PORT, IPV6 or [IPV6]:PORT",
			      text);
	if (s.port && parse_port(s.port, &port))
		return refuse(why, size, -EINVAL,
			      "'%s' is not a port: write 1 to 65535", s.port);
	err = resolve(&s, flags, endpoint, why, size);
	if (!err)
		err = check_scope(endpoint, why, size);
	if (!err)
		set_port(endpoint, port);
	return err;
}

int netram_endpoint_parse(const char *text, struct sockaddr_storage *endpoint,
			  char *why, size_t size)
{
	return parse(text, 0, endpoint, why, size);
}

int netram_endpoint_numeric(const char *text, struct sockaddr_storage *endpoint,
			    char *why, size_t size)
{
	return parse(text, AI_NUMERICHOST, endpoint, why, size);
}

void netram_endpoint_address(const struct sockaddr_storage *endpoint,
			     char *text, size_t size)
{
	const struct sockaddr_in6 *in6 = (const void *)endpoint;
	const struct sockaddr_in *in = (const void *)endpoint;
	char host[INET6_ADDRSTRLEN] = "?", scope[IF_NAMESIZE] = "";

	if (endpoint->ss_family == AF_INET) {
		inet_ntop(AF_INET, &in->sin_addr, host, sizeof(host));
	} else if (endpoint->ss_family == AF_INET6) {
		inet_ntop(AF_INET6, &in6->sin6_addr, host, sizeof(host));
		if (in6->sin6_scope_id &&
		    !if_indextoname(in6->sin6_scope_id, scope))
			snprintf(scope, sizeof(scope), "%u",
				 in6->sin6_scope_id);
	}
	snprintf(text, size, "%s%s%s", host, scope[0] ? "%" : "", scope);
}

uint16_t netram_endpoint_port(const struct sockaddr_storage *endpoint)
{
	switch (endpoint->ss_family) {
	case AF_INET:
		return ntohs(((const struct sockaddr_in *)endpoint)->sin_port);
	case AF_INET6:
		return ntohs(((const struct sockaddr_in6 *)endpoint)->sin6_port);
	}
	return 0;
}

void netram_endpoint_format(const struct sockaddr_storage *endpoint,
			    char *text, size_t size)
{
	bool v6 = endpoint->ss_family == AF_INET6;
	char host[NETRAM_ENDPOINT_SIZE];

	netram_endpoint_address(endpoint, host, sizeof(host));
	snprintf(text, size, "%s%s%s:%u", v6 ? "[" : "", host, v6 ? "]" : "",
		 netram_endpoint_port(endpoint));
}
