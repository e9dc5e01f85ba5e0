# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the benchmark compares, for tests/bench/guest. A system is a function
# up_NAME, which sets up a block device of 128 MiB, nothing on it, and sets DEV;
# and down_NAME; check_NAME, where there is one, is asked when the rows have been
# measured. All servers listen on loopback of the one guest.

SYSTEMS=(brd zram netram netram-nocsum netram-2-nodes netram-8-nodes netram-2-copies netram-foreign
	nvme-tcp nbd-nbdkit nbd-server)

# Virtual time runs on while the guest waits for the machine to read a program,
# so waiting has to be long; the guest's own time limit is in real seconds.
wait_port() { wait_for 1200 port_open 127.0.0.1 "$1"; }

# What swaps: a program that gets half of the memory it needs, so that the rest of
# the guest is not touched by it.
swap_group=/sys/fs/cgroup/bench
swap_group_make() {
	echo +memory > /sys/fs/cgroup/cgroup.subtree_control
	mkdir -p $swap_group && echo 32M > $swap_group/memory.max
}
# faults READS: becomes the program, so call it in a subshell; fails where a page was wrong
faults() {
	echo "$BASHPID" > $swap_group/cgroup.procs
	exec /run/faults 64 "$1"
}

# ---- local memory: what fio and the block layer cost

brd_load() { modprobe brd rd_nr=2 rd_size=131072; } # ram1 is what nvmet exports

up_brd() { brd_load && DEV=/dev/ram0; }
down_brd() { :; } # stays for nvmet

# lzo-rle, or what the kernel takes for its default where it was built without
up_zram() {
	modprobe zram num_devices=1 || return
	! grep -q lzo-rle /sys/block/zram0/comp_algorithm ||
		echo lzo-rle > /sys/block/zram0/comp_algorithm || return
	echo 128M > /sys/block/zram0/disksize && DEV=/dev/zram0
}
down_zram() { echo 1 > /sys/block/zram0/reset; }

# ---- the kernel's nbd

nbd_connect() { # PORT ARGUMENT...
	modprobe nbd nbds_max=2 && wait_port "$1" || return
	nbd-client 127.0.0.1 "$1" /dev/nbd0 -C 1 "${@:2}" > /dev/null && DEV=/dev/nbd0
}
nbd_disconnect() { nbd-client -d /dev/nbd0 > /dev/null; }

nbdkit_start() { # PORT
	nbdkit -f -i 127.0.0.1 -p "$1" memory 128M > /run/nbdkit.log 2>&1 &
	server=$!
	wait_port "$1"
}

stop_server() {
	kill "$server"
	wait "$server" 2> /dev/null
	return 0
}

up_nbd_nbdkit() { nbdkit_start 10901 && nbd_connect 10901; }
down_nbd_nbdkit() { nbd_disconnect && stop_server; }

up_nbd_server() {
	truncate -s 128M /run/nbd-server.data
	printf '%s\n' '[generic]' user=root group=root listenaddr=127.0.0.1 port=10902 \
		'[bench]' exportname=/run/nbd-server.data > /run/nbd-server.conf
	nbd-server -C /run/nbd-server.conf -p /run/nbd-server.pid > /run/nbd-server.log 2>&1
	nbd_connect 10902 -N bench
}
down_nbd_server() {
	nbd_disconnect && kill "$(cat /run/nbd-server.pid)" && rm /run/nbd-server.data
}

# ---- nvme over TCP to the kernel's own target on brd

nvmet=/sys/kernel/config/nvmet

up_nvme_tcp() {
	local sub=$nvmet/subsystems/bench port=$nvmet/ports/1
	brd_load && modprobe -a nvme-tcp nvmet-tcp configfs || return
	mountpoint -q /sys/kernel/config || mount -t configfs config /sys/kernel/config || return
	mkdir -p $sub/namespaces/1 $port
	echo 1 > $sub/attr_allow_any_host
	echo -n /dev/ram1 > $sub/namespaces/1/device_path
	echo 1 > $sub/namespaces/1/enable
	echo ipv4 > $port/addr_adrfam
	echo tcp > $port/addr_trtype
	echo 127.0.0.1 > $port/addr_traddr
	echo 4420 > $port/addr_trsvcid
	ln -s $sub $port/subsystems/
	nvme connect -t tcp -a 127.0.0.1 -s 4420 -n bench > /dev/null || return
	wait_for 1200 test -b /dev/nvme0n1 && DEV=/dev/nvme0n1
}
down_nvme_tcp() {
	nvme disconnect -n bench > /dev/null
	rm $nvmet/ports/1/subsystems/bench
}

# ---- netram

netram_nodes=1 netram_replicas=1

netram_volume() { # ARGUMENT...: sets DEV and VOLUME_SYSFS
	DEV=$(netramctl volume create bench --size 128M --replicas "$netram_replicas" "$@") &&
		VOLUME_SYSFS=/sys/block/${DEV#/dev/}
}

netram_node_up() { # N
	netram-server --listen "127.0.0.1:$((10910 + $1))" --memory 512M > "/run/netram-server-$1.log" 2>&1 &
	servers+=($!)
	wait_port "$((10910 + $1))" && netramctl node add "n$1" "127.0.0.1:$((10910 + $1))"
}

# shellcheck disable=SC2120 # parameters are optional
netram_up() { # ARGUMENT-OF-VOLUME...
	local i
	servers=()
	module_load || return
	for ((i = 1; i <= netram_nodes; i++)); do
		netram_node_up $i || return
	done
	netram_volume "$@"
}
netram_down() {
	local i
	netramctl volume delete bench || return
	for ((i = 1; i <= netram_nodes; i++)); do
		netramctl node remove "n$i" || return
	done
	module_unload || return
	kill "${servers[@]}"
	wait "${servers[@]}" 2> /dev/null
	servers=()
	netram_nodes=1 netram_replicas=1
}

# A read of an absent page, and a page of zeroes, do not use the network and
# would flatter us. A few are read when the disk appears, before all else.
check_netram() {
	local at_home
	at_home=$(($(cat "$VOLUME_SYSFS/netram_stats/hole_pages") +
		$(cat "$VOLUME_SYSFS/netram_stats/zero_pages")))
	[ $at_home -le 64 ] || { echo "$at_home pages did not use the network" >&2; return 1; }
}
check_netram_nocsum() { check_netram; }
check_netram_2_nodes() { check_netram; }
check_netram_8_nodes() { check_netram; }
check_netram_2_copies() { check_netram; }
check_netram_foreign() { check_netram; }

up_netram() { netram_up; }
down_netram() { netram_down; }
up_netram_nocsum() { netram_up --no-checksum; }
down_netram_nocsum() { netram_down; }
up_netram_2_nodes() { netram_nodes=2 && netram_up; }
down_netram_2_nodes() { netram_down; }
up_netram_8_nodes() { netram_nodes=8 && netram_up; }
down_netram_8_nodes() { netram_down; }
up_netram_2_copies() { netram_nodes=2 netram_replicas=2 && netram_up; }
down_netram_2_copies() { netram_down; }

up_netram_foreign() {
	module_load && nbdkit_start 10904 && servers=("$server") &&
		netramctl node add n1 127.0.0.1:10904 --export bench && netram_volume
}
down_netram_foreign() { netram_down; }
