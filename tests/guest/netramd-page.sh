#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: netramd's page, its JSON and metrics, and those of servers, say what the module and netramctl say
# KERNELS: 6.1 6.12
# CHECK: 6.1
# TIMEOUT: 240
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"
# shellcheck source=tests/guest/common/netramd.sh
. "$NETRAM_TOP/tests/guest/common/netramd.sh"
command -v promtool > /dev/null || skip "no promtool"
command -v curl > /dev/null || skip "no curl"

page=127.0.0.1:10810

# shellcheck disable=SC2119 # no parameters are needed
module_load || fail "the module does not load"
node_add n1 n2 || fail "no namespaces"
server_start n1 --metrics "$(node_addr n1):10811" || fail "no server n1"
server_start n2 || fail "no server n2"
ip link set lo up
cat > "$conf" <<-END
	host: {region: here, zone: rack0}
	nodes:
	  n1: {address: "$(node_addr n1)", zone: rack1, capacity: 1G, status: $NETRAM_RUN/n1.sock}
	  n2: {address: "$(node_addr n2)", zone: rack2, capacity: 1G}
	volumes:
	  v1: {size: 64M, replicas: 2, io_timeout_ms: 60000, io_deadline_ms: 300000, connect_timeout_ms: 20000}
END
netramd_run # its page is at the usual address
get() { curl -sf -m 60 "http://$page$1"; }
is() { get "$1" | jq -e "$2" > /dev/null; } # PATH JQ-CONDITION
becomes() { wait_for 30 is "$1" "$2" || fail "never: $2; it is $(get "$1")"; }
becomes /api/status '.state == "ok" and .page.error == "" and (.nodes | length) == 2'
becomes /api/live '.seq > 0 and ([.nodes[] | select(.state == "up")] | length) == 2'
[ "$(get / | grep -c '<title>netram</title>')" = 1 ] || fail "no page"
[ "$(sed -n 's/^VmLck:[[:space:]]*\([0-9]*\) kB/\1/p' "/proc/$pid/status")" -gt 0 ] || fail "it is not locked into memory"

metric() { metric=$1 awk '{ v = $NF; sub(/ [^ ]*$/, "") } $0 == ENVIRON["metric"] { print v }' "$NETRAM_RUN/metrics"; }
part_of() { # PART: of netramd's traffic of v1
	metric "netram_volume_network_bytes_total{volume=\"v1\",part=\"$1\"}"
}
# What the module had counted before netramd's first sample is not among what netramd has.
begins() { # both of one sample, asked for by one program: on a busy debug kernel starting three takes longer than a sample
	curl -sf -m 60 --fail-early "http://$page/api/live" -o "$NETRAM_RUN/live" "http://$page/metrics" -o "$NETRAM_RUN/metrics" \
		"http://$page/api/live" -o "$NETRAM_RUN/after" &&
		live=$(cat "$NETRAM_RUN/live") && [ "$(jq .seq "$NETRAM_RUN/after")" = "$(jq .seq <<< "$live")" ]
}
wait_for 30 begins || fail "samples come all the time"
declare -A unseen
for part in payload replicas headers hedges retries mover handshakes; do
	unseen[$part]=$(($(jq ".volumes[0].traffic.${part}_bytes" <<< "$live") - $(part_of $part)))
done

note "traffic"
begin=$(jq .seq <<< "$live")
dev=/dev/netram0
fio_run write --filename=$dev --rw=write --bs=64k --size=32m || fail "write"
fio_run read --filename=$dev --rw=randread --bs=4k --size=32m || fail "read"
# the last sample is of after it
as_told() { [ "$(get /api/live | jq '.volumes[0].stats.read_bytes')" = "$(stat_of "$dev" read_bytes)" ]; }
wait_for 30 as_told || fail "read_bytes: $(get /api/live | jq -c '.volumes[0].stats')"
live=$(get /api/live)
for file in /sys/block/netram0/netram_stats/*; do
	name=${file##*/}
	[ "$(jq ".volumes[0].stats.$name" <<< "$live")" = "$(cat "$file")" ] ||
		fail "$name is $(cat "$file"), it says $(jq -c '.volumes[0].stats' <<< "$live")"
done
[ "$(stat_of "$dev" read_bytes)" -ge $((32 << 20)) ] || fail "nothing was read"
same() { # JQ: of the page and of netramctl
	local ours theirs
	ours=$(jq -cS "$1" <<< "$live")
	theirs=$(netramctl status --json --sample 0 | jq -cS "$1")
	[ "$ours" = "$theirs" ] || fail "$1: the page says $ours, netramctl $theirs"
}
same '[.nodes[] | {name, address, zone, state, pages, extents, tx_bytes, rx_bytes, traffic}]'
same '[.volumes[] | {name, state, size_bytes, pages, extents, replicas, traffic}]'

