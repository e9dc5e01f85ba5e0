#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: events tell of nodes, volumes, sessions, lost pages and changed settings as they happen, and that the module goes
# KERNELS: 6.1
# TIMEOUT: 120
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"

# shellcheck disable=SC2119 # no parameters are needed
module_load || fail "the module does not load"
node_add n1 n2 || fail "no namespaces"
server_start n1 || fail "no server"
server_start n2 || fail "no server"
netramctl events --follow --json > "$NETRAM_RUN/events" &
events=$!
wait_for 20 listens_for_events "$events" || fail "nobody listens for events"

# happened TEXT...: the last event with all these texts in its line comes soon
happened() {
	local text pattern='' seen
	for text in "$@"; do
		pattern+=".*$text"
	done
	seen=$(wc -l < "$NETRAM_RUN/events")
	wait_for 15 grep -qE "$pattern" "$NETRAM_RUN/events" ||
		fail "no event like $*; of $seen: $(cat "$NETRAM_RUN/events")"
}
sessions() { jq -sr --arg n "$1" '[.[] | select(.type == "session" and .node == $n) | .state] | join(" ")' "$NETRAM_RUN/events"; }

setpriv --reuid 65534 --regid 65534 --clear-groups netramctl events > "$NETRAM_RUN/nobody" 2>&1 &&
	fail "anybody may hear of it"
grep -q 'run as root' "$NETRAM_RUN/nobody" || fail "nobody is told: $(cat "$NETRAM_RUN/nobody")"

for n in n1 n2; do
	netramctl node add $n "$(node_addr $n):$NODE_PORT" || fail "node add"
	happened node_added '"'$n'"'
done
dev=$(volume_create v1 16M --extent-size 1M) || fail "no volume"
happened volume_added '"v1"'
happened session '"up"'
# twice each: what does not change is no news
for _ in 1 2; do
	netramctl node set n2 --weight 7 || fail "node set"
	netramctl node drain n2 --no-wait || fail "drain"
	netramctl volume set v1 --replicas 2 --on-loss wait || fail "volume set"
done
netramctl node drain n2 --cancel || fail "drain --cancel"
echo 8 > /sys/class/netram_node/n2/weight || fail "the weight in sysfs"
tune "$dev" on_loss error || fail "on_loss in sysfs"
netramctl volume set v1 --replicas 1 || fail "volume set"
happened replicas '"v1"' '"value":1'
[ "$(jq -sc '[.[] | select(.type | IN("weight", "drain", "drained", "replicas", "on_loss")) | [.type, .node // .volume, .state // .value]]' \
	"$NETRAM_RUN/events")" = '[["weight","n2",7],["drain","n2","on"],["drained","n2",null],["replicas","v1",2],["on_loss","v1","wait"],["drain","n2","off"],["weight","n2",8],["on_loss","v1","error"],["replicas","v1",1]]' ] ||
	fail "changes were told as $(cat "$NETRAM_RUN/events")"
fio_run fill --filename="$dev" --rw=write --bs=64k --size=16m || fail "fill"
server_kill n2
wait_for 10 state_is "$dev" degraded || fail "not degraded"
server_start n2 || fail "no server"
wait_for 15 session_is "$dev" n2 up || fail "n2 does not come back"
happened pages_lost '"n2"' '"on"'
note "that no page is lost any more is told when the last one is written or discarded, once"
over() { jq -sc '[.[] | select(.type == "pages_lost") | .state + " " + .volume + " " + (.node // "")]' "$NETRAM_RUN/events"; }
lost=$(attr_of "$dev" lost_pages)
[ "$lost" -gt 256 ] || fail "$lost pages are lost"
# all of it but one extent that has lost pages, and of that one all but its last page
last=$(netramctl extent list v1 --json | jq '[.extents[] | select(.lost_pages == 256) | .extent] | last')
for ((i = 0; i < 16; i++)); do
	[ $i -eq "$last" ] || dd if=/dev/urandom of="$dev" bs=1M count=1 seek=$i oflag=direct status=none || fail "writing"
