#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: two volumes on the same nodes under load at once; deleting one leaves the other
# KERNELS: 6.1
# TIMEOUT: 180
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"

setup_nodes 2 || fail "no nodes"
a=$(volume_create a 64M) || fail "no volume"
b=$(volume_create b 64M --no-checksum --extent-size 1M) || fail "no volume"
fio_verify on-a "$a" --bs=16k --iodepth=16 --size=64m --io_size=32m &
pid_a=$!
fio_verify on-b "$b" --bs=64k --iodepth=16 --size=64m --io_size=32m || fail "fio on b"
wait $pid_a || fail "fio on a"
for n in n1 n2; do
	[ "$(node_attr $n volumes)" -eq 2 ] || fail "$n has $(node_attr $n volumes) volumes"
done
pattern $((8 << 20)) "$SEED" > "$NETRAM_RUN/golden"
for dev in "$a" "$b"; do
	blkdiscard "$dev" || fail "blkdiscard"
	dd if="$NETRAM_RUN/golden" of="$dev" bs=1M oflag=direct status=none || fail "write"
done
wait_for 5 used_at_most $((16 << 20)) n1 n2 || fail "$(servers_used n1 n2) bytes, expected 16 MiB"
netramctl volume delete a > /dev/null || fail "delete a"
wait_for 5 used_at_most $((8 << 20)) n1 n2 || fail "the deleted volume's pages are still there"
[ "$(servers_used n1 n2)" -eq $((8 << 20)) ] || fail "$(servers_used n1 n2) bytes, expected 8 MiB"
blockdev --flushbufs "$b"
cmp -n $((8 << 20)) "$b" "$NETRAM_RUN/golden" || fail "b is damaged"
a=$(volume_create a 64M) || fail "a again"
cmp -n $((64 << 20)) "$a" /dev/zero || fail "a new volume of an old name has old contents"
exit 0
