# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# For tests of netram-server written in bash: source it, then start_server.
# Results: exit 0 passed, 77 skipped with a reason, anything else failed.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)
export BUILD=${BUILD:-$top/build}
SERVER=${NETRAM_SERVER:-$BUILD/bin/netram-server}
tmp=$(mktemp -d)
server_pid=

cleanup() {
	local status=$?
	trap - EXIT
	if [ -n "$server_pid" ] && kill -0 "$server_pid" 2>/dev/null; then
		kill -9 "$server_pid" || true
		wait "$server_pid" 2>/dev/null || true
	fi
	if [ $status -ne 0 ] && [ $status -ne 77 ] && [ -s "$tmp/err" ]; then
		sed 's/^/server: /' "$tmp/err" >&2
	fi
	rm -rf "$tmp"
	exit $status
}
trap cleanup EXIT
trap 'exit 143' TERM INT

skip() { echo "SKIP: $*"; exit 77; }
fail() { echo "FAIL: $*" >&2; exit 1; }
requires() {
	local p
	for p; do command -v "$p" >/dev/null || skip "no $p"; done
}

# wait_for SECONDS WHAT COMMAND...: until the command succeeds
wait_for() {
	local end=$((SECONDS + $1)) what=$2
	shift 2
	until "$@"; do
		[ $SECONDS -lt $end ] || fail "waited in vain for $what"
		sleep 0.05
	done
}

_listening() { kill -0 "$server_pid" 2>/dev/null && [ -s "$tmp/out" ]; }

# start_server OPTION...: sets server_pid, port, url, status_sock
start_server() {
	[ -x "$SERVER" ] || fail "$SERVER is not built: make userspace"
	status_sock=$tmp/status.sock
	: >"$tmp/out"
	"$SERVER" --listen 127.0.0.1:0 --status "$status_sock" "$@" \
		>"$tmp/out" 2>"$tmp/err" &
	server_pid=$!
	wait_for 60 "the server to listen" _listening
	wait_for 60 "the status socket" test -S "$status_sock"
	port=$(sed -n '1s/.*://p' "$tmp/out")
	url=nbd://127.0.0.1:$port
}

# The server must go by itself and say 0.
stop_server() {
	local status=0
	kill -TERM "$server_pid"
	wait "$server_pid" || status=$?
	server_pid=
	[ $status -eq 0 ] || fail "the server ended with $status"
}

# status_get EXPRESSION: of the status, in jq's words
status_get() {
	curl -sf -m 60 --unix-socket "$status_sock" http://netram/status | jq -r "$1"
}
