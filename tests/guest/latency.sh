#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: latency histograms count what fio does, and tell the slow node
# KERNELS: 6.1 6.12
# CHECK: full
# TIMEOUT: 480
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh disable=SC2317
. "$NETRAM_TOP/tests/guest/common/lib.sh"

# counts: "READS WRITES" of the volume, then the same of its nodes together
counts() {
	netramctl latency v1 --json | jq -r '.volumes[0] | [.read.count, .write.count,
		([.nodes[].read.count] | add), ([.nodes[].write.count] | add)] | map(tostring) | join(" ")'
}
is() { # JQ-CONDITION: of netramctl latency v1
	local now
	now=$(netramctl latency v1 --json) || fail "latency"
	jq -e "$1" <<< "$now" > /dev/null || fail "not so: $1 in $now"
}
# grew READS WRITES NODE-READS NODE-WRITES COMMAND...: by so many since the last
grew() {
	local want="$1 $2 $3 $4" before=("${now[@]}") grown
	shift 4
	"$@" || fail "$*"
	read -r -a now < <(counts)
	grown="$((now[0] - before[0])) $((now[1] - before[1]))"
	grown+=" $((now[2] - before[2])) $((now[3] - before[3]))"
	[ "$grown" = "$want" ] || fail "$* counted as $grown, not $want"
	note "$*: $grown"
}
copy() { dd bs=4k status=none "$@"; }

setup_nodes 2 || fail "no nodes"
dev=$(volume_create v1 8M --extent-size 1M) || fail "no volume"
sys=/sys/block/${dev##*/}
read -r -a now < <(counts)

note "counts and percentiles"
grew 0 2048 0 2048 fio_run write --filename="$dev" --rw=randwrite --bs=4k --size=8m
grew 2048 0 2048 0 fio_run read --filename="$dev" --rw=randread --bs=4k --size=8m
grew 64 0 64 0 fio_run large --filename="$dev" --rw=read --bs=128k --size=8m --iodepth=8
grew 0 2048 0 2048 fio_run deep --filename="$dev" --rw=randwrite --bs=4k --size=8m --iodepth=32
is '.target_ns == 100000 and (.volumes | length) == 1 and .volumes[0].name == "v1"
	and ([.volumes[0].nodes[].node] == ["n1", "n2"])
	and all(.volumes[0], .volumes[0].nodes[] | .read, .write; .count > 0
		and .count == ([.buckets[][1]] | add) and .max_ns == .buckets[-1][0]
		and .within_target == ([.buckets[] | select(.[0] <= 100000) | .[1]] | add // 0)
		and (.share_within_target - .within_target / .count | fabs) < 0.00001
		and .p50_ns <= .p90_ns and .p90_ns <= .p99_ns and .p99_ns <= .p999_ns and .p999_ns <= .max_ns)'

note "what needs no node is an access of the volume alone"
blkdiscard -f -o 0 -l $((1 << 20)) "$dev" || fail "discard"
grew 100 0 0 0 copy if="$dev" of=/dev/null count=100 iflag=direct
grew 0 50 0 0 copy if=/dev/zero of="$dev" count=50 oflag=direct

note "without the block layer's own statistics"
echo 0 > "$sys/queue/iostats"
grew 200 0 200 0 copy if="$dev" of=/dev/null count=200 skip=512 iflag=direct
echo 1 > "$sys/queue/iostats"
is '.volumes[0].read.max_ns < 100000000000'
[ "$(netramctl latency v1 --json | jq '.volumes[0].read.count')" = "$(stat_of "$dev" reads)" ] ||
	fail "counters and histograms differ"

note "watching"
netramctl latency v1 --watch --interval 1 --json > "$NETRAM_RUN/watch" &
watch=$!
watched() { jq -se "$1" "$NETRAM_RUN/watch"; }
wait_for 20 watched 'length > 0' || fail "nothing to watch"
copy if="$dev" of=/dev/null count=300 skip=512 iflag=direct
wait_for 20 watched '([.[].volumes[0].read.count] | add) == 300 and .[-1].volumes[0].read.count == 0' ||
	fail "watched: $(cat "$NETRAM_RUN/watch")"
kill "$watch"
wait "$watch" 2> /dev/null

note "a slow node"
modprobe sch_netem || skip "no netem"
volume_create v2 8M --extent-size 1M > /dev/null || fail "no second volume"
fio_run fill --filename=/dev/netram1 --rw=write --bs=256k --size=8m || fail "fill"
tc qdisc add dev v-n1 root netem delay 200ms || fail "no delay"
fio_run slow --filename=/dev/netram1 --rw=randread --bs=4k --size=8m --number_ios=512 --iodepth=32 ||
	fail "reading"
tc qdisc del dev v-n1 root
# the medians, as the machine itself may stop for a while
netramctl latency v2 --json | jq -e '.volumes[0].nodes | map({(.node): .read}) | add
	| .n1.count + .n2.count == 512 and .n1.p50_ns > 200000000 and .n2.p50_ns * 2 < .n1.p50_ns' > /dev/null ||
	fail "n1 is not told as the slow one: $(netramctl latency v2)"
netramctl latency

note "more volumes and nodes"
node_add n3 || fail "no namespace"
netramctl node add n3 "$(node_addr n3)" || fail "node add"
[ "$(netramctl latency --json | jq -c '[.volumes[] | [.name, .nodes[].node]]')" = \
	'[["v1","n1","n2","n3"],["v2","n1","n2","n3"]]' ] || fail "$(netramctl latency)"
[ "$(netramctl latency /dev/netram1 --json | jq -c '[.volumes[].name]')" = '["v2"]' ] ||
	fail "$(netramctl latency /dev/netram1)"
netramctl latency v2 --json | jq -e '.volumes[0].nodes[2] | .read.count == 0 and .write.count == 0' > /dev/null ||
	fail "a node that never answered has latencies"
error=$(netramctl latency v3 2>&1 > /dev/null) && fail "a volume that is none"
[ "$error" = "netramctl: latency: no volume of this name" ] || fail "$error"
exit 0
