#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: netramctl swap, tmpfs and scratch: made, used, unmade, refused; --dry-run; progress without a terminal
# KERNELS: 6.1 6.12
# CHECK: 6.1
# TIMEOUT: 250
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"

# shellcheck disable=SC2317 # called by the trap
cleanup() {
	cd /
	umount "$NETRAM_RUN"/t[0-9] "$NETRAM_RUN"/s[0-9] 2> /dev/null
}
trap cleanup EXIT

no_volume() { [ "$(netramctl volume list --json | jq '.volumes | length')" = 0 ]; }

setup_nodes 2 --memory 512M || fail "no nodes"

note "tmpfs"
t0=$NETRAM_RUN/t0 t1=$NETRAM_RUN/t1
refuses 1 "no volume is swapped on" tmpfs create "$t0" --size 8M
netramctl swap create w0 --size 64M --replicas 1 --priority 9 --keep-vm --dry-run | tee "$NETRAM_RUN/plan"
diff "$NETRAM_RUN/plan" - <<- END || fail "--dry-run tells something else"
	would run: netramctl volume create w0 --size 64M --replicas 1
	would run: netramctl swapon w0 --priority 9 --keep-vm
END
no_volume || fail "--dry-run made a volume"
netramctl swap create w0 --size 64M --priority 9 || fail "swap create"
grep -qE '^/dev/netram0 .*[[:space:]]9$' /proc/swaps || fail "$(cat /proc/swaps)"
refuses 1 "there is a volume 'w0' already" swap create w0 --size 64M --dry-run
netramctl swapoff w0 || fail "swapoff"
netramctl swapon w0 --force --dry-run --json | jq -e '.loses_bytes > 0' > /dev/null || fail "--force loses nothing"
netramctl swapon w0 --dry-run --json | jq -e '.loses_bytes == 0' > /dev/null || fail "without --force something is lost"
netramctl swapon w0 --priority 9 || fail "swapon"
refuses 1 "would have nowhere to go" tmpfs create "$t0" --size 65M
[ ! -e "$t0" ] || fail "refused, but there is a folder"
netramctl tmpfs create "$t0" --size 40M --mode 0750 || fail "tmpfs create"
[ "$(stat -f -c %T "$t0")/$(stat -c %a "$t0")" = tmpfs/750 ] || fail "$(grep "$t0" /proc/mounts)"
refuses 1 "there is one on" tmpfs create "$t0" --size 4M
# the first one may still grow
refuses 1 "40 MiB of that promised" tmpfs create "$t1" --size 40M
netramctl tmpfs create "$t1" --size 1G --force || fail "--force"
dd if=/dev/zero of="$t0/file" bs=1M count=10 status=none || fail "dd"
netramctl tmpfs list
netramctl tmpfs list --json | jq -e '[.mounts[].used_bytes] == [10485760, 0]' > /dev/null || fail "tmpfs list"
netramctl tmpfs remove "$t0" --dry-run | tee "$NETRAM_RUN/plan"
diff "$NETRAM_RUN/plan" - <<- END || fail "--dry-run tells something else"
	would run: umount $t0
	would lose: 10 MiB
END
[ -e "$t0/file" ] || fail "--dry-run did it"
exec 8< "$t0/file"
refuses 1 "fuser -vm $t0" tmpfs remove "$t0"
exec 8<&-
netramctl tmpfs remove "$t0" || fail "tmpfs remove"
[ ! -e "$t0/file" ] || fail "it is still there"
netramctl tmpfs remove "$t1" || fail "tmpfs remove"
refuses 1 "no tmpfs of ours on /run" tmpfs remove /run

note "swap"
refuses 1 "use 'netramctl swap remove w0'" scratch remove w0
refuses 1 "is swapped on or mounted" volume delete w0 --dry-run
netramctl swap remove w0 --dry-run
grep -q '^/dev/netram0 ' /proc/swaps || fail "--dry-run did it"
netramctl swap remove w0 || fail "swap remove"
no_volume || fail "the volume is still there"

note "scratch"
s0=$NETRAM_RUN/s0
netramctl scratch create f0 "$s0" --size 64M --dry-run
no_volume || fail "--dry-run made a volume"
[ ! -e "$s0" ] || fail "--dry-run made a folder"
for type in ext4 xfs; do
	size=64M
	[ $type = ext4 ] || size=320M
	netramctl scratch create f0 "$s0" --size $size --type $type --replicas 1 || fail "scratch create"
	[[ $(grep " $s0 " /proc/mounts) = *" $type "*noatime* ]] || fail "$(grep " $s0 " /proc/mounts)"
	grep -q " TARGET=$s0 .*_netdev" /run/mount/utab || fail "at a shutdown the network goes before it"
	pattern 8000000 "$SEED" > "$s0/file" || fail "write"
	sync "$s0/file"
	echo 3 > /proc/sys/vm/drop_caches
	pattern 8000000 "$SEED" | cmp - "$s0/file" || fail "not what was written"
	netramctl scratch remove f0 --dry-run | tee "$NETRAM_RUN/plan"
	grep -q '^would lose: [0-9.]* MiB' "$NETRAM_RUN/plan" || fail "it does not tell what would be lost"
	exec 8< "$s0/file"
	refuses 1 "fuser -vm $s0" scratch remove f0
	exec 8<&-
	mount -t tmpfs other "$s0" || fail "mount"
	refuses 1 "something else is mounted over it" scratch remove f0
	refuses 1 "something else is mounted over it" scratch remove f0 --dry-run
	grep -q "^other $s0 " /proc/mounts || fail "somebody else's went"
	umount "$s0"
	netramctl scratch remove f0 || fail "scratch remove"
	no_volume || fail "the volume is still there"
	! grep -q " $s0 " /proc/mounts || fail "it is still mounted"
done
: > "$s0/file" # below what was mounted there
refuses 1 "$s0 is not empty" scratch create f0 "$s0" --size 64M
refuses 1 "$s0 is not empty" scratch create f0 "$s0" --size 64M --dry-run
no_volume || fail "refused, but there is a volume"
[[ $(netramctl scratch create f0 "$s0" --size 64M --force 2>&1) = *"what is in $s0 is hidden"* ]] || fail "--force hides it silently"
[ ! -e "$s0/file" ] || fail "it is not mounted"
netramctl scratch remove f0 || fail "scratch remove"
# all or nothing
refuses 1 "cannot make the folder" scratch create f0 "$NETRAM_RUN/no/such" --size 64M
no_volume || fail "half of it is left"
: > "$NETRAM_RUN/file"
refuses 1 " on $NETRAM_RUN/file: mount has failed: $NETRAM_RUN/file: " scratch create f0 "$NETRAM_RUN/file" --size 64M
no_volume || fail "half of it is left"

note "progress without a terminal"
dev=$(volume_create v1 64M --replicas 1) || fail "no volume"
fio_run fill --filename="$dev" --rw=write --bs=256k --size=32m || fail "fill"
netramctl volume delete v1 --dry-run | grep -q '^would lose: 32 MiB$' || fail "not 32 MiB"
netramctl verify v1 --rate 4 2> "$NETRAM_RUN/err" || fail "verify"
cat "$NETRAM_RUN/err"
lines=$(grep -cE '^netramctl: [0-9]+ %, [0-9]+ of 8192 pages' "$NETRAM_RUN/err")
if [ "$lines" -lt 3 ] || [ "$lines" -gt 10 ] || [ "$(wc -l < "$NETRAM_RUN/err")" -ne "$lines" ]; then
	fail "$lines lines of progress"
fi
exit 0
