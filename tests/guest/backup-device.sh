#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: a backup device that is not fit is refused; one that fails, lags, or lies costs errors at most, never old data
# KERNELS: 6.1 6.12
# TIMEOUT: 500
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"
# shellcheck source=tests/guest/common/backup.sh
. "$NETRAM_TOP/tests/guest/common/backup.sh"
export DM_DISABLE_UDEV=1

DM=/dev/mapper/netram-test
dm_table() { # TARGET-AND-ITS-ARGUMENTS...
	echo "0 $(((MIB + 1) << 11)) $*"
}
dm_switch() { # TARGET...: what is under way is carried out before
	dmsetup suspend netram-test && dm_table "$@" | dmsetup load netram-test && dmsetup resume netram-test
}
dm_end() { dmsetup remove --retry netram-test; } 2> /dev/null
trap 'dmsetup resume netram-test; dm_end' EXIT 2> /dev/null

refused() { # SENTENCE OPTION...
	local sentence=$1
	shift
	netramctl volume create v2 --size ${MIB}M --replicas 1 "$@" > "$NETRAM_RUN/out" 2>&1 &&
		fail "it took: $*"
	cat "$NETRAM_RUN/out"
	grep -q -- "$sentence" "$NETRAM_RUN/out" || fail "it does not say: $sentence"
}
accepted() { # OPTION...
	netramctl volume create v2 --size ${MIB}M --replicas 1 "$@" || fail "refused: $*"
	netramctl volume delete v2 || fail "delete"
}

ramdisks
setup_nodes 2 || fail "no nodes"

note "devices that are not fit"
refused 'No such file' --backup /dev/no-such-device
refused 'neither a block device nor a file' --backup /dev/null
refused 'neither sync nor behind' --backup /dev/ram0 --backup-mode perhaps
refused 'need a --backup' --backup-mode sync
truncate -s ${MIB}M "$NETRAM_RUN/file"
refused 'too small' --backup "$NETRAM_RUN/file"
# it ended with its volume
wait_for 10 sh -c '! losetup -a | grep .' || fail "a loop device is left: $(losetup -a)"
make_backed /dev/ram0 sync --replicas 1
refused 'in use' --backup /dev/ram0
refused 'cannot be the backup of a volume' --backup "$dev"
dd if=/dev/ram0 of="$NETRAM_RUN/superblock" bs=4k count=1 iflag=direct status=none
netramctl volume delete v1 || fail "delete"
note "given back: anybody may have it"
accepted --backup /dev/ram0
note "of a volume that ended with its host"
dd if="$NETRAM_RUN/superblock" of=/dev/ram0 bs=4k oflag=direct conv=notrunc status=none
refused 'of another volume' --backup /dev/ram0
dd if=/dev/ram0 bs=4k count=1 iflag=direct status=none | cmp - "$NETRAM_RUN/superblock" || fail "it was written to"
accepted --backup /dev/ram0 --backup-force
note "with something else on it"
page_write /dev/ram1 16 x
refused 'something on the backup device' --backup /dev/ram1
page_is /dev/ram1 16 x || fail "it was written to"
page_is /dev/ram1 0 '\0' || fail "it was written to"
note "a file"
truncate -s $((MIB + 1))M "$NETRAM_RUN/file"
make_backed "$NETRAM_RUN/file" sync --replicas 1
note "$(losetup -a)"
page_write "$dev" 0 x || fail "writing"
nodes_cut n1 n2
page_is "$dev" 0 x || fail "the file does not have it"
nodes_back n1 n2
netramctl volume delete v1 || fail "delete"
wait_for 10 sh -c '! losetup -a | grep .' || fail "a loop device is left: $(losetup -a)"

note "corrupt on the backup: an error, with or without nodes nothing wrong"
make_backed /dev/ram0 sync --replicas 1
page_write "$dev" 0 a 64 || fail "writing"
nodes_cut n1 n2
page_is "$dev" 5 a || fail "not as written"
netramctl events --follow --json > "$NETRAM_RUN/events" 2>&1 &
events_pid=$!
wait_for 20 listens_for_events "$events_pid" || fail "nobody listens for events"
# page 5 is behind the superblock
page_write /dev/ram0 6 z
page_is "$dev" 5 z && fail "it was believed"
page_read "$dev" 5 && fail "it was read"
# a node that is away may have it
wait_for 20 grep -q '"type":"corrupt".*"volume":"v1","state":"elsewhere","value":5' "$NETRAM_RUN/events" ||
	fail "no event: $(cat "$NETRAM_RUN/events")"
kill $events_pid
page_is "$dev" 4 a || fail "its neighbour"
page_is "$dev" 6 a || fail "its neighbour"
page_write "$dev" 5 b || fail "writing does not heal"
page_is "$dev" 5 b || fail "writing does not heal"
note "a read of many in one, one page of them dropped; another one is corrupt"
blkdiscard -o 40960 -l 4096 "$dev" || fail "discard"
page_write /dev/ram0 21 z
dd if="$dev" bs=64k count=1 iflag=direct status=none | tr -d 'ab\0' | grep -q . && fail "wrong data"
page_read "$dev" 20 && fail "it was read"
page_is "$dev" 10 '\0' || fail "a dropped page"
nodes_back n1 n2
wait_for 60 attr_is "$dev" backup_only_pages 0 || fail "$(attr_of "$dev" backup_only_pages) pages stay"
attr_is "$dev" lost_pages 1 || fail "$(attr_of "$dev" lost_pages) pages are lost"
page_read "$dev" 20 && fail "it was read"
page_is "$dev" 10 '\0' || fail "a dropped page came back"
page_is "$dev" 5 b || fail "not as written"
page_is "$dev" 63 a || fail "not as written"
page_write "$dev" 20 c || fail "writing does not heal"
page_is "$dev" 20 c || fail "writing does not heal"
wait_for 20 state_is "$dev" ok || fail "state $(attr_of "$dev" state)"
netramctl volume delete v1 || fail "delete"

