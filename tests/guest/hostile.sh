#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: a server whose replies are nonsense: requests survive or fail in time, the other node is not touched
# KERNELS: 6.1
# TIMEOUT: 240
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"
# shellcheck source=tests/guest/common/proxy.sh
. "$COMMON/proxy.sh"

# the server misbehaves, on purpose
dmesg_allow 'I/O error, dev netram' 'critical .* error, dev netram'
proxy_setup
dev=$(volume_create v1 8M --extent-size 1M) || fail "no volume"
# n2 must not miss it, on a busy machine either
tune "$dev" io_timeout_ms 4000
pattern $((8 << 20)) "$SEED" > "$NETRAM_RUN/golden"
dd if="$NETRAM_RUN/golden" of="$dev" bs=256k oflag=direct status=none || fail "writing"
session_of "$dev" n1
[ "$session_extents" -ge 2 ] || fail "n1 has only $session_extents extents"
intact() {
	blockdev --flushbufs "$dev"
	dd if="$dev" bs=256k iflag=direct status=none | cmp - "$NETRAM_RUN/golden"
}
intact || fail "not as written"

for mode in cookie twice magic short cut garbage swallow; do
	before=$(proxy_done) reconnects=$(node_attr n1 reconnects)
	proxy_mode $mode 2
	intact || fail "$mode: wrong data or an error"
	dd if="$NETRAM_RUN/golden" of="$dev" bs=256k oflag=direct status=none || fail "$mode: a write failed"
	wait_for 10 proxy_did "$before" || fail "$mode was not tried"
	proxy_mode pass 0
	intact || fail "$mode: wrong data after writing"
	[ "$(node_attr n1 reconnects)" -gt "$reconnects" ] || fail "$mode goes unnoticed"
	note "$mode: $(node_attr n1 last_error)"
done
expect_stat "$dev" errors -eq 0
expect_stat "$dev" checksum_errors -eq 0
[ "$(node_attr n2 reconnects)" -eq 0 ] || fail "the other node was disturbed"

note "an error that nobody knows is an I/O error"
before=$(proxy_done) errors=$(stat_of "$dev" errors)
# once: the pages are asked for one by one then
proxy_mode error 1
intact || fail "an error for pages that could be had"
wait_for 10 proxy_did "$before" || fail "not tried"
expect_stat "$dev" errors -eq "$errors"
before=$(proxy_done)
proxy_mode error 1000
intact 2> /dev/null && fail "no error"
wait_for 10 proxy_did "$before" || fail "not tried"
proxy_mode pass 0
intact || fail "not well afterwards"
expect_stat "$dev" errors

note "nonsense without an end: errors in time, the other node works"
tune "$dev" io_timeout_ms 1500
tune "$dev" io_deadline_ms 3000
for mode in magic garbage swallow; do
	proxy_mode $mode 1000000
	good=0 bad=0
	for ((i = 0; i < 8; i++)); do
		start=$(now_ms)
		if dd if="$dev" bs=4k count=1 skip=$((i * 256)) iflag=direct status=none of="$NETRAM_RUN/page" 2> /dev/null; then
			good=$((good + 1))
			cmp -n 4096 -i 0:$((i << 20)) "$NETRAM_RUN/page" "$NETRAM_RUN/golden" || fail "$mode: wrong data"
		else
			bad=$((bad + 1))
		fi
		took=$(($(now_ms) - start))
		[ $took -lt 15000 ] || fail "$mode: a read took $took ms"
		[ $bad -lt 2 ] || [ $good -lt 2 ] || break
	done
	note "$mode: $good good, $bad failed"
	[ $bad -gt 0 ] || fail "$mode: no error"
	[ $good -gt 0 ] || fail "$mode: the other node does not work either"
done
proxy_mode pass 0
tune "$dev" io_deadline_ms 300000
wait_for 20 session_is "$dev" n1 up || fail "n1 does not come back"
intact || fail "not well afterwards"
exit 0
