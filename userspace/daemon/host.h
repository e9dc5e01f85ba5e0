/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAMD_HOST_H
#define NETRAMD_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

bool host_check(const char *text, char *why, size_t size);
bool host_is_loopback(const struct sockaddr_storage *endpoint);

#endif /* NETRAMD_HOST_H */
