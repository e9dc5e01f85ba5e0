#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: a node that nobody asks and that dies without a word is missed within io_timeout_ms, and comes back
# KERNELS: 6.1 6.12
# TIMEOUT: 180
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"

# As if the power was off: nothing comes from there, no reset and no ICMP error.
silence() { node_exec "$1" tc qdisc replace dev eth0 root netem loss 100%; }
speak() { node_exec "$1" tc qdisc del dev eth0 root; }
not_up() { ! node_state_is "$1" up; }

setup_nodes 2 || fail "no nodes"
netramctl events --follow --json >> "$NETRAM_RUN/events" 2>&1 &
dev=$(volume_create v1 16M --extent-size 1M --replicas 2) || fail "no volume"
pattern $((16 << 20)) "$SEED" > "$NETRAM_RUN/golden"
dd if="$NETRAM_RUN/golden" of="$dev" bs=1M oflag=direct status=none || fail "writing"
tune "$dev" connect_timeout_ms 2000

# It was connected with volume_create's io_timeout_ms: the new one counts all the same.
for timeout in 6000 2000; do
	tune "$dev" io_timeout_ms $timeout
	pause 1 # for a tick to see it
	# nothing is asked from here on but sysfs, which asks no node
	reads=$(stat_of "$dev" reads) writes=$(stat_of "$dev" writes)
	# from before tc, which takes a while on a slow machine
	start=$(now_ms)
	silence n2 || skip "no netem in this kernel"
	within $((timeout / 1000 + 6)) not_up n2 || fail "n2 is $(node_attr n2 state), io_timeout_ms is $timeout"
	missed_ms=$(($(now_ms) - start))
	note "io_timeout_ms $timeout: missed after $missed_ms ms"
	[ "$missed_ms" -ge 800 ] || fail "too soon to be believed"
	node_state_is n1 up || fail "n1 is $(node_attr n1 state)"
	wait_for 5 state_is "$dev" degraded || fail "state $(attr_of "$dev" state)"
	[ "$(attr_of "$dev" reason)" = "away: n2" ] || fail "reason: $(attr_of "$dev" reason)"
	[ "$(stat_of "$dev" reads) $(stat_of "$dev" writes)" = "$reads $writes" ] || fail "somebody has asked"
	wait_for 5 grep -q '"type":"session".*"node":"n2".*"state":"broken"' "$NETRAM_RUN/events" ||
		fail "no event: $(cat "$NETRAM_RUN/events")"
	: > "$NETRAM_RUN/events"
	speak n2
	wait_for 20 node_state_is n2 up || fail "n2 does not come back: $(node_attr n2 last_error)"
	wait_for 10 state_is "$dev" ok || fail "state $(attr_of "$dev" state)"
done
[ -z "$(attr_of "$dev" reason)" ] || fail "reason: $(attr_of "$dev" reason)"
cmp "$NETRAM_RUN/golden" "$dev" || fail "not as written"

note "one that is there and idle is left alone"
before=$(node_attr n2 reconnects)
pause 6
[ "$(node_attr n2 reconnects)" -eq "$before" ] || fail "an idle node was given up: $(node_attr n2 last_error)"
exit 0
