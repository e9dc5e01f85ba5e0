#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: netramd brings nodes and volumes to its file, at start, on reload and after drift; its death is not noticed
# KERNELS: 6.1 6.12
# CHECK: 6.1
# TIMEOUT: 500
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"
# shellcheck source=tests/guest/common/netramd.sh
. "$NETRAM_TOP/tests/guest/common/netramd.sh"

# shellcheck disable=SC2317 # called by the trap
cleanup() {
	netramd_end
	rm -f "$NETRAM_RUN/load-on"
	umount "$NETRAM_RUN/mnt" 2> /dev/null
}
trap cleanup EXIT

attr_is() { [ "$(attr_of "$1" "$2")" = "$3" ]; } # DEVICE NAME VALUE
weighs() { [ "$(node_attr "$1" weight)" = "$2" ]; } # NODE WEIGHT
reload() { kill -HUP "$pid"; }
looked() { [ "$(status | jq .looks)" -gt "$1" ]; }
looks_again() { # a whole look more: one may be under way
	local n
	n=$(($(status | jq .looks) + 1))
	wait_for 30 looked "$n" || fail "it does not look"
}

# file_says [SED-EXPRESSION]: the file of the test, but for that
file_says() {
	sed -e "${1:-}" > "$conf.new" <<-END
		host: {region: here, zone: rack0}
		regions:
		  here: [rack0, rack1, rack2, rack3]
		defaults:
		  replicas: 2
		  io_timeout_ms: 60000
		  io_deadline_ms: 300000
		  connect_timeout_ms: 20000
		nodes:
		  n1: {address: "$(node_addr n1)", zone: rack1, weight: 100, status: $NETRAM_RUN/n1.sock}
		  n2: {address: "$(node_addr n2)", zone: rack2, weight: 100, status: "$(node_addr n2)"}
		#n3 n3: {address: "$(node_addr n3)", zone: rack3, weight: 100}
		volumes:
		  v1:
		    size: 64M
		    swap: {priority: 5}
		  v2:
		    size: 256M
		    on_loss: wait
		    backup: {device: $NETRAM_RUN/v2.img, mode: behind}
		#v3 v3:
		#v3   size: 64M
		#v3   mount: {path: $NETRAM_RUN/mnt, type: ext4, format: yes}
		placement: {auto_weight: no}
		objectives:
		  read_p99_us: 1
		  utilization_percent: 85
	END
	# what a line is without its mark is indented by two
	sed -i -e 's/^#n3/ /; s/^#v3/ /' "$conf.new"
	mv "$conf.new" "$conf"
}
no3='/^#[nv]3/d' # before there is a third node, and a third volume
no_v3='/^#v3/d'

note "before the module is there"
node_add n1 n2 n3 || fail "no namespaces"
start_n2() { server_start n2 --metrics "$(node_addr n2)" || fail "no server n2"; }
server_start n1 || fail "no server n1"
start_n2
server_start n3 || fail "no server n3"
modprobe loop || skip "no loop" # nobody makes /dev/loop-control in a guest before that
truncate -s 257M "$NETRAM_RUN/v2.img"
file_says "$no3"
netramd --check "$conf" || fail "netramd --check does not like the file"
netramd_start
becomes '.state == "problem" and (.findings[0].text | test("modprobe netram"))'
# shellcheck disable=SC2119 # no parameters are needed
module_load || fail "the module does not load"

[ "$(sed -n 's/^VmLck:[[:space:]]*\([0-9]*\) kB/\1/p' "/proc/$pid/status")" -gt 0 ] || fail "it is not locked into memory"

note "two nodes, a swap volume and a plain one"
becomes '.state == "ok" and ([.nodes[].name] == ["n1", "n2"]) and ([.volumes[].name] == ["v1", "v2"])'
becomes '([.nodes[] | select(.state == "up")] | length) == 2 and .volumes[0].swap'
grep -q '^/dev/netram0 .*[[:space:]]5$' /proc/swaps || fail "swap: $(cat /proc/swaps)"
[ "$(cat /proc/sys/vm/watermark_boost_factor)" = 0 ] || fail "watermark boosting is on"
[ "$(attr_of netram1 replicas)" = 2 ] || fail "replicas"
[ "$(attr_of netram1 on_loss)" = wait ] || fail "on_loss"
[ "$(attr_of netram0 io_deadline_ms)" = 300000 ] || fail "io_deadline_ms"
netramctl volume show v2 --json | jq -e '.backup.mode == "behind" and .backup.state == "ok"' > /dev/null ||
	fail "v2 has no backup: $(netramctl volume show v2)"
ln -s v2.img "$NETRAM_RUN/v2-link.img"
ln -s . "$NETRAM_RUN/run-link"
for name in "$NETRAM_RUN/v2-link.img" "$NETRAM_RUN/run-link/v2.img" \
	"$(netramctl volume show v2 --json | jq -r .backup.device)"; do
	file_says "$no3; s|device: .*/v2.img|device: $name|"
	reload
	looks_again
	is 'all(.findings[]; .text | test("backup") | not)' || fail "its backup by the name $name: $(status)"
