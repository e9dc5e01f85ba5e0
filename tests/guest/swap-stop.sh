#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: what netram-swap@ does at a shutdown ends, also when the nodes are gone and on_loss says wait
# KERNELS: 6.1 6.12
# CHECK: 6.1
# TIMEOUT: 300
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"

# no systemd here: one that is shutting down, as far as the script asks
fakes=$NETRAM_RUN/fakes
mkdir -p "$fakes"
# shellcheck disable=SC2016 # theirs
printf '#!/bin/sh\n[ "$1" != is-system-running ] || echo stopping\n' > "$fakes/systemctl"
# shellcheck disable=SC2016
printf '#!/bin/sh\nfor name; do :; done; echo "$name"\n' > "$fakes/systemd-escape"
printf '#!/bin/sh\n' > "$fakes/udevadm"
chmod 755 "$fakes"/*
script() { PATH=$fakes:$PATH timeout 120 sh "$NETRAM_TOP/packaging/systemd/swap" "$@"; }
trap 'cgroup_end hog; echo error > "/sys/block/${dev##*/}/netram/on_loss"' EXIT
# a page that is lost takes the program with it, as the kernel says
dmesg_allow 'I/O error, dev netram' 'critical .* error, dev netram' 'Read-error on swap-device' 'blocked for more than' 'hung_task'

setup_nodes 1 || fail "no node"
dev=$(volume_create v1 128M) || fail "no volume"
tune "$dev" io_deadline_ms 3000
tune "$dev" io_timeout_ms 2000
netramctl volume set v1 --on-loss wait || fail "on_loss"
script start v1 --priority 7 || fail "start"
grep -qE "^$dev .*[[:space:]]7$" /proc/swaps || fail "not swap: $(cat /proc/swaps)"

note "the nodes are there"
script stop v1 || fail "stop"
! grep -q "^$dev " /proc/swaps || fail "still in /proc/swaps"
[ "$(attr_of "$dev" on_loss)" = error ] || fail "on_loss is still $(attr_of "$dev" on_loss)"

note "the nodes are gone, with pages there"
netramctl volume set v1 --on-loss wait || fail "on_loss"
script start v1 || fail "start"
grep -qE "^$dev .*[[:space:]]7$" /proc/swaps || fail "its priority is another: $(cat /proc/swaps)"
memcheck=$(program memcheck) || fail "no memcheck"
cgroup_make hog 20M || skip "no memory cgroup"
(cgroup_exec hog "$memcheck" 48 "$SEED" 0 1 "$NETRAM_RUN/ready" > "$NETRAM_RUN/check" 2>&1) &
wait_for 100 test -e "$NETRAM_RUN/ready" || fail "it does not get its memory"
echo max > /sys/fs/cgroup/hog/memory.max
[ "$(swap_used_kb "$dev")" -gt 8192 ] || fail "only $(swap_used_kb "$dev") kB are out"
server_kill n1
script stop v1 || fail "it does not end, or fails: $?"
! grep -q "^$dev " /proc/swaps || fail "still in /proc/swaps"
exit 0