note "the history adds up to it"
sum() { get "/api/history?after=$begin" | jq "[.points[].all.$1] | add"; }
got=$(sum read_bytes)
[[ $got -ge $((32 << 20)) && $got -le $(stat_of "$dev" read_bytes) ]] || fail "read_bytes: $got"
got=$(sum reads)
[ "$got" -ge 8192 ] || fail "reads: $got"
[ "$(get "/api/history?after=$begin" | jq '[.points[].all.heat[1:][]] | add')" = "$got" ] || fail "heat"
got=$(sum payload_bytes)
[ "$got" -ge $((96 << 20)) ] || fail "payload_bytes: $got, of 32 MiB read and twice 32 MiB written"
overhead=$(sum overhead_bytes)
[[ $overhead -gt 0 && $((overhead * 20)) -lt $got ]] || fail "overhead_bytes: $overhead of $got"

note "metrics"
get /metrics > "$NETRAM_RUN/metrics" || fail "no metrics"
promtool check metrics < "$NETRAM_RUN/metrics" || fail "promtool complains"
"$PYTHON" "$NETRAM_TOP/tests/daemon/exposition.py" "$NETRAM_RUN/metrics" "$NETRAM_TOP/Documentation/metrics.md" \
	netram_node_ netram_volume_ netramd_ netram_module_ netram_events_ netram_objective_ || fail "see above"
want() { # METRIC VALUE
	[ "$(metric "$1")" = "$2" ] || fail "$1 is '$(metric "$1")', not '$2'"
}
want 'netram_volume_read_bytes_total{volume="v1"}' "$(stat_of "$dev" read_bytes)"
want 'netram_volume_written_bytes_total{volume="v1"}' "$(stat_of "$dev" write_bytes)"
want 'netram_volume_stored_bytes{volume="v1"}' $(($(attr_of "$dev" pages) * 4096))
want 'netram_node_stored_bytes{node="n1"}' $(($(node_attr n1 pages) * 4096))
want 'netram_node_receive_bytes_total{node="n2"}' "$(node_attr n2 rx_bytes)"
want 'netram_node_state{node="n2",state="up"}' 1
want 'netram_node_server_limit_bytes{node="n1"}' $((1 << 30))
latency=$(netramctl latency v1 --json | jq '.volumes[0]')
want 'netram_volume_read_latency_seconds_count{volume="v1"}' "$(jq .read.count <<< "$latency")"
want 'netram_volume_read_latency_seconds_bucket{volume="v1",le="0.0001"}' "$(jq .read.within_target <<< "$latency")"
want 'netram_node_write_latency_seconds_count{node="n1"}' "$(jq '.nodes[] | select(.node == "n1") | .write.count' <<< "$latency")"
for part in "${!unseen[@]}"; do
	want "netram_volume_network_bytes_total{volume=\"v1\",part=\"$part\"}" \
		$(($(jq ".volumes[0].traffic.${part}_bytes" <<< "$live") - ${unseen[$part]}))
done
# what nothing new is measured of for a minute is not told, and the above may have taken longer
fio_run again --filename=$dev --rw=randread --bs=4k --size=32m || fail "read"
becomes /api/status 'any(.objectives[]; .objective == "network_overhead_percent" and .volume == "v1" and .met) and
	any(.objectives[]; .objective == "hit_rate_percent" and .value == 100 and .met)'

note "a server's own"
curl -sf -m 60 "http://$(node_addr n1):10811/metrics" > "$NETRAM_RUN/metrics" || fail "no metrics of n1"
promtool check metrics < "$NETRAM_RUN/metrics" || fail "promtool complains"
want netram_server_memory_used_bytes "$(server_used n1)"
want netram_server_memory_limit_bytes $((1 << 30))
curl -sf -m 60 -o /dev/null -H 'Host: n1' "http://$(node_addr n1):10811/metrics" && fail "by any name"
becomes /api/status ".nodes[0].server.error == \"\" and .nodes[0].server.used_bytes == $(server_used n1)"

note "a node goes"
server_kill n2
becomes /api/live 'any(.nodes[]; .name == "n2" and .state == "down") and any(.volumes[]; .state == "degraded")'
becomes /api/live 'any(.events[]; .type == "session" and .node == "n2" and .state == "broken")'
down() { get /metrics > "$NETRAM_RUN/metrics" && [ "$(metric 'netram_node_state{node="n2",state="down"}')" = 1 ]; }
wait_for 30 down || fail "metrics do not say so"
server_start n2 || fail "no server n2"
wait_for 60 is /api/live 'all(.volumes[]; .state == "ok") and any(.events[]; .type == "sync" and .state == "synced")' ||
	fail "not in sync again: $(get /api/live)"
kill -TERM "$pid"
wait "$pid" || fail "it exits with $?"
pid=''
exit 0
