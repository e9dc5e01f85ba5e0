#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: every sysfs entry is readable and documented, tunables refuse nonsense, tracepoints fire
# KERNELS: 6.1
# TIMEOUT: 120
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"
# shellcheck source=tests/guest/common/backup.sh
. "$NETRAM_TOP/tests/guest/common/backup.sh"

setup_nodes 2 || fail "no nodes"
dev=$(volume_create v1 16M) || fail "no volume"
sys=/sys/block/${dev##*/}
abi=$NETRAM_TOP/Documentation/abi

note "entries"
count=0 known=$(cat "$abi"/*)
for file in "$sys"/netram/* "$sys"/netram_stats/* /sys/class/netram_node/n1/*; do
	[ -f "$file" ] || continue
	case $file in */uevent) continue ;; esac
	mapfile -t lines < "$file" || fail "$file is not readable"
	[ ${#lines[@]} -gt 0 ] || fail "$file is empty"
	path=${file/"$sys"//sys/block/netramN}
	path=${path/n1/NAME}
	[[ $known = *"$path"$'\n'* ]] || fail "$path is not in Documentation/abi"
	count=$((count + 1))
done
[ $count -ge 40 ] || fail "only $count entries"
for pair in logical_block_size=4096 physical_block_size=4096 rotational=0 stable_writes=1 \
	discard_granularity=4096 add_random=0; do
	[ "$(word_of "$sys/queue/${pair%=*}")" = "${pair#*=}" ] ||
		fail "queue/${pair%=*} is $(word_of "$sys/queue/${pair%=*}"), not ${pair#*=}"
done
[ "$(word_of "$sys/queue/discard_max_bytes")" -gt 0 ] || fail "no discard"
[ "$(word_of "$sys/queue/write_zeroes_max_bytes")" -gt 0 ] || fail "no write-zeroes"
[ "$(word_of "$sys/size")" -eq $((16 << 11)) ] || fail "size $(word_of "$sys/size")"

note "tunables, all there are: those of a backup, too"
ramdisks
volume_create v2 16M --backup /dev/ram0 > /dev/null || fail "no volume with a backup"
backed=/sys/block/netram1/netram node=/sys/class/netram_node/n1
[ "$(word_of $backed/name)" = v2 ] || fail "netram1 is $(word_of $backed/name)"
limit() { sed -n "s/^#define NETRAM_$1[[:space:]]*\([0-9]*\)$/\1/p" "$NETRAM_TOP/include/netram/limits.h"; }
tried=''
takes() { # FILE VALUE
	{ echo "$2" > "$1"; } 2> /dev/null || fail "$1 refuses '$2'"
	[ "$(cat "$1")" = "$2" ] || fail "$1 is $(cat "$1"), not $2, which was set"
}
refuses() { # FILE VALUE
	local before
	before=$(cat "$1")
	{ echo "$2" > "$1"; } 2> /dev/null && fail "$1 takes '$2'"
	[ "$(cat "$1")" = "$before" ] || fail "'$2' changed $1"
}
# tunable FILE MACRO [WORD]...: numbers within limits, and these words
tunable() {
	local file=$1 least greatest value before
	least=$(limit "$2_MIN") greatest=$(limit "$2_MAX")
	[ -n "$least" ] || fail "no $2_MIN"
	[ -n "$greatest" ] || fail "no $2_MAX"
	before=$(cat "$file")
	tried+=" $file"
	for value in "$least" $(((least + greatest) / 2)) "$greatest" "${@:3}"; do
		takes "$file" "$value"
	done
	for value in -1 $((greatest + 1)) $((least + (1 << 32))) 99999999999999999999 abc '' 12x '1 2' 0x100 1.5 AUTO; do
		refuses "$file" "$value"
	done
	[ "$least" -eq 0 ] || refuses "$file" $((least - 1))
	takes "$file" "$before"
}
tunable $backed/io_deadline_ms IO_DEADLINE_MS
tunable $backed/io_timeout_ms IO_TIMEOUT_MS
tunable $backed/connect_timeout_ms CONNECT_TIMEOUT_MS
tunable $backed/rereplicate_delay_ms REREPLICATE_DELAY_MS
tunable $backed/sync_rate_mib SYNC_RATE_MIB
tunable $backed/backup_lag_mib BACKUP_LAG_MIB
tunable $backed/hedge_us HEDGE_US 0 auto
tunable $node/weight WEIGHT
for file in io_deadline_ms io_timeout_ms connect_timeout_ms; do refuses $backed/$file 0; done
refuses $node/weight 0
tried+=" $backed/on_loss"
for value in wait error; do takes $backed/on_loss $value; done
for value in '' never Error err errors 0 1 'wait error'; do refuses $backed/on_loss "$value"; done
writable=$(find $backed/ "/sys/block/netram1/netram_stats/" "/sys/block/netram1/netram_traffic/" $node/ \
	-type f -perm /222 ! -name uevent ! -path '*/power/*')
[ "$(sort <<< "$writable")" = "$(tr ' ' '\n' <<< "${tried# }" | sort)" ] ||
	fail "can be written: $writable; was tried:$tried"
netramctl volume delete v2 || fail "delete"
ramdisks_end || fail "the ram disk is still in use"
for file in state pages nodes; do
	{ echo 1 > "$sys/netram/$file"; } 2> /dev/null && fail "$file can be written"
done

note "tracepoints"
trace=/sys/kernel/tracing
[ -d $trace/events/netram ] || skip "no tracefs"
points="netram_request_start netram_request_sent netram_request_received netram_request_completed netram_session_state"
for point in $points; do
	[ -d "$trace/events/netram/$point" ] || fail "no tracepoint $point"
done
echo > $trace/trace
echo 1 > $trace/events/netram/enable
dd if=/dev/urandom of="$dev" bs=4k count=1 seek=1234 oflag=direct status=none || fail "write"
dd if="$dev" of=/dev/null bs=4k count=1 skip=1234 iflag=direct status=none || fail "read"
blkdiscard -f -o $((1234 << 12)) -l 4096 "$dev" || fail "discard"
modprobe tcp_diag && node_reset_connections n1
renewed() { [ "$(node_attr n1 reconnects)" -gt 0 ] && session_is "$dev" n1 up; }
wait_for 10 renewed || fail "n1 does not come back"
wait_for 5 used_at_most 0 n1 n2 || fail "no TRIM"
echo 0 > $trace/events/netram/enable
cp $trace/trace "$NETRAM_RUN/trace"
for op in read write; do
	for point in start sent received completed; do
		grep -qE "netram_request_$point: cmd .*$op page 1234\+1" "$NETRAM_RUN/trace" ||
			fail "no netram_request_$point of the $op: $(cat "$NETRAM_RUN/trace")"
	done
done
# a TRIM is counted from the start of its extent
grep -qE 'netram_request_sent: .*trim page 1024' "$NETRAM_RUN/trace" || fail "no TRIM in the trace"
grep -q 'netram_session_state: v1/n1 state' "$NETRAM_RUN/trace" || fail "no session state in the trace"
exit 0
