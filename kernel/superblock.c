// SPDX-License-Identifier: GPL-2.0
/* Whose a backup device is. Pure: no locks, no allocation, no clock. */
#include "superblock.h"

#include <linux/crc32c.h>
#include <linux/string.h>

static u32 crc_of(const struct netram_superblock *sb)
{
	return crc32c(~0U, sb, offsetof(struct netram_superblock, crc));
}

/**
 * netram_superblock_fill() - make the first page of a device
 * @page: where to; NETRAM_PAGE_SIZE bytes
 * @state: is the device in use
 * @uuid: of the volume
 * @name: its name
 * @size: its size, bytes
 */
void netram_superblock_fill(void *page, enum netram_superblock_state state,
			    const uuid_t *uuid, const char *name, u64 size)
{
	struct netram_superblock *sb = page;

	memset(page, 0, NETRAM_PAGE_SIZE);
	memcpy(sb->magic, NETRAM_SUPERBLOCK_MAGIC, sizeof(sb->magic));
	sb->version = cpu_to_le32(NETRAM_SUPERBLOCK_VERSION);
	sb->state = cpu_to_le32(state);
	export_uuid(sb->uuid, uuid);
	sb->size = cpu_to_le64(size);
	strscpy((char *)sb->name, name, sizeof(sb->name));
	sb->crc = cpu_to_le32(crc_of(sb));
}

/**
 * netram_superblock_check() - whose is a device
 * @page: its first page
 * @uuid: of the volume that is to have it; NULL if that has none yet
 *
 * A page that is damaged, or of a version that is not known, is foreign.
 *
 * Return: the owner.
 */
enum netram_superblock_owner netram_superblock_check(const void *page,
						     const uuid_t *uuid)
{
	const struct netram_superblock *sb = page;

	if (!memchr_inv(page, 0, NETRAM_PAGE_SIZE))
		return NETRAM_SUPERBLOCK_NOBODYS;
	if (memcmp(sb->magic, NETRAM_SUPERBLOCK_MAGIC, sizeof(sb->magic)) ||
	    le32_to_cpu(sb->crc) != crc_of(sb) ||
	    le32_to_cpu(sb->version) != NETRAM_SUPERBLOCK_VERSION)
		return NETRAM_SUPERBLOCK_FOREIGN;
	if (le32_to_cpu(sb->state) == NETRAM_SUPERBLOCK_FREE)
		return NETRAM_SUPERBLOCK_NOBODYS;
	if (uuid && !memcmp(sb->uuid, uuid, sizeof(sb->uuid)))
		return NETRAM_SUPERBLOCK_OURS;
	return NETRAM_SUPERBLOCK_ANOTHERS;
}
