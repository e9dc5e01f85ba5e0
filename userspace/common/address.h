/* SPDX-License-Identifier: GPL-2.0 */
/* Numeric addresses to listen on. */
#ifndef NETRAM_COMMON_ADDRESS_H
#define NETRAM_COMMON_ADDRESS_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define ADDRESS_SIZE	80

/**
 * struct address - an IPv4 or IPv6 address with a port
 * @sa: the address, but for its interface
 * @len: what is used of it
 * @interface: of a link-local address; it may come later, and as another one of this name,
 *	so address_find() looks for it when the address is used
 */
struct address {
	struct sockaddr_storage sa;
	socklen_t len;
	char interface[IF_NAMESIZE];
};

int address_parse(const char *text, uint16_t port, struct address *addr);
void address_format(const struct address *addr, char *text, size_t size);
bool address_is_loopback(const struct address *addr);
bool address_is_any(const struct address *addr);
bool address_same_host(const struct address *a, const struct address *b);
bool address_lacks_interface(const struct address *addr);
int address_find(const struct address *addr, struct sockaddr_storage *sa);
const char *address_error(int err);
int address_listen(const struct address *addr, int backlog);
void address_of(int fd, struct address *addr);

#endif /* NETRAM_COMMON_ADDRESS_H */
