#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: files in a tmpfs larger than memory, their pages in remote RAM
# KERNELS: 6.1
# TIMEOUT: 200
# MEM: 384M
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
files=$((total / 65536 + 2)) # of 64 MiB: more than all of memory
pattern $((64 << 20)) "$SEED" > /mnt/0 || fail "pattern"
sum0=$(sha256sum < /mnt/0)
# each differs from the others in every page
for ((i = 1; i < files; i++)); do
	openssl enc -aes-128-ctr -K "$(printf %032x $i)" -iv "$(printf %032x "$SEED")" -in /mnt/0 -out /mnt/$i 2> /dev/null ||
		fail "file $i"
	sums[i]=$(openssl enc -aes-128-ctr -K "$(printf %032x $i)" -iv "$(printf %032x "$SEED")" -in /mnt/0 2> /dev/null |
		sha256sum)
done
used=$(swap_used_kb "$dev")
note "$files files of 64 MiB, memory $((total >> 10)) MiB, $((used >> 10)) MiB in swap"
[ "$used" -gt $((files * 65536 - total)) ] || fail "not more than memory"
[ "$(sha256sum < /mnt/0)" = "$sum0" ] || fail "file 0 is damaged"
for ((i = 1; i < files; i++)); do
	[ "$(sha256sum < /mnt/$i)" = "${sums[i]}" ] || fail "file $i is damaged"
done
expect_stat "$dev" errors -eq 0
pages=$(attr_of "$dev" pages)
rm /mnt/*
given_back() { [ "$(attr_of "$dev" pages)" -lt $((pages / 100)) ]; }
wait_for 5 given_back || fail "$(attr_of "$dev" pages) of $pages pages are still on the nodes"
netramctl swapoff v1 || fail "swapoff"
exit 0
