#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: copies are made, moved and given up under load: more and fewer, drain, a node gone for good, a full node, zones
# KERNELS: 6.1 6.12
# CHECK: 6.1
# TIMEOUT: 400
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"

extents_on() { session_of "$dev" "$1" && echo "$session_extents"; }
has_extents() { [ "$(extents_on "$1")" -eq "$2" ]; } # NODE N
in_sync() { # WHAT HAPPENED
	wait_for 120 well || fail "$1: $(attr_of "$dev" degraded_extents) extents are still degraded"
	load_running || fail "$1: the load has ended: $(cat "$NETRAM_RUN/fio-load.out")"
}
intact() { # WHAT HAPPENED
	blockdev --flushbufs "$dev"
	cmp -i "$load_size:0" -n $golden_size "$dev" "$NETRAM_RUN/golden" || fail "$1: not as written"
	expect_stat "$dev" errors -eq 0
	expect_stat "$dev" checksum_errors -eq 0
}
sum_is() { # COPIES NODE...: an extent that moves has one more, for a moment
	local n sum=0
	for n in "${@:2}"; do
		sum=$((sum + $(extents_on "$n")))
	done
	[ "$sum" -eq "$1" ]
}
add_node() { # NAME ZONE [SERVER-ARGUMENT...]
	node_add "$1" || fail "no namespace $1"
	server_start "$1" "${@:3}" || fail "no server $1"
	netramctl node add "$1" "$(node_addr "$1"):$NODE_PORT" --zone "$2" || fail "node add $1"
}

golden_size=$((16 << 20)) load_size=$((8 << 20)) total=24
# shellcheck disable=SC2119 # no parameters are needed
module_load || fail "the module does not load"
add_node n1 a
add_node n2 a
add_node n3 b
dev=$(volume_create v1 $((golden_size + load_size)) --extent-size 1M --replicas 1) || fail "no volume"
pattern $golden_size "$SEED" > "$NETRAM_RUN/golden"
dd if="$NETRAM_RUN/golden" of="$dev" bs=1M seek=$((load_size >> 20)) oflag=direct status=none || fail "writing"
load_start "$dev" $((load_size / 4))
load_flowing "$dev"

note "two copies instead of one, in different zones"
netramctl volume set v1 --replicas 2 || fail "volume set"
in_sync "two copies"
[ "$(extents_on n3)" -eq $total ] || fail "$(extents_on n3) of $total extents are in zone b"
wait_for 20 sum_is $total n1 n2 || fail "not one copy each in zone a"
intact "two copies"

note "a drain at 1 MiB a second, given up half-way"
before=$(extents_on n1) copied=$(stat_of "$dev" resync_pages) start=$(now_ms)
some_gone() { [ "$(extents_on n1)" -le $((before - 3)) ]; }
tune "$dev" sync_rate_mib 1
netramctl node drain n1 --no-wait || fail "no drain"
wait_for 60 some_gone || fail "n1 still has $(extents_on n1) of $before extents"
copied=$(($(stat_of "$dev" resync_pages) - copied)) took=$(($(now_ms) - start))
note "$copied pages copied in $took ms"
# what may be saved up, and the extent under way, beside what the time allows
[ $copied -le $((took * 256 / 1000 + 512)) ] || fail "$copied pages copied in $took ms"
netramctl node drain n1 --cancel || fail "no cancel"
tune "$dev" sync_rate_mib 0
in_sync "drain given up"
[ "$(extents_on n1)" -gt 0 ] || fail "n1 was emptied all the same"
wait_for 20 sum_is $total n1 n2 || fail "not one copy each in zone a"
intact "drain given up"

note "n1 is drained and removed"
netramctl node drain n1 > "$NETRAM_RUN/drain" 2>&1 || fail "drain: $(cat "$NETRAM_RUN/drain")"
wait_for 20 has_extents n1 0 || fail "n1 has $(extents_on n1) extents"
wait_for 20 used_at_most 0 n1 || fail "n1 still holds $(server_used n1) bytes"
netramctl node remove n1 || fail "node remove"
in_sync "n1 drained"
intact "n1 drained"

note "n2 dies for good: another takes its part, also of what nobody writes"
add_node n4 a
tune "$dev" connect_timeout_ms 500
tune "$dev" rereplicate_delay_ms 1000
server_kill n2
wait_for 120 has_extents n2 0 || fail "n2 still counts for $(extents_on n2) extents"
in_sync "n2 replaced"
has_extents n4 $total || fail "n4 has $(extents_on n4) extents"
netramctl node remove n2 || fail "node remove n2"
intact "n2 replaced"

note "n5 has room for a few extents only: it takes them, the others go where there is room"
add_node n5 c --memory 6M
add_node n6 d
netramctl volume set v1 --replicas 3 || fail "volume set"
in_sync "three copies"
note "n5 has $(extents_on n5) extents, n6 $(extents_on n6)"
wait_for 20 sum_is $total n5 n6 || fail "not a third copy of each"
[ "$(server_used n5)" -le $((6 << 20)) ] || fail "n5 holds $(server_used n5) bytes"
intact "three copies"

note "four copies"
add_node n7 e
netramctl volume set v1 --replicas 4 || fail "volume set"
in_sync "four copies"
wait_for 20 sum_is $((4 * total)) n3 n4 n5 n6 n7 || fail "not four copies of $total extents: $(netramctl node list)"
intact "four copies"

note "one copy instead of four, and the memory of the others comes back"
netramctl volume set v1 --replicas 1 || fail "volume set"
wait_for 60 sum_is $total n3 n4 n5 n6 n7 || fail "more than one copy is left"
load_end
intact "one copy"
wait_for 30 used_at_most $((golden_size + load_size + (1 << 20))) n3 n4 n5 n6 n7 ||
	fail "the nodes hold $(servers_used n3 n4 n5 n6 n7) bytes"
state_is "$dev" ok || fail "state $(attr_of "$dev" state)"
exit 0
