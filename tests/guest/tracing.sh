#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: requests and sessions leave their traces, as Documentation/tracing.md tells
# KERNELS: 6.1 6.12
# TIMEOUT: 120
# MEM: 2G
# TOPOLOGY: single
. "$NETRAM_TOP/tests/guest/common/lib.sh"
# shellcheck source=tests/documents/lib.sh
. "$NETRAM_TOP/tests/documents/lib.sh"
doc=$NETRAM_TOP/Documentation/tracing.md
tracing=/sys/kernel/tracing
[ -e $tracing/trace ] || mount -t tracefs tracefs $tracing || fail "no tracefs"

# without those that never end
block() { doc_block "$doc" "$1" | grep -v trace_pipe; } # NUMBER
[ "$(doc_blocks "$doc" | grep -c '^== [0-9]* tracing$')" = 3 ] || fail "not all blocks are run here"

setup_nodes 1 || fail "no node"
dev=$(volume_create v0 64M) || fail "no volume"
events=$tracing/events/netram
[ "$(find $events -mindepth 1 -type d | wc -l)" = 5 ] || fail "events: $(ls $events)"
while IFS='`' read -r _ event _; do
	[ -d "$events/$event" ] || fail "no event $event"
done < <(grep '^| .netram_' "$doc")

note "a write and a read, step by step"
(eval "$(block 1)") || fail "tracing.md: $(block 1)"
head -c 65536 /dev/urandom > "$NETRAM_RUN/data"
dd if="$NETRAM_RUN/data" of="$dev" bs=64k seek=16 oflag=direct status=none || fail "write"
dd if="$dev" of=/dev/null bs=64k skip=16 count=1 iflag=direct status=none || fail "read"
netram_trace() { grep "$1" $tracing/trace; }
for op in write read; do
	for event in start sent received completed; do
		netram_trace "netram_request_$event: cmd [0-9.]* $op page 256+16" > /dev/null ||
			fail "no netram_request_$event of the $op: $(cat $tracing/trace)"
	done
done
netram_trace "netram_request_completed.* error 0" > /dev/null || fail "no error 0"

note "a discard is told to the node"
blkdiscard "$dev" || fail "discard"
wait_for 10 grep -q "netram_request_received: .* trim " $tracing/trace || fail "no trim"

note "a broken session and a new one"
node_reset_connections n1
wait_for 20 netram_trace "netram_session_state: v0/n1 state 0 -> 1 epoch" || fail "not up again"
netram_trace "netram_session_state: v0/n1 state 1 -> 2 epoch" > /dev/null || fail "not broken"
netram_trace "netram_session_state: v0/n1 state 2 -> 0 epoch" > /dev/null || fail "not connecting"
echo 0 > $events/enable

note "only what fails, and a histogram"
(cd $tracing && eval "$(block 2)") || fail "tracing.md: $(block 2)"
if [ -e $tracing/synthetic_events ]; then
	(eval "$(block 3)") > /dev/null || fail "tracing.md: $(block 3)"
	dd if="$NETRAM_RUN/data" of="$dev" bs=4k oflag=direct status=none || fail "write"
	hist=$(cat $tracing/events/synthetic/netram_lat/hist)
	[[ $hist =~ Hits:\ ([0-9]+) ]] || fail "no histogram: $hist"
	[ "${BASH_REMATCH[1]}" -ge 16 ] || fail "only ${BASH_REMATCH[1]} requests in the histogram: $hist"

	# undo, so that the module can go
	for trigger in synthetic/netram_lat netram/netram_request_completed netram/netram_request_start; do
		while read -r line; do
			[[ $line = \#* ]] || echo "!${line% \[active\]}" > "$tracing/events/$trigger/trigger"
		done < "$tracing/events/$trigger/trigger"
	done
else
	note "no histogram: this kernel (the debug kernel) has no synthetic events"
fi
echo 0 > $events/enable
echo 0 > $events/netram_request_completed/filter
[ ! -e $tracing/synthetic_events ] ||
	echo '!netram_lat u64 us; u8 op' >> $tracing/synthetic_events || fail "the synthetic event does not go"
exit 0
