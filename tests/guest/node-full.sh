#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: servers without room: fresh extents go elsewhere, then ENOSPC; what is there stays, discard makes room
# KERNELS: 6.1
# TIMEOUT: 180
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"

dmesg_allow 'critical space allocation error'
# shellcheck disable=SC2119 # no parameters are needed
module_load || fail "the module does not load"
node_add n1 n2 || fail "no namespaces"
server_start n1 --memory 8M || fail "no server"
server_start n2 --memory 40M || fail "no server"
for n in n1 n2; do
	netramctl node add $n "$(node_addr $n):$NODE_PORT" || fail "node add"
done
dev=$(volume_create v1 96M --extent-size 1M) || fail "no volume"
pattern $((96 << 20)) "$SEED" > "$NETRAM_RUN/golden"

note "one node is full, the other takes the rest"
dd if="$NETRAM_RUN/golden" of="$dev" bs=64k count=$((32 * 16)) oflag=direct status=none ||
	fail "no room, though 48 MiB are there"
expect_stat "$dev" moves
expect_stat "$dev" errors -eq 0
[ "$(server_used n1)" -le $((8 << 20)) ] || fail "n1 has taken more than its limit"
[ "$(server_used n2)" -ge $((24 << 20)) ] || fail "n2 has only $(server_used n2)"
cmp -n $((32 << 20)) "$dev" "$NETRAM_RUN/golden" || fail "not as written"

note "all nodes are full"
LC_ALL=C dd if="$NETRAM_RUN/golden" of="$dev" bs=64k skip=512 seek=512 oflag=direct \
	2> "$NETRAM_RUN/err" && fail "96 MiB fit into 48"
written=$((512 + $(sed -n 's/+[01] records out$//p' "$NETRAM_RUN/err")))
note "full after $((written >> 4)) MiB: $(head -n 1 "$NETRAM_RUN/err")"
grep -q 'No space left' "$NETRAM_RUN/err" || fail "not ENOSPC: $(cat "$NETRAM_RUN/err")"
[ $written -ge $((40 * 16)) ] || fail "full too early"
[ "$(servers_used n1 n2)" -le $((48 << 20)) ] || fail "more than the limits"
blockdev --flushbufs "$dev"
cmp -n $((written << 16)) "$dev" "$NETRAM_RUN/golden" || fail "what was acknowledged is damaged"
state_is "$dev" ok || fail "state $(attr_of "$dev" state)"

note "what is there can be written again"
dd if="$NETRAM_RUN/golden" of="$dev" bs=64k count=64 oflag=direct status=none || fail "overwriting"

note "discard makes room"
blkdiscard -o 0 -l 24M "$dev" || fail "blkdiscard"
room() {
	dd if="$NETRAM_RUN/golden" of="$dev" bs=1M skip=80 seek=80 count=10 oflag=direct status=none
}
wait_for 10 room || fail "no room after discard"
blockdev --flushbufs "$dev"
cmp -i $((80 << 20)) -n $((10 << 20)) "$dev" "$NETRAM_RUN/golden" || fail "not as written"
cmp -i $((24 << 20)) -n $(((written << 16) - (24 << 20))) "$dev" "$NETRAM_RUN/golden" ||
	fail "what was there is damaged"
exit 0
