#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: a node's weight is changed while it is in use: new extents follow it, old ones stay, nonsense is refused
# KERNELS: 6.1 6.12
# CHECK: 6.1
# TIMEOUT: 200
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"

# shellcheck disable=SC2119 # no parameters are needed
module_load || fail "the module does not load"
node_add n1 n2 || fail "no namespaces"
for n in n1 n2; do
	server_start $n || fail "no server"
	netramctl node add $n "$(node_addr $n)" || fail "node add"
done
pattern $((96 << 20)) "$SEED" > "$NETRAM_RUN/golden"
dev=$(volume_create v1 96M --extent-size 1M --replicas 1) || fail "no volume"

has() { netramctl node show "$1" --json | jq .extents; } # NODE
write_at() { # MIB COUNT
	dd if="$NETRAM_RUN/golden" of="$dev" bs=1M count="$2" skip="$1" seek="$1" oflag=direct conv=notrunc status=none ||
		fail "writing"
}

note "alike"
write_at 0 32
before=$(has n1)
echo "# n1 has $before of 32"
# each takes the next if the other has more, and both are drawn each time
[ "$before" = 16 ] || fail "n1 has $before of 32 extents"

note "n2 counts a thousand times as much"
netramctl node set n1 --weight 1 || fail "node set"
out=$(netramctl node set n2 --weight 1000 --json) || fail "node set --json"
jq -e '.name == "n2" and .weight == 1000' <<< "$out" > /dev/null || fail "$out"
[ "$(cat /sys/class/netram_node/n2/weight)" = 1000 ] || fail "sysfs does not know"
write_at 32 32
[ "$(has n1) $(has n2)" = "16 48" ] || fail "n1 has $(has n1) and n2 $(has n2) of 64"

note "the other way round, through sysfs"
echo 1 > /sys/class/netram_node/n2/weight || fail "sysfs refuses 1"
echo 1000 > /sys/class/netram_node/n1/weight || fail "sysfs refuses 1000"
netramctl node list --json | jq -e '[.nodes[].weight] == [1000, 1]' > /dev/null || fail "$(netramctl node list --json)"
write_at 64 32
[ "$(has n1) $(has n2)" = "48 48" ] || fail "n1 has $(has n1) and n2 $(has n2) of 96"
cmp "$NETRAM_RUN/golden" "$dev" || fail "the content is not what was written"

note "nonsense"
for value in 0 1001 -1 4294967297 abc '' '1 2' 0x10; do
	{ echo "$value" > /sys/class/netram_node/n1/weight; } 2> /dev/null && fail "sysfs takes '$value'"
	[ "$(cat /sys/class/netram_node/n1/weight)" = 1000 ] || fail "'$value' changed the weight"
done
refuses 1 "no node of this name" node set n9 --weight 3
refuses 2 "is not a number from 1 to 1000" node set n1 --weight 1001
# straight to the module
"$PYTHON" - << 'PYTHON' || fail "the module takes nonsense"
import socket, struct, sys
s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
s.bind((0, 0))
def attr(kind, data):
    return struct.pack("=HH", len(data) + 4, kind) + data + bytes(-len(data) % 4)
def ask(family, command, payload):
    body = struct.pack("=BBH", command, 1, 0) + payload
    s.send(struct.pack("=IHHII", len(body) + 16, family, 5, 1, 0) + body)
    return s.recv(65536)
answer, at = ask(16, 3, attr(2, b"netram\0")), 20
s.recv(65536)
while at < len(answer):
    length, kind = struct.unpack_from("=HH", answer, at)
    if kind == 1:
        family = struct.unpack_from("=H", answer, at + 4)[0]
    at += (length + 3) & ~3
def errno(*attrs):  # of NODE_SET, which is 9
    nest = attr(1, b"n1\0") + b"".join(attr(5, a) for a in attrs)
    return -struct.unpack_from("=i", ask(family, 9, attr(0x8001, nest)), 16)[0]
got = [errno(), errno(struct.pack("=I", 0)), errno(struct.pack("=I", 1001)), errno(b"\1")]
print("#", got)
sys.exit(got != [22, 34, 34, 34] and got != [22, 34, 34, 22])
PYTHON
[ "$(cat /sys/class/netram_node/n1/weight)" = 1000 ] || fail "it changed the weight"
exit 0