modprobe dm-mod 2> /dev/null
dm_table linear /dev/ram0 0 | dmsetup create netram-test || fail "no device mapper"

note "the device fails: nodes go on alone, and it is told"
make_backed $DM sync --replicas 1
netramctl events --follow --json > "$NETRAM_RUN/events" 2>&1 &
events_pid=$!
page_write "$dev" 0 a 64 || fail "writing"
dm_switch error || fail "dm"
page_write "$dev" 0 b 32 || fail "a write failed with its device"
wait_for 20 attr_is "$dev" backup_state failed || fail "not told"
state_is "$dev" degraded || fail "state $(attr_of "$dev" state)"
note "reason: $(attr_of "$dev" reason)"
wait_for 20 grep -q '"type":"backup_failed".*"state":"on"' "$NETRAM_RUN/events" || fail "no event"
netramctl status > "$NETRAM_RUN/status" && fail "status says that all is well"
grep -q 'writing to the backup .* fails' "$NETRAM_RUN/status" || fail "status: $(cat "$NETRAM_RUN/status")"
attr_is "$dev" backup_lag_pages 32 || fail "the lag is $(attr_of "$dev" backup_lag_pages)"
page_is "$dev" 0 b || fail "not as written"
note "and no node is there: what it has cannot be read, what it lacks neither"
nodes_cut n1 n2
page_read "$dev" 0 && fail "an old version was read"
page_read "$dev" 40 && fail "it was read from a device that fails"
page_write "$dev" 1 c && fail "a write was acknowledged that nobody has"
dm_switch linear /dev/ram0 0 || fail "dm"
page_is "$dev" 40 a || fail "not as written"
page_is "$dev" 0 a && fail "an old version was read"
page_write "$dev" 0 d || fail "writing"
page_is "$dev" 0 d || fail "not as written"
nodes_back n1 n2
# 1 may be b or c, and is neither on a node nor on the backup
for page in 1 2 31; do page_read "$dev" $page && fail "page $page was read, and nobody has it"; done
attr_is "$dev" lost_pages 31 || fail "$(attr_of "$dev" lost_pages) pages are lost"
page_is "$dev" 0 d || fail "not as written"
page_is "$dev" 63 a || fail "not as written"
page_write "$dev" 0 e 64 || fail "writing does not heal"
wait_for 20 attr_is "$dev" backup_state ok || fail "not told"
wait_for 20 grep -q '"type":"backup_failed".*"state":"off"' "$NETRAM_RUN/events" || fail "no event"
wait_for 20 state_is "$dev" ok || fail "state $(attr_of "$dev" state): $(attr_of "$dev" reason)"
kill $events_pid
netramctl volume delete v1 || fail "delete"

note "behind: what the backup lacks when all nodes die is lost, and nothing else; nothing old is read"
make_backed $DM behind --replicas 2
page_write "$dev" 0 a 256 || fail "writing"
wait_for 30 attr_is "$dev" backup_lag_pages 0 || fail "the lag stays"
dmsetup suspend netram-test || fail "dm"
page_write "$dev" 0 b 128 || fail "a write waits for the backup"
attr_is "$dev" backup_lag_pages 128 || fail "the lag is $(attr_of "$dev" backup_lag_pages)"
nodes_cut n1 n2
dmsetup resume netram-test || fail "dm"
page_is "$dev" 200 a || fail "what the backup has"
page_is "$dev" 127 a && fail "an old version was read"
nodes_back n1 n2
lost=0
for page in 0 15 16 17 64 100 126 127; do
	page_is "$dev" $page b && continue
	page_read "$dev" $page && fail "page $page is neither new nor an error"
	lost=$((lost + 1))
done
[ $lost -gt 0 ] || fail "nothing was lost: the test proves nothing"
note "$(attr_of "$dev" lost_pages) pages are lost"
[ "$(attr_of "$dev" lost_pages)" -le 128 ] || fail "more than the lag"
for page in 128 200 255; do page_is "$dev" $page a || fail "page $page"; done
wait_for 30 attr_is "$dev" backup_lag_pages 0 || fail "the lag stays"

note "the lag is bounded: whoever writes more waits for the device"
tune "$dev" backup_lag_mib 1
dmsetup suspend netram-test || fail "dm"
(page_write "$dev" 0 c 1024; echo $? > "$NETRAM_RUN/writer.rc") &
wait_for 20 sh -c "[ \$(cat /sys/block/${dev##*/}/netram/backup_lag_pages) -gt 0 ]"
pause 3
lag=$(attr_of "$dev" backup_lag_pages)
note "$lag pages behind"
[ "$lag" -le 256 ] || fail "the lag is $lag pages"
[ -e "$NETRAM_RUN/writer.rc" ] && fail "it did not wait"
dmsetup resume netram-test || fail "dm"
wait_for 60 test -s "$NETRAM_RUN/writer.rc" || fail "it waits for ever"
[ "$(cat "$NETRAM_RUN/writer.rc")" -eq 0 ] || fail "writing"
wait_for 30 attr_is "$dev" backup_lag_pages 0 || fail "the lag stays"
nodes_cut n1 n2
for page in 0 255 256 1023; do page_is "$dev" $page c || fail "page $page"; done
nodes_back n1 n2
echo -1 > "/sys/block/${dev##*/}/netram/backup_lag_mib" 2> /dev/null && fail "it took nonsense"
netramctl volume delete v1 || fail "delete"
dm_end || fail "the device is still in use"
ramdisks_end || fail "the device is still in use"
exit 0
