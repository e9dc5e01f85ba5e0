#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: every sysfs entry is readable and documented, tunables refuse nonsense, tracepoints fire
# KERNELS: 6.1
# TIMEOUT: 120
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"

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

note "tunables"
for name in io_deadline_ms io_timeout_ms connect_timeout_ms; do
	before=$(attr_of "$dev" $name)
	for value in 0 99 -1 3600001 4294967396 abc '' 12x '1 2' 0x100 99999999999999999999; do
		tune "$dev" $name "$value" 2> /dev/null && [ -n "$value" ] && fail "$name takes '$value'"
		[ "$(attr_of "$dev" $name)" = "$before" ] || fail "'$value' changed $name"
	done
	for value in 100 5000 60000; do
		tune "$dev" $name $value || fail "$name refuses $value"
		[ "$(attr_of "$dev" $name)" = $value ] || fail "$name is not what was set"
	done
	tune "$dev" $name "$before"
done
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
