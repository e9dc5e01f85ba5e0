#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: a server on the same host stands still, its requests are given up and others made; when it goes on, it carries out what it was asked for and nothing else
# KERNELS: 6.1 6.12
# CHECK: 6.1
# TIMEOUT: 120
# MEM: 2G
# TOPOLOGY: single
# What waits in its socket are references to the host's memory. Had that been used for
# later requests meanwhile, the server would find those: pages of extents that it
# has no copy of.
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"

mib=24
broken() { ! session_is "$dev" n1 up; }
# all pages are written, so each copy of an extent is 256 pages
surplus() { session_of "$dev" n1 && extra=$(($(server_used n1) / 4096 - session_extents * 256)); }
exact() { surplus && [ "$extra" -eq 0 ]; }

setup_nodes 3 || fail "no nodes"
dev=$(volume_create v1 ${mib}M --extent-size 1M --replicas 2 --connections 1) || fail "no volume"
fio_run fill --filename="$dev" --rw=write --bs=64k --size=${mib}m --iodepth=8 || fail "filling"
exact || fail "n1 has $extra pages more than it should"
[[ $session_extents -ge 2 && $session_extents -le $((mib - 2)) ]] ||
	fail "n1 has a copy of $session_extents extents of $mib: nothing can be told"
tune "$dev" io_timeout_ms 2000
tune "$dev" connect_timeout_ms 2000
for turn in 1 2 3; do
	server_pause n1
	fio_run load$turn --filename="$dev" --rw=randwrite --bs=4k --size=${mib}m --io_size=12m --iodepth=64 --randseed="$((SEED + turn))" &
	load=$!
	wait_for 30 broken || fail "no answer from n1 for over 2 s, and it counts as up"
	# what was under way is done by n2 and n3 now, and much more
	wait $load || fail "the load has failed"
	server_continue n1
	wait_for 30 session_is "$dev" n1 up || fail "n1 does not come back"
	wait_for 60 well || fail "still degraded"
	wait_for 10 exact || fail "turn $turn: n1 has $extra pages more than its extents: it carried out what it was not asked for"
done
expect_stat "$dev" errors -eq 0
expect_stat "$dev" checksum_errors -eq 0
expect_stat "$dev" resync_pages
exit 0
