# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the guest tests share beyond tests/vm/guest-lib.sh, which this reads in:
#   . "$NETRAM_TOP/tests/guest/common/lib.sh"
# shellcheck source=tests/vm/guest-lib.sh
. "$NETRAM_TOP/tests/vm/guest-lib.sh"

PYTHON=/usr/bin/python3
COMMON=$NETRAM_TOP/tests/guest/common
SEED=${NETRAM_TEST_SEED:-$((RANDOM * 32768 + RANDOM + 1))}
shmem_before=0 # see freed
within_ms=0    # set by within
echo "# seed $SEED (NETRAM_TEST_SEED)"

# Where a test repeats something, it does so less often unless it is to run in full
# (NETRAM_FULL), and on the debug kernel, which is ten times slower.
in_full() {
	[ -e "${NETRAM_SHARE:-/run/share}/full" ] && ! debug_kernel
}
debug_kernel() { [ -e /sys/kernel/debug/kmemleak ]; }

word_of() { # FILE: its first line
	local word
	read -r word < "$1" && echo "$word"
}

# within SECONDS COMMAND...: succeeds in that time, which is part of what the test
# proves; sets within_ms. A guest that gets little of the machine has no 5 s in 5 s
# of the clock, so it is over only after as many looks, too, as an idle one
# has time for: a look starts a program and asks a server, a fifth of a second.
within() {
	local limit=$(($1 * 1000)) looks=0 start
	start=$(now_ms)
	until "${@:2}" > /dev/null 2>&1; do
		looks=$((looks + 1)) within_ms=$(($(now_ms) - start))
		[ $within_ms -lt $limit ] || [ $looks -lt $((limit / 200)) ] || {
			echo "$within_ms ms and $looks looks in vain: ${*:2}" >&2
			return 1
		}
		pause 0.05
	done
	within_ms=$(($(now_ms) - start))
}

