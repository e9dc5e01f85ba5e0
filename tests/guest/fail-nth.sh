#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: an allocation of loading the module, adding a node, creating a volume fails: refused or tolerated, nothing left behind
# KERNELS: 6.1
# ONLY: debug
# TIMEOUT: 120
# MEM: 2G
# TOPOLOGY: single
# Fault injection makes the N-th allocation of a task fail, N = 1, 2, 3 and so on.
# What is leaked on the way is told by the check for leaks after the last test.
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"

[ -e /proc/self/fail-nth ] || skip "this kernel injects no faults"
# not ours: the allocator of per-CPU memory tells where it failed, and tracing
# warns when it cannot make the files of a module's events
dmesg_allow 'Call Trace' 'WARNING: .* at event_(define_fields|create_dir)'
for kind in failslab fail_page_alloc fail_usercopy; do
	dir=/sys/kernel/debug/$kind
	[ -d $dir ] || skip "no $kind"
	echo 0 > $dir/verbose
	# also those that may sleep, which are most
	for knob in ignore-gfp-wait cache-filter; do
		[ ! -e $dir/$knob ] || echo N > $dir/$knob
	done
done
echo 0 > /sys/kernel/debug/fail_page_alloc/min-order
failnth=$(program failnth) || fail "no failnth"
# all of them takes an hour: other ones in each run
export SEED

note "loading the module"
# with the modules it depends on, which stay
module_load || fail "the module does not load"
module_unload || fail "unload"
# most of these are the kernel's own loading of a module: some of them. From memory: 9p
# may not give a file any more of which an allocation failed
cp "$NETRAM_KO" "$NETRAM_RUN/netram.ko" || fail "no room for the module"
"$failnth" module "$NETRAM_RUN/netram.ko" 20 || fail "loading"

setup_nodes 2 || fail "no nodes"
note "creating a volume"
"$failnth" volume v1 6 || fail "creating a volume"
[ -z "$(netramctl volume list --json | jq -r '.volumes[].name')" ] || fail "a volume is left"

note "adding a node, which a volume connects to"
dev=$(volume_create v1 16M) || fail "no volume"
"$failnth" node n3 "$(node_addr n2)" 2 || fail "adding a node"
[ "$(netramctl node list --json | jq -c '[.nodes[].name]')" = '["n1","n2"]' ] || fail "a node is left"
fio_verify still "$dev" --bs=64k --iodepth=8 --size=16m || fail "fio afterwards"
netramctl volume delete v1 || fail "delete"
exit 0
