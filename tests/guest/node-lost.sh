#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: a node that is away is given up with all that only it had, under I/O, also as it comes back: that is lost and nothing else
# KERNELS: 6.1 6.12
# CHECK: 6.1
# TIMEOUT: 600
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"

# shellcheck source=tests/guest/common/node-lost.sh
. "$NETRAM_TOP/tests/guest/common/node-lost.sh"
# shellcheck source=tests/guest/common/verify.sh
. "$NETRAM_TOP/tests/guest/common/verify.sh"

without_n2() { # VOLUME: sets dev; two copies in sync, and then n2 is away
	dev=$(volume_create "$1" ${extents}M --extent-size 1M --replicas 2) || fail "no volume"
	tune "$dev" connect_timeout_ms 1000
	tune "$dev" rereplicate_delay_ms 3600000
	kinds put 1 || fail "put"
	wait_for 10 well || fail "not in sync to begin with"
	tune "$dev" io_timeout_ms 2000
	node_cut n2
}

turns=12
in_full || turns=4
modprobe sch_netem || fail "no sch_netem"
dmesg_allow 'I/O error, dev netram' 'critical .* error, dev netram'
setup_nodes 2 || fail "no nodes"

note "one copy, requests wait for the node that is away"
dev=$(volume_create v1 ${extents}M --extent-size 1M --on-loss wait) || fail "no volume"
tune "$dev" connect_timeout_ms 1000
kinds put 1 || fail "put"
live_start
mapfile -t gone < <(on v1 n1)
if [ ${#gone[@]} -lt 3 ] || [ ${#gone[@]} -gt 13 ]; then fail "n1 has ${#gone[@]} of $extents extents"; fi
refused 'drain it' netramctl node remove n1
refused 'can be reached.*drain it' netramctl node remove n1 --lost
refused 'can reach it: drain it' netramctl node remove n1 --lost --dry-run
tune "$dev" io_timeout_ms 2000
node_cut n1
# it goes on where n2 has the pages, until each thread has come to one that n1 has
[ "$(would_lose n1)" = "[[\"v1\",$((${#gone[@]} * (still + live)))]]" ] || fail "would lose $(would_lose n1) for ${#gone[@]} extents"
refused 'drain it, or delete' netramctl node remove n1
refused 'drain it, or delete' netramctl node remove n1 --dry-run
netramctl node remove n1 --lost --dry-run > "$NETRAM_RUN/text" || fail "dry run"
grep -qx 'would run: netramctl node remove n1 --lost' "$NETRAM_RUN/text" || fail "dry run: $(cat "$NETRAM_RUN/text")"
grep -qx "would lose: .* of v1 ($((${#gone[@]} * (still + live))) pages)" "$NETRAM_RUN/text" || fail "dry run: $(cat "$NETRAM_RUN/text")"
lost_is 0 || fail "a dry run has lost $(lost) pages"
kinds read $((gone[0] * 256)) $((gone[1] * 256 + 1)) > "$NETRAM_RUN/waiting" &
reader=$!
waits() { state_is "$dev" waiting; }
wait_for 20 waits || fail "no request waits: $(attr_of "$dev" state)"
kill -0 $reader || fail "a read of what n1 has did not wait: $(cat "$NETRAM_RUN/waiting")"
netramctl events --follow --json > "$NETRAM_RUN/events" &
events=$!
wait_for 20 listens_for_events "$events" || fail "nobody listens for events"

netramctl node remove n1 --lost || fail "node remove --lost"
wait $reader
[ "$(cat "$NETRAM_RUN/waiting")" = "$((gone[0] * 256)) lost
$((gone[1] * 256 + 1)) lost" ] || fail "what waited: $(cat "$NETRAM_RUN/waiting")"
live_beyond_now=$(live_writes)
wait_for 60 live_beyond "$live_beyond_now" || fail "live I/O does not get on"
live_end
wait_for 20 grep -q '"type": *"node_removed"' "$NETRAM_RUN/events" || fail "no event: $(cat "$NETRAM_RUN/events")"
told_of() { jq -sc '[.[] | select(.type == "pages_lost") | .state + " " + .volume + " " + (.node // "")]' "$NETRAM_RUN/events"; }
told_is() { [ "$(told_of)" = "$1" ]; }
told_is '["on v1 n1"]' || fail "told of lost pages: $(cat "$NETRAM_RUN/events")"
[ "$(netramctl node list --json | jq -c '[.nodes[].name]')" = '["n2"]' ] || fail "$(netramctl node list)"
lost_is $((${#gone[@]} * still)) || fail "$(lost) pages are lost, not $((${#gone[@]} * still))"
exactly_lost 1 "${gone[@]}"
[ "$(copies v1 | jq '[.extents[].lost_pages] | add')" -eq $((${#gone[@]} * still)) ] || fail "extent list: $(netramctl extent list v1)"
state_is "$dev" lost || fail "state $(attr_of "$dev" state)"
dmesg | grep -q 'netram: v1/n1: node was given up: [0-9]* pages are lost' || fail "the log says nothing"

note "n1 comes back with what it had: it is known anew, and is told to free that"
node_up n1
[ "$(server_used n1)" -gt 0 ] || fail "n1 has nothing"
node_add_again n1
wait_for 30 session_is "$dev" n1 up || fail "n1 is not up"
wait_for 30 used_at_most 0 n1 || fail "n1 keeps $(server_used n1) bytes"
exactly_lost 1 "${gone[@]}"
note "what is lost is good again when it is written, or discarded"
blkdiscard -f -o $((gone[0] << 20)) -l $((1 << 20)) "$dev" || fail "blkdiscard"
lost_is $(((${#gone[@]} - 1) * still)) || fail "after a discard $(lost) pages are lost"
told_is '["on v1 n1"]' || fail "told of lost pages: $(told_of)"
kinds put 2 || fail "put"
wait_for 20 told_is '["on v1 n1","off v1 "]' || fail "told of lost pages: $(told_of)"
kill $events
lost_is 0 || fail "$(lost) pages are lost"
exactly_lost 2
netramctl verify v1 > "$NETRAM_RUN/text" || fail "verify: $(cat "$NETRAM_RUN/text")"
expect_stat "$dev" checksum_errors -eq 0
netramctl volume delete v1 || fail "delete"

note "two copies: n1 has alone what was written while n2 was away"
without_n2 v2
dd if=/dev/urandom of="$NETRAM_RUN/new" bs=4k count=5 status=none
dd if="$NETRAM_RUN/new" of="$dev" bs=4k seek=$((2 * 256 + 10)) oflag=direct conv=notrunc status=none || fail "writing"
[ "$(would_lose n2)" = '[]' ] || fail "without n2 would be lost: $(would_lose n2)"
node_cut n1
node_up n2
wait_for 30 session_is "$dev" n2 up || fail "n2 does not come back"
[ "$(would_lose n1)" = '[["v2",5]]' ] || fail "without n1 would be lost: $(would_lose n1)"
live_begin
netramctl node remove n1 --lost || fail "node remove --lost"
wait_for 60 live_beyond 0 || fail "live I/O does not get on"
lost_is 5 || fail "$(lost) pages are lost, not 5"
kinds check 1 > "$NETRAM_RUN/pages"
[ "$(grep -c ' lost$' "$NETRAM_RUN/pages")" -eq 5 ] || fail "lost: $(grep ' lost$' "$NETRAM_RUN/pages")"
grep -vE ' (lost|ok)$' "$NETRAM_RUN/pages" && fail "not as written"
[ "$(grep -c '^still 5[0-9][0-9] lost$' "$NETRAM_RUN/pages")" -eq 5 ] || fail "others: $(grep ' lost$' "$NETRAM_RUN/pages")"

note "n1 is added again under I/O, and gets its copies"
tune "$dev" io_timeout_ms 60000
tune "$dev" rereplicate_delay_ms 500
node_up n1
node_add_again n1
wait_for 60 well || fail "degraded: $(attr_of "$dev" degraded_extents)"
live_end
note "given up with all copies in sync elsewhere: nothing is lost"
tune "$dev" io_timeout_ms 2000
tune "$dev" rereplicate_delay_ms 3600000
live_start
node_cut n2
[ "$(would_lose n2)" = '[]' ] || fail "without n2 would be lost: $(would_lose n2)"
netramctl node remove n2 --lost || fail "node remove --lost"
live_end
lost_is 5 || fail "$(lost) pages are lost, not 5"
kinds put 3 || fail "put"
lost_is 0 || fail "$(lost) pages are lost"
exactly_lost 3
netramctl verify v2 > "$NETRAM_RUN/text"
expect_stat "$dev" checksum_errors -eq 0
netramctl volume delete v2 || fail "delete"
node_up n2
node_add_again n2

note "it comes back at that moment: either it is given up, or nothing is lost"
dev=$(volume_create v3 ${extents}M --extent-size 1M) || fail "no volume"
tune "$dev" connect_timeout_ms 5000
tune "$dev" io_timeout_ms 5000
node_slow n1 20ms # connecting takes some of these
removed=0 refused=0
for ((turn = 1; turn <= turns; turn++)); do
	kinds put $turn || fail "put $turn"
	mapfile -t gone < <(on v3 n1)
	[ ${#gone[@]} -gt 0 ] || fail "turn $turn: n1 has nothing"
	node_cut n1
	node_up n1
	netramctl sync node n1 > /dev/null 2>&1 & # it tries at once
	trying=$!
	pause 0.$((RANDOM % 4))
	if netramctl node remove n1 --lost 2> "$NETRAM_RUN/error"; then
		removed=$((removed + 1))
		kill $trying 2> /dev/null
		wait $trying
		lost_is $((${#gone[@]} * still)) || fail "turn $turn: $(lost) pages are lost, not $((${#gone[@]} * still))"
		exactly_lost $turn "${gone[@]}"
		node_add_again n1
		wait_for 30 session_is "$dev" n1 up || fail "turn $turn: n1 is not up"
		# what it had is freed before it is given anything
		wait_for 30 used_at_most 0 n1 || fail "turn $turn: n1 keeps $(server_used n1) bytes"
	else
		refused=$((refused + 1))
		grep -q 'can be reached.*drain it' "$NETRAM_RUN/error" || fail "turn $turn: $(cat "$NETRAM_RUN/error")"
		wait_for 30 session_is "$dev" n1 up || fail "turn $turn: n1 does not come back"
		kill $trying 2> /dev/null
		wait $trying
		lost_is 0 || fail "turn $turn: it was refused, and $(lost) pages are lost"
		exactly_lost $turn
	fi
done
note "$removed times given up, $refused times refused"
expect_stat "$dev" checksum_errors -eq 0
note "what is lost is told by verify, though its extents have no place any more"
kinds put $turn || fail "put $turn"
mapfile -t gone < <(on v3 n1)
[ ${#gone[@]} -gt 0 ] || fail "n1 has nothing"
node_cut n1
netramctl node remove n1 --lost || fail "node remove --lost"
[ -z "$(on v3 n1)" ] || fail "n1 has copies: $(netramctl extent list v3)"
all=$((extents * still)) gone_pages=$((${#gone[@]} * still))
checks 1 verify v3
reports '.state == "wrong" and .pages == '$all' and .total_pages == '$all' and .lost_pages == '$gone_pages' and .wrong == 0 and .missing == 0'
reports '.found == '$gone_pages' and all(.bad[]; .kind == "lost")'
node_up n1
node_add_again n1
wait_for 30 session_is "$dev" n1 up || fail "n1 is not up"
node_fast n1
netramctl volume delete v3 || fail "delete"

note "n2 is getting from it what it lacks"
without_n2 v4
kinds put 2 || fail "put"
tune "$dev" sync_rate_mib 1
before=$(stat_of "$dev" resync_pages)
got_some() { [ "$(stat_of "$dev" resync_pages)" -gt $((before + 100)) ]; }
node_up n2
wait_for 60 got_some || fail "n2 gets nothing"
node_cut n1
# nothing comes to n2 any more, so this is how many it lacks
lacks=$(would_lose n1 | jq '.[0][1]')
if [ "$lacks" -lt 1 ] || [ "$lacks" -ge $((extents * still - 99)) ]; then fail "n2 lacks $lacks pages"; fi
netramctl verify v4 --no-wait > /dev/null || fail "verify"
netramctl node remove n1 --lost || fail "node remove --lost"
lost_is "$lacks" || fail "$(lost) pages are lost, not the $lacks that n2 lacked"
kinds check 2 > "$NETRAM_RUN/pages" || fail "check"
[ "$(grep -c '^still [0-9]* lost$' "$NETRAM_RUN/pages")" -eq "$lacks" ] || fail "not $lacks of: $(grep -v ' ok$' "$NETRAM_RUN/pages")"
grep -vE '^still [0-9]* lost$| ok$' "$NETRAM_RUN/pages" && fail "not as written"
kinds put 3 || fail "put"
lost_is 0 || fail "$(lost) pages are lost"
exactly_lost 3
expect_stat "$dev" checksum_errors -eq 0
exit 0
