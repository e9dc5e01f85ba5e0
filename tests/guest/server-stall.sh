#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: a server stops for longer than io_timeout_ms under verified load: reconnected, replayed, no error
# KERNELS: 6.1
# TIMEOUT: 240
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"

setup_nodes 2 || fail "no nodes"
dev=$(volume_create v1 96M) || fail "no volume"
# short, but not so short that a server which nobody stops misses it all the time
tune "$dev" io_timeout_ms 2000
tune "$dev" connect_timeout_ms 2000
load_start "$dev" 24m --io_size=12m
for n in n1 n2 n1; do
	load_flowing "$dev"
	before=$(node_attr $n reconnects)
	server_pause $n
	broken() { ! session_is "$dev" "$n" up; }
	wait_for 10 broken || fail "no answer from $n for over 2 s, and it counts as up"
	# as long again, so that attempts to connect fail, too
	pause 3
	server_continue $n
	wait_for 20 session_is "$dev" $n up || fail "$n does not come back"
	[ "$(node_attr $n reconnects)" -gt "$before" ] || fail "no reconnect counted"
done
load_flowing "$dev"
load_end
expect_stat "$dev" errors -eq 0
expect_stat "$dev" checksum_errors -eq 0
expect_stat "$dev" lost_reads -eq 0
expect_stat "$dev" replays
[[ $(node_attr n1 last_error) = *"does not answer"* || $(node_attr n1 last_error) = *connecting* ]] ||
	fail "last_error is '$(node_attr n1 last_error)'"
note "$(stat_of "$dev" replays) requests replayed"
exit 0
