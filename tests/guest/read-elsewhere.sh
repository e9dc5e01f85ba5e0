#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: a read waits for the only copy, a second one is made, the first one's node dies: the second one answers
# KERNELS: 6.1 6.12
# CHECK: 6.1
# TIMEOUT: 120
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"
# shellcheck source=tests/guest/common/proxy.sh
. "$NETRAM_TOP/tests/guest/common/proxy.sh"

in_sync() { [ "$(attr_of "$dev" degraded_extents)" -eq 0 ]; }
reads() { ! kill -0 $reader 2> /dev/null; }

proxy_setup_alone
dev=$(volume_create v1 4M --extent-size 4M --replicas 1) || fail "no volume"
tune "$dev" on_loss wait
pattern $((4 << 20)) "$SEED" > "$NETRAM_RUN/golden"
dd if="$NETRAM_RUN/golden" of="$dev" bs=64k oflag=direct status=none || fail "writing"
proxy_join_n2

proxy_mode swallow
dd if="$dev" of="$NETRAM_RUN/got" bs=4k skip=7 count=1 iflag=direct status=none 2> "$NETRAM_RUN/err" &
reader=$!
wait_for 20 proxy_did 0 || fail "no answer was swallowed"
netramctl volume set v1 --replicas 2 || fail "volume set"
wait_for 60 in_sync || fail "no second copy"
reads && fail "the read did not wait: $(cat "$NETRAM_RUN/err")"

server_kill n1
kill "$(cat "$NETRAM_RUN/proxy.pid")"
wait_for 20 reads || fail "the read still waits for n1, and n2 has the page"
wait $reader || fail "the read failed: $(cat "$NETRAM_RUN/err")"
cmp "$NETRAM_RUN/got" <(dd if="$NETRAM_RUN/golden" bs=4k skip=7 count=1 status=none) || fail "wrong data"
expect_stat "$dev" errors -eq 0
exit 0
