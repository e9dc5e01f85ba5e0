#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: two copies on nodes that are equally far: many reads at a time are shared by both, and the slower gets fewer
# KERNELS: 6.1 6.12
# CHECK: 6.1
# TIMEOUT: 1200
# MEM: 2G
# TOPOLOGY: single
# CLOCK: icount
# Where real time passes, a machine that is busy makes a node slow whenever it likes.
# shellcheck source=tests/guest/common/lib.sh disable=SC2153
. "$NETRAM_TOP/tests/guest/common/lib.sh"
# shellcheck source=tests/guest/common/icount.sh
. "$NETRAM_TOP/tests/guest/common/icount.sh"

size=$((8 << 20))

# shared DEPTH: percent of the reads that n1 answers
shared() {
	local n rx=() sum
	for n in n1 n2; do rx+=("$(node_attr $n rx_bytes)"); done
	fio_run "depth-$1" --filename="$dev" --readonly --rw=randread --bs=4k --iodepth="$1" --size=$size \
		--norandommap --io_size=$((4 * size)) || fail "reading"
	for n in n1 n2; do rx[${n#n} - 1]=$(($(node_attr $n rx_bytes) - rx[${n#n} - 1])); done
	sum=$((rx[0] + rx[1]))
	[ $sum -ge $((4 * size)) ] || fail "only $sum bytes were read"
	echo $((rx[0] * 100 / sum))
}

modprobe sch_netem || skip "no netem"
setup_nodes 2 || fail "no nodes"
dev=$(volume_create v1 $size --extent-size 1M --replicas 2) || fail "no volume"
tune "$dev" hedge_us 0 # what is sent twice is not what this is about
dd if=/dev/urandom of="$dev" bs=1M count=$((size >> 20)) oflag=direct status=none || fail "writing"

for n in n1 n2; do node_slow $n 20ms; done
share=$(shared 64)
note "equal, 64 at a time: $share %"
{ [ "$share" -ge 35 ] && [ "$share" -le 65 ]; } || fail "n1 has answered $share % of the reads"

node_fast n1
node_slow n1 40ms
share=$(shared 64)
note "n1 twice as far: $share %"
{ [ "$share" -ge 5 ] && [ "$share" -le 40 ]; } || fail "n1, twice as far, has answered $share % of the reads"
expect_stat "$dev" errors -eq 0
