#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: netramctl extent and pool: where copies are and what they lack; who has how much room; and by the kernel's own netlink client
# KERNELS: 6.1 6.12
# CHECK: 6.1
# TIMEOUT: 400
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh disable=SC2317
. "$NETRAM_TOP/tests/guest/common/lib.sh"
# shellcheck source=tests/documents/lib.sh
. "$NETRAM_TOP/tests/documents/lib.sh"

pid=''
cleanup() { [ -z "$pid" ] || kill -KILL "$pid" 2> /dev/null; }
trap cleanup EXIT

extents() { netramctl extent list "$1" --json > "$NETRAM_RUN/extents"; } # VOLUME
# extents_are VOLUME JQ-CONDITION
extents_are() { extents "$1" && jq -e "$2" "$NETRAM_RUN/extents" > /dev/null; }
become() { wait_for 60 extents_are "$1" "$2" || fail "never: $2; it is $(cat "$NETRAM_RUN/extents")"; }
pool_is() { netramctl pool "${@:2}" --json > "$NETRAM_RUN/pool" && jq -e "$1" "$NETRAM_RUN/pool" > /dev/null; }
write_at() { # MIB PAGES
	dd if="$NETRAM_RUN/golden" of="$dev" bs=4k count="$2" seek=$(($1 * 256)) oflag=direct conv=notrunc status=none ||
		fail "writing"
}

# shellcheck disable=SC2119 # no parameters are needed
module_load || fail "the module does not load"
node_add n1 n2 n3 || fail "no namespaces"
for n in n1 n2 n3; do
	server_start $n || fail "no server"
done
netramctl node add n1 "$(node_addr n1)" --region east --zone rack1 || fail "node add"
netramctl node add n2 "$(node_addr n2)" --region east --zone rack2 || fail "node add"
pattern $((1 << 20)) "$SEED" > "$NETRAM_RUN/golden"

note "extents"
dev=$(volume_create v1 65536K --extent-size 1M --replicas 2) || fail "no volume"
extents v1
[ "$(jq -c '[.volume, .extents]' "$NETRAM_RUN/extents")" = '["v1",[]]' ] || fail "$(cat "$NETRAM_RUN/extents")"
netramctl extent show v1 7 --json | jq -e '.extent == 7 and .offset_bytes == 7340032 and .copies == [] and .pages == 0' ||
	fail "an extent without a place"
write_at 0 256
write_at 1 10
write_at 63 256
extents_are v1 '[.extents[] | [.extent, .pages]] == [[0, 256], [1, 10], [63, 256]] and
	all(.extents[]; .lost_pages == 0 and ([.copies[] | [.node, .state, .up, .missing_pages]] | sort) ==
		[["n1", "insync", true, 0], ["n2", "insync", true, 0]])' || fail "$(cat "$NETRAM_RUN/extents")"
netramctl extent list "$dev"
netramctl extent show "$dev" --offset 66060288 | grep -q '^extent       63$' || fail "by offset"
refuses 1 "v1 has 64 extents, the last one is number 63" extent show v1 64
refuses 1 "v1 has 64 extents" extent show v1 18446744073709551615
refuses 1 "v1 has 64 extents" extent show v1 --offset 64M
refuses 1 "no volume of this name" extent list v7
refuses 1 "no volume of this name" extent show v7 0

note "what a copy lacks"
server_pause n2
tune "$dev" io_timeout_ms 1000
write_at 1 12
become v1 '.extents[1] | .pages == 12 and any(.copies[]; .node == "n1" and .state == "insync" and .up) and
	any(.copies[]; .node == "n2" and .state == "stale" and (.up | not) and .missing_pages == 12)'
netramctl extent show v1 1 | grep -q 'n2 stale, lacks 12 pages, its node is away$' || fail "$(netramctl extent show v1 1)"
netramctl extent list v1 | grep -q '^1  *12  *0  .*n2 stale (lacks 12, away)' || fail "$(netramctl extent list v1)"
tune "$dev" io_timeout_ms 60000
server_continue n2
become v1 'all(.extents[].copies[]; .state == "insync" and .up and .missing_pages == 0)'
server_kill n1
server_kill n2
for n in n1 n2; do
	server_start $n || fail "no server"
