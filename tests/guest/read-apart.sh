#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: a request whose pages no copy has all of: each is read where it is, and one that nobody has does not take the others along
# KERNELS: 6.1 6.12
# CHECK: 6.1
# TIMEOUT: 180
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"
# shellcheck source=tests/guest/common/proxy.sh
. "$COMMON/proxy.sh"

stale() { [ "$(attr_of "$dev" degraded_extents)" -eq 1 ]; }
join() { # NODE
	node_up "$1"
	wait_for 30 session_is "$dev" "$1" up || fail "$1 does not come back"
}
fetch() { # PAGE COUNT: into got, by one request
	dd if="$dev" of="$NETRAM_RUN/got" bs=$((4096 * $2)) count=1 skip=$(($1 * 4096)) iflag=direct,skip_bytes status=none
}
put() { # PAGE COUNT: something new, to the device and to golden
	dd if=/dev/urandom of="$NETRAM_RUN/golden" bs=4k seek="$1" count="$2" conv=notrunc status=none
	dd if="$NETRAM_RUN/golden" of="$dev" bs=4k skip="$1" seek="$1" count="$2" oflag=direct conv=notrunc status=none ||
		fail "writing"
}
same() { # PAGE COUNT
	cmp "$NETRAM_RUN/got" <(dd if="$NETRAM_RUN/golden" bs=4k skip="$1" count="$2" status=none) || fail "wrong data in $2 from $1"
}
in_sync() { # WHEN
	wait_for 60 well || fail "$1: not in sync: $(netramctl volume show v1)"
}

pages=1024
proxy_setup
dev=$(volume_create v1 4M --extent-size 4M --replicas 2) || fail "no volume"
tune "$dev" connect_timeout_ms 1000
tune "$dev" rereplicate_delay_ms 3600000
tune "$dev" hedge_us 0
put 0 $pages
in_sync "written"

note "two neighbours, each wrong in another copy"
spoil n1 0 0 $((8 * 4096))
spoil n2 0 4096 $((9 * 4096))
for page in 0 8; do
	fetch $page 4 || fail "pages $page and $((page + 1)) cannot be read"
	same $page 4
done
expect_stat "$dev" errors -eq 0
expect_stat "$dev" checksum_errors -ge 2
dmesg_since read-apart | grep 'no copy of some pages can be reached' && fail "a copy could be reached"
in_sync "after that"
# what n2 has wrong was only read past, if n1 had been called out of sync by then
netramctl resolve v1 > "$NETRAM_RUN/text" || fail "resolve: $(cat "$NETRAM_RUN/text")"
fetch 0 16 || fail "reading"
same 0 16

note "n2 lacks a page that was discarded, and nothing else"
node_cut n2
blkdiscard -f -o $((16 * 4096)) -l 4096 "$dev" || fail "blkdiscard"
dd if=/dev/zero of="$NETRAM_RUN/golden" bs=4k seek=16 count=1 conv=notrunc status=none
wait_for 20 stale || fail "n2 has missed nothing"
node_cut n1
join n2
fetch 16 8 || fail "pages that n2 has cannot be read"
same 16 8
fetch 15 2 || fail "pages that n2 has cannot be read"
same 15 2
expect_stat "$dev" errors -eq 0
join n1
in_sync "n1 is back"

note "n2 lacks one of eight pages that were asked for one by one, and go by one request"
node_cut n2
put 34 1
wait_for 20 stale || fail "n2 has missed nothing"
node_cut n1
join n2
tune "$dev" io_deadline_ms 2000
before=$(stat_of "$dev" reads)
# 110: ETIMEDOUT, which is no error to go on after unless it is named
fio --name=eight --filename="$dev" --readonly --ioengine=libaio --direct=1 --rw=read --bs=4k --offset=$((32 * 4096)) --size=32k \
	--iodepth=8 --iodepth_batch_submit=8 --iodepth_batch_complete_min=8 --continue_on_error=read --ignore_error=110 \
	--output-format=json > "$NETRAM_RUN/fio" 2> /dev/null
reads=$(($(stat_of "$dev" reads) - before))
failed=$(sed -n '/^{/,$p' "$NETRAM_RUN/fio" | jq '.jobs[0].total_err')
note "$failed of 8 have failed, by $reads requests"
[ "$failed" -eq 1 ] || fail "$failed reads have failed, not 1: $(cat "$NETRAM_RUN/fio")"
[ "$reads" -lt 8 ] || fail "they were not merged, so this says nothing"
expect_stat "$dev" errors -eq 1
fetch 35 5 || fail "pages that n2 has cannot be read"
same 35 5
join n1
tune "$dev" io_deadline_ms 300000
in_sync "n1 is back"
fetch 32 8 || fail "reading"
same 32 8

note "n1 answers with errors, and n2 is just not there"
node_cut n2
before=$(proxy_done)
proxy_mode eio 1000000
fetch 40 8 2> "$NETRAM_RUN/error" &
reader=$!
wait_for 20 proxy_did "$before" || fail "nobody has met an error"
before=$(proxy_done)
wait_for 20 proxy_did "$before" || fail "it is not asked again"
kill -0 $reader 2> /dev/null || fail "the read did not wait: $(cat "$NETRAM_RUN/error")"
join n2
wait $reader || fail "the read has failed: $(cat "$NETRAM_RUN/error")"
same 40 8
proxy_mode pass 0
expect_stat "$dev" errors -eq 1
in_sync "in the end"
fetch 0 256 || fail "reading all"
same 0 256
exit 0
