#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: after a crash, and of what is deleted, netramd has nodes forget what they have, also one that comes back later; a copied machine frees nothing
# KERNELS: 6.1 6.12
# CHECK: 6.1
# TIMEOUT: 300
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"
# shellcheck source=tests/guest/common/netramd.sh
. "$NETRAM_TOP/tests/guest/common/netramd.sh"

file=$state/volumes.json ram=/dev/ram0
modprobe brd rd_nr=1 rd_size=$((17 << 10)) || skip "no brd"
uuid=1b4e28ba-2fa1-11d2-883f-0016d3cca427
left=$((8 << 20)) # bytes that a volume has on each node when its host crashes
[ -s /etc/machine-id ] || skip "no machine-id"

device_of() { echo "/dev/$(basename "$(dirname "$(dirname "$(grep -lx "$1" /sys/block/netram*/netram/name)")")")"; } # VOLUME
sessions_ended() { ! grep -q ' up ' /sys/block/netram*/netram/nodes; }
# a node finds out at last that a host it has connections of is not there any more
keepalive_ends() { # NODE
	node_exec "$1" ss -K src "$(node_addr "$1"):$NODE_PORT" > /dev/null
}
ready() { becomes '([.volumes[].name] | sort) == ["v1", "v2", "v3"] and all(.volumes[]; .state != "lost") and any(.volumes[]; .name == "v1" and .swap)'; }
# a page or two of swap's own, on each node; and what is left of volumes of before
holds() { used_at_most $(($2 + 65536)) "$1" && ! used_at_most $(($2 - 1)) "$1"; } # NODE BYTES
dead() { jq "[.volumes[] | select(.boot_id == \"$1\")] | length" "$file"; } # BOOT
v2_lives() {
	becomes '.state == "ok" and .looks > 3'
	echo 3 > /proc/sys/vm/drop_caches
	cmp -n $left "$NETRAM_RUN/pattern" "$(device_of v2)" || fail "v2 has lost its pages"
}
of_earlier_boot() { sed -i "s/\"boot_id\": *\"[0-9a-f]*\"/\"boot_id\": \"$earlier\"/" "$file"; } # all that is remembered
settled() { [ "$(dead $earlier)" = 0 ]; }

first_page() { dd bs=4k count=1 conv=notrunc status=none "$@" || fail "dd $*"; }

# crash: as if the host had lost its power, and been started again but for netramd
earlier=00000000000000000000000000000001
crash() {
	local n v
	netramd_kill
	netramctl swapoff v1 || fail "swapoff"
	for v in v1 v2; do
		pattern $left "$SEED" | dd of="$(device_of $v)" bs=1M iflag=fullblock oflag=direct status=none || fail "writing to $v"
	done
	for n in n1 n2; do
		node_down $n
		node_reset_connections $n
	done
	wait_for 20 sessions_ended || fail "a session is up"
	first_page if=$ram of="$NETRAM_RUN/superblock" iflag=direct
	for v in v1 v2 v3; do
		netramctl volume delete $v || fail "delete $v"
	done
	# nobody has given that back
	first_page if="$NETRAM_RUN/superblock" of=$ram oflag=direct
	for n in n1 n2; do
		netramctl node remove $n || fail "remove $n"
		used_at_most $((2 * left - 1)) $n && fail "$n has $(server_used $n) bytes: nothing is left to be freed"
	done
	of_earlier_boot
	[ "$(dead $earlier)" -ge 2 ] || fail "what is remembered: $(cat "$file")"
}

# shellcheck disable=SC2119 # no parameters are needed
module_load || fail "the module does not load"
node_add n1 n2 || fail "no namespaces"
server_start n1 || fail "no server n1"
server_start n2 || fail "no server n2"
cat > "$conf" <<-END
	defaults: {io_timeout_ms: 60000, io_deadline_ms: 300000, connect_timeout_ms: 20000}
	nodes:
	  n1: {address: "$(node_addr n1)"}
	  n2: {address: "$(node_addr n2)"}
	volumes:
	  v1: {size: 64M, swap: {priority: 5}}
	  v2: {size: 64M, uuid: $uuid}
	  v3: {size: 16M, backup: {device: $ram}}
	status: {listen: off}
END
netramd_start
ready
first=$(attr_of "$(device_of v1)" uuid)

