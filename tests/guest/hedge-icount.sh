#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: figures of hedged reads and failover: one of two nodes becomes 50 ms slow, or resets its connections
# KERNELS: 6.1 6.12
# CHECK: 6.1
# TIMEOUT: 1200
# MEM: 2G
# TOPOLOGY: single
# CLOCK: icount
# As latency-icount: an instruction is a nanosecond, so the figures are the same on
# every machine. What is done to a node is done by a program that runs while the
# processor has nothing else to do, that is, while a read waits for its answer.
# shellcheck source=tests/guest/common/lib.sh disable=SC2153
. "$NETRAM_TOP/tests/guest/common/lib.sh"
# shellcheck source=tests/guest/common/icount.sh
. "$NETRAM_TOP/tests/guest/common/icount.sh"

SLOW_MS=50
reads=2000
size=$((16 << 20))

idle() { chrt --idle 0 "$@"; }
warm_up() {
	netram-server --help && netramctl --help && "$(program unix-get)" --help; tc -V && ss -K dst 10.99.9.9; rmmod --version &&
		idle ip netns list && awk 'BEGIN { }' && modprobe -a sch_netem veth tcp_diag inet_diag &&
		fio --name=warm --ioengine=libaio --rw=randrw --filename="$NETRAM_RUN/warm" --size=1m --verify=crc32c \
			--output-format=terse --terse-version=3 && jq -n 1
}
link() { # NODE DELAY: from the node to us
	idle ip netns exec "$1" tc qdisc replace dev eth0 root netem delay "$2" limit 100000
}
# Eight reads at once keep the processor busy unless the link is long.
declare -A away=([1]=20us [8]=300us) # by depth: each way
links() { # DEPTH
	local n
	for n in n1 n2; do
		idle tc qdisc replace dev v-$n root netem delay "${away[$1]}" limit 100000 || fail "no netem"
		link $n "${away[$1]}" || fail "no netem"
	done
}
histogram() { netramctl latency v1 --json | jq -r '.volumes[0].read.buckets[] | "\(.[0]) \(.[1])"'; }
# measured NAME DEPTH COMMAND...: p50, p99, most (us), slow (reads of SLOW_MS) of verified
# reads, while the command does something to a node
measured() {
	local name=$1 start reader before
	before=("$(stat_of "$dev" hedges)" "$(stat_of "$dev" hedge_wins)" "$(stat_of "$dev" hedge_waste)"
		"$(stat_of "$dev" hedge_skipped)" "$(stat_of "$dev" failovers)")
	histogram > "$NETRAM_RUN/was"
	start=$(stat_of "$dev" reads)
	fio_run "$name" --filename="$dev" --readonly --rw=randread --bs=4k --iodepth="$2" --size=$size \
		--norandommap --number_ios=$reads --verify=crc32c &
	reader=$!
	until [ "$(stat_of "$dev" reads)" -gt $((start + reads / 8)) ]; do pause 0.02; done
	"${@:3}" || fail "$name: ${*:3}"
	wait $reader || fail "$name: reads have failed"
	read -r p50 p99 most slow < <(histogram | awk -v ms=$SLOW_MS -v file="$NETRAM_RUN/was" '
		BEGIN { while ((getline line < file) > 0) { split(line, w, " "); was[w[1]] = w[2] } }
		$2 > was[$1] { n++; bound[n] = $1; times[n] = $2 - was[$1]; all += times[n]
			if ($1 >= ms * 1e6) slow += times[n] }
		END { for (i = 1; i <= n; i++) { sum += times[i]
			if (!p50 && sum >= all * .5) p50 = bound[i]; if (!p99 && sum >= all * .99) p99 = bound[i] }
			print int(p50 / 1e3), int(p99 / 1e3), int(bound[n] / 1e3), slow + 0 }')
	hedges=$(($(stat_of "$dev" hedges) - before[0])) wins=$(($(stat_of "$dev" hedge_wins) - before[1]))
	failovers=$(($(stat_of "$dev" failovers) - before[4]))
	budget=$(attr_of "$dev" hedge_budget_us)
	note "$name: p50 $p50 us, p99 $p99 us, longest $most us, $slow reads of $SLOW_MS ms;" \
		"$hedges hedges, $wins won, $(($(stat_of "$dev" hedge_waste) - before[2])) in vain," \
		"$(($(stat_of "$dev" hedge_skipped) - before[3])) skipped, budget $budget us; $failovers failed over"
	expect_stat "$dev" errors -eq 0
	expect_stat "$dev" checksum_errors -eq 0
}
favourite() { # DEPTH: sets $it to the node that reads go to
	local rx=() n
	for n in n1 n2; do rx+=("$(node_attr $n rx_bytes)"); done
	fio_run settle --filename="$dev" --readonly --rw=randread --bs=4k --iodepth="$1" --size=$size \
		--norandommap --number_ios=100 --verify=crc32c || fail "reading"
	it=n1
	[ $(($(node_attr n1 rx_bytes) - rx[0])) -ge $(($(node_attr n2 rx_bytes) - rx[1])) ] || it=n2
}
becomes_slow() { link "$it" "${SLOW_MS}ms"; }
is_reset() { idle ss -K dst "$(node_addr "$it")" > /dev/null; }

warm_up > /dev/null 2>&1 || fail "a program is missing"
setup_nodes 2 || fail "no nodes"
dev=$(volume_create v1 $size --extent-size 1M --replicas 2) || fail "no volume"
fio_run fill --filename="$dev" --rw=write --bs=4k --size=$size --verify=crc32c --do_verify=0 || fail "fill"
for depth in 1 8; do
	note "depth $depth, ${away[$depth]} away"
	links $depth
	measured healthy $depth true
	healthy=$p99
	favourite $depth
	measured "one-slow" $depth becomes_slow
	[ "$wins" -gt 0 ] || fail "no read was answered by its hedge"
	[ "$slow" -eq 0 ] || fail "$slow reads waited for the slow node"
	# what is told is the upper bound of a bucket, an eighth wide
	[ $((most * 8)) -le $((3 * budget * 9)) ] || fail "a read took $most us, more than thrice the budget of $budget us"
	# Eight at a time, more than one in a hundred may be under way to it at that moment, and
	# wait for the budget, which is not below 1 ms.
	bound=$((2 * healthy))
	[ $depth -eq 1 ] || [ $bound -ge $((budget + healthy)) ] || bound=$((budget + healthy))
	[ "$p99" -le $bound ] || fail "p99 is $p99 us with one node slow, $healthy us without"
	note "p99 $p99 us with one node $SLOW_MS ms slow, $healthy us healthy"
	measured "stays-slow" $depth true
	[ "$p99" -le $((2 * healthy)) ] || fail "p99 is $p99 us with one node slow, $healthy us without"
done

note "without hedges"
tune "$dev" hedge_us 0
links 1
measured off-healthy 1 true
favourite 1
measured off-one-slow 1 becomes_slow
[ "$hedges" -eq 0 ] || fail "hedges though they are off"
[ "$slow" -gt 0 ] || fail "no read waited for the slow node"
tune "$dev" hedge_us auto

note "connections are reset"
for depth in 1 8; do
	links $depth
	measured healthy $depth true
	healthy=$p99 done=0
	# at least thrice, and until a read was under way at this very moment
	for ((i = 1; i <= 12 && (i <= 3 || done == 0); i++)); do
		favourite $depth
		measured reset $depth is_reset
		[ "$most" -le $((healthy + 10000)) ] || fail "a read took $most us"
		done=$((done + failovers))
		wait_for 30 session_is "$dev" "$it" up || fail "no connection any more"
	done
	note "depth $depth: $done reads failed over"
	[ $done -gt 0 ] || fail "no read was under way"
done
exit 0
