#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: verify finds exactly the copies that are wrong, resolve repairs them, sync brings a node up to date; under load, too
# KERNELS: 6.1 6.12
# CHECK: 6.1
# TIMEOUT: 400
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"
# shellcheck source=tests/guest/common/verify.sh
. "$COMMON/verify.sh"

ill() { ! well; }
in_sync() { wait_for 60 well || fail "$1: $(attr_of "$dev" degraded_extents) extents are still degraded"; }
found() { # NODE:OFFSET...: exactly these are wrong, or "repaired" as kind says
	local is
	is=$(jq -r '.bad[] | select(.kind == "'"$kind"'") | (.node // "") + ":" + (.offset | tostring)' "$NETRAM_RUN/report" | sort)
	[ "$is" = "$(printf '%s\n' "$@" | sort)" ] || fail "$kind: $is; not $*"
}
run_is() { [ "$(run_state)" = "$1" ]; }
wrote_more() { [ "$(stat_of "$dev" writes)" -gt "$writes" ]; }
left_out() { [ "$(netramctl volume show v1 --json | jq .verify.skipped_pages)" -eq "$1" ]; }
same() { # OFFSET LENGTH: as written
	blockdev --flushbufs "$dev"
	cmp -i "$1" -n "$2" "$dev" "$NETRAM_RUN/golden" || fail "not as written"
}

size=$((8 << 20)) pages=2048
dmesg_allow 'I/O error, dev netram' 'critical .* error, dev netram'
setup_nodes 2 || fail "no nodes"
dev=$(volume_create v1 $((2 * size)) --extent-size 1M --replicas 2) || fail "no volume"
tune "$dev" connect_timeout_ms 1000
pattern $size "$SEED" > "$NETRAM_RUN/golden"
dd if="$NETRAM_RUN/golden" of="$dev" bs=1M oflag=direct status=none || fail "writing"

note "two copies, all right"
netramctl events --follow --json > "$NETRAM_RUN/events" 2>&1 &
events=$!
checks 0 verify v1
reports '.state == "clean" and .pages == '$pages' and .total_pages == '$pages' and .compared == 2 * '$pages
reports '.wrong == 0 and .missing == 0 and .unreadable == 0 and .found == 0 and .bad == []'
reports '.by_checksum == 2 * '$pages
netramctl verify "$dev" > "$NETRAM_RUN/text" || fail "verify by device"
[ "$(cat "$NETRAM_RUN/text")" = "v1: $pages pages checked, $((2 * pages)) copies compared: 0 wrong, 0 missing, 0 unreadable" ] ||
	fail "it says: $(cat "$NETRAM_RUN/text")"
wait_for 10 grep -q '"type":"verify".*"state":"clean"' "$NETRAM_RUN/events" || fail "no event: $(cat "$NETRAM_RUN/events")"
kill $events

note "three pages are spoiled: exactly those are found, and repaired"
first=0 second=$((4096 * 300)) third=$((size - 4096))
spoil n1 0 $first $second
spoil n2 32767 $third
checks 1 verify v1
reports '.state == "wrong" and .wrong == 3 and .repaired == 0 and .missing == 0 and .lost_pages == 0 and .found == 3'
# found by what the nodes tell, then read, with what is compared together with them
reports '.compared == 2 * '$pages' and .by_checksum == 2 * ('$pages' - 3 * 16)'
kind=wrong
found n1:$first n1:$second n2:$third
checks 1 verify v1
found n1:$first n1:$second n2:$third
checks 0 resolve v1 --dry-run
reports '.volumes[0] | .action == "verify" and .wrong == 3 and .repaired == 0 and [.bad[].from] == ["n2", "n2", "n1"]'
checks 1 verify v1
found n1:$first n1:$second n2:$third
checks 0 resolve v1
reports '.action == "resolve" and .state == "clean" and .wrong == 3 and .repaired == 3'
kind=repaired
found n1:$first n1:$second n2:$third
checks 0 verify v1
reports '.compared == 2 * '$pages' and .wrong == 0'
same 0 $size
expect_stat "$dev" errors -eq 0
expect_stat "$dev" checksum_errors -eq 0
expect_stat "$dev" repairs -eq 3
expect_stat "$dev" demotions -eq 0

