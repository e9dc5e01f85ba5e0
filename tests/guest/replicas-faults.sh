#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: two copies, one of them behind a server that misbehaves in every way the proxy knows: no error, nothing wrong, made good
# KERNELS: 6.1
# TIMEOUT: 900
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"
# shellcheck source=tests/guest/common/proxy.sh
. "$COMMON/proxy.sh"

golden_size=$((4 << 20)) load_size=$((8 << 20))
proxy_setup
dev=$(volume_create v1 $((golden_size + load_size)) --extent-size 1M --replicas 2) || fail "no volume"
tune "$dev" io_timeout_ms 1000
tune "$dev" connect_timeout_ms 2000
pattern $golden_size "$SEED" > "$NETRAM_RUN/golden"
dd if="$NETRAM_RUN/golden" of="$dev" bs=64k seek=$((load_size >> 16)) oflag=direct status=none || fail "writing"

reads() {
	local i
	# both copies are asked: the fastest first, and then whichever is left
	for ((i = 0; i < 4; i++)); do
		dd if="$dev" bs=64k skip=$((load_size >> 16)) iflag=direct status=none of="$NETRAM_RUN/got" || return
		cmp "$NETRAM_RUN/got" "$NETRAM_RUN/golden" || return
	done
}
writes() { fio_verify writes "$dev" --size="$load_size" --bsrange=4k-128k --blockalign=4k --iodepth=16; }
discards() { # all of it goes, and comes back as zeroes
	fio_run discards --filename="$dev" --size="$load_size" --bs=64k --rw=randtrim --iodepth=4 || return
	blockdev --flushbufs "$dev"
	cmp -n "$load_size" "$dev" /dev/zero || return
	writes
}

modprobe sch_netem || skip "no netem"
in_full && count=4 || count=2
loads=(reads writes discards) turn=0
for mode in flip cookie twice magic short cut garbage error swallow; do
	these=("${loads[@]}")
	# each kind of fault under one of them, in turn: the test "faults" has others
	in_full || these=("${loads[turn++ % ${#loads[@]}]}")
	for load in "${these[@]}"; do
		before=$(proxy_done)
		# a read goes to one of them, and every load reads: to the one that is spoilt
		node_slow n2 20ms
		proxy_mode $mode "$count"
		# again where n1 was not asked for anything that this mode spoils: what was learned of it before may still keep readers away
		for ((tries = 0; tries < 10; tries++)); do
			$load || fail "$mode under $load: $(cat "$NETRAM_RUN"/fio-*.out 2> /dev/null | tail -n 3)"
			! proxy_did "$before" || break
		done
		proxy_mode pass 0
		spoiled=$(($(proxy_done) - before))
		node_fast n2
		[ "$spoiled" -gt 0 ] || fail "$mode under $load: no reply was spoiled"
		expect_stat "$dev" errors -eq 0
		[ "$(attr_of "$dev" lost_pages)" -eq 0 ] || fail "$mode under $load: pages are lost"
		wait_for 60 well || fail "$mode under $load: $(attr_of "$dev" degraded_extents) extents are still degraded"
		note "$mode $load: ok, $spoiled replies spoiled$([ $tries -eq 0 ] || echo ", in round $((tries + 1))")"
	done
	reads || fail "after $mode: not as written"
done
note "all that comes from n1 is corrupt"
proxy_mode flip 1000000
for ((i = 0; i < 100; i++)); do
	reads || fail "the other copy was not read"
	[ "$(stat_of "$dev" repairs)" -eq 0 ] || break
done
proxy_mode pass 0
wait_for 60 well || fail "not made good"
expect_stat "$dev" errors -eq 0
note "$(stat_of "$dev" repairs) corrupt pages made good, $(stat_of "$dev" failovers) reads went to the other copy"
expect_stat "$dev" repairs -ge 1
netramctl status > "$NETRAM_RUN/status" || fail "status: $(cat "$NETRAM_RUN/status")"

note "each copy by itself is whole"
for n in n1 n2; do
	node_down $n
	reads || fail "without $n: not as written"
	node_up $n
	wait_for 30 session_is "$dev" $n up || fail "$n does not come back"
	wait_for 60 well || fail "still degraded after $n was away"
done
exit 0
