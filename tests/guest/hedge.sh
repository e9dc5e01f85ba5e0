#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: two copies, and a node that gets slow, frozen, stuck, or answers late, twice, never: reads are answered by the other
# KERNELS: 6.1 6.12
# CHECK: 6.1
# TIMEOUT: 400
# MEM: 2G
# TOPOLOGY: single
# How fast, is hedge-icount's; here all goes on at once, and all of it is verified.
# shellcheck source=tests/guest/common/lib.sh disable=SC2317
. "$NETRAM_TOP/tests/guest/common/lib.sh"
# shellcheck source=tests/guest/common/proxy.sh
. "$COMMON/proxy.sh"

size=$((8 << 20))
verify=(--verify=crc32c --verify_interval=4k)

make_volume() {
	dev=$(volume_create v1 $size --extent-size 1M --replicas 2) || fail "no volume"
	fio_run fill --filename="$dev" --rw=write --bs=4k --iodepth=16 --size=$size "${verify[@]}" --do_verify=0 ||
		fail "fill"
	before=(0 0 0 0 0)
}
counters() { # what they have grown by since the last call
	local now
	now=("$(stat_of "$dev" hedges)" "$(stat_of "$dev" hedge_wins)" "$(stat_of "$dev" hedge_waste)"
		"$(stat_of "$dev" hedge_skipped)" "$(stat_of "$dev" failovers)")
	hedges=$((now[0] - before[0])) wins=$((now[1] - before[1])) waste=$((now[2] - before[2]))
	skipped=$((now[3] - before[3])) failovers=$((now[4] - before[4]))
	before=("${now[@]}")
}
past() { [ "$(stat_of "$dev" reads)" -ge "$1" ]; }
# reading NAME COMMAND...: reads, verified, while the command does something to a node
reading() {
	local name=$1 reader start
	shift
	start=$(stat_of "$dev" reads)
	fio_run "$name" --filename="$dev" --readonly --rw=randread --bssplit=4k/60:64k/30:128k/10 --iodepth=16 \
		--size=$size --norandommap "${verify[@]}" &
	reader=$!
	# of 220 or more, so that most are yet to come
	wait_for 60 past $((start + 30)) || fail "$name: nobody reads"
	"$@" || fail "$name: $*"
	wait $reader || fail "$name: reads have failed"
	counters
	note "$name: $hedges hedges, $wins won, $waste in vain, $skipped skipped, $failovers failed over;" \
		"budget $(attr_of "$dev" hedge_budget_us) us"
	expect_stat "$dev" errors -eq 0
	[ $((wins + waste)) -le $hedges ] || fail "more is known of hedges than there were"
}
favourite() { # the node that reads go to now
	local n rx=() grown most=-1
	for n in n1 n2; do rx+=("$(node_attr $n rx_bytes)"); done
	fio_run settle --filename="$dev" --readonly --rw=randread --bs=4k --iodepth=4 --size=$size \
		--norandommap --number_ios=64 "${verify[@]}" || fail "reading"
	for n in n1 n2; do
		grown=$(($(node_attr $n rx_bytes) - rx[${n#n} - 1]))
		[ $grown -le $most ] || most=$grown it=$n
	done
	counters
}
slow() { node_slow "$1" 300ms; }
fast() { node_fast "$1"; }
# until_won NAME UNDO COMMAND...: until a read of those under way then was answered by its hedge
until_won() {
	local name=$1 undo=$2 i
	shift 2
	for ((i = 0; i < 8; i++)); do
		favourite
		reading "$name" "$@" "$it"
		[ $wins -eq 0 ] || return 0
		$undo "$it"
	done
	fail "$name: no read was answered by its hedge"
}

modprobe sch_netem || skip "no netem"
setup_nodes 2 || fail "no nodes"
make_volume
[ "$(attr_of "$dev" hedge_us)" = auto ] || fail "hedge_us is $(attr_of "$dev" hedge_us)"
for bad in 1 99 1000001 -1 sometimes; do
	! tune "$dev" hedge_us $bad 2> /dev/null || fail "hedge_us takes $bad"
done
for good in 100 1000000 0 auto; do
	tune "$dev" hedge_us $good || fail "hedge_us does not take $good"
	[ "$(attr_of "$dev" hedge_us)" = $good ] || fail "hedge_us is $(attr_of "$dev" hedge_us), not $good"
done

note "slow"
until_won slow fast slow
fast "$it"
note "frozen; io_timeout_ms is a minute"
until_won frozen server_continue server_pause
# an answer it had not begun when it was stopped comes now, and is thrown away
session_is "$dev" "$it" up || fail "$it was given up: that is no hedge"
reading with-late-answers server_continue "$it"

note "off"
tune "$dev" hedge_us 0
reading off true
[ $hedges -eq 0 ] || fail "hedges though they are off"
tune "$dev" hedge_us auto
netramctl volume delete v1 || fail "delete"
netramctl node remove n1 || fail "remove"

note "replies that are not as they should be"
proxy_start
netramctl node add n1 "$(node_addr n1):$PROXY_PORT" || fail "node add n1"
make_volume
tune "$dev" io_timeout_ms 3000
spoil() { # MODE: n2 is slow until then, so that n1 is asked
	proxy_mode "$1" 10
	fast n2
}
for mode in stall delay delaytwice twice swallow flip cut; do
	of_mode=$(proxy_done) turn=0
	# again where nobody has met it: the reads may be over before it begins
	for hedge_us in auto 100 auto 100 auto 100; do
		[ $((turn++)) -lt 2 ] || [ "$(proxy_done)" -eq "$of_mode" ] || break
		tune "$dev" hedge_us $hedge_us
		slow n2
		did=$(proxy_done)
		reading "$mode-$hedge_us" spoil $mode
		spoiled=$(($(proxy_done) - did))
		proxy_mode pass 0
		note "$spoiled replies spoiled"
		wait_for 30 session_is "$dev" n1 up || fail "$mode: n1 does not come back"
		wait_for 60 well || fail "$mode: degraded"
	done
	[ "$(proxy_done)" -gt "$of_mode" ] || fail "$mode: no reply was spoiled"
done
expect_stat "$dev" hedge_wins -gt 0

note "the volume goes while late answers are still due"
tune "$dev" hedge_us auto
tune "$dev" io_timeout_ms 60000
until_won last server_continue server_pause
netramctl volume delete v1 || fail "delete"
server_continue "$it"
exit 0