note "more than can be listed"
many=()
for ((i = 0; i < 100; i++)); do
	many+=($((4096 * (1000 + i))))
done
spoil n2 77 "${many[@]}"
netramctl verify v1 > "$NETRAM_RUN/text" && fail "nothing found"
[ "$(grep -c '^  offset [0-9]* on n2: wrong$' "$NETRAM_RUN/text")" -eq 64 ] || fail "it says: $(cat "$NETRAM_RUN/text")"
grep -q '^  and 36 more$' "$NETRAM_RUN/text" || fail "it says: $(cat "$NETRAM_RUN/text")"
netramctl volume show v1 | grep -q '^verified  v1: .* 100 wrong' || fail "volume show does not tell"

note "and behind those a page that is wrong everywhere: it is told first"
spoil n1 1 $third
spoil n2 2 $third
checks 1 verify v1
reports '.lost_pages == 1 and .found == 101 and (.bad | length) == 64 and ([.bad[1:][].offset] | . == sort)'
reports '.bad[0].kind == "lost" and .bad[0].offset == '$third' and all(.bad[1:][]; .kind == "wrong")'
netramctl volume show v1 | grep -A1 '^verified ' | grep -q "^  offset $third on all nodes: lost\$" ||
	fail "volume show does not tell"
checks 1 resolve v1
reports '.repaired == 100 and .found == 101 and .bad[0].kind == "lost" and all(.bad[1:][]; .kind == "repaired")'
dd if="$NETRAM_RUN/golden" of="$dev" bs=4k skip=$((third >> 12)) seek=$((third >> 12)) count=1 oflag=direct conv=notrunc status=none ||
	fail "writing"
in_sync "written anew"
checks 0 verify v1

note "a page that is wrong everywhere is lost, and says so"
spoil n1 1 $second
spoil n2 2 $second
checks 1 verify v1
reports '.lost_pages == 1 and .found == 1'
kind=lost
found :$second
checks 1 resolve v1 --dry-run
reports '.volumes[0].lost_pages == 1 and .volumes[0].bad[0].from == null'
checks 1 resolve v1
reports '.state == "wrong" and .lost_pages == 1 and .repaired == 0'
found :$second
dd if="$dev" of="$NETRAM_RUN/got" bs=4k skip=300 count=1 iflag=direct status=none 2> /dev/null && fail "it can be read"
same 0 $second
same $((second + 4096)) $((size - second - 4096))
dd if="$NETRAM_RUN/golden" of="$dev" bs=4k skip=300 seek=300 count=1 oflag=direct conv=notrunc status=none || fail "writing"
in_sync "written anew"
checks 0 verify v1

note "under load nothing is called wrong that is being written"
errors=$(stat_of "$dev" errors) # the lost page's
load_start "$dev" $((size / 4)) --offset=$size
load_flowing "$dev"
in_full && rounds=4 || rounds=2
for ((i = 0; i < rounds; i++)); do
	checks 0 verify v1
	reports '.wrong == 0 and .pages >= '$pages
	checks 0 resolve --all
	reports '.volumes[0].wrong == 0 and (.volumes | length) == 1'
done
spoil n1 5 $first
checks 1 verify v1
reports '.wrong == 1'
checks 0 resolve v1
load_flowing "$dev"
load_end
expect_stat "$dev" errors -eq "$errors"

note "pages whose write is under way are left out"
server_pause n1
writes=$(stat_of "$dev" writes)
dd if="$NETRAM_RUN/golden" of="$dev" bs=64k count=1 oflag=direct conv=notrunc status=none &
writer=$!
wait_for 20 wrote_more || fail "dd does not write"
netramctl verify v1 --no-wait || fail "it does not begin"
wait_for 30 left_out 16 || fail "they are not left out: $(netramctl volume show v1)"
server_continue n1
wait $writer || fail "dd"
wait_for 60 run_is clean || fail "it is $(run_state)"
left_out 16 || fail "others are left out, too"
netramctl volume show v1 | grep -q 'verified .*, 16 pages left out' || fail "volume show does not tell"

