#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: two copies of an extent in one zone do not stay there when a node of another zone has room; nothing moves that would not help
# KERNELS: 6.1 6.12
# CHECK: 6.1
# TIMEOUT: 400
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"

extents_on() { session_of "$dev" "$1" && echo "$session_extents"; }
has_extents() { [ "$(extents_on "$1")" -eq "$2" ]; } # NODE N
has_at_least() { [ "$(extents_on "$1")" -ge "$2" ]; } # NODE N
add_node() { # NAME ZONE [SERVER-ARGUMENT...]
	node_add "$1" || fail "no namespace $1"
	server_start "$1" "${@:3}" || fail "no server $1"
	netramctl node add "$1" "$(node_addr "$1"):$NODE_PORT" --zone "$2" || fail "node add $1"
}
zones='{"n1": "a", "n2": "a", "n3": "b", "n4": "b", "n5": "c", "n6": "d"}'
# are COPIES SHARING: each extent has so many copies, in sync, and SHARING of the extents two in one zone
are() {
	netramctl extent list v1 --json | jq -e --argjson zones "$zones" '[.extents[].copies | map(select(.state == "insync"))] |
		length == '"$total"' and all(.[]; length == '"$1"') and
		(map(select((map($zones[.node]) | unique | length) < '"$1"')) | length) == '"$2" > /dev/null
}
become() { wait_for 120 are "$1" "$2" || fail "$3: $(netramctl extent list v1)"; } # COPIES SHARING WHAT
intact() { # WHAT HAPPENED
	load_running || fail "$1: the load has ended: $(cat "$NETRAM_RUN/fio-load.out")"
	blockdev --flushbufs "$dev"
	cmp -i "$load_size:0" -n $golden_size "$dev" "$NETRAM_RUN/golden" || fail "$1: not as written"
	expect_stat "$dev" errors -eq 0
	expect_stat "$dev" checksum_errors -eq 0
}
# gives the mover a reason to look at all extents, and time
looked() {
	netramctl sync node n1 > /dev/null || fail "sync"
	load_flowing "$dev"
}

golden_size=$((8 << 20)) load_size=$((4 << 20)) total=12
# shellcheck disable=SC2119 # no parameters are needed
module_load || fail "the module does not load"
add_node n1 a
add_node n2 a
dev=$(volume_create v1 $((golden_size + load_size)) --extent-size 1M --replicas 2) || fail "no volume"
pattern $golden_size "$SEED" > "$NETRAM_RUN/golden"
dd if="$NETRAM_RUN/golden" of="$dev" bs=1M seek=$((load_size >> 20)) oflag=direct status=none || fail "writing"
load_start "$dev" $((load_size / 4))
load_flowing "$dev"
become 2 $total "two copies in zone a"
netramctl events --follow --json > "$NETRAM_RUN/events" &
events=$!
wait_for 20 listens_for_events "$events" || fail "nobody listens for events"

note "a node comes in zone b: one copy of each extent goes there, from the two others alike"
add_node n3 b
become 2 0 "one copy in zone b"
has_extents n3 $total || fail "n3 has $(extents_on n3) extents"
has_at_least n1 $((total / 4)) || fail "n1 has $(extents_on n1) extents"
has_at_least n2 $((total / 4)) || fail "n2 has $(extents_on n2) extents"
intact "one copy in zone b"
# it has never had fewer copies than it should, and nobody was told so
! grep '"type":"sync"' "$NETRAM_RUN/events" || fail "copies were said to be missing"
wait_for 20 used_at_most $((2 * (golden_size + load_size))) n1 n2 n3 ||
	fail "the nodes hold $(servers_used n1 n2 n3) bytes"

note "another comes there: nothing moves"
copied=$(stat_of "$dev" resync_pages)
add_node n4 b
wait_for 20 session_is "$dev" n4 up || fail "n4 is not up"
looked
looked
expect_stat "$dev" resync_pages -eq "$copied"
has_extents n4 0 || fail "n4 has $(extents_on n4) extents"

note "three copies in two zones and one of a third that has room for some: these go there, the others stay"
netramctl volume set v1 --replicas 3 || fail "volume set"
become 3 $total "three copies"
add_node n5 c --memory 3M
wait_for 60 has_at_least n5 2 || fail "n5 has $(extents_on n5) extents"
# it has tried one more than there was room for, and leaves it at that
apart() { are 3 $((total - $(extents_on n5))); }
wait_for 60 apart || fail "with n5: $(netramctl extent list v1)"
wait_for 60 well || fail "degraded"
[ "$(server_used n5)" -le $((3 << 20)) ] || fail "n5 holds $(server_used n5) bytes"
intact "three copies, some in zone c"

note "with room in a fourth zone all are apart"
add_node n6 d
become 3 0 "each copy in another zone"
intact "each copy in another zone"

note "of three copies, two in one zone, it is one of these that is given up"
for n in n5 n6; do
	netramctl node drain $n > "$NETRAM_RUN/drain" 2>&1 || fail "drain: $(cat "$NETRAM_RUN/drain")"
done
become 3 $total "without zones c and d"
copied=$(stat_of "$dev" resync_pages)
netramctl volume set v1 --replicas 2 || fail "volume set"
become 2 0 "two copies"
intact "two copies"
expect_stat "$dev" resync_pages -eq "$copied"
load_end
kill $events
exit 0
