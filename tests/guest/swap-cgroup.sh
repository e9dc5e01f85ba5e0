#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: a program larger than its cgroup lives on swap; swapoff brings all back and frees the servers
# KERNELS: 6.1 6.12
# CHECK: 6.1
# TIMEOUT: 300
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"

setup_nodes 3 || fail "no nodes"
shmem_before=$(shmem)
memcheck=$(program memcheck) || fail "no memcheck"
dev=$(volume_create v1 256M) || fail "no volume"
netramctl swapon v1 || fail "swapon"
# in MiB: what may stay, what the program takes; half of it on the debug kernel,
# whose page faults take ten times as long
stay=40 take=96
! debug_kernel || stay=20 take=48
out_kb=$(((take - stay) << 10))
cgroup_make hog ${stay}M || skip "no memory cgroup"
trap "cgroup_end hog" EXIT

note "checked in random order, two threads"
swapped=$(awk '$1 == "pswpout" { print $2 }' /proc/vmstat)
out=$(cgroup_exec hog "$memcheck" $take "$SEED" 1 2) || fail "memcheck: $out"
echo "$out"
[[ $out = *" mismatches=0" ]] || fail "wrong data"
swapped=$((($(awk '$1 == "pswpout" { print $2 }' /proc/vmstat) - swapped) * 4))
note "$((swapped >> 10)) MiB swapped out"
[ "$swapped" -gt $out_kb ] || fail "only $swapped kB were swapped out"
expect_stat "$dev" write_bytes -gt $((out_kb << 10))
expect_stat "$dev" read_bytes -gt $((out_kb << 10))
expect_stat "$dev" errors -eq 0

note "swapoff with pages out there"
rm -f "$NETRAM_RUN/ready"
(cgroup_exec hog "$memcheck" $((take + 32)) "$((SEED + 1))" 0 1 "$NETRAM_RUN/ready" > "$NETRAM_RUN/check") &
hog=$!
wait_for 100 test -e "$NETRAM_RUN/ready" || fail "it does not get its memory"
peak=$(servers_used n1 n2 n3)
fair 20 50 n1 n2 n3
[ "$(swap_used_kb "$dev")" -gt $out_kb ] || fail "only $(swap_used_kb "$dev") kB are out"
echo max > /sys/fs/cgroup/hog/memory.max
netramctl swapoff v1 || fail "swapoff"
grep -q "^$dev " /proc/swaps && fail "still in /proc/swaps"
freed "$peak" n1 n2 n3
kill -USR1 "$hog"
wait "$hog" || fail "wrong data after swapoff: $(cat "$NETRAM_RUN/check")"
cat "$NETRAM_RUN/check"
grep -q 'mismatches=0' "$NETRAM_RUN/check" || fail "no verdict"
netramctl volume delete v1 || fail "delete"
exit 0
