#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: over a link with 20 µs of delay each way, 99 of 100 4k reads at QD1 take under 100 virtual µs; fio agrees
# KERNELS: 6.1 6.12
# CHECK: 6.1
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
# shellcheck source=tests/guest/common/icount.sh
. "$NETRAM_TOP/tests/guest/common/icount.sh"

reads=3000

warm_up() {
	netram-server --help && netramctl --help && curl --version && tc -V && rmmod --version &&
		fio --name=warm --ioengine=psync --rw=randrw --filename="$NETRAM_RUN/warm" --size=1m &&
		jq -n 1 && modprobe -a sch_netem veth
}
# what fio calls completion latency is all of a synchronous access
randread() {
	fio --name=read --filename="$dev" --ioengine=psync --direct=1 --rw=randread --bs=4k \
		--clocksource=clock_gettime --percentile_list=50:99 --number_ios=$reads --size=64m --randrepeat=1 \
		--output-format=json --output="$NETRAM_RUN/fio"
}
# An access of ours is within one of fio's, so its percentiles are below; told are
# the upper bounds of buckets, an eighth wide here, less in fio. What fio spends
# outside is no more than half.
agrees() { # P50 P99 in ns
	local fio
	read -r -a fio < <(jq -r '.jobs[0].read.clat_ns.percentile | "\(.["50.000000"]) \(.["99.000000"])"' "$NETRAM_RUN/fio")
	note "p50 $1 ns, fio ${fio[0]}; p99 $2 ns, fio ${fio[1]}"
	[ $(($1 * 8)) -le $((fio[0] * 9)) ] || fail "p50 is above fio's"
	[ $(($2 * 8)) -le $((fio[1] * 9)) ] || fail "p99 is above fio's"
	[ "$1" -ge $((fio[0] / 2)) ] || fail "p50 is far below fio's"
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
read -r -a percentiles < <(jq -r '.volumes[0].read | "\(.p50_ns) \(.p99_ns)"' <<< "$now")
agrees "${percentiles[@]}"
exit 0
