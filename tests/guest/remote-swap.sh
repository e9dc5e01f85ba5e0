#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: a client with little memory under swap pressure, its page servers on other machines
# KERNELS: 6.1 6.12
# TIMEOUT: 400
# MEM: 384M
# MEM-DEBUG: 512M
# TOPOLOGY: remote
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"

# shellcheck disable=SC2119 # no parameters are needed
module_load || fail "the module does not load"
memcheck=$(program memcheck) || fail "no memcheck"
count=0
while read -r name address; do
	netramctl node add "$name" "$address" || fail "node add $name"
	count=$((count + 1))
done < "${NETRAM_SHARE:-/run/share}/nodes"
[ $count -ge 2 ] || fail "$count nodes"
dev=$(volume_create v1 1G) || fail "no volume"
netramctl swapon v1 || fail "swapon"
# without this the guest's virtio_net stands still, once in some hundred runs
[ "$(cat /proc/sys/vm/watermark_boost_factor)" = 0 ] || fail "swapon has not turned watermark boosting off"
# a page out and in again takes the debug kernel some ms: fewer of them
mib=448 least=128
if debug_kernel; then
	mib=$(($(awk '/^MemAvailable/ { print $2 }' /proc/meminfo) / 1024 + 96)) least=64
fi
vm_counter() { awk -v n="$1" '$1 == n { print $2 }' /proc/vmstat; }
out=$(vm_counter pswpout) kills=$(vm_counter oom_kill)
"$memcheck" $mib "$SEED" 0 2 > "$NETRAM_RUN/check" || fail "memcheck: $(cat "$NETRAM_RUN/check")"
cat "$NETRAM_RUN/check"
grep -q 'mismatches=0$' "$NETRAM_RUN/check" || fail "no verdict"
out=$((($(vm_counter pswpout) - out) >> 8))
note "$out MiB swapped out of $mib"
[ $out -ge $least ] || fail "only $out MiB swapped out"
[ "$(vm_counter oom_kill)" -eq "$kills" ] || fail "something was killed for want of memory"
expect_stat "$dev" errors -eq 0

while read -r name _ extents _; do
	[ "$extents" -gt 0 ] || fail "$name has no part in it"
done < "/sys/block/${dev##*/}/netram/nodes"
netramctl swapoff v1 || fail "swapoff"
exit 0
