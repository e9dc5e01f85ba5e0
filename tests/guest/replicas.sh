#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: two copies: nodes die, freeze and come back one after the other under load: no error, nothing lost, copies made good
# KERNELS: 6.1 6.12
# TIMEOUT: 400
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"

ill() { ! well; }
in_sync() { # WHAT HAPPENED
	wait_for 90 well || fail "$1: $(attr_of "$dev" degraded_extents) extents are still degraded"
	wait_for 5 state_is "$dev" ok || fail "$1: state $(attr_of "$dev" state)"
}
# what was written at the beginning, behind the load's own part
intact() { # WHAT HAPPENED
	blockdev --flushbufs "$dev"
	cmp -i "$load_size:0" -n $golden_size "$dev" "$NETRAM_RUN/golden" || fail "$1: not as written"
	expect_stat "$dev" errors -eq 0
	expect_stat "$dev" checksum_errors -eq 0
	[ "$(attr_of "$dev" lost_pages)" -eq 0 ] || fail "$1: pages are lost"
}

golden_size=$((24 << 20)) load_size=$((16 << 20))
setup_nodes 3 || fail "no nodes"
dev=$(volume_create v1 $((golden_size + load_size)) --extent-size 1M --replicas 2) || fail "no volume"
[ "$(attr_of "$dev" replicas)" -eq 2 ] || fail "$(attr_of "$dev" replicas) replicas"
# not less: a machine that is busy with several debug kernels misses nodes that are there, then
# one of two copies is out of sync while the other is killed
tune "$dev" io_timeout_ms 3000
tune "$dev" connect_timeout_ms 1000
pattern $golden_size "$SEED" > "$NETRAM_RUN/golden"
dd if="$NETRAM_RUN/golden" of="$dev" bs=1M seek=$((load_size >> 20)) oflag=direct status=none || fail "writing"
sum=0
for n in n1 n2 n3; do
	session_of "$dev" $n
	sum=$((sum + session_pages))
	[ "$session_extents" -ge 8 ] || fail "$n has $session_extents extents"
done
[ $sum -eq $((2 * $(attr_of "$dev" pages))) ] || fail "$sum pages on nodes, $(attr_of "$dev" pages) in the volume"
well || fail "degraded from the start"

load_start "$dev" $((load_size / 4))
load_flowing "$dev"
for n in n1 n2 n3; do
	note "$n is killed and comes back empty"
	server_kill $n
	wait_for 10 ill || fail "nobody noticed"
	load_flowing "$dev"
	intact "$n killed"
	load_flowing "$dev"
	server_start $n || fail "no server"
	in_sync "$n back"
done
copied=$(stat_of "$dev" resync_pages)
note "$copied pages copied"
[ "$copied" -ge $((golden_size / 4096)) ] || fail "only $copied pages copied"

note "n2 freezes and comes back with what it had"
server_pause n2
wait_for 20 ill || fail "nobody noticed"
load_flowing "$dev"
server_continue n2
in_sync "n2 thawed"
again=$(($(stat_of "$dev" resync_pages) - copied))
note "$again pages copied"
# nothing was written elsewhere
[ $again -le $((load_size / 4096)) ] || fail "$again pages copied: more than were missed"
load_end
intact "all of it"
expect_stat "$dev" demotions -ge 1

note "connections break under reads: these go to the other copy"
before=$(stat_of "$dev" reads)
(
	while [ ! -e "$NETRAM_RUN/enough" ]; do
		fio_run reads --filename="$dev" --readonly --rw=randread --bs=4k --iodepth=32 \
			--offset=$load_size --size=$golden_size || exit 1
	done
) &
reader=$!
reading() { [ "$(stat_of "$dev" reads)" -gt $((before + 100)) ]; }
wait_for 60 reading || fail "nobody reads"
failed_over() { [ "$(stat_of "$dev" failovers)" -ge 10 ]; }
for ((i = 0; i < 300; i++)); do
	! failed_over || break
	for n in n1 n2 n3; do
		session_is "$dev" $n up && node_reset_connections $n
	done
	pause 0.1
done
failed_over || fail "only $(stat_of "$dev" failovers) reads went to another copy"
: > "$NETRAM_RUN/enough"
wait $reader || fail "a read has failed"
note "$(stat_of "$dev" failovers) reads went to another copy"
in_sync "connections broken"
intact "connections broken"

note "each copy by itself is whole"
for n in n1 n2 n3; do
	node_down $n
	intact "without $n"
	node_up $n
	wait_for 30 session_is "$dev" $n up || fail "$n does not come back"
	in_sync "$n reachable again"
done
exit 0
