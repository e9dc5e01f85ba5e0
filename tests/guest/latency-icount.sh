#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: over a link with 20 µs of delay each way, 99 of 100 4k reads at QD1 take under 100 virtual µs
# KERNELS: 6.1 6.12
# TIMEOUT: 1200
# MEM: 2G
# TOPOLOGY: single
# CLOCK: icount
# One instruction is one nanosecond, and host, page server and both ends of the
# link share the one processor, so what is measured is the instructions of an
# access from one end to the other, plus the link: 20 µs by netem at either end,
# 40 µs of each round trip.
# shellcheck source=tests/vm/guest-lib.sh disable=SC2153
. "$NETRAM_TOP/tests/vm/guest-lib.sh"

reads=3000

# Virtual time runs on while the guest waits for the machine to read a program:
# limits have to be long, a task that waits so is not hung, and what has a limit
# of its own needs its programs read before.
eval "impatient_$(declare -f wait_for)"
wait_for() { impatient_wait_for $(($1 * 60)) "${@:2}"; }
warm_up() {
	sysctl -qw kernel.hung_task_timeout_secs=0
	netram-server --help && netramctl --help && curl --version && tc -V && rmmod --version &&
		fio --name=warm --ioengine=psync --rw=randrw --filename="$NETRAM_RUN/warm" --size=1m &&
		jq -n 1 && modprobe -a sch_netem veth
}
randread() {
	fio --name=read --filename="$dev" --ioengine=psync --direct=1 --rw=randread --bs=4k \
		--number_ios=$reads --size=64m --randrepeat=1 --output="$NETRAM_RUN/fio"
}

warm_up > /dev/null 2>&1 || fail "a program is missing"
setup_nodes 1 || fail "no node"
dev=$(volume_create v1 64M) || fail "no volume"
fio --name=fill --filename="$dev" --ioengine=psync --direct=1 --rw=write --bs=256k \
	--size=64m --output="$NETRAM_RUN/fio" || fail "fill"
for end in "" "ip netns exec n1"; do
	$end tc qdisc add dev "$([ -n "$end" ] && echo eth0 || echo v-n1)" root netem delay 20us || fail "no netem"
done
randread || { cat "$NETRAM_RUN/fio"; fail "fio"; }
netramctl latency v1
now=$(netramctl latency v1 --json) || fail "latency"
# without the link's 40 µs something is wrong with the link
jq -e --argjson reads $reads '.volumes[0] | .read, .nodes[0].read
	| .count >= $reads and .p50_ns > 40000 and .p99_ns <= 100000' <<< "$now" > /dev/null ||
	fail "p99 is not under 100 µs: $now"
exit 0
