#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: network overhead: what is told of the traffic adds up to what the sockets count, and each part is what it should be
# KERNELS: 6.1 6.12
# CHECK: 6.1
# TIMEOUT: 300
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh disable=SC2317
. "$NETRAM_TOP/tests/guest/common/lib.sh"

PARTS=(payload replicas headers hedges retries mover handshakes)
PAGE=4096 REQUEST=28 REPLY=16 # bytes
size=$((4 << 20)) # of what is written
gone_tx=0 gone_rx=0 # bytes of sockets that are no more
declare -A is=() was=()

# sockets [ADDRESS]: what those to nodes count, each byte once: sets sock_tx and sock_rx
sockets() {
	local word
	sock_tx=$gone_tx sock_rx=$gone_rx
	while read -r word; do
		case $word in
		bytes_sent:*) sock_tx=$((sock_tx + ${word#*:})) ;;
		bytes_retrans:*) sock_tx=$((sock_tx - ${word#*:})) ;;
		bytes_received:*) sock_rx=$((sock_rx + ${word#*:})) ;;
		esac
	done < <(ss -tinH dst "${1:-10.99.0.0/16}" | tr -s ' \t' '\n')
}
added() { volume_traffic && [ "${is[sum]}" -eq $((is[tx] + is[rx])) ]; }
# remember_sockets NODE: what those to it have counted by now stays, when they are about to be closed
remember_sockets() { sockets "$(node_addr "$1")" && gone_tx=$sock_tx gone_rx=$sock_rx; }

# traffic FOLDER: into is[]; is[sum] is that of the parts
traffic() {
	local part
	is[sum]=0
	for part in "${PARTS[@]}" tx rx; do
		is[$part]=$(word_of "$1/${part}_bytes") || return
	done
	for part in "${PARTS[@]}"; do
		is[sum]=$((is[sum] + is[$part]))
	done
}
volume_traffic() { traffic "/sys/block/${dev##*/}/netram_traffic"; }
adds_up() {
	volume_traffic && sockets || return
	[ "${is[sum]}" -eq $((is[tx] + is[rx])) ] && [ "${is[tx]}" -eq "$sock_tx" ] && [ "${is[rx]}" -eq "$sock_rx" ]
}
told() { local part; for part in "${PARTS[@]}" tx rx sum; do printf '%s=%s ' "$part" "${is[$part]}"; done; }

# settled WHAT: waits until they add up, as they do when nothing is on the way
settled() {
	wait_for 20 adds_up || fail "$1: $(told); sockets: $sock_tx sent, $sock_rx received"
	note "$1: $(told)"
}
# grew PART BYTES: since the last call of remember; waits, for an answer may be late
has_grown() { volume_traffic && [ $((is[$1] - was[$1])) -eq "$2" ]; }
grew() {
	wait_for 20 has_grown "$1" "$2" || fail "$1 grew by $((is[$1] - was[$1])), not $2: $(told)"
}
remember() { local part; for part in "${PARTS[@]}" tx rx; do was[$part]=${is[$part]}; done; }

# requests NODE...: that they have been sent, as they count them
requests() {
	local n sum=0
	for n in "$@"; do
		sum=$((sum + $(server_status "$n" | jq '.requests | .read + .write + .trim + .write_zeroes')))
	done
	echo $sum
}
write_all() { dd if="$NETRAM_RUN/golden" of="$dev" bs=64k oflag=direct status=none || fail "writing"; }
read_all() { dd if="$dev" bs=64k count=$((size >> 16)) iflag=direct status=none | cmp - "$NETRAM_RUN/golden" || fail "reading"; }

modprobe sch_netem || skip "no netem"
pattern $size "$SEED" > "$NETRAM_RUN/golden"
setup_nodes 1 || fail "no node"

note "one copy"
dev=$(volume_create v1 64M --extent-size 1M) || fail "no volume"
settled "nothing but handshakes"
[ "${is[handshakes]}" -gt 0 ] || fail "no handshake: $(told)"
[ "${is[handshakes]}" -eq "${is[sum]}" ] || fail "more than handshakes: $(told)"
[ "$(word_of "/sys/block/${dev##*/}/netram_traffic/overhead_ppm")" = none ] || fail "overhead of nothing"
write_all
read_all
settled "written and read"
for part in replicas hedges retries mover; do
	[ "${is[$part]}" -eq 0 ] || fail "$part: $(told)"
done
[ "${is[payload]}" -eq $((2 * size)) ] || fail "payload: $(told)"
[ "${is[headers]}" -eq $(((REQUEST + REPLY) * $(requests n1))) ] || fail "headers of $(requests n1) requests: $(told)"
extra=$((is[headers] + is[handshakes]))
[ "$(word_of "/sys/block/${dev##*/}/netram_traffic/overhead_ppm")" -eq \
	$(((extra * 1000000 + is[payload] - 1) / is[payload])) ] || fail "overhead: $(told)"

note "a request that is sent again"
remember
server_pause n1
dd if="$NETRAM_RUN/golden" of="$dev" bs=$PAGE count=1 oflag=direct conv=notrunc status=none &
writer=$!
sent() { volume_traffic && sockets && [ "${is[tx]}" -eq $((was[tx] + REQUEST + PAGE)) ] && [ "$sock_tx" -eq "${is[tx]}" ]; }
wait_for 20 sent || fail "not sent: $(told); sockets: $sock_tx"
remember_sockets n1
reconnects=$(node_attr n1 reconnects)
node_reset_connections n1
renewed() { [ "$(node_attr n1 reconnects)" -gt "$reconnects" ]; }
wait_for 20 renewed || fail "still connected"
server_continue n1
wait $writer || fail "the write failed"
settled "sent again"
grew retries $((REQUEST + PAGE))
grew payload $PAGE
grew headers $((REQUEST + REPLY))
grew mover 0
[ "${is[handshakes]}" -gt "${was[handshakes]}" ] || fail "connected anew without a handshake: $(told)"
expect_stat "$dev" replays -eq 1
read_all

note "a volume that is gone; two copies"
netramctl volume delete v1 || fail "delete"
node_add n2 n3 || fail "no namespaces"
for n in n2 n3; do
	server_start $n || fail "no server"
done
netramctl node add n2 "$(node_addr n2):$NODE_PORT" || fail "no n2"
gone_tx=0 gone_rx=0
before=$(requests n1 n2)
dev=$(volume_create v1 64M --extent-size 1M --replicas 2) || fail "no volume"
tune "$dev" hedge_us 0
write_all
read_all
settled "two copies"
for part in hedges retries mover; do
	[ "${is[$part]}" -eq 0 ] || fail "$part: $(told)"
done
[ "${is[payload]}" -eq $((2 * size)) ] || fail "payload: $(told)"
[ "${is[replicas]}" -eq $size ] || fail "replicas: $(told)"
[ "${is[headers]}" -eq $(((REQUEST + REPLY) * ($(requests n1 n2) - before))) ] || fail "headers: $(told)"

# read_pages COUNT: each hardware queue learns by itself which node is faster, so by one
read_pages() { taskset -c 0 dd if="$dev" of=/dev/null bs=$PAGE count="$1" iflag=direct status=none || fail "reading"; }
# read_64: sets favourite to the node that most of them go to
read_64() {
	local rx
	rx=$(node_attr n1 rx_bytes)
	read_pages 64
	favourite=n2
	[ $(($(node_attr n1 rx_bytes) - rx)) -lt $((32 * PAGE)) ] || favourite=n1
}
note "hedged reads"
remember
tune "$dev" hedge_us 100000
hedges=$(stat_of "$dev" hedges) before=$hedges
# an answer that is late may change which node is asked next: until it was the slow one
for ((turns = 0; turns < 8 && hedges == before; turns++)); do
	read_64
	node_exec $favourite tc qdisc add dev eth0 root netem delay 1000ms limit 100000
	read_pages 8
	node_exec $favourite tc qdisc del dev eth0 root
	hedges=$(stat_of "$dev" hedges)
done
hedges=$((hedges - before))
[ "$hedges" -gt 0 ] || fail "no hedge"
# each: a request more, and an answer more, with its page
grew hedges $((hedges * (REQUEST + REPLY + PAGE)))
grew payload $((turns * 72 * PAGE))
grew headers $((turns * 72 * (REQUEST + REPLY)))
grew retries 0
settled "hedged"

note "hedged reads whose first node never answers"
tune "$dev" hedge_us 0
read_64
settled "read"
remember
before=$(stat_of "$dev" hedges)
tune "$dev" hedge_us 100000
server_pause $favourite
read_pages 8
tune "$dev" hedge_us 0
hedges=$(($(stat_of "$dev" hedges) - before))
[ "$hedges" -gt 0 ] || fail "no hedge"
remember_sockets $favourite
reconnects=$(node_attr $favourite reconnects)
node_reset_connections $favourite
renewed() { [ "$(node_attr "$favourite" reconnects)" -gt "$reconnects" ]; }
wait_for 20 renewed || fail "still connected"
server_continue $favourite
wait_for 20 session_is "$dev" $favourite up || fail "$favourite is not up"
# each: a request more, and one in vain
grew hedges $((hedges * REQUEST))
grew retries $((hedges * REQUEST))
grew payload $((8 * PAGE))
grew headers $((8 * REPLY + (8 - hedges) * REQUEST))
for n in n1 n2; do
	traffic /sys/class/netram_node/$n/netram_traffic || fail "$n has no traffic"
	[ "${is[hedges]}" -lt "${is[sum]}" ] || fail "$n: $(told)"
done
wait_for 20 added || fail "renewed: $(told)"

note "what is done in the background"
remember
before=$(requests n1 n2 n3)
netramctl node add n3 "$(node_addr n3):$NODE_PORT" || fail "no n3"
wait_for 20 session_is "$dev" n3 up || fail "n3 is not up"
netramctl node drain n1 || fail "drain"
# what it has copied there, and told to free what it has: each request is one of the nodes'
moved() {
	pages=$(stat_of "$dev" resync_pages)
	volume_traffic && [ $((is[mover] - was[mover])) -eq $((2 * pages * PAGE +
		(REQUEST + REPLY) * ($(requests n1 n2 n3) - before) - (is[headers] - was[headers]))) ]
}
wait_for 20 moved || fail "$pages pages, $(($(requests n1 n2 n3) - before)) requests: $(told)"
settled "drained"
[ "$pages" -ge $((size / PAGE)) ] || fail "only $pages pages were moved"
grew payload 0
grew replicas 0
grew retries 0
grew hedges 0
remember
compared=$(netramctl verify v1 --json | jq .compared)
[ "$compared" -eq $((2 * size / PAGE)) ] || fail "$compared pages compared"
# the nodes tell checksums, over connections that are closed by now
wait_for 20 added || fail "verified: $(told)"
[ $((is[mover] - was[mover])) -gt $((compared * 4)) ] || fail "mover: $(told)"
[ $((is[mover] - was[mover])) -lt $((compared * PAGE / 20)) ] || fail "mover: $(told)"
grew payload 0
grew headers 0

note "the same of everybody who tells it"
netramctl volume show v1 --json | jq -e --argjson sum "${is[sum]}" --argjson mover "${is[mover]}" '
	.traffic | .mover_bytes == $mover and .tx_bytes + .rx_bytes == $sum and .overhead_met and .overhead_share < 0.05' ||
	fail "netramctl volume show tells else"
netramctl status --sample 0 --json | jq -e --argjson sum "${is[sum]}" '
	def parts: .payload_bytes + .replicas_bytes + .headers_bytes + .hedges_bytes + .retries_bytes + .mover_bytes +
		.handshakes_bytes;
	(.traffic | parts == $sum) and all(.nodes[]; (.traffic | parts == .tx_bytes + .rx_bytes) and
		.tx_bytes == .traffic.tx_bytes and .rx_bytes == .traffic.rx_bytes)' ||
	fail "netramctl status tells else"
for n in n1 n2 n3; do
	traffic /sys/class/netram_node/$n/netram_traffic || fail "$n has no traffic"
	[ "${is[sum]}" -eq $((is[tx] + is[rx])) ] || fail "$n: $(told)"
	[ "${is[tx]}" -eq "$(node_attr $n tx_bytes)" ] || fail "$n: $(told)"
done
netramctl status --sample 0 | grep -q '^hit rate: 100.00 % .*: met$' || fail "status does not tell the hit rate"
netramctl status --sample 0 | grep -q '^network overhead: [0-9.]* % of the payload; .*: met$' || fail "status does not tell it"
netramctl node remove n1 || fail "remove"
wait_for 20 added || fail "without n1: $(told)"
[ "${is[mover]}" -ge $((2 * pages * PAGE)) ] || fail "what n1 did is forgotten: $(told)"
exit 0
