#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: netramctl with the module: every command, its JSON, its refusals
# KERNELS: 6.1 6.12
# TIMEOUT: 400
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/vm/guest-lib.sh disable=SC2153
. "$NETRAM_TOP/tests/vm/guest-lib.sh"

note() { echo "# $SECONDS s: $*"; }

# is "JSON" 'JQ-CONDITION'
is() {
	jq -e "$2" <<< "$1" > /dev/null || fail "not so: $2 in $1"
}

hog='' events=''
# shellcheck disable=SC2317 # called by the trap
cleanup() {
	umount "$NETRAM_RUN/fill" 2> /dev/null
	kill "$events" ${hog:+"$hog"} 2> /dev/null
	[ -z "$hog" ] || wait "$hog" 2> /dev/null
}
trap cleanup EXIT

note "nodes"
refuses 3 "modprobe netram" status
module_load || fail "the module does not load"
is "$(netramctl status --json)" '.health == "ok" and .nodes == [] and .volumes == []'
refuses 1 "" volume create v1 --size 64M
for n in n1 n2; do
	node_add $n || fail "no namespace $n"
done
netramctl node add n1 "$(node_addr n1)" || fail "node add n1"
refuses 1 "(n1: " volume create v1 --size 64M
netramctl node remove n1 || fail "node remove n1"
server_start n1 || fail "no server"
server_start n2 --listen "[$(node_addr6 n2)]:$NODE_PORT" || fail "no IPv6 server"
netramctl events --follow --json > "$NETRAM_RUN/events" &
events=$!
wait_for 20 listens_for_events "$events" || fail "nobody listens for events"
out=$(netramctl node add n1 "$(node_addr n1)" --zone rack1 --weight 300 --json) || fail "node add n1"
is "$out" '.name == "n1" and .state == "idle" and .weight == 300 and .zone == "rack1" and .port == 10809'
netramctl node add n2 "[$(node_addr6 n2)]:$NODE_PORT" || fail "node add n2"
refuses 1 "" node add n1 192.0.2.1
# a second name of a server would take it from the first
refuses 1 "a node has this address already" node add again "$(node_addr n1)"
refuses 1 "a node has this address already" node add again "::ffff:$(node_addr n1)"
refuses 1 "a node has this address already" node add again "[$(node_addr6 n2)]:$NODE_PORT"
refuses 1 "" node show n9
refuses 1 "" node remove n9
is "$(netramctl node list --json)" '[.nodes[].name] == ["n1", "n2"] and .nodes[1].address == "fd99:2::2"'
netramctl node list
setpriv --reuid=65534 --clear-groups netramctl node list 2> "$NETRAM_RUN/err" && fail "nobody may list"
[ "$(cat "$NETRAM_RUN/err")" = "netramctl: node list: not permitted: run as root" ] ||
	fail "$(cat "$NETRAM_RUN/err")"

note "volumes"
[ "$(netramctl volume create v1 --size 300M)" = /dev/netram0 ] || fail "volume create"
[ -b /dev/netram0 ] || fail "no device"
is "$(netramctl volume show v1 --json)" '.replicas == 2' # there are two nodes
refuses 1 "" volume create v1 --size 64M
out=$(netramctl volume create v2 --size 65M --extent-size 1M --no-checksum --connections 1 \
	--queue-depth 16 --replicas 1 --json) || fail "volume create --json"
is "$out" '.name == "v2" and .device == "/dev/netram1" and .index == 1 and .size_bytes == 68157440
	and .extent_size_bytes == 1048576 and .checksum == false and .connections == 1
	and .queue_depth == 16 and .state == "ok" and (.sessions | length) == 2
	and (.uuid | length) == 36'
refuses 1 "" node add n1 192.0.2.1
mkfs.ext4 -q /dev/netram1 || fail "mkfs"
wait_for 20 eval 'netramctl node show n1 --json | jq -e ".state == \"up\" and .extents > 0"' ||
	fail "n1 holds nothing: $(netramctl node show n1)"
refuses 1 "" node remove n1
netramctl volume show /dev/netram1
is "$(netramctl volume show /dev/netram1 --json)" '.name == "v2" and .pages > 0 and
	([.sessions[] | select(.state == "up")] | length) == 2'
netramctl status || fail "not healthy"

