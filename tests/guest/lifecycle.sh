#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: load and unload, create and delete a hundred times; refused while in use
# KERNELS: 6.1 6.12
# TIMEOUT: 400
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"

times=20
! in_full || times=100
! debug_kernel || times=10
refused() { # TEXT COMMAND...
	local text=$1 err
	shift
	err=$("$@" 2>&1) && fail "not refused: $*"
	[[ $err = *"$text"* ]] || fail "'$*' says '$err', not '$text'"
}
slab_of() { awk '/^Slab:/ { print $2 }' /proc/meminfo; }

note "$times times load and unload"
# once with the modules it depends on
module_load || fail "load"
module_unload || fail "unload"
# as it is where the module is installed
mods=$NETRAM_RUN/mods
mkdir -p "$mods/lib/modules/$(uname -r)"
find "/lib/modules/$(uname -r)/" -name '*crc32c*.ko*' -exec cp {} "$mods/lib/modules/$(uname -r)/" ';'
cp "$NETRAM_KO" "$mods/lib/modules/$(uname -r)/" || fail "cp"
depmod -b "$mods" || fail "depmod"
# others may have what we depend on in use: modprobe -r leaves that alone
truncate -s 8M "$NETRAM_RUN/ext4" || fail "truncate"
mkfs.ext4 -q -O metadata_csum "$NETRAM_RUN/ext4" || fail "mkfs"
mkdir -p "$NETRAM_RUN/mnt"
modprobe loop || fail "no loop"
mount -o loop "$NETRAM_RUN/ext4" "$NETRAM_RUN/mnt" || fail "mount"
for ((i = 0; i < times; i++)); do
	if ((i % 10 == 9)); then
		modprobe -d "$mods" netram || fail "modprobe $i"
		modprobe -d "$mods" -r netram || fail "modprobe -r $i"
		modprobe libcrc32c || fail "libcrc32c" # which that has removed with it
	else
		insmod "$NETRAM_KO" || fail "load $i"
		rmmod netram || fail "unload $i"
	fi
done

umount "$NETRAM_RUN/mnt" || fail "umount"

note "$times times load, node, volume, I/O and all back"
setup_nodes 2 || fail "no nodes"
head -c 65536 /dev/urandom > "$NETRAM_RUN/data"
for ((i = 0; i < times; i++)); do
	dev=$(volume_create v1 64M) || fail "create $i"
	dd if="$NETRAM_RUN/data" of="$dev" bs=64k seek=$((i * 8)) oflag=direct status=none || fail "write $i"
	cmp -n 65536 -i $((i * 524288)):0 "$dev" "$NETRAM_RUN/data" || fail "read $i"
	netramctl volume delete v1 > /dev/null || fail "delete $i"
	[ ! -e "$dev" ] || fail "$dev is still there"
	if ((i % 10 == 9)); then
		netramctl node remove n2 > /dev/null || fail "node remove $i"
		netramctl node remove n1 > /dev/null || fail "node remove $i"
		module_unload || fail "unload with history $i"
		module_load || fail "load $i"
		netramctl node add n1 "$(node_addr n1)" > /dev/null || fail "node add $i"
		netramctl node add n2 "$(node_addr n2)" > /dev/null || fail "node add $i"
	fi
	((i != 9)) || slab=$(slab_of)
done
grown=$(($(slab_of) - slab))
note "slab grew by $grown kB over $((times - 10)) turns"
[ $grown -lt 20000 ] || fail "slab grew by $grown kB"
wait_for 5 used_at_most 0 n1 n2 || fail "pages of deleted volumes are left on the servers"

note "deleting a volume while I/O has just ended, and with dirty page cache"
for ((i = 0; i < 5; i++)); do
	dev=$(volume_create v1 64M) || fail "create"
	fio_verify quick "$dev" --bs=16k --iodepth=32 --size=64m --io_size=4m || fail "fio"
	dd if=/dev/urandom of="$dev" bs=1M count=2 status=none || fail "buffered write"
	netramctl volume delete v1 > /dev/null || fail "delete"
done

note "in use"
dev=$(volume_create v1 64M) || fail "create"
# Both nodes must hold pages for the refusals below. The volume is there as soon
# as one of them has answered, and mkfs alone touches two extents only.
fill() { dd if=/dev/urandom of="$dev" bs=1M count=64 oflag=direct status=none || fail "fill"; }
wait_for 20 session_is "$dev" n1 up || fail "n1 is not up"
wait_for 20 session_is "$dev" n2 up || fail "n2 is not up"
fill
mkfs.ext4 -q -E nodiscard "$dev" || fail "mkfs"
refused "in use" rmmod netram
refused "in use" modprobe -d "$mods" -r netram
mount "$dev" /mnt || fail "mount"
refused "in use" netramctl volume delete v1
refused "" rmmod netram
refused "" netramctl node remove n1
umount /mnt
exec 5< "$dev"
refused "in use" netramctl volume delete v1
exec 5<&-
netramctl swapon v1 --force || fail "swapon"
refused "in use" netramctl volume delete v1
refused "" rmmod netram
netramctl swapoff v1 || fail "swapoff"
fill
refused "" netramctl node remove n1
refused "" netramctl node remove n2
wait_for 5 netramctl volume delete v1 || fail "delete when nobody uses it"
netramctl node remove n1 || fail "node remove"
netramctl node remove n2 || fail "node remove"
module_unload || fail "unload"
exit 0