note "a crash: pages are freed, swap is there at once, and so is the volume with a uuid"
crash
node_up n1
node_up n2
keepalive_ends n2
netramd_start
becomes 'any(.volumes[]; .name == "v1" and .swap)'
# n1 has not found out yet
becomes 'any(.findings[]; .kind == "waiting" and (.text | test("volume v2: is created when its connections to n1 ")))'
keepalive_ends n1
ready
[ "$(attr_of "$(device_of v2)" uuid)" = $uuid ] || fail "v2 has another uuid"
[ "$(netramctl volume show v3 --json | jq -r '.backup | .device + " " + .state')" = "$ram ok" ] ||
	fail "v3 has not got its backup device: $(netramctl volume show v3)"
wait_for 30 holds n1 0 || fail "n1 has $(server_used n1) bytes"
wait_for 30 holds n2 0 || fail "n2 has $(server_used n2) bytes"
told "volume v1 of an earlier boot ($first): what it had on n1, n2 is freed"
told "volume v2 of an earlier boot ($uuid): what it had on n1, n2 is freed"
wait_for 20 settled || fail "$(cat "$file")"
becomes '.state == "ok"'
[ "$(grep -c 'is freed$' "$log")" = 3 ] || fail "it says more than that"

note "one node is away at the start"
crash
node_up n1
keepalive_ends n1
netramd_start
ready
wait_for 30 holds n1 0 || fail "n1 has $(server_used n1) bytes"
holds n2 $((2 * left)) || fail "n2 has $(server_used n2) bytes"
told "note: volume v1 of an earlier boot: what it had on n2 is freed when that can be reached"
settled && fail "n2 is forgotten"
node_up n2
keepalive_ends n2
wait_for 60 holds n2 0 || fail "n2 has $(server_used n2) bytes"
wait_for 30 settled || fail "$(cat "$file")"
wait_for 60 session_is "$(device_of v2)" n2 up || fail "v2 does not get n2 back: $(node_attr n2 last_error)"
becomes '.state == "ok" and .findings == []'

note "netramd is started anew: what lives is left alone"
pattern $left "$SEED" > "$NETRAM_RUN/pattern"
dd if="$NETRAM_RUN/pattern" of="$(device_of v2)" bs=1M oflag=direct status=none || fail "writing"
netramd_kill
netramd_start
v2_lives
# not even when it is taken for dead: its sessions are there
netramd_kill
cp "$file" "$NETRAM_RUN/true.json"
of_earlier_boot
netramd_start
told "note: volume v2 of an earlier boot: what it had is freed when its connections to n1, n2 have ended"
v2_lives
netramd_kill
cp "$NETRAM_RUN/true.json" "$file"
netramd_start
becomes '.state == "ok" and .looks > 3'

note "deleted while a node is away, and made anew with its uuid"
node_down n2
node_reset_connections n2
n2_is_missed() { ! session_is "$(device_of v2)" n2 up; }
wait_for 20 n2_is_missed || fail "n2 is not missed"
netramctl volume delete v2 || fail "delete v2"
becomes 'any(.volumes[]; .name == "v2")'
wait_for 30 holds n1 0 || fail "n1 has $(server_used n1) bytes"
holds n2 $left || fail "n2 has $(server_used n2) bytes"
node_up n2
keepalive_ends n2
told "volume v2 that is deleted ($uuid): what it had on n2 is freed"
wait_for 30 holds n2 0 || fail "n2 has $(server_used n2) bytes"
wait_for 60 session_is "$(device_of v2)" n2 up || fail "v2 does not get n2 back: $(node_attr n2 last_error)"
[ "$(attr_of "$(device_of v2)" replicas)" = 2 ] || fail "v2 has $(attr_of "$(device_of v2)" replicas) copies"
becomes '.state == "ok" and .findings == []'

note "a copy of the machine frees nothing"
crash
sed -i 's/"machine_id": *"[0-9a-f]*"/"machine_id": "11111111111111111111111111111111"/' "$file"
for n in n1 n2; do
	node_up $n
	keepalive_ends $n
done
netramd_start
told "$file is of another machine"
becomes 'any(.volumes[]; .name == "v1" and .swap)'
becomes 'any(.findings[]; .text | test("volume v2: cannot be created: another host has a volume of this uuid"))'
# the device may be shared, and that one's
becomes 'any(.findings[]; .text | test("volume v3: cannot be created: the backup device is that of another volume"))'
becomes '.looks > 5'
for n in n1 n2; do
	holds $n $((2 * left)) || fail "$n has $(server_used $n) bytes"
done
[ -e "$file.other" ] || fail "the file is gone"
netramd_kill
rmmod brd || fail "the backup device is still in use"
exit 0