done
become v1 'all(.extents[]; .lost_pages == .pages and .pages > 0)'
netramctl volume delete v1 || fail "delete"

note "many, and one after another"
dev=$(volume_create v2 12G --extent-size 1M --no-checksum) || fail "no volume"
fio_run holes --filename="$dev" --rw=write:1020k --bs=4k --iodepth=32 --size=12g --io_size=24m || fail "fio"
extents v2
jq -r '.extents[] | "\(.extent) \(.pages) \(.copies | length)"' "$NETRAM_RUN/extents" > "$NETRAM_RUN/told"
[ "$(wc -l < "$NETRAM_RUN/told")" -eq "$(attr_of "$dev" extents)" ] || fail "not $(attr_of "$dev" extents) extents"
[ "$(wc -l < "$NETRAM_RUN/told")" -ge 6000 ] || fail "only $(wc -l < "$NETRAM_RUN/told") extents"
seq 0 $(($(wc -l < "$NETRAM_RUN/told") - 1)) | sed 's/$/ 1 1/' | cmp - "$NETRAM_RUN/told" || fail "some are missing"

note "the pool"
netramctl pool --netramd "$NETRAM_RUN/nobody" > "$NETRAM_RUN/text" || fail "pool"
cat "$NETRAM_RUN/text"
grep -q '^    n1  *up  *-  *-  *-  ' "$NETRAM_RUN/text" || fail "n1 is not there"
grep -q '^! capacity of n1 is not known: netramd cannot be asked: .*/nobody: No such file' "$NETRAM_RUN/text" || fail "why not"
cat > "$NETRAM_RUN/netram.conf" <<-END
	host: {region: east, zone: rack0}
	regions:
	  east: [rack0, rack1, rack2]
	  west: [rack1]
	nodes:
	  n1: {address: "$(node_addr n1)", region: east, zone: rack1, status: $NETRAM_RUN/n1.sock}
	  n2: {address: "$(node_addr n2)", region: east, zone: rack2, status: $NETRAM_RUN/n2.sock}
	  n3: {address: "$(node_addr n3)", region: west, zone: rack1}
