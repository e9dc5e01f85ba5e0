# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154 # session_of sets some
# The integrity job on somebody else's NBD server, alone and beside one of ours.
#   foreign_test NAME COMMAND...   serves the export "disk" of 96 MiB on n1

foreign_test() {
	local what=$1 dev
	shift
	# shellcheck disable=SC2119 # no parameters are needed
	module_load || fail "the module does not load"
	node_add n1 n2 || fail "no namespaces"
	server_start n2 || fail "no server"
	daemon_start n1 "$@"
	# An open port is not enough: nbd-server listens, then makes Diffie-Hellman
	# parameters, for seconds under emulation, and only then accepts.
	wait_for 60 timeout 60 nbdinfo --size "nbd://$(node_addr n1):$NODE_PORT/disk" ||
		fail "no $what: $(cat "$NETRAM_RUN/n1.log")"

	note "$what alone"
	netramctl node add n1 "$(node_addr n1):$NODE_PORT" --export disk || fail "node add"
	dev=$(volume_create v1 96M) || fail "no volume: $(node_attr n1 last_error)"
	foreign_job "$dev" alone
	session_of "$dev" n1
	[ "$session_extents" -eq 24 ] || fail "n1 has $session_extents of 24 extents"
	netramctl volume delete v1 > /dev/null || fail "delete"

	note "$what beside netram-server"
	netramctl node add n2 "$(node_addr n2):$NODE_PORT" || fail "node add"
	dev=$(volume_create v2 96M) || fail "no volume: $(node_attr n1 last_error)"
	foreign_job "$dev" mixed
	session_of "$dev" n1
	[ "$session_extents" -ge 5 ] || fail "n1 has only $session_extents of 24 extents"
	session_of "$dev" n2
	[ "$session_extents" -ge 5 ] || fail "n2 has only $session_extents of 24 extents"

	note "a reset connection"
	modprobe tcp_diag || fail "no tcp_diag"
	fio_verify reset "$dev" --bs=16k --iodepth=8 --size=96m --io_size=16m &
	pause 1
	node_reset_connections n1
	wait $! || fail "fio with a reset"
	wait_for 20 session_is "$dev" n1 up || fail "n1 does not come back: $(node_attr n1 last_error)"
	[ "$(node_attr n1 reconnects)" -gt 0 ] || fail "it was not reset"
	expect_stat "$dev" errors -eq 0
	expect_stat "$dev" checksum_errors -eq 0
	netramctl volume delete v2 > /dev/null || fail "delete"
}

foreign_job() { # DEVICE NAME
	fio_verify "$2" "$1" --numjobs=4 --size=24m --offset_increment=24m --io_size=6m \
		--bsrange=4k-1m --blockalign=4k --iodepth=16 || fail "fio"
	fio_run "$2-fill" --filename="$1" --rw=write --bs=256k --iodepth=4 --size=96m --verify=crc32c || fail "fill"
	blkdiscard -o 0 -l $((8 << 20)) "$1" || fail "blkdiscard"
	cmp -n $((8 << 20)) "$1" /dev/zero || fail "not zeroes after discard"
	expect_stat "$1" errors -eq 0
	expect_stat "$1" checksum_errors -eq 0
}
