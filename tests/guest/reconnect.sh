#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: connections are reset by force 50 times under verified load
# KERNELS: 6.1 6.12
# TIMEOUT: 360
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"

setup_nodes 2 || fail "no nodes"
modprobe tcp_diag || skip "no tcp_diag"
dev=$(volume_create v1 64M) || fail "no volume"
load_start "$dev" 16m
reconnects() { echo $(($(node_attr n1 reconnects) + $(node_attr n2 reconnects))); }
all_up() { session_is "$dev" n1 up && session_is "$dev" n2 up; }
more_than() { [ "$(reconnects)" -gt "$1" ]; }

# From our end, from the server's end, and both nodes: in turn.
resets=15
! in_full || resets=50
for ((i = 1; i <= resets; i++)); do
	wait_for 20 all_up || fail "a session does not come back: $(netramctl status)"
	load_running || break
	before=$(reconnects)
	case $((i % 3)) in
	0) node_reset_connections n1 ;;
	1) node_exec n2 ss -K sport = ":$NODE_PORT" > /dev/null ;;
	2) node_reset_connections n2; node_exec n1 ss -K sport = ":$NODE_PORT" > /dev/null ;;
	esac
	wait_for 20 more_than "$before" || fail "reset $i is not noticed"
done
load_end
[ "$(reconnects)" -ge $resets ] || fail "only $(reconnects) reconnects"
expect_stat "$dev" replays -gt 0
expect_stat "$dev" errors -eq 0
expect_stat "$dev" checksum_errors -eq 0
expect_stat "$dev" lost_reads -eq 0
wait_for 20 all_up || fail "not all is up at the end"
state_is "$dev" ok || fail "state $(attr_of "$dev" state)"
note "$(reconnects) reconnects, $(stat_of "$dev" replays) requests replayed"
exit 0
