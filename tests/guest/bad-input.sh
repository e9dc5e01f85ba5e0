#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: wrong commands and useless servers: each refused with a text that says why
# KERNELS: 6.1
# TIMEOUT: 240
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"

# shellcheck disable=SC2119 # no parameters are needed
module_load || fail "the module does not load"
node_add n1 n2 || fail "no namespaces"
address=$(node_addr n1)

note "commands"
while IFS='|' read -r code text args; do
	[ -n "$code" ] || continue
	# shellcheck disable=SC2086 # words
	refuses "$code" "$text" $args
done <<-T
	1|no node is known|volume create v1 --size 64M
	1|no node of this name|node remove n7
	1|no node of this name|node show n7
	1|no volume of this name|volume delete v7
	1|no volume of this name|volume show v7
	2|multiple of 4096|volume create v1 --size 2000001
	2||volume create v1 --size 512K
	2||volume create v1 --size 17T
	2||volume create v1 --size nonsense
	2|size|volume create v1
	2||volume create v1 --size 64M --extent-size 3M
	2||volume create v1 --size 64M --extent-size 128M
	2||volume create v1 --size 64M --connections 17
	2||volume create v1 --size 64M --queue-depth 2
	2|is not a name|volume create .v1 --size 64M
	2|is not a name|volume create a/b --size 64M
	2|is not a name|node add a/b $address
	2||node add n1 $address:0
	2||node add n1 $address:65536
	2||node add n1 $address --weight 0
	2||node add n1 $address --weight 1001
	2||node set n1 --weight 1001
	2||node add n1
	2||node frobnicate
	2||frobnicate
T
name=$(printf '%064d' 0)
refuses 2 "is not a name" node add "$name" "$address"
[ -z "$(netramctl node list --json | jq -r '.nodes[].name')" ] || fail "a refused node is known"

note "useless servers"
node_exec n1 "$PYTHON" "$COMMON/bad-servers.py" "$address" 11000 > "$NETRAM_RUN/bad.log" 2>&1 &
echo $! > "$NETRAM_RUN/bad.pid"
wait_for 30 grep -q ready "$NETRAM_RUN/bad.log" || fail "no servers: $(cat "$NETRAM_RUN/bad.log")"
names=(garbage closes silent oldstyle endless huge tls small readonly blocks noexport refused unrouted)
declare -A expected=(
	[garbage]="not an NBD server"
	[closes]="closed the connection"
	[silent]="no answer in time"
	[oldstyle]="not an NBD server of the fixed newstyle"
	[endless]="endless answer"
	[huge]="malformed answer"
	[tls]="server wants TLS"
	[small]="export is smaller than the volume"
	[readonly]="export is read-only"
	[blocks]="smallest block is over 4096"
	[noexport]="did not describe the export"
	[refused]="connection refused"
	[unrouted]="connecting: "
)
for i in "${!names[@]}"; do
	name=${names[i]} at=$address:$((11000 + i))
	[ "$name" != unrouted ] || at=192.0.2.1:10809
	netramctl node add "$name" "$at" || fail "node add $name"
done
refuses 1 "a node of this name exists already" node add garbage "$address"
start=$(now_ms)
refuses 1 "no node answered" volume create v1 --size 64M
took=$(($(now_ms) - start))
note "refused after $took ms"
[ $took -lt 30000 ] || fail "it took $took ms to learn that no node answers"
[ -z "$(netramctl volume list --json | jq -r '.volumes[].name')" ] || fail "the refused volume exists"

# Thirteen at once: on a busy machine one of these servers may not come to speak
# in time, and gets another chance.
hurried() {
	local name
	for name in "${names[@]}"; do
		[[ ${expected[$name]} != "no answer"* && $(node_attr "$name" last_error) = *"no answer in time" ]] &&
			echo "$name" && return
	done
	return 1
}
for ((i = 0; i < 10; i++)); do
	late=$(hurried) || break
	note "$late was late, once more"
	refuses 1 "no node answered" volume create v1 --size 64M
done
for name in "${names[@]}"; do
	text=$(node_attr "$name" last_error)
	note "$name: $text"
	[[ $text = *"${expected[$name]}"* ]] || fail "last_error of $name is '$text'; expected: ${expected[$name]}"
done

note "a good node among them"
server_start n2 || fail "no server"
netramctl node add n2 "$(node_addr n2):$NODE_PORT" || fail "node add"
for ((i = 0; i < 10; i++)); do
	! dev=$(netramctl volume create v1 --size 16M --replicas 1) || break
	[[ $(node_attr n2 last_error) = *"no answer in time"* ]] || break
done
[ -n "$dev" ] || fail "no volume: $(node_attr n2 last_error)"
fio_verify among "$dev" --bs=64k --iodepth=8 --size=16m || fail "fio"
session_of "$dev" n2
[ "$session_extents" -eq 4 ] || fail "the good node has $session_extents of 4 extents"
refuses 1 "a volume of this name exists already" volume create v1 --size 64M
refuses 1 "volumes keep pages on this node" node remove n2
netramctl status > /dev/null && fail "status is content with 13 dead nodes"
refuses 1 "" swapoff v1
refuses 1 "" swapon v9
for name in "${names[@]}"; do
	netramctl node remove "$name" || fail "node remove $name"
done
expect_stat "$dev" errors -eq 0

note "nonsense that netramctl would not send"
"$PYTHON" "$COMMON/genl-nonsense.py" "$SEED" || fail "the module takes nonsense"
fio_verify still "$dev" --bs=64k --iodepth=8 --size=16m || fail "fio afterwards"
exit 0
