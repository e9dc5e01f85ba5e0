#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: a bit turned on the way back is an error and counted, never wrong data
# KERNELS: 6.1
# TIMEOUT: 180
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"
# shellcheck source=tests/guest/common/proxy.sh
. "$COMMON/proxy.sh"

dmesg_allow 'I/O error, dev netram' 'critical .* error, dev netram'
proxy_setup
dev=$(volume_create v1 8M --extent-size 1M) || fail "no volume"
pattern $((8 << 20)) "$SEED" > "$NETRAM_RUN/golden"
dd if="$NETRAM_RUN/golden" of="$dev" bs=64k oflag=direct status=none || fail "writing"
netramctl events --follow --json > "$NETRAM_RUN/events" &
events=$!
wait_for 20 listens_for_events "$events" || fail "nobody listens for events"
told() { jq -sc '[.[] | select(.type == "corrupt")]' "$NETRAM_RUN/events"; }
told_of() { told | jq -e "$1" > /dev/null; } # EXPRESSION
read_all() { dd if="$dev" bs=64k iflag=direct status=none of="$NETRAM_RUN/got" 2> "$NETRAM_RUN/err"; }

note "once: it is read again"
proxy_mode flip 1
read_all || fail "one turned bit is an error: $(cat "$NETRAM_RUN/err")"
cmp "$NETRAM_RUN/got" "$NETRAM_RUN/golden" || fail "wrong data"
wait_for 10 proxy_did 0 || fail "nothing was turned"
expect_stat "$dev" checksum_retries -ge 1
expect_stat "$dev" checksum_errors -eq 0
told_of 'length == 0' || fail "a page that was read again is told of: $(told)"

note "always: an error"
proxy_mode flip 1000000
bad=0
for ((i = 0; i < 128; i += 16)); do
	if dd if="$dev" bs=64k skip=$i count=1 iflag=direct status=none of="$NETRAM_RUN/got" 2> /dev/null; then
		cmp -n 65536 -i 0:$((i << 16)) "$NETRAM_RUN/got" "$NETRAM_RUN/golden" || fail "wrong data was delivered"
	else
		bad=$((bad + 1))
	fi
done
note "$bad of 8 reads failed, $(stat_of "$dev" checksum_errors) checksum errors"
[ $bad -gt 0 ] || fail "no read failed"
[ $bad -lt 8 ] || fail "the other node's reads failed, too"
expect_stat "$dev" checksum_errors -ge $bad
dmesg_since corrupt | grep -q 'is not what was written' || fail "the kernel log does not tell"
wait_for 20 told_of 'any(.[]; .volume == "v1" and .state == "unreadable")' || fail "no event: $(cat "$NETRAM_RUN/events")"
# through the proxy goes one node only; and not each page is told of
told_of 'all(.[]; .value < 2048) and (map(.node) | unique | length) == 1' || fail "told was $(told)"
told_of "length < $(stat_of "$dev" checksum_errors)" || fail "$(stat_of "$dev" checksum_errors) pages were told of as $(told)"
kill $events

note "well again, and nothing was harmed"
proxy_mode pass 0
read_all || fail "reading"
cmp "$NETRAM_RUN/got" "$NETRAM_RUN/golden" || fail "wrong data"

note "without checksums the test itself sees the turned bit"
netramctl volume delete v1 > /dev/null || fail "delete"
dev=$(volume_create v2 8M --extent-size 1M --no-checksum) || fail "no volume"
dd if="$NETRAM_RUN/golden" of="$dev" bs=64k oflag=direct status=none || fail "writing"
proxy_mode flip 1
read_all || fail "reading"
cmp -s "$NETRAM_RUN/got" "$NETRAM_RUN/golden" && fail "the proxy turns nothing"
exit 0