done
blkdiscard -f -o $((last << 20)) -l $((255 << 12)) "$dev" || fail "discard"
[ "$(attr_of "$dev" lost_pages)" -eq 1 ] || fail "$(attr_of "$dev" lost_pages) pages are lost, not 1"
state_is "$dev" lost || fail "state $(attr_of "$dev" state)"
# longer than it takes to look
pause 2
[ "$(over)" = '["on v1 n2"]' ] || fail "told was $(over)"
dd if=/dev/urandom of="$dev" bs=4k count=1 seek=$((last * 256 + 255)) oflag=direct status=none || fail "writing"
happened pages_lost '"v1"' '"off"'
[ "$(over)" = '["on v1 n2","off v1 "]' ] || fail "told was $(over)"
! state_is "$dev" lost || fail "state lost"

note "a drain's end is told when all is elsewhere, once"
drains() { jq -sc --argjson from "$before" '[.[$from:][] | select(.type | IN("drain", "drained")) | .type + " " + .node + " " + (.state // "")]' "$NETRAM_RUN/events"; }
drains_are() { [ "$(drains)" = "$1" ]; }
extents_on() { session_of "$dev" "$1" && echo "$session_extents"; }
wait_for 30 well || fail "still degraded"
before=$(wc -l < "$NETRAM_RUN/events") on_n1=$(extents_on n1)
[ "$on_n1" -gt 0 ] || fail "n1 has nothing"
# so slow that it is not over before it is cancelled
tune "$dev" sync_rate_mib 1
netramctl node drain n1 --no-wait || fail "drain"
netramctl node drain n1 --cancel || fail "drain --cancel"
[ "$(extents_on n1)" -gt 0 ] || fail "n1 was emptied all the same"
tune "$dev" sync_rate_mib 0
netramctl node drain n1 || fail "drain"
wait_for 20 drains_are '["drain n1 on","drain n1 off","drain n1 on","drained n1 "]' || fail "told was $(drains)"
[ "$(extents_on n1)" -eq 0 ] || fail "n1 has $(extents_on n1) extents"

note "of a node whose pages have nowhere to go, when the volume is gone"
netramctl node drain n2 --no-wait || fail "drain"
# n1 is empty, and that is no news
netramctl node drain n1 --no-wait || fail "drain"
wait_for 20 drains_are '["drain n1 on","drain n1 off","drain n1 on","drained n1 ","drain n2 on"]' || fail "told was $(drains)"
netramctl volume delete v1 > /dev/null || fail "delete"
happened volume_removed '"v1"'
wait_for 20 drains_are '["drain n1 on","drain n1 off","drain n1 on","drained n1 ","drain n2 on","drained n2 "]' ||
	fail "told was $(drains)"
netramctl node remove n1 || fail "node remove"
happened node_removed '"n1"'
kill $events
wait $events 2> /dev/null
cat "$NETRAM_RUN/events"
[[ $(sessions n2) = *up*broken*up* ]] || fail "n2 was told as: $(sessions n2)"
[[ $(sessions n1) != *broken* ]] || fail "n1 was never away, but told as: $(sessions n1)"
jq -se 'all(.[]; has("type") and has("time_ns")) and ([.[].time_ns] == ([.[].time_ns] | sort))' \
	"$NETRAM_RUN/events" > /dev/null || fail "events without time, or out of order"

note "a subscription ends with the module, and whoever asks goes on with the next one"
netramctl events --follow > "$NETRAM_RUN/ended" 2>&1 &
events=$!
netramctl latency --watch --interval 1 --json > "$NETRAM_RUN/asked" &
watch=$!
asks() { [ "$(wc -l < "$NETRAM_RUN/asked")" -ge "$1" ]; }
wait_for 20 listens_for_events "$events" || fail "nobody listens for events"
wait_for 20 asks 1 || fail "nobody asks"
# there is nobody to answer between the two
kill -STOP $watch
netramctl node remove n2 || fail "node remove"
module_unload || fail "the module does not go"
wait_for 20 pid_gone $events || fail "events are waited for that cannot come"
wait $events
[ $? -eq 3 ] || fail "the end is no failure: $(cat "$NETRAM_RUN/ended")"
grep -q 'module was unloaded' "$NETRAM_RUN/ended" || fail "the end is told as: $(cat "$NETRAM_RUN/ended")"
# shellcheck disable=SC2119 # no parameters are needed
module_load || fail "the module does not load again"
asked=$(wc -l < "$NETRAM_RUN/asked")
kill -CONT $watch
wait_for 20 asks $((asked + 2)) || fail "of the new module nothing is asked"
kill $watch
wait $watch 2> /dev/null
exit 0
