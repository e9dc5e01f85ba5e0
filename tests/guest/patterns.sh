#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: zero and other pages mixed, holes, partial overwrites, discards in between; writers of the same pages at once
# KERNELS: 6.1
# TIMEOUT: 180
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"

setup_nodes 2 || fail "no nodes"
pageops=$(program pageops) || fail "no pageops"
dev=$(volume_create v1 64M --extent-size 1M) || fail "no volume"
less=1
! debug_kernel || less=3

note "a device nobody wrote reads as zeroes without the network"
cmp -n $((16 << 20)) "$dev" /dev/zero || fail "not zeroes"
expect_stat "$dev" hole_pages -ge 4096
[ "$(servers_used n1 n2)" -eq 0 ] || fail "reading takes memory on the servers"

note "against a model"
# a small stretch, so that operations meet; more than 8 runs in one request
"$pageops" model "$dev" 4 "$SEED" $((3000 / less)) || fail "model, seed $SEED"
"$pageops" model "$dev" 64 "$((SEED + 1))" 300 && fail "pageops does not notice old contents"
blkdiscard "$dev" || fail "blkdiscard"
"$pageops" model "$dev" 64 "$((SEED + 1))" $((1000 / less)) || fail "model on all of it, seed $((SEED + 1))"
for name in zero_pages hole_pages discards trims; do
	expect_stat "$dev" $name
done
# what is present is what the servers hold
blkdiscard "$dev" || fail "blkdiscard"
wait_for 5 used_at_most 0 n1 n2 || fail "$(servers_used n1 n2) bytes are left on the servers"

note "writers of the same pages"
for pages in 4 64; do
	"$pageops" race "$dev" $pages "$SEED" $((300 / less)) 8 || fail "race on $pages pages, seed $SEED"
done
expect_stat "$dev" conflicts
expect_stat "$dev" errors -eq 0
expect_stat "$dev" checksum_errors -eq 0
note "$(stat_of "$dev" conflicts) conflicts, $(stat_of "$dev" checksum_retries) reads tried again"

note "a volume that ends within an extent"
dev=$(volume_create v2 5M --extent-size 4M --no-checksum) || fail "no volume"
"$pageops" model "$dev" 5 "$SEED" $((500 / less)) || fail "model on 5 MiB"
exit 0