END
netramd --config "$NETRAM_RUN/netram.conf" --status "$NETRAM_RUN/netramd.sock" --state "$NETRAM_RUN/state" --interval 1 2> "$NETRAM_RUN/netramd.log" &
pid=$!
known() { pool_is '.nodes_known == 2 and .nodes_up == 3' --netramd "$NETRAM_RUN/netramd.sock"; }
wait_for 60 known || fail "$(cat "$NETRAM_RUN/pool" "$NETRAM_RUN/netramd.log")"
netramctl pool show --netramd "$NETRAM_RUN/netramd.sock"
pool_is '.capacity_bytes == 2147483648 and .used_bytes + .free_bytes == .capacity_bytes and
	.stored_bytes == ([.regions[].zones[].nodes[].stored_bytes] | add) and
	[.regions[] | [.name, .nodes_total, (.capacity_bytes // 0)]] == [["east", 2, 2147483648], ["west", 1, 0]] and
	[.regions[0].zones[] | [.name, .capacity_bytes]] == [["rack1", 1073741824], ["rack2", 1073741824]] and
	.regions[1].zones[0].nodes[0].unknown == "netram.conf has no status: for it"' --netramd "$NETRAM_RUN/netramd.sock" ||
	fail "$(cat "$NETRAM_RUN/pool")"
used_agrees() {
	pool_is "[.regions[0].zones[].nodes[].used_bytes] == [$(server_used n1), $(server_used n2)]" \
		--netramd "$NETRAM_RUN/netramd.sock"
}
wait_for 20 used_agrees || fail "$(cat "$NETRAM_RUN/pool"); servers: $(server_used n1) $(server_used n2)"

# the kernel's own client, by the specification
ynl() { # ARG...
	"$PYTHON" "$tools/tools/net/ynl/cli.py" --spec "$NETRAM_TOP/Documentation/netlink/specs/netram.yaml" \
		--schema "$tools/Documentation/netlink/genetlink-c.yaml" --output-json "$@"
}
if tools=$("$NETRAM_TOP/scripts/kernel" netlink 6.12 2> /dev/null) && "$PYTHON" -c 'import jsonschema, yaml' 2> /dev/null; then
	note "by the specification"
	ynl --dump node-get > "$NETRAM_RUN/ynl" || fail "node-get"
	jq -e --argjson nodes "$(netramctl node list --json)" '
		[.[].node | [.name, .region, .zone, .state, .pages, .traffic.payload]] ==
		[$nodes.nodes[] | [.name, .region, .zone, .state, .pages, .traffic.payload_bytes]]' "$NETRAM_RUN/ynl" || fail "$(cat "$NETRAM_RUN/ynl")"
	ynl --do volume-get --json '{"volume": {"name": "v2"}}' > "$NETRAM_RUN/ynl" || fail "volume-get"
	jq -e --argjson v "$(netramctl volume show v2 --json)" '.volume | .size == $v.size_bytes and .pages == $v.pages and
		.uuid == $v.uuid and ."on-loss" == $v.on_loss and .state == $v.state and
		([.session[] | [.node, .state]] | sort) == ([$v.sessions[] | [.node, .state]] | sort) and
		.traffic.payload == $v.traffic.payload_bytes' "$NETRAM_RUN/ynl" || fail "$(cat "$NETRAM_RUN/ynl")"
	ynl --do extent-get --json '{"volume": {"name": "v2"}, "extent": {"index": 3}}' > "$NETRAM_RUN/ynl" || fail "extent-get"
	jq -e '.extent | .index == 3 and .pages == 1 and .copy[0].state == "insync"' "$NETRAM_RUN/ynl" ||
		fail "$(cat "$NETRAM_RUN/ynl")"
	ynl --dump latency-get --json '{"volume": {"name": "v2"}}' > "$NETRAM_RUN/ynl" || fail "latency-get"
	jq -e --argjson writes "$(stat_of "$dev" writes)" '.[0].latency | .volume == "v2" and (.writes | add) == $writes' \
		"$NETRAM_RUN/ynl" || fail "$(cat "$NETRAM_RUN/ynl")"
	ynl --do volume-set --json '{"volume": {"name": "v2", "on-loss": "wait"}}' > /dev/null || fail "volume-set"
	[ "$(attr_of "$dev" on_loss)" = wait ] || fail "on_loss is $(attr_of "$dev" on_loss)"
	! ynl --do node-set --json '{"node": {"name": "n1", "sync": 0}}' 2> /dev/null || fail "it takes a sync of 0"
	ynl --do node-del --json '{"node": {"name": "n7"}}' 2>&1 | grep -q 'no node of this name' || fail "node-del"

	note "as netlink.md shows it"
	# it would set the weight back
	kill "$pid"
	wait "$pid"
	pid=''
	doc=$NETRAM_TOP/Documentation/netlink.md
	[ "$(doc_blocks "$doc" | grep -c '^== [0-9]* extents$')" = 1 ] || fail "not all blocks are run here"
	commands=$(doc_commands "$doc" extents)
	[ "$(grep -c '^ynl -' <<< "$commands")" -ge 4 ] || fail "only these were found: $commands"
	(cd "$NETRAM_TOP" && LINUX=$tools exec bash -ec "$commands") > "$NETRAM_RUN/ynl" 2>&1 ||
		fail "netlink.md: $(cat "$NETRAM_RUN/ynl")"
	grep -q "'name': 'v2'" "$NETRAM_RUN/ynl" || fail "netlink.md: $(cat "$NETRAM_RUN/ynl")"
	[ "$(node_attr n1 weight)" = 50 ] || fail "n1 has weight $(node_attr n1 weight): $(cat "$NETRAM_RUN/ynl")"
else
	note "the kernel's netlink client is not here"
fi
exit 0
