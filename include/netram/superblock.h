/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * The first page of a backup device: whose it is. Page N of the volume follows at
 * NETRAM_SUPERBLOCK_DATA + N * NETRAM_PAGE_SIZE, as it is. What the pages are worth
 * only the module knows, while the volume lives: nothing is read from a device
 * that was not written by the same volume before.
 *
 * The module writes it (kernel/superblock.c); netramd reads it.
 */
#ifndef NETRAM_SUPERBLOCK_FORMAT_H
#define NETRAM_SUPERBLOCK_FORMAT_H

#include <linux/types.h>
#include <netram/limits.h>

#define NETRAM_SUPERBLOCK_MAGIC		"netramBK"
#define NETRAM_SUPERBLOCK_VERSION	1
/* Bytes before page 0 of the volume. */
#define NETRAM_SUPERBLOCK_DATA		NETRAM_PAGE_SIZE

enum netram_superblock_state {
	NETRAM_SUPERBLOCK_FREE,	/* its volume was deleted: anybody may have it */
	NETRAM_SUPERBLOCK_USED,	/* by a volume, or by one that died with its host */
};

/**
 * struct netram_superblock - the start of the first page; the rest is zeroes
 * @magic: NETRAM_SUPERBLOCK_MAGIC, no NUL
 * @version: NETRAM_SUPERBLOCK_VERSION; others are refused
 * @state: enum netram_superblock_state
 * @uuid: of the volume
 * @size: of the volume, bytes
 * @name: of the volume, for people; ends with a NUL
 * @crc: crc32c, seed ~0, of all before
 */
struct netram_superblock {
	__u8	magic[8];
	__le32	version;
	__le32	state;
	__u8	uuid[16];
	__le64	size;
	__u8	name[NETRAM_NAME_MAX + 1];
	__le32	crc;
} __attribute__((packed));

#endif /* NETRAM_SUPERBLOCK_FORMAT_H */
