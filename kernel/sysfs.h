/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_SYSFS_H
#define NETRAM_SYSFS_H

#include <linux/sysfs.h>

extern const struct attribute_group *netram_sysfs_volume[];
extern const struct attribute_group *netram_sysfs_node[];

#endif /* NETRAM_SYSFS_H */
