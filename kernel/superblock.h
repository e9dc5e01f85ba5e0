/* SPDX-License-Identifier: GPL-2.0 */
/* Whose a backup device is: <netram/superblock.h> has the format. */
#ifndef NETRAM_SUPERBLOCK_H
#define NETRAM_SUPERBLOCK_H

#include <linux/build_bug.h>
#include <linux/types.h>
#include <linux/uuid.h>
#include <netram/superblock.h>

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
