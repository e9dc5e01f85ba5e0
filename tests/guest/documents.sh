#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: the commands of the documents work as they stand there
# KERNELS: 6.1 6.12
# CHECK: 6.1
# TIMEOUT: 600
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"
# shellcheck source=tests/documents/lib.sh
. "$NETRAM_TOP/tests/documents/lib.sh"
# what is written into files of the tree would be there for the tests behind this one
cd / || exit
trap 'scene_end' EXIT

# ---- the scene of each block: nodes n1, n2 and n3 with the addresses of the documents, n4
# not known yet; v1, which is netram0, with two copies and something in it; swap to swap0

address() { echo "192.0.2.1${1#n}"; }
machines_start() {
	local n
	for n in n1 n2 n3 n4; do
		ip -batch - <<-B || return
			netns add $n
			link add v-$n type veth peer name eth0 netns $n
			addr add 192.0.2.1 peer $(address $n) dev v-$n
			link set v-$n up
		B
		ip -n $n -batch - <<-B || return
			addr add $(address $n)/24 dev eth0
			link set eth0 up
			link set lo up
		B
		server_start $n --listen "$(address $n)" --memory 400M || return
	done
}

scene_end() {
	local name path areas
	for path in /scratch /srv/cache; do
		! mountpoint -q $path || umount $path || return
	done
	# read whole first, for it changes with each of them
	mapfile -t areas < <(sed -n 's,^\(/dev/[^ ]*\) .*,\1,p' /proc/swaps)
	for path in "${areas[@]}"; do
		swapoff "$path" || return
	done
	[ ! -e /dev/zram0 ] || zramctl --reset /dev/zram0 || return
	echo N > /sys/module/zswap/parameters/enabled
	for name in $(netramctl volume list --json | jq -r '.volumes[].name'); do
		netramctl volume delete "$name" > /dev/null || return
	done
	for name in $(netramctl node list --json | jq -r '.nodes[].name'); do
		netramctl node remove "$name" || return
	done
}

scene() {
	local n
	scene_end || return
	for n in n1 n2 n3; do
		netramctl node add $n "$(address $n)" || return
	done
	volume_create v1 64M --replicas 2 > /dev/null && volume_create swap0 9G > /dev/null || return
	dd if=/dev/urandom of=/dev/netram0 bs=1M count=8 oflag=direct status=none &&
		netramctl swapon swap0 2> /dev/null
}

# ---- what must be so after a block, beyond that its commands did not fail

swapping_works() {
	local out
	cgroup_make hog 24M || fail "no cgroup"
	out=$(cgroup_exec hog "$memcheck" 48 "$SEED" 1 2) || fail "memcheck: $out"
	[[ $out = *" mismatches=0" ]] || fail "wrong data: $out"
	cgroup_end hog || fail "the cgroup stays"
}
# what compresses, which those pages do not
text() { seq 6000000 | tail -c 40M | cksum; }
text_swapping_works() {
	local out
	cgroup_make hog 24M || fail "no cgroup"
	out=$(cgroup_exec hog bash -c "$(declare -f text); text")
	[ "$out" = "$(text)" ] || fail "wrong text: $out"
	cgroup_end hog || fail "the cgroup stays"
}
vmstat_of() { awk -v name="$1" '$1 == name { print $2 }' /proc/vmstat; }
priority_is() { grep -qE "^$1[[:space:]].*[[:space:]]$2\$" /proc/swaps || fail "no swap of priority $2: $(cat /proc/swaps)"; }

stranger_gets_in() { # from an address that is not of the hosts' network
	"$PYTHON" -c 'import socket, sys
socket.create_connection((sys.argv[1], 10809), 5, ("198.51.100.1", 0))' "$(address n1)" 2> /dev/null
}

afterwards() { # PAGE COMMANDS
	local before
	case $2 in
	*/dev/zram0*)
		priority_is /dev/zram0 200
		priority_is /dev/netram0 100
		swapping_works
		;;
	*zswap*)
		before=$(vmstat_of zswpout)
		text_swapping_works
		[ "$(vmstat_of zswpout)" -gt "$before" ] || fail "zswap has taken nothing"
		swapping_works
		;;
	*'node remove n1'*) [ ! -e /sys/class/netram_node/n1 ] || fail "n1 is still there" ;;
	*'node add n4'*) ;;
	*nft*)
		port_open "$(address n1)" 10809 || fail "the hosts are locked out, too"
		ip addr add 198.51.100.1/32 dev lo
		ip -n n1 route add 198.51.100.1/32 dev eth0
		! stranger_gets_in || fail "others get in"
		ip netns exec n1 nft flush chain inet netram input
		stranger_gets_in || fail "others would not get in anyway"
		;;
	*io_deadline_ms*) [ "$(attr_of netram0 io_deadline_ms)" = 60000 ] || fail "io_deadline_ms" ;;
	*'--on-loss wait'*) [ "$(attr_of netram0 on_loss)" = wait ] || fail "on_loss" ;;
	esac
}

# On a machine that gives memory, which has the tools of one.
on_server() { # COMMANDS
	printf '%s\n' "$1" > "$NETRAM_RUN/commands"
	# shellcheck disable=SC2016 # for that shell
	ip netns exec n1 bash -c '. "$1/tests/documents/lib.sh"; doc_run "node# " "$(cat "$2")"' - \
		"$NETRAM_TOP" "$NETRAM_RUN/commands"
}

run_block() { # PAGE LINE PLACE COMMANDS
	case $3 in
	guest) scene || fail "$1:$2: no scene"; doc_run 'host# ' "$4" || fail "$1:$2" ;;
	server) on_server "$4" || fail "$1:$2"; doc_ran=$((doc_ran + 1)) ;;
	*) return ;;
	esac
	afterwards "$1" "$4"
	blocks=$((blocks + 1))
}

run_page() { # PAGE
	local page=$NETRAM_TOP/Documentation/$1 nr=0 line place
	while read -r _ line place _ <&6; do
		nr=$((nr + 1))
		run_block "$1" "$line" "$place" "$(doc_block "$page" $nr)"
	done 6< <(doc_blocks "$page" | grep '^== ')
}

command -v nft > /dev/null || skip "nftables is not installed"
memcheck=$(program memcheck) || fail "no memcheck"
mkdir -p /etc/netram
cp "$NETRAM_TOP/packaging/netram.conf" /etc/netram/netram.conf
cp "$NETRAM_TOP/packaging/netram.conf" /tmp/netram.conf
# shellcheck disable=SC2119 # no parameters are needed
module_load || fail "the module does not load"
machines_start || fail "no servers"
blocks=0
for page in "$NETRAM_TOP"/Documentation/*.md; do
	doc_blocks "$page" | grep -qE '^== [0-9]+ (guest|server)$' || continue
	note "$(basename "$page")"
	run_page "$(basename "$page")"
done
[ $blocks -ge 14 ] || fail "only $blocks blocks"
echo "$blocks blocks, $doc_ran commands"
scene_end || fail "the scene does not come off"
