#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: udev, lsblk and blkid see a disk like any other, and udev's looking at it is in nobody's way
# KERNELS: 6.1
# TIMEOUT: 120
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"

udevd=/lib/systemd/systemd-udevd
[ -x $udevd ] || skip "no udev"
mkdir -p /run/udev/rules.d
cp "$NETRAM_TOP/packaging/udev/60-netram.rules" /run/udev/rules.d/ || fail "no rules"
$udevd --daemon || fail "udev does not start"
trap 'udevadm control --exit; rm -r /run/udev/rules.d' EXIT
wait_for 20 udevadm control --ping || fail "no udev"

setup_nodes 2 || fail "no nodes"
dev=$(volume_create v1 16M) || fail "no volume"
property() { udevadm info --query=property --name="$dev" | sed -n "s/^$1=//p"; }
property_is() { [ "$(property "$1")" = "$2" ]; }
wait_for 20 property_is DEVTYPE disk || fail "udev does not know $dev: $(property '.*')"
[ "$(lsblk -bdnro NAME,SIZE,TYPE,RO,DISC-GRAN "$dev")" = "netram0 16777216 disk 0 4096" ] ||
	fail "lsblk: $(lsblk -bdnro NAME,SIZE,TYPE,RO,DISC-GRAN "$dev")"

note "what it is called"
wait_for 20 test /dev/netram/by-name/v1 -ef "$dev" || fail "no link by the name"

note "what is on it"
netramctl swapon v1 || fail "swapon"
wait_for 20 property_is ID_FS_TYPE swap || fail "no swap to udev: $(property '.*')"
wait_for 20 test /dev/disk/by-label/v1 -ef "$dev" || fail "no link by the label"
netramctl swapoff v1 || fail "swapoff"
mkfs.ext4 -q -F "$dev" || fail "mkfs"
wait_for 20 property_is ID_FS_TYPE ext4 || fail "no ext4 to udev: $(property '.*')"

note "it has the disk open for a moment after each change"
# netramctl tries for a second, which is little here
wait_for 5 netramctl volume delete v1 || fail "delete just after mkfs"
gone() { ! udevadm info --name="$dev"; }
wait_for 20 gone || fail "udev still knows $dev"
wait_for 20 test ! -e /dev/netram/by-name/v1 || fail "the link stays"
for ((i = 0; i < 10; i++)); do
	dev=$(volume_create v1 16M) || fail "create $i"
	netramctl swapon v1 > /dev/null || fail "swapon $i"
	netramctl swapoff v1 > /dev/null || fail "swapoff $i"
	wait_for 5 netramctl volume delete v1 || fail "delete $i"
done
exit 0
