#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: files in a tmpfs larger than memory, their pages in remote RAM
# KERNELS: 6.1
# CHECK: full
# TIMEOUT: 400
# MEM: 384M
# MEM-DEBUG: 512M
# TOPOLOGY: remote
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"

# shellcheck disable=SC2119 # no parameters are needed
module_load || fail "the module does not load"
while read -r name address; do
	netramctl node add "$name" "$address" || fail "node add $name"
done < "${NETRAM_SHARE:-/run/share}/nodes"
dev=$(volume_create v1 1G) || fail "no volume"
netramctl swapon v1 || fail "swapon"
mount -t tmpfs -o size=700M tmpfs /mnt || fail "mount"
trap 'umount /mnt' EXIT
total=$(awk '/^MemTotal/ { print $2 }' /proc/meminfo)
files=$((total / 32768 + 3)) # of 32 MiB: more than all of memory
! debug_kernel || files=$((files - 2))
for ((i = 0; i < files; i++)); do
	sums[i]=$(head -c 32M /dev/urandom | tee /mnt/$i | cksum)
	[ "$(stat -c %s /mnt/$i)" -eq $((32 << 20)) ] || fail "file $i is short"
done
used=$(swap_used_kb "$dev")
note "$files files of 32 MiB, memory $((total >> 10)) MiB, $((used >> 10)) MiB in swap"
[ "$used" -gt $((files * 32768 - total)) ] || fail "not more than memory"
for ((i = 0; i < files; i++)); do
	[ "$(cksum < /mnt/$i)" = "${sums[i]}" ] || fail "file $i is damaged"
done
expect_stat "$dev" errors -eq 0
pages=$(attr_of "$dev" pages)
rm /mnt/*
# Other programs have been swapped out, too: what the kernel counts as swap in use
# may be there, and is little.
given_back() {
	left=$(attr_of "$dev" pages) in_use=$(($(swap_used_kb "$dev") / 4))
	[ $((left - in_use)) -lt $((pages / 100)) ] && [ "$in_use" -lt $((pages / 20)) ]
}
within 5 given_back || fail "$left of $pages pages are still on the nodes, $in_use in use as swap"
note "of $pages pages $left are left, $in_use in use as swap"
netramctl swapoff v1 || fail "swapoff"
exit 0
