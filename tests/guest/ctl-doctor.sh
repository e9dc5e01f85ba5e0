#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: netramctl doctor finds what is wrong, and its commands put it right
# KERNELS: 6.1 6.12
# CHECK: 6.1
# TIMEOUT: 200
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"

found=''
# doctor EXIT-CODE: runs it; found is its JSON
doctor() {
	local rc
	found=$(netramctl doctor --json)
	rc=$?
	[ $rc -eq "$1" ] || fail "doctor exits with $rc, not $1: $found"
}
finds() { # ID LEVEL [TEXT]
	jq -e --arg id "$1" --arg level "$2" --arg text "${3:-}" \
		'any(.findings[]; .id == $id and .level == $level and (.text | contains($text)))' \
		<<< "$found" > /dev/null || fail "no $2 $1 ($3) in $found"
}
lacks() { # ID
	jq -e --arg id "$1" 'all(.findings[]; .id != $id)' <<< "$found" > /dev/null || fail "$1 in $found"
}
put_right() { # ID: as told
	local fix
	fix=$(jq -r --arg id "$1" '.findings[] | select(.id == $id).fix' <<< "$found")
	note "$fix"
	bash -c "$fix" || fail "this fails: $fix"
}

note "no module"
doctor 3
finds module error "not loaded"
# shellcheck disable=SC2119 # no parameters are needed
module_load || fail "the module does not load"

note "nodes"
sysctl -q -w vm.min_free_kbytes=65536 vm.watermark_boost_factor=0 vm.swappiness=60
doctor 0
lacks module
lacks version
node_add n1 n2 || fail "no namespaces"
server_start n1 || fail "no server"
for n in n1 n2; do
	netramctl node add $n "$(node_addr $n)" || fail "node add"
done
doctor 1
finds node-refused error "without --listen"
jq -e '.findings[] | select(.id == "node-refused").fix | test("ss -ltn .sport = :'"$NODE_PORT"'")' <<< "$found" > /dev/null ||
	fail "no look at what listens: $found"
jq -e '.worst == "error" and ([.findings[] | select(.level == "error")] | length) == 1' <<< "$found" > /dev/null ||
	fail "more than n2: $found"
server_start n2 || fail "no server"
doctor 0
lacks node-refused
# what n1 would answer is dropped, as by a firewall
node_exec n1 ip route add blackhole "10.99.1.1/32" || fail "no blackhole"
doctor 1
finds node-silent error "node n1"
finds node-silent error "let TCP from 10.99.1.1 to port $NODE_PORT pass"
node_exec n1 ip route del blackhole "10.99.1.1/32"
ip route add unreachable "$(node_addr n1)/32"
doctor 1
finds node-unreachable error "node n1"
ip route del unreachable "$(node_addr n1)/32"
doctor 0

note "this host itself"
netramctl node add self "10.99.1.1:$NODE_PORT" || fail "node add"
doctor 1
finds node-local error "node self"
netramctl node remove self

note "MTU"
ip -n n1 link set eth0 mtu 1280
doctor 4
finds mtu warning "MTU of v-n1 is 1500, but the way to node n1 takes 1280"
put_right mtu
[ "$(cat /sys/class/net/v-n1/mtu)" = 1280 ] || fail "the MTU is $(cat /sys/class/net/v-n1/mtu)"
doctor 0
lacks mtu

note "swap"
dev=$(volume_create v1 64M --replicas 1) || fail "no volume"
netramctl doctor
doctor 0
finds server-here note
netramctl swapon v1 --keep-vm || fail "swapon"
doctor 4
finds server-here warning
finds one-copy note
put_right one-copy
wait_for 60 state_is "$dev" ok || fail "no second copy"
sysctl -q -w vm.min_free_kbytes=5000 vm.watermark_boost_factor=15000 vm.swappiness=0
tcp_mem=$(cat /proc/sys/net/ipv4/tcp_mem)
sysctl -q -w net.ipv4.tcp_mem='10 20 30000'
doctor 4
netramctl doctor
lacks one-copy
for id in min-free watermark-boost swappiness tcp-mem; do
	finds $id warning
	put_right $id
done
doctor 4
for id in min-free watermark-boost swappiness tcp-mem; do
	lacks $id
done
sysctl -q -w net.ipv4.tcp_mem="$tcp_mem"
netramctl swapoff v1 || fail "swapoff"

note "a server that may be swapped out"
server_stop n2
prlimit --memlock=8388608 setpriv --bounding-set -ipc_lock,-sys_resource --inh-caps -ipc_lock,-sys_resource \
	ip netns exec n2 netram-server --listen "$(node_addr n2):$NODE_PORT" --memory 64M \
	--status "$NETRAM_RUN/n2.sock" > "$NETRAM_RUN/n2.log" 2>&1 &
echo $! > "$NETRAM_RUN/n2.pid"
wait_for 20 server_status n2 || fail "$(cat "$NETRAM_RUN/n2.log")"
doctor 4
finds memlock warning "pid $(server_pid n2)"
finds memlock warning "netramctl node drain"
exit 0