done
file_says "$no3"
reload
[ "$(node_attr n2 zone)" = rack2 ] || fail "zone"
[ "$(node_attr n2 region)" = here ] || fail "region"
becomes '[.nodes[].server | .limit_bytes, .error] == [1073741824, "", 1073741824, ""]'
second=$(netramd --config "$conf" --status "$sock" 2>&1) && fail "a second netramd runs"
[[ $second = *"another netramd answers there"* ]] || fail "a second netramd says: $second"

note "the file changes: a node more, a tunable"
file_says "$no_v3; s/io_deadline_ms: 300000/io_deadline_ms: 290000/"
reload
becomes '([.nodes[].name] == ["n1", "n2", "n3"])'
wait_for 30 attr_is netram1 io_deadline_ms 290000 || fail "the tunable is not changed"

note "a weight changes while the node has pages"
file_says "$no_v3; s/io_deadline_ms: 300000/io_deadline_ms: 290000/; s/rack2, weight: 100/rack2, weight: 50/"
reload
told "node n2: weight 50"
becomes '.state == "ok" and any(.nodes[]; .name == "n2" and .state == "up")'
[ "$(node_attr n2 weight)" = 50 ] || fail "weight of n2: $(node_attr n2 weight)"
netramctl node set n2 --weight 49 || fail "node set"
wait_for 30 weighs n2 50 || fail "the weight stays"
file_says "$no_v3; s/io_deadline_ms: 300000/io_deadline_ms: 290000/"
reload
told "node n2: weight 100"

note "drift is put back"
tune netram1 io_deadline_ms 1234
wait_for 30 attr_is netram1 io_deadline_ms 290000 || fail "the tunable stays"
told "volume v2: io_deadline_ms 290000, was 1234"
becomes '.events[0] | .kind == "change" and .text == "volume v2: io_deadline_ms 290000, was 1234"'
mkdir -p /run/netramd && ln -sf "$sock" /run/netramd/status.sock # where netramctl asks
noted() { # TEXT ARG...: netramctl does that, and notes that it will be undone
	local said text=$1
	shift
	said=$(netramctl "$@" 2>&1) || fail "$*: $said"
	[[ $said = *"netramctl: note: netramd has "*"$text"* ]] || fail "'$*' notes nothing of it: $said"
}
noted "adds it again" node remove n3
becomes 'any(.nodes[]; .name == "n3")'
noted "'on_loss: wait' for volume v2" volume set v2 --on-loss error
wait_for 30 attr_is netram1 on_loss wait || fail "on_loss stays"
noted "makes it anew, empty" volume delete v2
becomes 'any(.volumes[]; .name == "v2") and .state == "ok"'
noted "swaps to it again" swapoff v1
becomes 'any(.volumes[]; .name == "v1" and .swap)'
rm -r /run/netramd

# before there is a mount, which the server's mount namespace would keep
note "a node goes and comes: told"
server_kill n2
told "node n2 is down"
becomes 'any(.nodes[]; .name == "n2" and .state == "down") and any(.volumes[]; .state == "degraded")'
becomes '.nodes[1].server.error | test("Connection refused|timed out")'
start_n2
wait_for 60 is 'all(.volumes[]; .state == "ok")' || fail "not in sync again: $(status)"

note "a volume more, with a file system"
file_says
reload
becomes ".state == \"ok\" and any(.volumes[]; .name == \"v3\" and .mounted == \"$NETRAM_RUN/mnt\")"
grep -q " TARGET=$NETRAM_RUN/mnt .*_netdev" /run/mount/utab || fail "at a shutdown the network goes before it"
grep -qE " $NETRAM_RUN/mnt ext4 .*\bdiscard\b" /proc/mounts || fail "what is deleted stays on the nodes: $(grep "$NETRAM_RUN/mnt" /proc/mounts)"
grep -qE " $NETRAM_RUN/mnt ext4 .*\bnosuid,nodev,noatime\b" /proc/mounts || fail "its options: $(grep "$NETRAM_RUN/mnt" /proc/mounts)"
pattern 1000000 "$SEED" > "$NETRAM_RUN/mnt/file" || fail "nothing can be written there"
sum=$(cksum < "$NETRAM_RUN/mnt/file")

note "other options are told, and taken when it has been unmounted"
file_says 's/format: yes/options: "noatime,noexec,nodev,nosuid", &/'
reload
becomes '.state == "problem" and ([.findings[].text] == ["volume v3: is mounted with exec, the file says noexec: unmount it, then it is mounted so"])'
umount "$NETRAM_RUN/mnt" || fail "umount"
becomes ".state == \"ok\" and any(.volumes[]; .name == \"v3\" and .mounted == \"$NETRAM_RUN/mnt\")"
grep -qE " $NETRAM_RUN/mnt ext4 .*\bnoexec\b" /proc/mounts || fail "its options: $(grep "$NETRAM_RUN/mnt" /proc/mounts)"
file_says # without options it may stay as it is
reload
becomes '.state == "ok"'

