#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: a node that is reached by IPv6
# KERNELS: 6.1
# TIMEOUT: 120
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"

# shellcheck disable=SC2119 # no parameters are needed
module_load || fail "the module does not load"
node_add n1 || fail "no namespace"
server_start n1 --listen "[$(node_addr6 n1)]:$NODE_PORT" || fail "no server"
netramctl node add n1 "[$(node_addr6 n1)]:$NODE_PORT" || fail "node add"
dev=$(volume_create v1 64M) || fail "no volume"
[[ $(node_attr n1 address) = "[$(node_addr6 n1)]:$NODE_PORT" ]] || fail "address $(node_attr n1 address)"
fio_verify six "$dev" --bsrange=4k-128k --blockalign=4k --iodepth=16 --size=64m --io_size=32m || fail "fio"
[ "$(servers_used n1)" -gt $((8 << 20)) ] || fail "nothing on the server"
renewed() { [ "$(node_attr n1 reconnects)" -gt 0 ]; }
modprobe tcp_diag || fail "no tcp_diag"
ss -K dst "[$(node_addr6 n1)]" > /dev/null
wait_for 10 renewed || fail "no reconnect"
fio_verify again "$dev" --bs=64k --iodepth=16 --size=64m --io_size=16m || fail "fio after the reset"
expect_stat "$dev" errors -eq 0
exit 0
