#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: verify asks nodes for checksums in place of pages: what that saves, a foreign server is read, damage is found on both, sessions are not disturbed
# KERNELS: 6.1 6.12
# CHECK: 6.1
# TIMEOUT: 240
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"
# shellcheck source=tests/guest/common/verify.sh
. "$COMMON/verify.sh"

spoil() { # NODE EXPORT BIT OFFSET...
	"$PYTHON" "$COMMON/spoil.py" "nbd://$(node_addr "$1"):$NODE_PORT/$2" "${@:3}" || fail "cannot spoil $1"
}
wire() { echo $(($(node_attr "$1" tx_bytes) + $(node_attr "$1" rx_bytes))); } # NODE
connections() { server_status "$1" | jq .connections; }                       # NODE
epoch() { server_status "$1" | jq '.exports[0].epoch'; }                      # NODE
told() { netramctl volume show v1 --json | jq .verify.by_checksum; }
told_more() { [ "$(told)" -gt "$1" ]; }
connections_are() { [ "$(connections "$1")" -eq "$2" ]; }

size=$((8 << 20)) pages=2048
modprobe tcp_diag || fail "no tcp_diag"
setup_nodes 2 || fail "no nodes"
node_add n3 || fail "no namespace"
daemon_start n3 nbdkit -f -i "$(node_addr n3)" -p "$NODE_PORT" -e disk memory $size
wait_for 60 timeout 60 nbdinfo --size "nbd://$(node_addr n3):$NODE_PORT/disk" || fail "no nbdkit"
netramctl node add n3 "$(node_addr n3):$NODE_PORT" --export disk || fail "node add"
dev=$(volume_create v1 $size --extent-size 1M --replicas 3) || fail "no volume"
pattern $size "$SEED" > "$NETRAM_RUN/golden"
dd if="$NETRAM_RUN/golden" of="$dev" bs=1M oflag=direct status=none || fail "writing"
wait_for 20 well || fail "not in sync"

note "bytes on the wire"
n1=$(wire n1) n2=$(wire n2) n3=$(wire n3) before=$(connections n1) epoch=$(epoch n1)
checks 0 verify v1
reports '.compared == 3 * '$pages' and .by_checksum == 2 * '$pages' and .wrong == 0'
n1=$(($(wire n1) - n1)) n2=$(($(wire n2) - n2)) n3=$(($(wire n3) - n3))
note "$pages pages: n1 $n1 bytes, n2 $n2 bytes by checksums; n3 $n3 bytes by reading; $((n3 / n1)) times less"
[ $n3 -ge $((pages * 4096)) ] || fail "n3 was not read"
for n in $n1 $n2; do
	# a request and an answer for 16 pages, which have a descriptor each
	[ "$n" -ge $((pages * (28 + 24 + 16 * 8) / 16)) ] || fail "$n bytes were counted"
	[ $((n * 200)) -le $n3 ] || fail "that saves too little"
done
wait_for 10 connections_are n1 "$before" || fail "it is still connected: $(connections n1), not $before"
[ "$(epoch n1)" -eq "$epoch" ] || fail "the epoch has changed"

note "damage: on n1 and n2 the nodes tell of it, on n3 it is read"
uuid=$(attr_of "$dev" uuid)
spoil n1 "$uuid" 1 0
spoil n2 "$uuid" 2 $((4096 * 700))
spoil n3 disk 3 $((4096 * 1500))
checks 1 verify v1
reports '.wrong == 3 and .repaired == 0 and .lost_pages == 0 and .by_checksum == 2 * ('$pages' - 3 * 16)'
reports '[.bad[] | .kind + .node + (.offset | tostring)] == ["wrongn10", "wrongn22867200", "wrongn36144000"]'
checks 0 resolve v1
reports '.wrong == 3 and .repaired == 3'
checks 0 verify v1
reports '.by_checksum == 2 * '$pages

note "its connections are reset with those of the session: it makes new ones"
reconnects=$(node_attr n1 reconnects)
netramctl verify v1 --rate 8 --no-wait || fail "it does not begin"
wait_for 20 told_more 100 || fail "it does not get on"
node_reset_connections n1
wait_for 20 session_is "$dev" n1 up || fail "n1 does not come back"
[ "$(node_attr n1 reconnects)" -gt "$reconnects" ] || fail "it was not reset"
wait_for 60 run_ended || fail "it does not end"
# copies of n1 may be missing, for the moment it was away
netramctl volume show v1 --json | jq .verify > "$NETRAM_RUN/report"
reports '.pages == '$pages' and .wrong == 0 and .lost_pages == 0 and .unreadable == 0'
[ "$(told)" -gt $((pages + 100)) ] || fail "n1 and n2 told only $(told)"
[ "$(epoch n1)" -gt "$epoch" ] || fail "the session was not renewed"

note "the volume is deleted while it asks"
netramctl verify v1 --rate 1 --no-wait || fail "it does not begin"
wait_for 20 told_more 10 || fail "it does not get on"
netramctl volume delete v1 > /dev/null || fail "delete"
wait_for 10 connections_are n1 0 || fail "$(connections n1) connections are left"
for n in n1 n2; do
	[ "$(server_status $n | jq .requests.errors)" -eq 0 ] || fail "$n had to refuse something"
done
exit 0
