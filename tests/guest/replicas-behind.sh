#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: three copies, of which one lacks much and one lacks a page: when the one in sync is gone, that page is lost and no other
# KERNELS: 6.1 6.12
# CHECK: 6.1
# TIMEOUT: 180
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"

stale() { # NODE: copies there that are not in sync
	netramctl volume show v1 --json | jq ".sessions[] | select(.node == \"$1\") | .stale_extents"
}
stale_is() { [ "$(stale "$1")" -eq "$2" ]; }
in_sync() { [ "$(attr_of "$dev" degraded_extents)" -eq 0 ]; }
lost_is() { [ "$(attr_of "$dev" lost_pages)" -eq "$1" ]; }
put() { # FIRST-PAGE PAGES: new content
	dd if=/dev/urandom of="$NETRAM_RUN/golden" bs=4k seek="$1" count="$2" conv=notrunc status=none
	dd if="$NETRAM_RUN/golden" of="$dev" bs=4k skip="$1" seek="$1" count="$2" oflag=direct conv=notrunc status=none ||
		fail "writing"
}

pages=1024
dmesg_allow 'I/O error, dev netram' 'critical .* error, dev netram'
setup_nodes 3 || fail "no nodes"
dev=$(volume_create v1 4M --extent-size 4M --replicas 3) || fail "no volume"
tune "$dev" rereplicate_delay_ms 3600000
tune "$dev" connect_timeout_ms 1000
: > "$NETRAM_RUN/golden"
put 0 $pages
wait_for 10 in_sync || fail "not in sync to begin with"

# Which of the two lacks more must not matter for the place that it has in the set.
for much in n3 n2; do
	little=n2
	[ $much = n3 ] || little=n3
	note "$much lacks 512 pages, $little one, n1 has all and comes back without"
	tune "$dev" io_timeout_ms 3000
	node_down $much
	put 0 512
	wait_for 20 stale_is $much 1 || fail "$much misses nothing"
	node_down $little
	put 700 1
	wait_for 20 stale_is $little 1 || fail "$little misses nothing"
	tune "$dev" io_timeout_ms 60000
	server_kill n1
	server_start n1 || fail "no server"
	wait_for 30 session_is "$dev" n1 up || fail "n1 does not come back"
	wait_for 10 lost_is 1 || fail "$(attr_of "$dev" lost_pages) pages are lost, not the one that only n1 had"
	# what the one lacks less is in sync now; the other two are made equal to it
	for n in $much $little; do
		node_up "$n"
		wait_for 30 session_is "$dev" "$n" up || fail "$n does not come back"
	done
	wait_for 60 in_sync || fail "$(attr_of "$dev" degraded_extents) extents are degraded: $(netramctl volume show v1)"
	dd if="$dev" of="$NETRAM_RUN/got" bs=4k skip=700 count=1 iflag=direct status=none 2> /dev/null && fail "the lost page can be read"
	for part in "0 700" "701 $((pages - 701))"; do
		# shellcheck disable=SC2086 # two numbers
		set -- $part
		dd if="$dev" of="$NETRAM_RUN/got" bs=4k skip="$1" count="$2" iflag=direct status=none || fail "pages from $1 on cannot be read"
		cmp -i "0:$(($1 * 4096))" -n $(($2 * 4096)) "$NETRAM_RUN/got" "$NETRAM_RUN/golden" || fail "not as written"
	done
	put 700 1
	wait_for 10 lost_is 0 || fail "$(attr_of "$dev" lost_pages) pages are lost still"
	netramctl verify v1 > "$NETRAM_RUN/text" || fail "verify: $(cat "$NETRAM_RUN/text")"
done
expect_stat "$dev" checksum_errors -eq 0
exit 0
