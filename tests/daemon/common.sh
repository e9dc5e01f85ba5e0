# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the tests of the real netramd share. They run without the module.
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

NETRAMD=$BUILD/bin/netramd
[ -x "$NETRAMD" ] || fail "no $NETRAMD: run make userspace"
# it must find its library by itself
unset LD_LIBRARY_PATH

scratch=$(mktemp -d)
daemon_pid=''
# shellcheck disable=SC2317 # called by the trap
cleanup() {
	[ -z "$daemon_pid" ] || kill -KILL "$daemon_pid" 2> /dev/null
	[ ! -s "$scratch/log" ] || sed 's/^/netramd says: /' "$scratch/log"
	rm -rf "$scratch"
}
trap cleanup EXIT

# daemon_start ARG...: its words go to $scratch/log
daemon_start() {
	"$NETRAMD" --no-mlock --status "$scratch/sock" --interval 1 "$@" 2>> "$scratch/log" &
	daemon_pid=$!
	wait_for 20 daemon_status || fail "it does not answer"
}
daemon_status() { curl -sf -m 10 --unix-socket "$scratch/sock" http://localhost/status; }
daemon_says() { grep -qF -- "$1" "$scratch/log"; }
daemon_is() { daemon_status | jq -e "$1" > /dev/null; } # JQ-CONDITION
daemon_end() { # must exit with 0 on SIGTERM
	kill -TERM "$daemon_pid"
	wait "$daemon_pid" || fail "it exits with $?"
	daemon_pid=''
}
