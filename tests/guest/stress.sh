#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: mixed sizes and operations on several volumes at once, all verified; longer by make stress
# KERNELS: 6.1 6.12
# TIMEOUT: 200
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"
seconds=15
[ ! -e "${NETRAM_SHARE:-/run/share}/stress-seconds" ] ||
	seconds=$(word_of "${NETRAM_SHARE:-/run/share}/stress-seconds")
[ "$(nproc)" -ge 2 ] || fail "one processor: nothing to race with"

setup_nodes 2 || fail "no nodes"
a=$(volume_create a 96M) || fail "no volume"
b=$(volume_create b 64M --extent-size 1M) || fail "no volume"
pageops=$(program pageops) || fail "no pageops"

# four jobs of every size on a; on b writers of the same pages, with discards
rounds=0 end=$((SECONDS + seconds))
while [ $SECONDS -lt $end ]; do
	rounds=$((rounds + 1))
	"$pageops" race "$b" 64 "$((SEED + rounds))" 150 4 > "$NETRAM_RUN/race" 2>&1 &
	racers=$!
	fio_verify mixed "$a" --numjobs=4 --size=24m --offset_increment=24m --bsrange=4k-256k \
		--blockalign=4k --iodepth=16 --io_size=12m --randseed="$((SEED + rounds))" &
	mixed=$!
	wait $mixed || fail "fio in round $rounds, seed $SEED"
	wait $racers || fail "race in round $rounds, seed $SEED: $(cat "$NETRAM_RUN/race")"
	blkdiscard -o $((rounds % 16 << 20)) -l 8M "$b" || fail "blkdiscard"
done
note "$rounds rounds in $seconds s"
[ $rounds -gt 0 ] || fail "not one round"
for dev in "$a" "$b"; do
	expect_stat "$dev" errors -eq 0
	expect_stat "$dev" checksum_errors -eq 0
	expect_stat "$dev" replays -eq 0
done
exit 0
