# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the tests of the real netramd share. They run without the module.
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

NETRAMD=$BUILD/bin/netramd
[ -x "$NETRAMD" ] || fail "no $NETRAMD: run make userspace"
# it must find its library by itself
unset LD_LIBRARY_PATH

scratch=$(mktemp -d)
# shellcheck disable=SC2034 # for who sources this
fake='' page=''
daemon_pid='' fake_pids=()
# shellcheck disable=SC2317 # called by the trap
cleanup() {
	[ -z "$daemon_pid" ] || kill -KILL "$daemon_pid" 2> /dev/null
	[ ${#fake_pids[@]} -eq 0 ] || kill "${fake_pids[@]}" 2> /dev/null
	[ ! -s "$scratch/log" ] || sed 's/^/netramd says: /' "$scratch/log"
	rm -rf "$scratch"
}
trap cleanup EXIT

# daemon_start ARG...: its words go to $scratch/log
daemon_start() {
	"$NETRAMD" --no-mlock --status "$scratch/sock" --state "$scratch/state" --interval 1 "$@" 2>> "$scratch/log" &
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

# ---- netramd with a module that is not there: fake/module.c

# fake_start [SED-EXPRESSION]: with fake/netram.conf, changed by that; $page is where its
# page is, $fake the folder that steers the module
fake_start() {
	make --no-print-directory -s -C "$TOP/tests/daemon/fake" || fail "no fake module"
	fake=$scratch
	page=127.0.0.1:$(free_port)
	/usr/bin/python3 "$TOP/tests/daemon/fake/server.py" "$scratch/atlas.sock" 41000000000 68719476736 0.4 0 &
	fake_pids+=($!)
	/usr/bin/python3 "$TOP/tests/daemon/fake/server.py" "$scratch/boreas.sock" 62000000000 68719476736 13.2 4.1 &
	fake_pids+=($!)
	wait_for 20 test -S "$scratch/boreas.sock" || fail "no server"
	wait_for 20 test -S "$scratch/atlas.sock" || fail "no server"
	fake_conf "${1:-}"
	export NETRAM_FAKE=$fake
	LD_PRELOAD=$BUILD/tests/fake-module.so daemon_start --config "$scratch/netram.conf"
}
fake_conf() { # [SED-EXPRESSION]
	sed -e "s|@DIR@|$scratch|; s|@LISTEN@|$page|" -e "${1:-}" "$TOP/tests/daemon/fake/netram.conf" > "$scratch/netram.conf"
}
page_get() { curl -sf -m 60 "http://$page$1"; } # PATH
page_is() { page_get "$1" | jq -e "$2" > /dev/null; } # PATH JQ-CONDITION
