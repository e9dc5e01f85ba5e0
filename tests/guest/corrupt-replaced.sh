#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: a copy is corrupt while the other one is away for so long that it is replaced: it is kept as long as it alone may have a page, and no longer
# KERNELS: 6.1 6.12
# CHECK: 6.1
# TIMEOUT: 180
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"

extents_on() { session_of "$1" "$2" && echo "$session_extents"; } # DEVICE NODE
has_extents() { [ "$(extents_on "$1" "$2")" -eq "$3" ]; }          # DEVICE NODE N
in_sync() { [ "$(attr_of "$1" degraded_extents)" -eq 0 ]; }
away() { ! session_is "$1" "$2" up; } # DEVICE NODE
copied() { [ "$(stat_of "$1" resync_pages)" -ge $((pages - spoilt)) ]; }
is_right() { # DEVICE WHEN
	dd if="$1" of="$NETRAM_RUN/got" bs=64k count=$((pages / 16)) iflag=direct status=none || fail "$2: cannot be read"
	cmp "$NETRAM_RUN/got" "$NETRAM_RUN/golden" || fail "$2: wrong data"
	expect_stat "$1" errors -eq 0
}
fill() { # DEVICE
	dd if="$NETRAM_RUN/golden" of="$1" bs=64k oflag=direct status=none || fail "writing"
}

pages=1024
setup_nodes 2 || fail "no nodes"
devs=()
pattern $((pages << 12)) "$SEED" > "$NETRAM_RUN/golden"
for v in v1 v2; do
	dev=$(volume_create $v 8M --extent-size 8M --replicas 2) || fail "no volume"
	devs+=("$dev")
	tune "$dev" rereplicate_delay_ms 3600000
	tune "$dev" connect_timeout_ms 1000
	fill "$dev"
	wait_for 10 in_sync "$dev" || fail "not in sync to begin with"
done
spoilt=$("$PYTHON" "$COMMON/store.py" flip "$(server_pid n1)" 16) || fail "nothing is spoilt"
note "$spoilt pages of n1 are corrupt, n2 is away, and n3 is to take its place"
[ "$spoilt" -ge 8 ] || fail "only $spoilt pages of n1 are corrupt"

# a node that is silent while nobody asks it is missed, too
for dev in "${devs[@]}"; do
	tune "$dev" io_timeout_ms 1000
done
node_down n2
for dev in "${devs[@]}"; do
	wait_for 60 away "$dev" n2 || fail "n2 is not missed"
	tune "$dev" io_timeout_ms 60000
	tune "$dev" rereplicate_delay_ms 1000
done
node_add n3 || fail "no namespace"
server_start n3 || fail "no server"
netramctl node add n3 "$(node_addr n3):$NODE_PORT" || fail "node add n3"
for dev in "${devs[@]}"; do
	wait_for 60 copied "$dev" || fail "n3 gets $(stat_of "$dev" resync_pages) pages"
done
# time to give up what is not needed
pause 4
for dev in "${devs[@]}"; do
	has_extents "$dev" n2 1 || fail "n2's copy is given up, and with it pages that n1 has not right"
	has_extents "$dev" n3 1 || fail "n3 has no copy"
	expect_stat "$dev" resync_pages -lt $pages
	! in_sync "$dev" || fail "n3's copy is said to be in sync"
done
dmesg_since corrupt-replaced | grep -q 'cannot be copied now' || fail "nobody is told what holds n2's copy up"

note "v2 is written anew: then n2's copy is of no use any more"
fill "${devs[1]}"
wait_for 60 has_extents "${devs[1]}" n2 0 || fail "n2's copy is not given up"
wait_for 60 in_sync "${devs[1]}" || fail "n3's copy is not in sync"
is_right "${devs[1]}" "written anew"

note "n2 is back, with what v1's copies lack"
node_up n2
wait_for 60 session_is "${devs[0]}" n2 up || fail "n2 does not come back"
wait_for 60 in_sync "${devs[0]}" || fail "not in sync: $(netramctl volume show v1)"
for dev in "${devs[@]}"; do
	is_right "$dev" "n2 is back"
	[ "$(attr_of "$dev" lost_pages)" -eq 0 ] || fail "pages are lost"
done
exit 0
