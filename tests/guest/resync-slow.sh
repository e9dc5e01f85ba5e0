#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: a copy whose node takes over a second for a write gets in sync while its pages are written all the time
# KERNELS: 6.1 6.12
# CHECK: 6.1
# TIMEOUT: 240
# MEM: 2G
# TOPOLOGY: single
# A quarter of the extent's pages is being written at any moment, so the mover never
# finds all of them free one after the other.
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"
# shellcheck source=tests/guest/common/verify.sh
. "$COMMON/verify.sh"

pages=256
stale() { [ "$(attr_of "$dev" degraded_extents)" -eq 1 ]; }
wrote() { [ "$(stat_of "$dev" writes)" -ge "$1" ]; }
load() {
	fio_run load --filename="$dev" --rw=randwrite --bs=4k --iodepth=$((pages / 4)) --size=$((pages * 4))k \
		--norandommap --time_based --runtime=300
}

modprobe sch_netem || skip "no netem"
setup_nodes 2 || fail "no nodes"
dev=$(volume_create v1 $((pages * 4))k --extent-size 1M --replicas 2) || fail "no volume"
tune "$dev" rereplicate_delay_ms 3600000
pattern $((pages << 12)) "$SEED" > "$NETRAM_RUN/golden"
dd if="$NETRAM_RUN/golden" of="$dev" bs=64k oflag=direct status=none || fail "writing"
wait_for 10 well || fail "not in sync to begin with"

tune "$dev" io_timeout_ms 1000
node_down n2
load &
load=$!
wait_for 30 stale || fail "n2 misses nothing"
tune "$dev" io_timeout_ms 60000
node_slow n2 1200ms
node_up n2
wait_for 60 session_is "$dev" n2 up || fail "n2 does not come back"
begun=$(date +%s)
wait_for 50 well || fail "not in sync in time: $(netramctl volume show v1)"
note "in sync after $(($(date +%s) - begun)) s, $(stat_of "$dev" resync_pages) pages copied"
# still at it, and n2 is one of those that are waited for
written=$(stat_of "$dev" writes)
wait_for 30 wrote $((written + 2 * pages)) || fail "nobody writes any more"
well || fail "out of sync again"
pkill -INT -x fio
wait $load || true
node_fast n2
expect_stat "$dev" errors -eq 0
checks 0 verify v1
