#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: verified random writes of every size at every depth, on two nodes and on three
# KERNELS: 6.1 6.12
# TIMEOUT: 480
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"

# Sections of one fio, one after the other: starting fio costs more than the I/O.
matrix() { # DEVICE
	local size depth job=$NETRAM_RUN/matrix.fio
	cat > "$job" <<-J
		[global]
		filename=$1
		ioengine=libaio
		direct=1
		rw=randwrite
		verify=crc32c
		verify_fatal=1
		verify_state_save=0
		randseed=$SEED
		numjobs=4
		size=$((volume_mib / 4))m
		offset_increment=$((volume_mib / 4))m
		group_reporting
	J
	for size in $sizes; do
		for depth in $depths; do
			echo "[$size-$depth]"
			echo stonewall
			case $size in
			mixed) printf 'bsrange=4k-1m\nblockalign=4k\nio_size=4m\n' ;;
			4k) printf 'bs=4k\nio_size=1m\n' ;;
			16k) printf 'bs=16k\nio_size=2m\n' ;;
			*) printf 'bs=%s\nio_size=4m\n' "$size" ;;
			esac
			echo "iodepth=$depth"
		done
	done >> "$job"
	fio --eta=never --output-format=json --output="$NETRAM_RUN/matrix.out" "$job" > "$NETRAM_RUN/matrix.err" 2>&1 || {
		cat "$NETRAM_RUN/matrix.err" "$NETRAM_RUN/matrix.out"
		fail "fio on $1"
	}
	# its warnings come first, whatever is asked for
	sed -n '/^{/,$p' "$NETRAM_RUN/matrix.out" > "$NETRAM_RUN/matrix.json"
	jq -e --argjson want "$(($(wc -w <<< "$sizes") * $(wc -w <<< "$depths")))" '
		(.jobs | length) == $want and all(.jobs[]; .error == 0
			and .write.total_ios > 0 and .read.io_bytes >= .write.io_bytes)' \
		"$NETRAM_RUN/matrix.json" > /dev/null || fail "fio did not verify all it wrote"
	jq -r '[.jobs[].write.io_bytes] | "# \(length) cells, \(add / 1048576) MiB written and verified"' \
		"$NETRAM_RUN/matrix.json"
}

on_nodes() { # COUNT LOW HIGH: each node's share of the pages in percent
	local count=$1 dev i names=()
	for ((i = 1; i <= count; i++)); do
		names+=("n$i")
	done
	dev=$(volume_create "v$count" ${volume_mib}M) || fail "no volume"
	# every page once, so that the shares are those of a full volume
	fio_run fill --filename="$dev" --rw=write --bs=1m --size=${volume_mib}m --iodepth=4 --verify=crc32c ||
		fail "filling $dev"
	fair "$2" "$3" "${names[@]}"
	matrix "$dev"
	fair "$2" "$3" "${names[@]}"
	expect_stat "$dev" errors -eq 0
	expect_stat "$dev" checksum_errors -eq 0
	expect_stat "$dev" replays -eq 0
	expect_stat "$dev" write_bytes -ge $((volume_mib << 20))
	expect_stat "$dev" read_bytes -ge $((volume_mib << 20))
	netramctl volume delete "v$count" || fail "volume delete"
}

sizes="4k 128k mixed" depths="1 64" volume_mib=120
! debug_kernel || volume_mib=64
! in_full || sizes="4k 16k 64k 128k 1m mixed" depths="1 4 16 64"
setup_nodes 2 || fail "no nodes"
on_nodes 2 35 65
node_add n3 || fail "no third node"
server_start n3 || fail "no third server"
netramctl node add n3 "$(node_addr n3):$NODE_PORT" || fail "node add"
on_nodes 3 20 50
exit 0