note "cancelled"
netramctl verify v1 --rate 1 --no-wait || fail "it does not begin"
run_is running || fail "it is $(run_state)"
checks 1 verify v1
grep -q 'is being verified' "$NETRAM_RUN/err" || fail "it says: $(cat "$NETRAM_RUN/err")"
netramctl verify v1 --cancel || fail "cancel"
wait_for 10 run_is cancelled || fail "it is $(run_state)"

note "a node dies meanwhile"
tune "$dev" sync_rate_mib 1
netramctl verify v1 --json > "$NETRAM_RUN/report" 2> "$NETRAM_RUN/err" &
verify=$!
wait_for 10 run_is running || fail "it does not begin"
server_kill n2
wait_for 20 ill || fail "nobody noticed"
tune "$dev" sync_rate_mib 0
wait $verify && fail "nothing is missing"
reports '.state == "wrong" and .wrong == 0 and .missing > 0 and .pages >= '$pages
# how far it is may have been told
! grep -v '^netramctl: [0-9]* %, ' "$NETRAM_RUN/err" || fail "it says: $(cat "$NETRAM_RUN/err")"

note "n2 is away: sync says so, and brings it up to date when it is back"
netramctl sync node n2 > "$NETRAM_RUN/text" 2> "$NETRAM_RUN/err" && fail "n2 is dead"
grep -q 'n2 cannot be reached' "$NETRAM_RUN/err" || fail "it says: $(cat "$NETRAM_RUN/err")"
server_start n2 || fail "no server"
netramctl sync node n2 > "$NETRAM_RUN/text" || fail "sync"
well || fail "still degraded: $(cat "$NETRAM_RUN/text")"
checks 0 verify v1
netramctl sync node n9 2> "$NETRAM_RUN/err" && fail "there is no n9"
grep -q "there is no node with the name 'n9'" "$NETRAM_RUN/err" || fail "it says: $(cat "$NETRAM_RUN/err")"
tune "$dev" io_timeout_ms 2000
node_down n1
dd if="$NETRAM_RUN/golden" of="$dev" bs=1M oflag=direct conv=notrunc status=none || fail "writing"
ill || fail "nothing is stale"
tune "$dev" io_timeout_ms 60000
node_up n1
checks 0 sync region default
reports '[.nodes[].name] == ["n1", "n2"]'
well || fail "still degraded"
checks 0 sync zone n1
reports '[.nodes[].name] == ["n1"]'
same 0 $size
netramctl volume delete v1 > /dev/null || fail "delete"

note "without checksums: two that differ are undecided, of three most are right"
dev=$(volume_create v1 $size --extent-size 1M --replicas 2 --no-checksum) || fail "no volume"
dd if="$NETRAM_RUN/golden" of="$dev" bs=1M oflag=direct status=none || fail "writing"
checks 0 verify v1
spoil n1 3 $second
checks 1 verify v1
reports '.undecided_pages == 1 and .wrong == 0 and .found == 1'
kind=undecided
found :$second
checks 1 resolve v1
reports '.undecided_pages == 1 and .repaired == 0'
spoil n1 3 $second
checks 0 verify v1
node_add n3 || fail "no namespace n3"
server_start n3 || fail "no server n3"
netramctl node add n3 "$(node_addr n3):$NODE_PORT" || fail "node add n3"
netramctl volume set v1 --replicas 3 || fail "volume set"
in_sync "three copies"
spoil n3 4 $first $third
checks 1 verify v1
kind=wrong
found n3:$first n3:$third
checks 0 resolve v1
reports '.repaired == 2'
checks 0 verify v1
reports '.compared == 3 * '$pages
same 0 $size

note "it ends with the volume"
netramctl verify v1 --rate 1 --no-wait || fail "it does not begin"
run_is running || fail "it is $(run_state)"
netramctl volume delete v1 > /dev/null || fail "delete"
exit 0
