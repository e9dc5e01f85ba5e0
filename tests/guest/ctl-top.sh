#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: netramctl top on a terminal of any size, its keys, and what it tells under load
# KERNELS: 6.1 6.12
# CHECK: 6.1
# TIMEOUT: 200
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"

command -v tmux > /dev/null || skip "no tmux"
export LANG=C.UTF-8
tm() { tmux -L netram-top -f /dev/null "$@"; }
screen() { tm capture-pane -p -t top; }
# with colours, to be looked at: Documentation/testing.md says how
picture() { tm capture-pane -e -p -t top > "${NETRAM_SHARE:-/run/share}/ctl-top-$1.ansi"; }
shows() { [[ $(screen) = *"$1"* ]]; }
becomes() { wait_for 30 shows "$1" || fail "never: $1; it is: $(screen)"; }
press() { tm send-keys -t top "$1"; }
# shellcheck disable=SC2317 # called by the trap
cleanup() { tm kill-server 2> /dev/null; rm -f "$NETRAM_RUN/load-on"; }
trap cleanup EXIT

setup_nodes 2 || fail "no nodes"
dev=$(volume_create v1 64M --replicas 2) || fail "no volume"
volume_create v2 16M > /dev/null || fail "no volume"

note "what it tells"
load_start "$dev" 4m
load_flowing "$dev"
netramctl status || fail "status"
# the load writes for a while and then reads it back
netramctl top --count 8 --json > "$NETRAM_RUN/top" || fail "top --json"
cat "$NETRAM_RUN/top"
jq -es 'length == 8 and all(.[]; .interval_ms >= 1000 and .interval_ms < 60000 and
		.volumes[1].writes_per_second == 0 and (.volumes[1] | has("write_p99_ns") | not)) and
	any(.[]; .volumes[0].writes_per_second > 0 and .volumes[0].written_bytes_per_second > 0 and
		.volumes[0].write_p99_ns > 0) and
	any(.[]; all(.nodes[]; .writes_per_second > 0 and .tx_bytes_per_second > 0))' "$NETRAM_RUN/top" > /dev/null ||
	fail "not so: $(cat "$NETRAM_RUN/top")"
# two copies: what is written goes to the nodes twice, give or take what is under way
jq -es '([.[].nodes[].tx_bytes_per_second] | add) / ([.[].volumes[].written_bytes_per_second] | add)
	| . > 1.5 and . < 3' "$NETRAM_RUN/top" > /dev/null || fail "not twice: $(cat "$NETRAM_RUN/top")"
netramctl top --count 1 --sort ops | tee "$NETRAM_RUN/plain"
grep -q '^VOLUME .*W-P99$' "$NETRAM_RUN/plain" || fail "no plain table"

note "a terminal"
tm new-session -d -s top -x 80 -y 24 "netramctl top; echo \$? > $NETRAM_RUN/rc" || fail "no tmux"
becomes 'NODE '
becomes 'by name'
becomes 'q quit'
press o
becomes 'by ops'
press r
becomes 'by ops, reversed'
press b
press r
becomes 'by bytes'
press l
becomes 'by latency'
press s
becomes 'by stored'
wait_for 30 eval 'screen | grep -qE "^v1 +ok .*[0-9](us|ms|s) *$"' || fail "no rates: $(screen)"
screen
[ "$(screen | wc -l)" -le 24 ] || fail "more than 24 lines"
! screen | grep -qE '^.{81}' || fail "more than 80 columns"

note "other sizes"
for size in 40x10 20x5 200x50 1x1 80x24; do
	tm resize-window -t top -x "${size%x*}" -y "${size#*x}" || fail "no resize"
	case $size in
	1x1) pause 2 ;;
	20x5) becomes 'netram: ok' ;;
	40x10) becomes 'VOLUME' ;;
	*) becomes 'W-P99' ;;
	esac
	[ ! -e "$NETRAM_RUN/rc" ] || fail "it ended at $size with $(cat "$NETRAM_RUN/rc")"
	note "$size"
	screen
	picture "$size"
done
server_kill n2
becomes 'netram: degraded'
screen
picture degraded
server_start n2 || fail "no server"
press q
wait_for 30 test -s "$NETRAM_RUN/rc" || fail "q does not end it"
[ "$(cat "$NETRAM_RUN/rc")" = 0 ] || fail "it ends with $(cat "$NETRAM_RUN/rc")"
load_end

note "Ctrl-C, and a terminal that nobody knows"
rm "$NETRAM_RUN/rc"
tm new-session -d -s top -x 80 -y 24 "netramctl top; echo \$? > $NETRAM_RUN/rc" || fail "no tmux"
becomes 'NODE '
press C-c
wait_for 30 test -s "$NETRAM_RUN/rc" || fail "Ctrl-C does not end it"
[ "$(cat "$NETRAM_RUN/rc")" = 0 ] || fail "it ends with $(cat "$NETRAM_RUN/rc")"
TERM=nosuch script -qec "netramctl top" /dev/null > "$NETRAM_RUN/nosuch" && fail "it knows the terminal"
grep -q 'this terminal is not known' "$NETRAM_RUN/nosuch" || fail "$(cat "$NETRAM_RUN/nosuch")"
exit 0
