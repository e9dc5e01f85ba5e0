// SPDX-License-Identifier: GPL-2.0
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <netram/superblock.h>
#include <string.h>
#include <unistd.h>

#include "backup.h"

/**
 * backup_owner() - which volume does a device belong to as its backup?
 * @device: its path
 * @uuid: the volume's
 *
 * Whether the checksum is right is the module's to say: 16 bytes that are those of a
 * volume we know are enough to know it again.
 *
 * Return: 0, -ENOENT if it is nobody's, was given back, or has something else on it,
 * or -errno.
 */
int backup_owner(const char *device, uint8_t uuid[16])
{
	struct netram_superblock sb;
	int fd = open(device, O_RDONLY | O_CLOEXEC), err = 0;
	ssize_t len;

	if (fd < 0)
		return -errno;
	len = pread(fd, &sb, sizeof(sb), 0);
	if (len < 0)
		err = -errno;
	close(fd);
	if (err)
		return err;
	if (len < (ssize_t)sizeof(sb) ||
	    memcmp(sb.magic, NETRAM_SUPERBLOCK_MAGIC, sizeof(sb.magic)) ||
	    le32toh(sb.version) != NETRAM_SUPERBLOCK_VERSION ||
	    le32toh(sb.state) != NETRAM_SUPERBLOCK_USED)
		return -ENOENT;
	memcpy(uuid, sb.uuid, sizeof(sb.uuid));
	return 0;
}
