#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: nbd-server with a file as a node, alone and beside netram-server
# KERNELS: 6.1
# CHECK: full
# TIMEOUT: 300
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"
# shellcheck source=tests/guest/common/foreign.sh
. "$COMMON/foreign.sh"
truncate -s 96M "$NETRAM_RUN/disk"
cat > "$NETRAM_RUN/nbd.conf" <<-C
	[generic]
	listenaddr = $(node_addr n1)
	port = $NODE_PORT
	[disk]
	exportname = $NETRAM_RUN/disk
	trim = true
	flush = true
C
# a daemon, with a process for each connection; the reset finds it by its pid file
foreign_test nbd-server nbd-server -C "$NETRAM_RUN/nbd.conf" -p "$NETRAM_RUN/nbd-server.pid"
exit 0