note "swapon"
refuses 1 "(ext4): use --force to overwrite it" swapon v2
mount /dev/netram1 /mnt || fail "mount"
refuses 1 "is mounted on /mnt: run 'umount /mnt' first" swapon v2 --force
refuses 1 "" volume delete v2
umount /mnt
netramctl swapon v2 --force --priority 5 || fail "swapon --force"
grep -q '^/dev/netram1 .*[[:space:]]5$' /proc/swaps || fail "$(cat /proc/swaps)"
refuses 1 "is already swapped on" swapon /dev/netram1
refuses 1 "" volume delete v2
is "$(netramctl swapoff v2 --json)" '.device == "/dev/netram1"'
refuses 1 "is not swapped on" swapoff v2
netramctl swapon v2 || fail "swapon with the signature that is there"
netramctl swapoff /dev/netram1 || fail "swapoff by device"
netramctl volume delete v2 || fail "delete just after swapoff"
out=$(netramctl swapon v1 --json --priority 10) || fail "swapon"
is "$out" '.volume == "v1" and .device == "/dev/netram0" and .used_bytes == 0 and .priority == 10'
[ "$(blkid -p -o value -s LABEL /dev/netram0)" = v1 ] || fail "no label"

note "swapoff"
mkdir -p "$NETRAM_RUN/cg"
mount -t cgroup2 none "$NETRAM_RUN/cg" || skip "no cgroup2"
echo +memory > "$NETRAM_RUN/cg/cgroup.subtree_control"
mkdir "$NETRAM_RUN/cg/hog"
echo 16M > "$NETRAM_RUN/cg/hog/memory.max"
(
	echo "$BASHPID" > "$NETRAM_RUN/cg/hog/cgroup.procs"
	exec python3 -c '
import time
data = bytearray(40 << 20)
for i in range(0, len(data), 4096):
    data[i] = 1
open("'"$NETRAM_RUN"'/ready", "w").close()
time.sleep(6000)'
) &
hog=$!
wait_for 120 test -e "$NETRAM_RUN/ready" || fail "no pages swapped"
used=$(awk '$1 == "/dev/netram0" { print $4 }' /proc/swaps)
[ "$used" -gt $((20 << 10)) ] || fail "only $used kB swapped"
is "$(netramctl status --json)" '.volumes[0].swap.used_bytes >= 20 * 1048576 and .health == "ok"'
netramctl status
echo max > "$NETRAM_RUN/cg/hog/memory.max"
mkdir "$NETRAM_RUN/fill"
mount -t tmpfs -o size=100% none "$NETRAM_RUN/fill" || fail "tmpfs"
available=$(awk '/^MemAvailable/ { print $2 }' /proc/meminfo)
# pages that nobody has to fill with anything
fallocate -l $(((available >> 10) - 108))M "$NETRAM_RUN/fill/fill" || fail "fallocate"
refuses 1 "would not fit" swapoff v1
grep -q '^/dev/netram0 ' /proc/swaps || fail "it went on all the same"
umount "$NETRAM_RUN/fill"
# on a terminal it shows how much is left
script -qec "netramctl swapoff v1" /dev/null > "$NETRAM_RUN/progress" || fail "swapoff"
tr '\r' '\n' < "$NETRAM_RUN/progress" | grep left | tail -n 2
grep -q 'MiB left' "$NETRAM_RUN/progress" || fail "no progress on a terminal"
kill "$hog"
wait "$hog" 2> /dev/null
hog=''
rmdir "$NETRAM_RUN/cg/hog"
umount "$NETRAM_RUN/cg"

note "a node that goes away"
server_kill n2
wait_for 20 eval '! netramctl status > /dev/null' || fail "status stays healthy"
netramctl status
is "$(netramctl status --json)" '.health == "degraded" and
	(.nodes[] | select(.name == "n2") | .state == "down" and (.last_error | length) > 0)'
server_start n2 --listen "[$(node_addr6 n2)]:$NODE_PORT" || fail "no server"
netramctl volume delete v1 || fail "volume delete"
is "$(netramctl node remove n1 --json)" '.removed == "n1"'
netramctl node remove n2 || fail "node remove"
is "$(netramctl status --json)" '.health == "ok" and .nodes == []'

note "events"
wait_for 20 grep -q '"node_removed".*"n2"' "$NETRAM_RUN/events" || fail "$(cat "$NETRAM_RUN/events")"
kill "$events"
wait "$events" 2> /dev/null
cat "$NETRAM_RUN/events"
is "$(jq -s . "$NETRAM_RUN/events")" '
	["node_added", "volume_added", "session", "volume_removed", "node_removed"] - [.[].type] == []'
is "$(jq -s . "$NETRAM_RUN/events")" 'any(.[]; .type == "session" and .state == "up" and
	.node == "n1" and .volume == "v1")'
exit 0
