#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: writes fail while both nodes are cut off; the first to come back is enough, whichever it is
# KERNELS: 6.1 6.12
# CHECK: 6.1
# TIMEOUT: 180
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"

in_sync() { [ "$(attr_of "$dev" degraded_extents)" -eq 0 ]; }
gone() { ! session_is "$dev" "$1" up; }
put() { # PAGE
	dd if="$NETRAM_RUN/new" of="$dev" bs=4k seek="$1" count=1 oflag=direct conv=notrunc status=none
}
# the pages are as they were written, or as the write that failed would have them
holds() { # FIRST COUNT
	dd if="$dev" of="$NETRAM_RUN/got" bs=4k skip="$1" count="$2" iflag=direct status=none || fail "$2 pages from $1 on cannot be read"
	cmp -s -i "0:$(($1 * 4096))" -n $(($2 * 4096)) "$NETRAM_RUN/got" "$NETRAM_RUN/golden" ||
		{ [ "$2" -eq 1 ] && cmp -s "$NETRAM_RUN/got" "$NETRAM_RUN/new"; } || fail "$2 pages from $1 on are wrong"
}

dmesg_allow 'I/O error, dev netram' 'timeout error, dev netram'
setup_nodes 2 || fail "no nodes"
# two extents, 1024 pages each
dev=$(volume_create v1 8M --extent-size 4M --replicas 2) || fail "no volume"
tune "$dev" rereplicate_delay_ms 3600000
tune "$dev" connect_timeout_ms 1000
pattern $((8 << 20)) "$SEED" > "$NETRAM_RUN/golden"
dd if="$NETRAM_RUN/golden" of="$dev" bs=64k oflag=direct status=none || fail "writing"

for first in n2 n1; do
	second=n1
	[ $first = n2 ] || second=n2
	note "$first is the first to come back, $second comes back empty"
	wait_for 30 in_sync || fail "not in sync to begin with"
	head -c 4096 /dev/urandom > "$NETRAM_RUN/new"
	tune "$dev" io_timeout_ms 500
	tune "$dev" io_deadline_ms 4000
	node_down n1
	node_down n2
	# the first one is on its way when the nodes are found missing, the other one never was
	put 10 2> /dev/null && fail "a write that no node can get has not failed"
	wait_for 20 gone n1 || fail "n1 is not missed"
	wait_for 20 gone n2 || fail "n2 is not missed"
	put 1034 2> /dev/null && fail "a write without nodes has not failed"

	tune "$dev" io_timeout_ms 60000
	tune "$dev" io_deadline_ms 60000
	node_up $first
	wait_for 30 session_is "$dev" $first up || fail "$first does not come back"
	holds 10 1
	cp "$NETRAM_RUN/got" "$NETRAM_RUN/ten"
	holds 1034 1
	holds 0 10
	holds 1035 1000
	dd if="$NETRAM_RUN/golden" of="$dev" bs=4k seek=11 skip=11 count=1 oflag=direct conv=notrunc status=none ||
		fail "with $first back the extent cannot be written"

	server_kill $second
	server_start $second || fail "no server"
	node_up $second
	wait_for 30 session_is "$dev" $second up || fail "$second does not come back"
	wait_for 60 in_sync || fail "$second's copies are not made anew: $(netramctl volume show v1)"
	[ "$(attr_of "$dev" lost_pages)" -eq 0 ] || fail "$(attr_of "$dev" lost_pages) pages are lost"
	holds 10 1
	cmp "$NETRAM_RUN/got" "$NETRAM_RUN/ten" || fail "another version of the page is read than before"
	# known content again
	for page in 10 1034; do
		dd if="$NETRAM_RUN/golden" of="$dev" bs=4k skip=$page seek=$page count=1 oflag=direct conv=notrunc status=none ||
			fail "writing page $page"
	done
	holds 0 2048
	netramctl verify v1 > "$NETRAM_RUN/text" || fail "verify: $(cat "$NETRAM_RUN/text")"
done
expect_stat "$dev" checksum_errors -eq 0
exit 0
