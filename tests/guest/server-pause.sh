#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: a server stops for 3 s under verified load and goes on: nobody notices
# KERNELS: 6.1
# TIMEOUT: 180
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"

setup_nodes 2 || fail "no nodes"
dev=$(volume_create v1 96M) || fail "no volume"
tune "$dev" io_timeout_ms 15000
load_start "$dev" 24m --io_size=12m
for ((i = 0; i < 3; i++)); do
	load_flowing "$dev"
	server_pause n$((i % 2 + 1))
	pause 3
	server_continue n$((i % 2 + 1))
done
load_flowing "$dev"
load_end
expect_stat "$dev" errors -eq 0
expect_stat "$dev" checksum_errors -eq 0
[ "$(node_attr n1 reconnects)" -eq 0 ] || fail "3 s are under io_timeout_ms, but the session was renewed"
exit 0