note "a bad file changes nothing"
before=$(netramctl status --json | jq -S '[.nodes[].name, (.volumes[] | {name, size_bytes, device})]')
file_says 's/size: 256M/size: 256X/; s/^#n3.*//'
reload
told "cannot be used: going on with what it said before"
told "$conf:18: error: size: '256X' is not a size"
looks_again
is '(.config.refused | test("256X")) and .state == "ok"' || fail "$(status)"
[ "$(netramctl status --json | jq -S '[.nodes[].name, (.volumes[] | {name, size_bytes, device})]')" = "$before" ] ||
	fail "something changed: $(netramctl status)"

note "what cannot be done is told, and nothing is destroyed"
file_says 's/size: 256M/size: 512M/; s/priority: 5/priority: 6/; s/^#v3.*//'
reload
becomes '.state == "problem" and .config.refused == "" and (.findings | length) == 3 and
	any(.findings[]; .text | test("volume v2: its size is 256M, the file says 512M: .*netramctl volume delete v2")) and
	any(.findings[]; .text | test("volume v1: its swap priority is 5, the file says 6")) and
	any(.findings[]; .kind == "note" and (.text | test("volume v3: is not in the file and left alone")))'
[ "$(cksum < "$NETRAM_RUN/mnt/file")" = "$sum" ] || fail "v3 has lost its file"
file_says
reload
becomes '.state == "ok"'

note "a volume is made anew with another size"
size_is() { netramctl volume show v1 --json | jq -e ".size_bytes == $1 * 1048576" > /dev/null; } # MIB
resize() { # FROM TO, in MiB: in the order that Documentation/admin.md has
	file_says "s/^    size: 64M/    size: ${2}M/"
	reload
	told "problem: volume v1: its size is ${1}M, the file says ${2}M"
	netramctl swapoff v1 || fail "swapoff"
	looks_again
	is 'any(.volumes[]; .name == "v1" and (.swap | not))' || fail "it is swapped on again: $(status)"
	size_is "$1" || fail "it has another size already"
	netramctl volume delete v1 || fail "volume delete"
	becomes '.state == "ok" and any(.volumes[]; .name == "v1" and .swap)'
	size_is "$2" || fail "it is as large as it was"
}
resize 64 48
resize 48 64

note "kill -9 under load, and a new one"
dev=/dev/$(basename "$(dirname "$(dirname "$(grep -lx v2 /sys/block/netram*/netram/name)")")")
# A request that had to wait for a netramd would take as long as there is none: 5 s and
# more. What an emulated machine takes at worst is less.
slow_requests() {
	netramctl latency v2 --json | jq '[.volumes[] | (.read, .write).buckets[] | select(.[0] >= 4e9) | .[1]] | add // 0'
}
load_start "$dev" 32M
load_flowing "$dev"
slow=$(slow_requests)
for turn in 1 2 3; do
	netramd_kill
	back=$((SECONDS + 6))
	while [ $SECONDS -lt $back ]; do
		load_flowing "$dev"
	done
	netramd_start
	load_flowing "$dev"
done
[ "$(slow_requests)" = "$slow" ] || fail "requests waited: $(netramctl latency v2)"
note "netramd was killed $turn times, and no request took 4 s"
becomes '.state == "ok" and (.volumes | length) == 3 and (.nodes | length) == 3'
looks_again
grep -E ': (added|created|removed|deleted|swapped on|mounted on)' "$log" && fail "it did not adopt what was there"
load_flowing "$dev"
# no read takes less than a bucket of the histogram
becomes 'any(.objectives[]; .volume == "v2" and .objective == "read_p99_us" and .value > 1 and (.met | not))'
told "volume v2: read_p99_us is"
# n1 and n2 tell themselves how full they are, of n3 nobody knows what it has
becomes '[.objectives[] | select(.objective == "utilization_percent") | {node, limit, met}] | sort ==
	[{"node": "n1", "limit": 85, "met": true}, {"node": "n2", "limit": 85, "met": true}]'
load_end
expect_stat "$dev" errors -eq 0

note "what the file says to remove is removed, not what is in use"
file_says '/^#v3   mount/d; s/^#v3   size: 64M/#v3   remove: yes/'
reload
becomes '.state == "problem" and any(.findings[]; .text | test("volume v3: is mounted and cannot be removed"))'
umount "$NETRAM_RUN/mnt" || fail "umount"
becomes '.state == "ok" and all(.volumes[]; .name != "v3")'
file_says "$no_v3; s/^#n3.*/#n3 n3: {remove: yes}/"
reload
wait_for 60 is '.state == "ok" and ([.nodes[].name] == ["n1", "n2"])' || fail "n3 stays: $(status)"

note "it ends and leaves all as it is"
kill -TERM "$pid"
wait "$pid" || fail "it exits with $?"
pid=''
[ ! -e "$sock" ] || fail "its socket stays"
grep -q '^/dev/netram0 .*[[:space:]]5$' /proc/swaps || fail "swap is gone: $(cat /proc/swaps)"
netramctl status || fail "all is not well"
netramctl status --json | jq -e '(.nodes | length) == 2 and (.volumes | length) == 2' > /dev/null ||
	fail "something is gone"
fio_verify after "$dev" --size=16M --bs=16k || fail "the volume does not work any more"
exit 0
