#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: qemu-nbd with a raw file as a node, alone and beside netram-server
# KERNELS: 6.1
# CHECK: full
# TIMEOUT: 180
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"
# shellcheck source=tests/guest/common/foreign.sh
. "$COMMON/foreign.sh"
truncate -s 96M "$NETRAM_RUN/disk"
foreign_test qemu-nbd qemu-nbd -t -f raw -b "$(node_addr n1)" -p $NODE_PORT -x disk \
	--shared=16 --discard=unmap --cache=writeback "$NETRAM_RUN/disk"
exit 0
