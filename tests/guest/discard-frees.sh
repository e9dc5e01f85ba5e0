#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: blkdiscard gives the servers' memory back within 5 s
# KERNELS: 6.1 6.12
# TIMEOUT: 120
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"

setup_nodes 3 || fail "no nodes"
shmem_before=$(shmem)
dev=$(volume_create v1 128M) || fail "no volume"
fio_run fill --filename="$dev" --rw=write --bs=256k --iodepth=8 --size=128m || fail "filling"
peak=$(servers_used n1 n2 n3)
[ "$peak" -ge $((128 << 20)) ] || fail "only $peak bytes on the servers"
# the kernel adds its counters up now and then only
shmem_grown() { [ "$(shmem)" -ge $((shmem_before + (120 << 20))) ]; }
wait_for 5 shmem_grown || fail "the servers' memory is not where this test looks: $(shmem), before $shmem_before"

note "half of it"
blkdiscard -o 64M -l 64M "$dev" || fail "blkdiscard"
within 5 used_at_most $((peak / 2 + (1 << 20))) n1 n2 n3 || fail "half is not given back"
[ "$(servers_used n1 n2 n3)" -ge $((64 << 20)) ] || fail "more than that half was given back"
[ "$(attr_of "$dev" pages)" -eq 16384 ] || fail "$(attr_of "$dev" pages) pages present, not 16384"
cmp -n $((64 << 20)) "$dev" /dev/zero > /dev/null && fail "the first half reads as zeroes"
cmp -i $((64 << 20)):0 -n $((64 << 20)) "$dev" /dev/zero || fail "the second half is not zeroes"

note "all of it"
blkdiscard "$dev" || fail "blkdiscard"
freed "$peak" n1 n2 n3
cmp -n $((128 << 20)) "$dev" /dev/zero || fail "not zeroes"
[ "$(attr_of "$dev" pages)" -eq 0 ] || fail "pages are left"
expect_stat "$dev" trims
expect_stat "$dev" trim_pages -ge 32768

note "pages that are dropped and written at once, many times"
fio_run trimwrite --filename="$dev" --rw=trimwrite --bs=64k --size=32m --iodepth=8 || fail "trimwrite"
fio_verify again "$dev" --bs=64k --size=32m --iodepth=8 || fail "write after discard"
peak2=$(servers_used n1 n2 n3)

note "blkdiscard --zeroout"
blkdiscard -z "$dev" || fail "blkdiscard -z"
within 5 used_at_most $((peak2 / 100)) n1 n2 n3 || fail "WRITE_ZEROES gives nothing back"

note "deleting the volume"
fio_run fill2 --filename="$dev" --rw=write --bs=256k --iodepth=8 --size=64m || fail "filling"
peak=$(servers_used n1 n2 n3)
netramctl volume delete v1 || fail "delete"
freed "$peak" n1 n2 n3
exit 0
