// SPDX-License-Identifier: GPL-2.0
/*
 * A local block device is opened as a volume's backup only if it is fit for that, and
 * if nobody's data are on it.
 */
#include "backup_device.h"

#include <linux/gfp.h>
#include <linux/netlink.h>
#include <linux/string.h>

/* A device is anybody's if so much of its start is zeroes, the superblock apart. */
#define BLANK_PAGES 32

static int whose(struct netram_bdev *b, const uuid_t *uuid, void *page,
		 enum netram_superblock_owner *owner)
{
	u32 i;
	int err;

	err = netram_bdev_page(b, page, 0, false);
	if (err)
		return err;
	*owner = netram_superblock_check(page, uuid);
	if (*owner != NETRAM_SUPERBLOCK_NOBODYS || memchr_inv(page, 0, 8))
		return 0;
	for (i = 1; i < BLANK_PAGES; i++) {
		err = netram_bdev_page(b, page, (u64)i << NETRAM_PAGE_SHIFT,
				       false);
		if (err)
			return err;
		if (memchr_inv(page, 0, NETRAM_PAGE_SIZE))
			*owner = NETRAM_SUPERBLOCK_FOREIGN;
	}
	return 0;
}

static int check_owner(struct netram_bdev *b,
		       const struct netram_volume_config *cfg,
		       struct netlink_ext_ack *extack)
{
	void *page = (void *)get_zeroed_page(GFP_KERNEL);
	enum netram_superblock_owner owner;
	int err = page ? whose(b, cfg->uuid, page, &owner) : -ENOMEM;

	free_page((unsigned long)page);
	if (err) {
		NL_SET_ERR_MSG(extack, "the backup device cannot be read");
		return err;
	}
	if (owner == NETRAM_SUPERBLOCK_ANOTHERS) {
		NL_SET_ERR_MSG(extack, "the backup device is that of another volume, or of one that ended with its host: another device, or --backup-force to overwrite it");
		return -EEXIST;
	}
	if (owner == NETRAM_SUPERBLOCK_FOREIGN) {
		NL_SET_ERR_MSG(extack, "there is something on the backup device: another device, or --backup-force to overwrite it");
		return -EEXIST;
	}
	return 0;
}

static int check_device(struct netram_bdev *b,
			const struct netram_volume_config *cfg,
			struct netlink_ext_ack *extack)
{
	if (!strncmp(b->bdev->bd_disk->disk_name, "netram", 6)) {
		NL_SET_ERR_MSG(extack, "a volume cannot be the backup of a volume");
		return -EINVAL;
	}
	if (bdev_read_only(b->bdev)) {
		NL_SET_ERR_MSG(extack, "the backup device is read-only");
		return -EROFS;
	}
	if (netram_bdev_size(b) < cfg->size + NETRAM_SUPERBLOCK_DATA) {
		NL_SET_ERR_MSG(extack, "the backup device is too small: it must have the size of the volume and 4096 bytes");
		return -ENOSPC;
	}
	return cfg->backup_force ? 0 : check_owner(b, cfg, extack);
}

/**
 * netram_backup_device_open() - open a volume's backup device, and look at it
 * @cfg: what the volume is to be made of, with a backup
 * @extack: for a sentence that says what is wrong
 *
 * Context: process, sleeps; reads the device.
 * Return: the device, without workqueues, or an error pointer.
 */
struct netram_bdev *
netram_backup_device_open(const struct netram_volume_config *cfg,
			  struct netlink_ext_ack *extack)
{
	struct netram_bdev *b = netram_bdev_open(cfg->backup_path);
	int err;

	if (IS_ERR(b)) {
		if (PTR_ERR(b) == -EBUSY)
			NL_SET_ERR_MSG(extack, "the backup device is in use");
		else if (PTR_ERR(b) == -EOPNOTSUPP)
			NL_SET_ERR_MSG(extack, "the backup device has blocks of more than 4096 bytes, or wants memory aligned to more than 512");
		else
			NL_SET_ERR_MSG(extack, "the backup device cannot be opened");
		return b;
	}
	err = check_device(b, cfg, extack);
	if (!err)
		return b;
	netram_bdev_close(b);
	return ERR_PTR(err);
}

/**
 * netram_backup_device_mark() - write on a device whose it is
 * @b: the device
 * @state: in use from now on, or anybody's
 * @uuid: of the volume
 * @name: of the volume
 * @size: of the volume, bytes
 *
 * Context: process, sleeps.
 * Return: 0 or a negative errno.
 */
int netram_backup_device_mark(struct netram_bdev *b,
			      enum netram_superblock_state state,
			      const uuid_t *uuid, const char *name, u64 size)
{
	void *page = (void *)__get_free_page(GFP_KERNEL);
	int err;

	if (!page)
		return -ENOMEM;
	netram_superblock_fill(page, state, uuid, name, size);
	err = netram_bdev_page(b, page, 0, true);
	free_page((unsigned long)page);
	return err;
}
