#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: ext4: a tree is copied, checked after umount and e2fsck; rm and fstrim give memory back
# KERNELS: 6.1 6.12
# TIMEOUT: 240
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"
# shellcheck source=tests/guest/common/fs.sh
. "$COMMON/fs.sh"
setup_nodes 2 || fail "no nodes"
dev=$(volume_create v1 160M) || fail "no volume"
mkfs.ext4 -q "$dev" || fail "mkfs.ext4"
fs_check() { e2fsck -fn "$dev" > "$NETRAM_RUN/fsck" 2>&1 || fail "e2fsck: $(cat "$NETRAM_RUN/fsck")"; }
fs_test "$dev"
exit 0
