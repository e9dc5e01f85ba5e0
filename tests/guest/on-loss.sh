#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: on_loss: with error a request without a copy fails in time, with wait it waits, and says so, until there is one
# KERNELS: 6.1 6.12
# CHECK: 6.1
# TIMEOUT: 400
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"

DEADLINE=3000
# else what waits when the test fails could not be cleaned up
give_up() {
	server_continue n1 && server_continue n2
	for dev in /sys/block/netram*/netram/on_loss; do
		[ ! -e "$dev" ] || echo error > "$dev"
	done
} 2> /dev/null
trap give_up EXIT
# the writers and readers of this test are left waiting for longer than usual
dmesg_allow 'blocked for more than' 'hung_task'

page_of() { head -c 4096 /dev/zero | tr '\0' "$1"; } # BYTE
page_write() { # DEVICE PAGE BYTE
	page_of "$3" | dd of="$1" bs=4k seek="$2" oflag=direct iflag=fullblock conv=notrunc status=none 2> /dev/null
}
page_is() { # DEVICE PAGE BYTE
	page_of "$3" | cmp -s - <(dd if="$1" bs=4k skip="$2" count=1 iflag=direct status=none 2> /dev/null)
}
page_read() { dd if="$1" of=/dev/null bs=4k skip="$2" count=1 iflag=direct status=none 2> /dev/null; }

# begin NAME COMMAND...: in the background; its exit code comes into NAME.rc
begin() {
	local name=$1
	shift
	rm -f "$NETRAM_RUN/$name.rc"
	("$@"; echo $? > "$NETRAM_RUN/$name.rc") &
}
ended() { [ -s "$NETRAM_RUN/$1.rc" ]; }
waits() { ! ended "$1"; }
ended_with() { # NAME RC
	wait_for 20 ended "$1" || fail "$1 has not ended"
	[ "$(cat "$NETRAM_RUN/$1.rc")" -eq "$2" ] || fail "$1 ended with $(cat "$NETRAM_RUN/$1.rc"), not $2"
}
mode() { attr_of "$dev" on_loss; }
event() { # STATE: the next one of its type
	wait_for 20 grep -q "\"type\":\"waiting\".*\"volume\":\"v1\".*\"state\":\"$1\"" "$NETRAM_RUN/events" ||
		fail "no event: $(cat "$NETRAM_RUN/events")"
	: > "$NETRAM_RUN/events"
}
make_volume() { # OPTION...
	dev=$(volume_create v1 16M --extent-size 1M "$@") || fail "no volume"
	tune "$dev" io_timeout_ms 2000
	tune "$dev" io_deadline_ms $DEADLINE
	tune "$dev" connect_timeout_ms 2000
}
cut() { # NODE...
	local n
	for n in "$@"; do
		server_stop "$n" || fail "$n does not stop"
		wait_for 20 session_is "$dev" "$n" connecting || fail "$n is $session_state"
	done
}

setup_nodes 2 || fail "no nodes"
netramctl events --follow --json >> "$NETRAM_RUN/events" 2>&1 &
events_pid=$!

note "error, the default"
make_volume
[ "$(mode)" = error ] || fail "on_loss is $(mode)"
[ "$(netramctl volume show v1 --json | jq -r .on_loss)" = error ] || fail "not told"
for page in 0 256 512 768 1024 1280; do page_write "$dev" $page x || fail "writing"; done
wait_for 5 sessions_up "$dev"
: > "$NETRAM_RUN/events"
server_pause n1 && server_pause n2
start=$(now_ms)
page_read "$dev" 0 && fail "a page was read from a node that does not answer"
took=$(($(now_ms) - start))
note "failed after $took ms"
[ $took -ge 1500 ] || fail "too soon"
[ $took -le $((DEADLINE + 9000)) ] || fail "too late"
event on
[ "$(attr_of "$dev" state)" = degraded ] || fail "state $(attr_of "$dev" state)"
server_continue n1 && server_continue n2
wait_for 30 sessions_up "$dev" || fail "they do not come back"
event off
page_is "$dev" 0 x || fail "it is not back"

# With wait, and a server that does not lose its pages (stopped by SIGSTOP): replayed.
note "wait: as long as it takes"
netramctl volume set v1 --on-loss wait || fail "set"
[ "$(mode)" = wait ] || fail "on_loss is $(mode)"
server_pause n1 && server_pause n2
begin read page_is "$dev" 0 x
begin write page_write "$dev" 256 y
wait_for 30 state_is "$dev" waiting || fail "state $(attr_of "$dev" state)"
event on
pause $((DEADLINE * 2 / 1000))
waits read || fail "the read did not wait"
waits write || fail "the write did not wait"
note "reason: $(attr_of "$dev" reason)"
case $(attr_of "$dev" reason) in *requests\ wait*n?*) ;; *) fail "reason: $(attr_of "$dev" reason)" ;; esac
netramctl status > "$NETRAM_RUN/status" && fail "status says that all is well"
grep -q 'v1 is waiting: .*--on-loss error' "$NETRAM_RUN/status" || fail "status: $(cat "$NETRAM_RUN/status")"
dmesg | grep -q 'v1: no copy of some pages can be reached: requests wait' || fail "the log does not tell"

