#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: each file of fio-jobs/ runs, smaller and shorter, and ends without an error
# KERNELS: 6.1
# CHECK: full
# TIMEOUT: 300
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"

size=$((128 << 20))
setup_nodes 2 || fail "no nodes"
dev=$(volume_create v1 $size --extent-size 1M --replicas 1) || fail "no volume"
mkdir "$NETRAM_RUN/mnt"

# A gibibyte becomes 16 MiB, and nothing takes longer than 2 s.
smaller() {
	perl -pe 's/^(size|offset_increment)=(\d+)g$/"$1=" . 16 * $2 . "m"/e;
		s/^((?:size|offset_increment)=)256m$/${1}16m/; s/^io_size=32m$/io_size=4m/;
		s/^nrfiles=.*/nrfiles=20/; s/^runtime=.*/runtime=2/' "$1"
}

nr=0
for job in "$NETRAM_TOP"/fio-jobs/*.fio; do
	name=$(basename "$job" .fio)
	smaller "$job" > "$NETRAM_RUN/$name.fio"
	! grep -E '^[a-z_]*size=[0-9]*g|^runtime=[^2]' "$NETRAM_RUN/$name.fio" || fail "$name: not made smaller"
	if grep -q '{DIR}' "$job"; then
		mkfs.ext4 -q -F "$dev" || fail "mkfs"
		mount -o discard "$dev" "$NETRAM_RUN/mnt" || fail "mount"
	fi
	before=$(stat_of "$dev" writes)
	(cd "$NETRAM_RUN" && DEV=$dev DIR=$NETRAM_RUN/mnt fio --output="$NETRAM_RUN/$name.out" "$name.fio") ||
		fail "$name: $(cat "$NETRAM_RUN/$name.out")"
	! grep -E 'err= *[1-9]' "$NETRAM_RUN/$name.out" || fail "$name: errors"
	! mountpoint -q "$NETRAM_RUN/mnt" || umount "$NETRAM_RUN/mnt" || fail "umount"
	[ "$(stat_of "$dev" writes)" -gt "$before" ] || fail "$name: nothing was written"
	expect_stat "$dev" errors -eq 0
	note "$name: $(grep -c 'err= 0' "$NETRAM_RUN/$name.out") jobs ended well"
	nr=$((nr + 1))
done
[ $nr -ge 5 ] || fail "only $nr files"
