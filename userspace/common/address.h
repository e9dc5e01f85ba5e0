/* SPDX-License-Identifier: GPL-2.0 */
/* Numeric addresses to listen on. */
#ifndef NETRAM_COMMON_ADDRESS_H
#define NETRAM_COMMON_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define ADDRESS_SIZE	64

/**
 * struct address - an IPv4 or IPv6 address with a port
 * @sa: the address
 * @len: what is used of it
 */
struct address {
	struct sockaddr_storage sa;
	socklen_t len;
};

int address_parse(const char *text, uint16_t port, struct address *addr);
void address_format(const struct address *addr, char *text, size_t size);
bool address_is_loopback(const struct address *addr);
bool address_is_any(const struct address *addr);
bool address_same_host(const struct address *a, const struct address *b);
int address_listen(const struct address *addr, int backlog);
void address_of(int fd, struct address *addr);

#endif /* NETRAM_COMMON_ADDRESS_H */
