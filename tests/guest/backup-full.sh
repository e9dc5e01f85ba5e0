#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: with a backup a pool that is full fails no write: the backup takes what no node has room for, until one has
# KERNELS: 6.1 6.12
# CHECK: 6.1
# TIMEOUT: 300
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"
# shellcheck source=tests/guest/common/backup.sh
. "$NETRAM_TOP/tests/guest/common/backup.sh"

same() { cmp -i "$1" -n "$2" "$dev" "$NETRAM_RUN/golden"; } # OFFSET BYTES
put() { # OFFSET BYTES SEED, in MiB: written, and read back, past the cache
	pattern $(($2 << 20)) "$3" | dd of="$NETRAM_RUN/golden" bs=1M seek="$1" conv=notrunc iflag=fullblock status=none
	dd if="$NETRAM_RUN/golden" of="$dev" bs=64k skip=$(($1 * 16)) seek=$(($1 * 16)) count=$(($2 * 16)) oflag=direct conv=notrunc status=none ||
		fail "a write fails: $(attr_of "$dev" reason)"
	blockdev --flushbufs "$dev"
	same 0 $((MIB << 20)) || fail "not as written"
}

# not all of an extent fits: it has pages where there is no room for others
room=8704 # KiB

ramdisks
# shellcheck disable=SC2119 # no parameters are needed
module_load || fail "the module does not load"
node_add n1 n2 || fail "no namespaces"
for mode in sync behind; do
	note "$mode: n1 has room for half"
	server_start n1 --memory ${room}K || fail "no server"
	netramctl node add n1 "$(node_addr n1):$NODE_PORT" || fail "node add"
	make_backed /dev/ram0 $mode --replicas 1
	tune "$dev" io_deadline_ms 300000
	truncate -s 0 "$NETRAM_RUN/golden"
	truncate -s ${MIB}M "$NETRAM_RUN/golden"
	put 0 $MIB "$SEED"
	[ "$(server_used n1)" -le $((room << 10)) ] || fail "n1 has taken more than its limit"
	only=$(attr_of "$dev" backup_only_pages)
	[ "$only" -ge $((MIB * 256 - room / 4)) ] || fail "only $only pages are on the backup alone"
	[ "$(server_used n1)" -ge $((4 << 20)) ] || fail "n1 has only $(server_used n1)"
	attr_is "$dev" lost_pages 0 || fail "$(attr_of "$dev" lost_pages) pages are lost"
	note "what is there is written again, wherever it is"
	put 4 8 $((SEED + 1))
	state_is "$dev" backup || fail "state $(attr_of "$dev" state)"

	note "another node has room, and then n1: all comes back"
	server_start n2 || fail "no server"
	netramctl node add n2 "$(node_addr n2):$NODE_PORT" || fail "node add"
	fewer() { [ "$(attr_of "$dev" backup_only_pages)" -lt "$only" ]; }
	wait_for 60 fewer || fail "nothing comes back"
	blkdiscard -o 0 -l 4M "$dev" || fail "blkdiscard"
	dd if=/dev/zero of="$NETRAM_RUN/golden" bs=1M count=4 conv=notrunc status=none
	wait_for 60 attr_is "$dev" backup_only_pages 0 || fail "$(attr_of "$dev" backup_only_pages) pages stay on the backup"
	blockdev --flushbufs "$dev"
	same 0 $((MIB << 20)) || fail "not as written"
	expect_stat "$dev" errors -eq 0
	expect_stat "$dev" checksum_errors -eq 0
	netramctl volume delete v1 || fail "delete"
	for n in n1 n2; do
		netramctl node remove $n || fail "node remove"
		server_stop $n || fail "$n does not end"
	done
done
ramdisks_end || fail "the backup device is still in use"
exit 0
