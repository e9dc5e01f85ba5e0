#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: a node answers with errors when pages are to be copied: from there the others are, to there nothing is for now, and nobody else is kept waiting
# KERNELS: 6.1 6.12
# CHECK: 6.1
# TIMEOUT: 180
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"
# shellcheck source=tests/guest/common/proxy.sh
. "$COMMON/proxy.sh"

stale_is() { # NODE N: copies there that are not in sync
	[ "$(netramctl volume show v1 --json | jq ".sessions[] | select(.node == \"$1\") | .stale_extents")" -eq "$2" ]
}
has_extents() { session_of "$dev" "$1" && [ "$session_extents" -eq "$2" ]; } # NODE N
node() { # NAME
	node_add "$1" || fail "no namespace"
	server_start "$1" || fail "no server"
	netramctl node add "$1" "$(node_addr "$1"):$NODE_PORT" || fail "node add $1"
}
put() { # PAGES: new content
	dd if=/dev/urandom of="$NETRAM_RUN/golden" bs=4k count="$1" conv=notrunc status=none
	dd if="$NETRAM_RUN/golden" of="$dev" bs=4k count="$1" oflag=direct conv=notrunc status=none || fail "writing"
}
intact() { # WHEN
	dd if="$dev" of="$NETRAM_RUN/got" bs=64k iflag=direct status=none || fail "$1: cannot be read"
	cmp "$NETRAM_RUN/got" "$NETRAM_RUN/golden" || fail "$1: wrong data"
	expect_stat "$dev" errors -eq 0
}

pages=1024
# shellcheck disable=SC2119 # no parameters are needed
module_load || fail "the module does not load"
node_add n1 || fail "no namespace"
server_start n1 || fail "no server"
proxy_start
netramctl node add n1 "$(node_addr n1):$PROXY_PORT" || fail "node add n1"
dev=$(volume_create v1 4M --extent-size 4M --replicas 1) || fail "no volume"
tune "$dev" connect_timeout_ms 1000
tune "$dev" rereplicate_delay_ms 3600000
put $pages
node n2

note "n1, whose is the only copy, answers 100 requests with EIO while a second one is made"
before=$(proxy_done)
proxy_mode eio 100
netramctl volume set v1 --replicas 2 || fail "volume set"
wait_for 10 proxy_did "$before" || fail "nobody has met an error"
wait_for 30 well || fail "no second copy after $(($(proxy_done) - before)) errors: $(netramctl volume show v1)"
expect_stat "$dev" resync_pages -eq $pages
intact "a second copy"

note "of three copies n1's and n3's miss writes, n1 refuses to be brought up to date"
node n3
netramctl volume set v1 --replicas 3 || fail "volume set"
wait_for 30 well || fail "no third copy: $(netramctl volume show v1)"
tune "$dev" io_timeout_ms 3000
node_down n3
put 32
wait_for 20 stale_is n3 1 || fail "n3 misses nothing"
proxy_mode eio 1000000
put 64
wait_for 20 stale_is n1 1 || fail "n1 misses nothing"
tune "$dev" io_timeout_ms 60000
node_up n3
wait_for 60 stale_is n3 0 || fail "n3 is not brought up to date: $(netramctl volume show v1)"
stale_is n1 1 || fail "n1's copy is said to be in sync"
intact "n3 in sync"

note "n4 is there: it takes n1's place"
node n4
wait_for 60 has_extents n1 0 || fail "n1 still has a copy: $(netramctl volume show v1)"
wait_for 30 well || fail "not in sync: $(netramctl volume show v1)"
intact "n4 instead of n1"
dmesg_since copy-refused | grep -q 'v1/n1: pages cannot be copied there' || fail "nobody is told of n1"
proxy_mode pass 0
netramctl verify v1 > "$NETRAM_RUN/text" || fail "verify: $(cat "$NETRAM_RUN/text")"
exit 0
