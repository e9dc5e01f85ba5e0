#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: a node that holds nothing, but is being told to free what it had, is removed when it has
# KERNELS: 6.1
# TIMEOUT: 120
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"

extents_on() { session_of "$dev" "$1" && echo "$session_extents"; }
has_extents() { [ "$(extents_on "$1")" -eq "$2" ]; } # NODE N

modprobe sch_netem || fail "no sch_netem"
setup_nodes 4 || fail "no nodes"
dev=$(volume_create v1 24M --extent-size 1M --replicas 2) || fail "no volume"
fio_run fill --filename="$dev" --rw=write --bs=64k --size=24m --iodepth=8 || fail "filling"
[ "$(server_used n1)" -gt 0 ] || fail "n1 has nothing"
netramctl node remove n1 2> "$NETRAM_RUN/error" && fail "removed with pages on it"
grep -q 'drain it' "$NETRAM_RUN/error" || fail "it says: $(cat "$NETRAM_RUN/error")"

note "n1 is away, others take its part"
tune "$dev" io_timeout_ms 1000
tune "$dev" connect_timeout_ms 1000
tune "$dev" rereplicate_delay_ms 500
node_down n1
node_reset_connections n1
wait_for 60 has_extents n1 0 || fail "n1 still counts for $(extents_on n1) extents"
state_is "$dev" ok || wait_for 20 state_is "$dev" ok || fail "state $(attr_of "$dev" state)"

note "it comes back, and is told what to free, each time with a delay"
tune "$dev" io_timeout_ms 60000
tune "$dev" connect_timeout_ms 20000
netramctl node drain n1 --no-wait || fail "drain n1" # nothing new goes there
tc -n n1 qdisc add dev eth0 root netem delay 200ms || fail "no netem"
node_up n1
# what the mover keeps it by, while it is at it
wait_for 60 has_extents n1 1 || fail "nobody tells n1 to free anything"

note "there is something more urgent meanwhile, for which the mover leaves n1 alone"
tc -n n2 qdisc add dev eth0 root netem delay 20ms || fail "no netem"
netramctl node drain n2 --no-wait || fail "drain n2"
# more may be left to be freed than remove waits for; it is asked again then, as it says
until netramctl node remove n1 2> "$NETRAM_RUN/error"; do
	grep -q 'being freed.*try again' "$NETRAM_RUN/error" || fail "node remove says: $(cat "$NETRAM_RUN/error")"
	note "$(cat "$NETRAM_RUN/error")"
done
used_at_most 0 n1 || fail "n1 is not known any more, and has $(server_used n1) bytes"
[ "$(netramctl node list --json | jq -c '[.nodes[].name]')" = '["n2","n3","n4"]' ] || fail "$(netramctl node list)"
wait_for 60 has_extents n2 0 || fail "n2 is not drained"
state_is "$dev" ok || wait_for 20 state_is "$dev" ok || fail "state $(attr_of "$dev" state)"
exit 0
