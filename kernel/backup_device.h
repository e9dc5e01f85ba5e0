/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_BACKUP_DEVICE_H
#define NETRAM_BACKUP_DEVICE_H

#include "bdev.h"
#include "volume.h"

struct netram_bdev *
netram_backup_device_open(const struct netram_volume_config *cfg,
			  struct netlink_ext_ack *extack);
int netram_backup_device_mark(struct netram_bdev *b,
			      enum netram_superblock_state state,
			      const uuid_t *uuid, const char *name, u64 size);

#endif /* NETRAM_BACKUP_DEVICE_H */
