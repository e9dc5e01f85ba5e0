#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: with a backup all nodes may die, under load and under swap: nothing is lost, and all comes back to nodes
# KERNELS: 6.1 6.12
# CHECK: 6.1
# TIMEOUT: 900
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"
# shellcheck source=tests/guest/common/backup.sh
. "$NETRAM_TOP/tests/guest/common/backup.sh"

pageload=$(program pageload) || fail "no pageload"
memcheck=$(program memcheck) || fail "no memcheck"
model=$NETRAM_RUN/model

sum_of() { # WORD FILE: the number behind WORD=
	sed -n "s/.*\b$1=\([0-9]*\).*/\1/p" "$2" | tail -n 1
}
no_errors() { # FILE
	cat "$1"
	[ "$(sum_of mismatches "$1")" -eq 0 ] || fail "wrong data"
	[ "$(sum_of errors "$1")" -eq 0 ] || fail "errors"
}
check() { # WHAT
	note "compare: $1"
	"$pageload" check "$dev" "$model" > "$NETRAM_RUN/check" || {
		cat "$NETRAM_RUN/check"
		fail "wrong data"
	}
	no_errors "$NETRAM_RUN/check"
}
load_on() { # KIND
	"$pageload" "$1" "$dev" "$model" "$SEED" 2 > "$NETRAM_RUN/pageload" &
	pageload_pid=$!
	moved "$2"
}
# moved NAME: the counter has grown by some since the call
grown() { [ "$(stat_of "$dev" "$1")" -gt "$2" ]; }
moved() { # NAME
	local before
	before=$(stat_of "$dev" "$1")
	wait_for 60 grown "$1" $((before + 20)) || fail "$1 does not grow"
}
load_off() {
	kill -TERM "$pageload_pid"
	wait "$pageload_pid" || fail "the load failed: $(cat "$NETRAM_RUN/pageload")"
	no_errors "$NETRAM_RUN/pageload"
}
event() { # TYPE STATE
	wait_for 20 grep -q "\"type\":\"$1\".*\"volume\":\"v1\".*\"state\":\"$2\"" "$NETRAM_RUN/events" ||
		fail "no event $1 $2: $(cat "$NETRAM_RUN/events")"
	: > "$NETRAM_RUN/events"
}

# scenario MODE OPTION...: all nodes die under load, and come back empty
scenario() {
	local mode=$1 before
	shift
	note "$mode $*"
	make_backed /dev/ram0 "$mode" "$@"
	# no deadline is to be needed
	tune "$dev" io_deadline_ms 300000
	attr_is "$dev" backup_mode "$mode" || fail "mode $(attr_of "$dev" backup_mode)"
	"$pageload" fill "$dev" "$model" "$SEED" $MIB || fail "fill"
	if [ "$mode" = behind ]; then
		# this is a second mode of failure, see backup-device
		wait_for 60 attr_is "$dev" backup_lag_pages 0 || fail "the lag stays"
	fi
	expect_stat "$dev" backup_writes -gt 0
	expect_stat "$dev" backup_reads -eq 0
	: > "$NETRAM_RUN/events"
	if [ "$mode" = behind ]; then
		nodes_cut n1 n2
		load_on mixed backup_writes
	else
		load_on mixed writes
		nodes_cut n1 n2
	fi
	note "no node is there"
	moved backup_reads
	moved backup_writes
	wait_for 20 state_is "$dev" backup || fail "state $(attr_of "$dev" state)"
	event backup on
	note "reason: $(attr_of "$dev" reason)"
	netramctl volume show v1
	load_off
	check "no node is there"
	[ "$(attr_of "$dev" backup_only_pages)" -gt 0 ] || fail "all pages are on nodes that are dead"
	# what is dropped now must not come back with the nodes
	load_on discard discards
	load_off
	note "they come back, empty"
	nodes_back n1 n2
	load_on mixed writes
	wait_for 120 attr_is "$dev" backup_only_pages 0 || fail "$(attr_of "$dev" backup_only_pages) pages stay on the backup"
	load_off
	wait_for 60 state_is "$dev" ok || fail "state $(attr_of "$dev" state): $(attr_of "$dev" reason)"
	event backup off
	expect_stat "$dev" backup_returns -gt 0
	expect_stat "$dev" errors -eq 0
	attr_is "$dev" lost_pages 0 || fail "lost pages"
	before=$(stat_of "$dev" backup_reads)
	check "from the nodes"
	expect_stat "$dev" backup_reads -eq "$before"
	wait_for 60 attr_is "$dev" backup_lag_pages 0 || fail "the lag stays"
	netramctl volume delete v1 || fail "delete"
	: > "$NETRAM_RUN/events"
}

ramdisks
setup_nodes 2 || fail "no nodes"
netramctl events --follow --json >> "$NETRAM_RUN/events" 2>&1 &
events_pid=$!

scenario sync --replicas 2
scenario behind --replicas 1
in_full && scenario sync --replicas 1
in_full && scenario behind --replicas 2 --no-checksum
in_full && scenario sync --replicas 1 --no-checksum

note "swap, and all nodes die"
ramdisks_end || fail "the backup device is still in use"
MIB=128 && ramdisks
for mode in sync behind; do
	dev=$(volume_create v1 128M --extent-size 1M --replicas 1 --backup /dev/ram0 --backup-mode $mode) || fail "no volume"
	netramctl swapon v1 || fail "swapon"
	cgroup_make hog 32M || skip "no memory cgroup"
	rm -f "$NETRAM_RUN/ready"
	(cgroup_exec hog "$memcheck" 72 "$SEED" 1 1 "$NETRAM_RUN/ready" > "$NETRAM_RUN/memcheck") &
	hog=$!
	wait_for 100 test -e "$NETRAM_RUN/ready" || fail "it does not get its memory"
	[ "$(swap_used_kb "$dev")" -gt 20000 ] || fail "only $(swap_used_kb "$dev") kB are out"
	if [ $mode = sync ]; then
		# in the middle of it
		kill -USR1 $hog
		moved reads
	else
		# what the backup lacks would be lost, which is what behind means
		wait_for 100 attr_is "$dev" backup_lag_pages 0 || fail "the lag stays"
	fi
	nodes_cut n1 n2
	[ $mode = sync ] || kill -USR1 $hog
	moved backup_reads
	wait $hog || fail "the program has failed: $(cat "$NETRAM_RUN/memcheck")"
	cat "$NETRAM_RUN/memcheck"
	grep -q 'mismatches=0' "$NETRAM_RUN/memcheck" || fail "no verdict"
	expect_stat "$dev" errors -eq 0
	nodes_back n1 n2
	netramctl swapoff v1 || fail "swapoff"
	cgroup_end hog
	netramctl volume delete v1 || fail "delete"
done
kill $events_pid
ramdisks_end || fail "the backup device is still in use"
exit 0
