#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: xfs: a tree is copied, checked after umount and xfs_repair -n; rm and fstrim give memory back
# KERNELS: 6.1
# CHECK: full
# TIMEOUT: 240
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"
# shellcheck source=tests/guest/common/fs.sh
. "$COMMON/fs.sh"
setup_nodes 2 || fail "no nodes"
dev=$(volume_create v1 320M) || fail "no volume"
mkfs.xfs -q "$dev" || fail "mkfs.xfs"
fs_check() { xfs_repair -n "$dev" > "$NETRAM_RUN/fsck" 2>&1 || fail "xfs_repair: $(cat "$NETRAM_RUN/fsck")"; }
fs_test "$dev"
exit 0
