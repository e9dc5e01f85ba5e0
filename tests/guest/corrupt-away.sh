#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: a copy is corrupt while the other one is away, and has missed something else: the read waits for it
# KERNELS: 6.1 6.12
# CHECK: 6.1
# TIMEOUT: 120
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"

# shellcheck disable=SC2119 # no parameters are needed
module_load || fail "the module does not load"
node_add n1 n2 || fail "no namespaces"
for n in n1 n2; do
	server_start $n || fail "no server"
	netramctl node add $n "$(node_addr $n):$NODE_PORT" || fail "node add $n"
done
dev=$(volume_create v1 8M --extent-size 8M --replicas 2) || fail "no volume"
tune "$dev" rereplicate_delay_ms 3600000
pattern $((4 << 20)) "$SEED" > "$NETRAM_RUN/golden"
dd if="$NETRAM_RUN/golden" of="$dev" bs=64k oflag=direct status=none || fail "writing"
stale() { [ "$(attr_of "$dev" degraded_extents)" -eq 1 ]; }
in_sync() { [ "$(attr_of "$dev" degraded_extents)" -eq 0 ]; }
wait_for 10 in_sync || fail "not in sync to begin with"

netramctl events --follow --json > "$NETRAM_RUN/events" &
events=$!
wait_for 20 listens_for_events "$events" || fail "nobody listens for events"
told() { jq -sc '[.[] | select(.type == "corrupt")]' "$NETRAM_RUN/events"; }
told_of() { told | jq -e "$1" > /dev/null; } # EXPRESSION

spoilt=$("$PYTHON" "$COMMON/store.py" flip "$(server_pid n1)" 1) || fail "nothing is spoilt"
[ "$spoilt" -ge 1024 ] || fail "only $spoilt pages of n1 are spoilt"
node_down n2
tune "$dev" io_timeout_ms 1000
# the second half of the extent: n2 misses it
dd if=/dev/urandom of="$dev" bs=4k count=1 seek=1500 oflag=direct status=none || fail "writing with one copy"
wait_for 20 stale || fail "the copy that missed a write is not stale"
tune "$dev" io_timeout_ms 60000

dd if="$dev" of="$NETRAM_RUN/got" bs=4k count=16 skip=16 iflag=direct status=none 2> "$NETRAM_RUN/err" &
reader=$!
retried() { [ "$(stat_of "$dev" checksum_retries)" -gt 0 ] && [ "$(stat_of "$dev" failovers)" -gt 1 ]; }
wait_for 20 retried || fail "nobody has met the corrupt copy"
kill -0 $reader 2> /dev/null || fail "the read did not wait: $(cat "$NETRAM_RUN/err")"
node_up n2
wait $reader || fail "the read failed: $(cat "$NETRAM_RUN/err")"
cmp "$NETRAM_RUN/got" <(dd if="$NETRAM_RUN/golden" bs=4k count=16 skip=16 status=none) || fail "wrong data"
wait_for 60 in_sync || fail "n2's copy is not brought up to date"
dd if="$dev" of="$NETRAM_RUN/got" bs=64k count=64 iflag=direct status=none || fail "reading all"
cmp "$NETRAM_RUN/got" "$NETRAM_RUN/golden" || fail "wrong data after all"
expect_stat "$dev" errors -eq 0
wait_for 20 told_of 'length > 0' || fail "no event: $(cat "$NETRAM_RUN/events")"
told_of 'all(.[]; .volume == "v1" and .node == "n1" and .state == "elsewhere" and .value < 1024)' || fail "told was $(told)"
kill $events
note "$(stat_of "$dev" checksum_errors) corrupt pages were found, $(stat_of "$dev" repairs) are to be copied anew"
exit 0
