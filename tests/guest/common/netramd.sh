# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034 # the caller has $conf
# A test's netramd, which ends with it: before guest_reset, or it would put back what that
# removes. What it said is told, also when all is well.

conf=$NETRAM_RUN/netram.conf sock=$NETRAM_RUN/netramd.sock log=$NETRAM_RUN/netramd.log
state=$NETRAM_RUN/state pid=''
unix_get=$(program unix-get) || fail "no unix-get"

netramd_end() {
	[ -z "$pid" ] || kill -KILL "$pid" 2> /dev/null
	[ ! -s "$log" ] || sed 's/^/    /' "$log"
}
trap netramd_end EXIT

netramd_run() { # does not wait for it; with what its unit gives it, and no more
	: > "$log"
	setpriv --no-new-privs --inh-caps=-all --bounding-set=-all,+net_admin,+sys_admin,+ipc_lock \
		netramd --config "$conf" --status "$sock" --state "$state" --interval 2 2>> "$log" &
	pid=$!
}
netramd_start() {
	netramd_run
	wait_for 20 status || fail "netramd does not answer"
}
netramd_kill() {
	kill -KILL "$pid"
	wait "$pid" 2> /dev/null
}
status() { "$unix_get" "$sock"; }
is() { status | jq -e "$1" > /dev/null; } # JQ-CONDITION
becomes() { wait_for 30 is "$1" || fail "never: $1; it is $(status)"; }
says() { grep -qF -- "$1" "$log"; }
told() { wait_for 30 says "$1" || fail "it never says: $1"; }
