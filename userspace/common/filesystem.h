/* SPDX-License-Identifier: GPL-2.0 */
/* What file systems on volumes are like, by whomever they are made. */
#ifndef NETRAM_COMMON_FILESYSTEM_H
#define NETRAM_COMMON_FILESYSTEM_H

/* discard: what is deleted goes from the memory of nodes, too */
#define FILESYSTEM_OPTIONS	"discard,noatime,nodev,nosuid"

/* What mkfs.xfs needs. */
#define FILESYSTEM_XFS_MIN	(300ULL << 20)

#endif /* NETRAM_COMMON_FILESYSTEM_H */
