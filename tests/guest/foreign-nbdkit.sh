#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: nbdkit's memory plugin as a node, alone and beside netram-server
# KERNELS: 6.1 6.12
# CHECK: 6.1
# TIMEOUT: 180
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"
# shellcheck source=tests/guest/common/foreign.sh
. "$COMMON/foreign.sh"
foreign_test nbdkit nbdkit -f -i "$(node_addr n1)" -p $NODE_PORT -e disk memory 96M
exit 0