note "it can neither be deleted nor the module go, and both say so"
exec 9< "$dev"
netramctl volume delete v1 2> "$NETRAM_RUN/error" && fail "it was deleted"
cat "$NETRAM_RUN/error"
grep -q 'set on_loss to error' "$NETRAM_RUN/error" || fail "it does not say what to do"
rmmod netram 2> /dev/null && fail "the module went"
exec 9<&-

server_continue n1 && server_continue n2
ended_with read 0
ended_with write 0
page_is "$dev" 256 y || fail "not as written"
wait_for 20 state_is "$dev" ok || fail "state $(attr_of "$dev" state): $(attr_of "$dev" reason)"
[ -z "$(attr_of "$dev" reason)" ] || fail "reason: $(attr_of "$dev" reason)"
event off

note "a reader that is killed while it waits keeps nobody else from the controls"
server_pause n1 && server_pause n2
(exec dd if="$dev" of=/dev/null bs=4k status=none 2> /dev/null) &
reader=$!
wait_for 30 state_is "$dev" waiting || fail "state $(attr_of "$dev" state)"
kill -KILL $reader
timeout 60 netramctl volume delete v1 2> "$NETRAM_RUN/error" && fail "it was deleted"
cat "$NETRAM_RUN/error"
grep -q 'in use' "$NETRAM_RUN/error" || fail "a delete hangs"
timeout 20 netramctl status > /dev/null
[ $? -eq 1 ] || fail "status hangs"

note "from wait to error: what waits fails at once"
begin read2 page_read "$dev" 512
pause $((DEADLINE / 1000 + 1))
waits read2 || fail "it did not wait"
timeout 20 netramctl volume set v1 --on-loss error || fail "set"
within 5 ended read2 || fail "it still waits"
note "after $within_ms ms"
ended_with read2 1
server_continue n1 && server_continue n2
wait_for 30 sessions_up "$dev" || fail "they do not come back"
wait $reader
wait_for 20 netramctl volume delete v1 || fail "it is not deleted"

scenario() { # OPTION...: nodes that come back empty, one after the other
	local page end lost=0
	note "wait, and both nodes come back empty: $*"
	make_volume --on-loss wait "$@"
	[ "$(mode)" = wait ] || fail "on_loss is $(mode)"
	for page in 0 256 512 768 1024 1280; do page_write "$dev" $page x || fail "writing"; done
	wait_for 20 state_is "$dev" ok || fail "state $(attr_of "$dev" state)"
	cut n1 n2
	for page in 0 256 512 768 1024 1280; do begin "r$page" page_read "$dev" $page; done
	wait_for 30 state_is "$dev" waiting || fail "state $(attr_of "$dev" state)"
	server_start n1 || fail "no server"
	server_start n2 || fail "no server"
	for page in 0 256 512 768 1024 1280; do
		end=0
		wait_for 30 ended "r$page" || end=1
		[ $end -eq 0 ] || fail "page $page still waits: $(attr_of "$dev" reason)"
		# an error, never zeroes
		ended_with "r$page" 1
		page_read "$dev" $page && fail "page $page was read, and nobody has it"
		lost=$((lost + 1))
	done
	[ $lost -eq "$(attr_of "$dev" lost_pages)" ] || fail "$(attr_of "$dev" lost_pages) pages lost"
	wait_for 20 state_is "$dev" lost || fail "state $(attr_of "$dev" state)"
	page_write "$dev" 0 z || fail "writing does not heal"
	page_is "$dev" 0 z || fail "writing does not heal"
	netramctl volume delete v1 || fail "delete"
}
scenario
scenario --no-checksum
scenario --replicas 2

note "with two copies, one of the two is enough, and the last one is waited for"
make_volume --on-loss wait --replicas 2
page_write "$dev" 0 x || fail "writing"
cut n1
page_is "$dev" 0 x || fail "one copy is not enough"
page_write "$dev" 0 y || fail "one copy is not enough"
server_pause n2
begin read page_is "$dev" 0 y
begin write page_write "$dev" 1 z
wait_for 30 state_is "$dev" waiting || fail "state $(attr_of "$dev" state)"
# n1 is back, without its pages: of no use for page 0
server_start n1 || fail "no server"
wait_for 30 session_is "$dev" n1 up || fail "n1 is $session_state"
pause 1
waits read || fail "it did not wait for the copy that has the page"
server_continue n2
ended_with read 0
ended_with write 0
wait_for 60 state_is "$dev" ok || fail "state $(attr_of "$dev" state)"
page_is "$dev" 0 y || fail "not as written"
page_is "$dev" 1 z || fail "not as written"
[ "$(attr_of "$dev" lost_pages)" -eq 0 ] || fail "$(attr_of "$dev" lost_pages) pages lost"

echo never > "/sys/block/${dev##*/}/netram/on_loss" 2> /dev/null && fail "it took nonsense"
kill $events_pid
exit 0
