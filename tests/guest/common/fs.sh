# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# A file system on a volume, whichever it is. The caller defines fs_check, which
# fails the test when the unmounted file system is not sound.

tree_sums() { # FOLDER
	(cd "$1" && find . -type f -print0 | sort -z | xargs -0 sha256sum)
}

# A few big files and many small ones, from the seed.
tree_make() { # FOLDER
	mkdir -p "$1"
	pattern $((40 << 20)) "$SEED" > "$1/big" || return
	head -c 2M "$1/big" | split -b 7000 -a 4 - "$1/part." || return
	mkdir "$1/dir"
	cp "$1"/part.*a "$1/dir"
}

fs_test() { # DEVICE
	local dev=$1 peak
	# shellcheck disable=SC2034 # freed compares with it
	shmem_before=$(shmem)
	tree_make "$NETRAM_RUN/tree" || fail "no tree"
	tree_sums "$NETRAM_RUN/tree" > "$NETRAM_RUN/sums"
	mount -o nodiscard "$dev" /mnt || fail "mount"
	cp -r "$NETRAM_RUN/tree" /mnt/ || fail "cp"
	umount /mnt || fail "umount"
	fs_check
	blockdev --flushbufs "$dev"
	mount -o nodiscard "$dev" /mnt || fail "mount again"
	tree_sums /mnt/tree | cmp - "$NETRAM_RUN/sums" || fail "files are not what they were"
	expect_stat "$dev" read_bytes -ge $((40 << 20))
	peak=$(servers_used n1 n2)
	[ "$peak" -gt $((40 << 20)) ] || fail "only $peak bytes on the servers"
	rm -r /mnt/tree
	sync -f /mnt
	fstrim -v /mnt || fail "fstrim"
	# what the file system needs for itself stays
	wait_for 5 used_at_most $((peak / 10)) n1 n2 || fail "$(servers_used n1 n2) of $peak bytes remain after fstrim"
	note "peak $peak, after rm and fstrim $(servers_used n1 n2)"
	umount /mnt || fail "umount"
	fs_check
	expect_stat "$dev" errors -eq 0
	expect_stat "$dev" checksum_errors -eq 0
	netramctl volume delete v1 || fail "delete"
}
