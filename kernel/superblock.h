/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The first page of a backup device: whose it is. Page N of the volume follows at
 * NETRAM_SUPERBLOCK_DATA + N * NETRAM_PAGE_SIZE, as it is. What the pages are worth
 * only the module knows, while the volume lives: nothing is read from a device
 * that was not written by the same volume before.
 */
#ifndef NETRAM_SUPERBLOCK_H
#define NETRAM_SUPERBLOCK_H

#include <linux/build_bug.h>
#include <linux/types.h>
#include <linux/uuid.h>
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
	u8	magic[8];
	__le32	version;
	__le32	state;
	u8	uuid[UUID_SIZE];
	__le64	size;
	u8	name[NETRAM_NAME_MAX + 1];
	__le32	crc;
} __packed;
static_assert(sizeof(struct netram_superblock) == 108);

/**
 * enum netram_superblock_owner - whose a device is
 * @NETRAM_SUPERBLOCK_NOBODYS: all zeroes, or given back
 * @NETRAM_SUPERBLOCK_OURS: this volume's
 * @NETRAM_SUPERBLOCK_ANOTHERS: another volume's
 * @NETRAM_SUPERBLOCK_FOREIGN: something else is there
 */
enum netram_superblock_owner {
	NETRAM_SUPERBLOCK_NOBODYS,
	NETRAM_SUPERBLOCK_OURS,
	NETRAM_SUPERBLOCK_ANOTHERS,
	NETRAM_SUPERBLOCK_FOREIGN,
};

void netram_superblock_fill(void *page, enum netram_superblock_state state,
			    const uuid_t *uuid, const char *name, u64 size);
enum netram_superblock_owner netram_superblock_check(const void *page,
						     const uuid_t *uuid);

#endif /* NETRAM_SUPERBLOCK_H */
