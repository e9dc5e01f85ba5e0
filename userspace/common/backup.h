/* SPDX-License-Identifier: GPL-2.0 */
/* The block device of a volume's backup. */
#ifndef NETRAM_COMMON_BACKUP_H
#define NETRAM_COMMON_BACKUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* loop.c: 0 or -errno, and then why, in a line */
int backup_open(const char *path, char *device, size_t room, int *fd,
		char *why, size_t size);
void backup_file(const char *device, char *file, size_t size);
bool backup_same(const char *a, const char *b);

/* superblock.c */
int backup_owner(const char *device, uint8_t uuid[16]);

#endif /* NETRAM_COMMON_BACKUP_H */
