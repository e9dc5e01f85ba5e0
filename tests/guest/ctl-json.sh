#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: what each netramctl command writes with --json is as Documentation/json.md says
# KERNELS: 6.1 6.12
# CHECK: 6.1
# TIMEOUT: 400
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"

# shellcheck disable=SC2016 # back quotes of Markdown
doc=$(sed -n '/^```json$/,/^```$/{/^```/d;p}' "$NETRAM_TOP/Documentation/json.md")
declare -A seen=()

# fits COMMAND: stdin is JSON of its shape, one object or many
fits() {
	local said objects=$NETRAM_RUN/objects
	cat > "$objects"
	[ "$(jq -s length "$objects")" -ge 1 ] || fail "$1 writes no JSON"
	said=$(jq -r --argjson doc "$doc" --arg command "$1" -f "$COMMON/json-shapes.jq" "$objects") ||
		fail "$1: $(cat "$objects")"
	[ -z "$said" ] || fail "$1: $said; in $(cat "$objects")"
	seen[$1]=1
}

# shaped EXIT-CODE COMMAND ARG...: runs it with --json, and it fits
shaped() {
	local want=$1 command=$2 rc
	shift 2
	# shellcheck disable=SC2086 # a command is words
	netramctl ${command% --all} "$@" --json > "$NETRAM_RUN/json"
	rc=$?
	[ $rc -eq "$want" ] || fail "'$command $*' exits with $rc, not $want"
	fits "$command" < "$NETRAM_RUN/json"
}

what_is() {
	netramctl status --json --sample 0 | jq -c '[.nodes[].name], [.volumes[] | {name, pages}]'
	cat /proc/swaps /proc/mounts
}

# would ARG...: --dry-run of it fits, and changes nothing
would() {
	local before after
	before=$(what_is)
	netramctl "$@" --dry-run --json > "$NETRAM_RUN/json" || fail "'$* --dry-run' exits with $?"
	fits --dry-run < "$NETRAM_RUN/json"
	after=$(what_is)
	[ "$before" = "$after" ] || fail "'$* --dry-run' changes something: $before / $after"
}

# shellcheck disable=SC2119 # no parameters are needed
module_load || fail "the module does not load"
node_add n1 n2 n3 || fail "no namespaces"
for n in n1 n2 n3; do
	server_start $n || fail "no server"
done
netramctl events --follow --json > "$NETRAM_RUN/events" &
events=$!
trap 'kill $events 2> /dev/null' EXIT
wait_for 20 listens_for_events "$events" || fail "nobody listens for events"

note "nodes"
shaped 0 status
shaped 0 "node list"
for n in n1 n2; do
	shaped 0 "node add" $n "$(node_addr $n):$NODE_PORT"
done
netramctl node add n3 "$(node_addr n3)" --weight 1 || fail "node add"
shaped 0 "node show" n1
shaped 0 "node set" n1 --weight 150
shaped 0 "pool show" --netramd "$NETRAM_RUN/nobody"

note "volumes"
would volume create v1 --size 64M
shaped 0 "volume create" v1 --size 64M --extent-size 1M --replicas 2
netramctl volume create v2 --size 16M --no-checksum --replicas 1 > /dev/null || fail "volume create"
fio_run fill --filename=/dev/netram0 --rw=write --bs=64k --size=16m || fail "fill"
shaped 0 "volume list"
shaped 0 "volume show" v1
shaped 0 "volume set" v1 --replicas 2
would volume set v1 --replicas 1
jq -e '.given_up.copies == 16 and .given_up.bytes == 16777216 and .made.copies == 0' "$NETRAM_RUN/json" > /dev/null ||
	fail "not a copy each: $(cat "$NETRAM_RUN/json")"
jq -e '.replicas == 2 and .degraded_extents == 0' <(netramctl volume show v1 --json) > /dev/null || fail "--dry-run did it"
shaped 0 latency
timeout -s INT 10 netramctl latency --watch --json > "$NETRAM_RUN/watched"
[ "$(wc -l < "$NETRAM_RUN/watched")" -ge 2 ] || fail "latency --watch: $(cat "$NETRAM_RUN/watched")"
fits latency < "$NETRAM_RUN/watched"
shaped 0 top --count 2
[ "$(wc -l < "$NETRAM_RUN/json")" -eq 2 ] || fail "not two lines: $(cat "$NETRAM_RUN/json")"

note "extents"
shaped 0 "extent list" v1
jq -e '.extents | length == 16' "$NETRAM_RUN/json" > /dev/null || fail "not 16 extents: $(cat "$NETRAM_RUN/json")"
shaped 0 "extent show" v1 0
shaped 0 "extent show" v1 --offset 63M

note "copies"
shaped 0 verify v1
shaped 0 "verify --all" --all
shaped 0 verify v1 --cancel
shaped 0 resolve v1
shaped 0 "resolve --all" --all
would resolve v1
would resolve --all
shaped 0 "volume show" v1
shaped 0 "sync node" n1
shaped 0 "sync zone" n1
shaped 0 "sync region" default
shaped 0 "node drain" n3
shaped 0 "node remove" n3

note "use"
shaped 0 doctor
would swapon v2
shaped 0 swapon v2 --priority 7
jq -e '.priority == 7' "$NETRAM_RUN/json" > /dev/null || fail "priority: $(cat "$NETRAM_RUN/json")"
shaped 0 status
jq -e '[.volumes[] | has("swap")] == [false, true]' "$NETRAM_RUN/json" > /dev/null ||
	fail "which is swapped on? $(cat "$NETRAM_RUN/json")"
would tmpfs create "$NETRAM_RUN/tmpfs" --size 8M
shaped 0 "tmpfs create" "$NETRAM_RUN/tmpfs" --size 8M
shaped 0 "tmpfs list"
would tmpfs remove "$NETRAM_RUN/tmpfs"
shaped 0 "tmpfs remove" "$NETRAM_RUN/tmpfs"
would swapoff v2
shaped 0 swapoff v2
would swap create v3 --size 16M
shaped 0 "swap create" v3 --size 16M
would swap remove v3
shaped 0 "swap remove" v3
would scratch create v4 "$NETRAM_RUN/scratch" --size 16M
shaped 0 "scratch create" v4 "$NETRAM_RUN/scratch" --size 16M
would scratch remove v4
shaped 0 "scratch remove" v4

note "a node that is away, and the end"
server_kill n2
wait_for 20 node_state_is n2 down || fail "n2 is not down"
shaped 1 status
would volume delete v2
shaped 0 "volume delete" v2
netramctl volume delete v1 || fail "volume delete"
shaped 0 "node remove" n1
netramctl node remove n2 || fail "node remove"
wait_for 20 grep -q '"node_removed".*"n2"' "$NETRAM_RUN/events" || fail "$(cat "$NETRAM_RUN/events")"
kill $events
wait $events 2> /dev/null
fits events < "$NETRAM_RUN/events"

while read -r command; do
	[ -n "${seen[$command]:-}" ] || fail "'$command' was not looked at"
done < <(jq -r '.commands | keys[]' <<< "$doc")
echo "${#seen[@]} commands"
exit 0
