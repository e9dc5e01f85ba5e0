#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: a process that dies gives its swapped pages' memory back on the servers within 5 s, without discard
# KERNELS: 6.1
# TIMEOUT: 180
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"

setup_nodes 2 || fail "no nodes"
shmem_before=$(shmem)
memcheck=$(program memcheck) || fail "no memcheck"
dev=$(volume_create v1 160M) || fail "no volume"
# not netramctl: it turns on discard, which comes later and in clusters
mkswap "$dev" > /dev/null || fail "mkswap"
swapon "$dev" || fail "swapon"
cgroup_make hog 48M || skip "no memory cgroup"
trap "cgroup_end hog" EXIT
discards=$(stat_of "$dev" discards)
(cgroup_exec hog "$memcheck" 96 "$SEED" 0 1 "$NETRAM_RUN/ready") &
hog=$!
wait_for 100 test -e "$NETRAM_RUN/ready" || fail "it does not get its memory"
peak=$(servers_used n1 n2)
[ "$peak" -gt $((48 << 20)) ] || fail "only $peak bytes on the servers"
kill -KILL "$hog"
freed "$peak" n1 n2
expect_stat "$dev" slot_frees -ge $((48 << 8))
expect_stat "$dev" discards -eq "$discards"
[ "$(attr_of "$dev" pages)" -lt $((peak / 4096 / 100 + 2)) ] || fail "$(attr_of "$dev" pages) pages are still present"
swapoff "$dev" || fail "swapoff"
exit 0