# As the original, in two programs instead of eleven.
node_add() {
	local n i
	for n in "$@"; do
		i=${n##*[!0-9]}
		ip -batch - <<-B || return
			netns add $n
			link add v-$n type veth peer name eth0 netns $n
			addr add 10.99.$i.1/24 dev v-$n
			addr add fd99:$i::1/64 dev v-$n nodad
			link set v-$n up
		B
		ip -n "$n" -batch - <<-B || return
			addr add 10.99.$i.2/24 dev eth0
			addr add fd99:$i::2/64 dev eth0 nodad
			link set eth0 up
			link set lo up
		B
	done
}

# ---- a volume's counters and tunables; DEVICE is /dev/netramN or netramN

session_state='' session_extents=0 session_pages=0 # set by session_of

stat_of() { word_of "/sys/block/${1##*/}/netram_stats/$2"; }
attr_of() { word_of "/sys/block/${1##*/}/netram/$2"; }
tune() { echo "$3" > "/sys/block/${1##*/}/netram/$2"; } # DEVICE NAME VALUE
node_attr() { word_of "/sys/class/netram_node/$1/$2"; }
# shellcheck disable=SC2154 # dev: the test's volume
well() { [ "$(attr_of "$dev" degraded_extents)" -eq 0 ]; }
state_is() { [ "$(attr_of "$1" state)" = "$2" ]; }
node_state_is() { [ "$(node_attr "$1" state)" = "$2" ]; }

session_of() { # DEVICE NODE: sets session_state, session_extents, session_pages
	local name
	while read -r name session_state session_extents session_pages; do
		[ "$name" != "$2" ] || return 0
	done < "/sys/block/${1##*/}/netram/nodes"
	return 1
}
node_slow() { node_exec "$1" tc qdisc add dev eth0 root netem delay "$2" limit 100000; } # NODE DELAY
node_fast() { node_exec "$1" tc qdisc del dev eth0 root; }
session_is() { session_of "$1" "$2" && [ "$session_state" = "$3" ]; } # DEVICE NODE STATE
session_not_up() { ! session_is "$dev" "$1" up; }
node_cut() { # NODE: away from one moment to the next, and $dev knows
	node_down "$1"
	node_reset_connections "$1"
	wait_for 20 session_not_up "$1" || fail "$1 is up still"
}

# expect_stat DEVICE NAME [TEST-OPERATOR VALUE]: fails the test when it is not so
expect_stat() {
	local is op=${3:--gt}
	is=$(stat_of "$1" "$2")
	test "$is" "$op" "${4:-0}" || fail "${1##*/} $2 is $is, not $op ${4:-0}"
}

# As the original, with what an emulated machine needs: one that gets nothing of
# the processor for some seconds is no node that does not answer. Waits until all
# nodes are there, so where one is not, call netramctl.
volume_create() { # NAME SIZE [ARG...]: prints the device
	local dev error=$NETRAM_RUN/volume-error tries=5
	until dev=$(volume_make "$@" 2> "$error"); do
		cat "$error" >&2
		grep -q 'no answer in time' "$error" && [ $((--tries)) -gt 0 ] || return
	done
	wait_for 20 sessions_up "$dev" || return
	tune "$dev" io_timeout_ms 60000
	tune "$dev" io_deadline_ms 300000
	tune "$dev" connect_timeout_ms 20000
	echo "$dev"
}
sessions_up() { # DEVICE: all of them
	local name
	while read -r name session_state _; do
		[ "$session_state" = up ] || return
	done < "/sys/block/${1##*/}/netram/nodes"
}

# ---- servers

server_status() { "$(program unix-get)" "$NETRAM_RUN/$1.sock"; }
server_used() { servers_used "$1"; }
servers_used() {
	set -- "${@/#/$NETRAM_RUN/}"
	"$(program unix-get)" --used "${@/%/.sock}"
}

# spoil NODE BIT OFFSET...: turn a bit of pages of $dev in a node's memory
spoil() { # NODE BIT OFFSET...
	"$PYTHON" "$COMMON/spoil.py" "nbd://$(node_addr "$1"):$NODE_PORT/$(attr_of "$dev" uuid)" "${@:2}" ||
		fail "cannot spoil $1"
}

# What the system spends on shared memory, which is where the servers' pages
# are (and the files of tmpfs), whatever they believe themselves. Bytes.
shmem() {
	local name value
	while read -r name value _; do
		[ "$name" != Shmem: ] || echo $((value << 10))
	done < /proc/meminfo
}

used_at_most() { # BYTES NODE...
	local limit=$1 used
	shift
	used=$(servers_used "$@") && [ "$used" -le "$limit" ]
}

freed_now() { # PEAK NODE...: a MiB of files in tmpfs may have come meanwhile
	used_at_most $(($1 / 100)) "${@:2}" && [ "$(shmem)" -le $((shmem_before + $1 / 100 + (1 << 20))) ]
}

# freed PEAK NODE...: under 1 % of the peak within 5 s, told by the servers and
# by the system; shmem_before is what shmem said when the servers were empty
freed() {
	[ "$1" -gt $((8 << 20)) ] || fail "a peak of $1 bytes says nothing"
	within 5 freed_now "$@" ||
		fail "of $1 bytes the servers still hold $(servers_used "${@:2}"); shared memory $(shmem), was $shmem_before"
	note "peak $1, given back after $within_ms ms"
}

# fair LOW HIGH NODE...: each holds between LOW and HIGH percent of the pages
fair() {
	local low=$1 high=$2 n sum share
	shift 2
	sum=$(servers_used "$@")
	[ "$sum" -gt 0 ] || fail "the servers hold nothing"
	for n in "$@"; do
		share=$(($(server_used "$n") * 100 / sum))
		note "$n holds $share %"
		if [ "$share" -lt "$low" ] || [ "$share" -gt "$high" ]; then
			fail "$n holds $share % of the pages, not $low to $high"
		fi
	done
}

# ---- the usual load

# fio_run NAME ARG...: fio with what every job here shares
fio_run() {
	local name=$1
	shift
	(cd "$NETRAM_RUN" && fio --name="$name" --ioengine=libaio --direct=1 --group_reporting \
		--randseed="$SEED" --verify_state_save=0 --verify_fatal=1 \
		--eta=never --output-format=terse --terse-version=3 "$@" > "fio-$name.out" 2>&1) && return
	echo "fio $name failed:" >&2
	cat "$NETRAM_RUN/fio-$name.out" >&2
	return 1
}

# fio_verify NAME DEVICE ARG...: random writes, each block read back and checked
fio_verify() { fio_run "$1" --filename="$2" --rw=randwrite --verify=crc32c "${@:3}"; }

# A load of verified writes that goes on until load_end; fails by its exit code.
load_start() { # DEVICE SIZE-PER-JOB [ARG...]
	: > "$NETRAM_RUN/load-on"
	(
		turn=0
		while [ -e "$NETRAM_RUN/load-on" ]; do
			turn=$((turn + 1))
			fio_verify load "$1" --numjobs=4 --size="$2" --offset_increment="$2" \
				--bsrange=4k-128k --blockalign=4k --iodepth=8 "${@:3}" || exit 1
			echo "$turn" > "$NETRAM_RUN/load-turns"
		done
	) &
	load_pid=$!
}

load_running() { kill -0 "$load_pid" 2> /dev/null; }

load_end() {
	load_running || fail "the load ended early: $(cat "$NETRAM_RUN/fio-load.out")"
	rm -f "$NETRAM_RUN/load-on"
	wait "$load_pid" || fail "errors or wrong data under load"
	note "$(word_of "$NETRAM_RUN/load-turns") rounds of fio verified"
}

# waits until the load has done I/O on the device since the call
load_flowing() { # DEVICE
	local before
	before=$(stat_of "$1" writes)
	wait_for 60 flowed "$1" "$before" || fail "the load does not get on"
}
flowed() { [ "$(stat_of "$1" writes)" -gt $(($2 + 20)) ]; }

# ---- a file of pseudo-random bytes, the same for the same seed

pattern() { # BYTES SEED
	"$PYTHON" -c '
import random, sys
left, r = int(sys.argv[1]), random.Random(int(sys.argv[2]))
while left:
    n = min(left, 1 << 20)
    sys.stdout.buffer.write(r.randbytes(n))
    left -= n' "$1" "$2"
}

# ---- programs of tests/guest/src

# program NAME: the path of the built program; compiled here when the host has not
program() {
	local out=$NETRAM_BUILD/guest/$1
	if ! [ "$out" -nt "$NETRAM_TOP/tests/guest/src/$1.c" ]; then
		out=$NETRAM_RUN/bin-$1
		[ -x "$out" ] || gcc -O2 -static -pthread -o "$out" "$NETRAM_TOP/tests/guest/src/$1.c" || return
	fi
	echo "$out"
}

# ---- a cgroup with little memory

cgroup_make() { # NAME MEMORY
	echo +memory > /sys/fs/cgroup/cgroup.subtree_control || return
	mkdir "/sys/fs/cgroup/$1" && echo "$2" > "/sys/fs/cgroup/$1/memory.max"
}

cgroup_end() { # NAME: with all that still runs in it
	echo 1 > "/sys/fs/cgroup/$1/cgroup.kill"
	wait_for 20 rmdir "/sys/fs/cgroup/$1"
}

# Becomes the command, so call it in a subshell: (cgroup_exec NAME COMMAND...) &
cgroup_exec() {
	echo "$BASHPID" > "/sys/fs/cgroup/$1/cgroup.procs"
	exec "${@:2}"
}

swap_used_kb() { # DEVICE
	local name used
	while read -r name _ _ used _; do
		[ "$name" != "$1" ] || echo "$used"
	done < /proc/swaps
}
