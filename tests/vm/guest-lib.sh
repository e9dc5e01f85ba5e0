# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What scripts inside a guest share. Use:  . "$NETRAM_TOP/tests/vm/guest-lib.sh"
# A test ends with exit 0 (pass), 77 (skip, see skip) or anything else (fail).
# Every function that can fail says why on stderr and returns non-zero.

: "${NETRAM_TOP:?runs only inside a guest, see tests/vm/boot}"
: "${NETRAM_BUILD:=$NETRAM_TOP/build}"
NETRAM_KO=$NETRAM_BUILD/module-$(uname -r)/netram.ko
NETRAM_RUN=/run/netram-test # pid files, logs and status sockets of servers
# regular expressions of kernel messages that the running test expects
NETRAM_DMESG_ALLOW=$NETRAM_RUN/dmesg-allow
export PATH=$NETRAM_BUILD/bin:$PATH LD_LIBRARY_PATH=$NETRAM_BUILD/lib
mkdir -p "$NETRAM_RUN"

fail() { echo "FAIL: $*" >&2; exit 1; }
skip() { echo "SKIP: $*"; exit 77; }
note() { echo "# $*"; }

# An emulated processor takes a tenth of a second to start a program, one with a
# debug kernel half a second: what is called often is done by the shell itself.
# Not by "read -t": when that has timed out, bash 5.2 sets a signal mask that it has
# never initialized. One that blocks SIGCHLD made a shell that never saw its test end.
enable -f sleep sleep || exit
pause() { sleep "$1"; }
now_ms() { echo $((${EPOCHREALTIME/[.,]/} / 1000)); }

# No zombie either, which "kill -0" takes for alive until the shell has noticed.
pid_runs() { # PID
	local state
	{ read -r state < "/proc/$1/stat"; } 2> /dev/null || return
	[[ ${state##*) } != [ZX]* ]]
}

sid_of() { # PID
	local sid
	read -r _ _ _ _ _ sid _ < <(sed 's/.*) / - /; s/^/- /' "/proc/$1/stat" 2> /dev/null) && echo "$sid"
}

# What the processes of a session wait for, and which requests are under way.
hang_report() { # SESSION
	local dir task pid comm
	for dir in /proc/[0-9]*; do
		pid=${dir#/proc/}
		[ "$(sid_of "$pid")" = "$1" ] || continue
		comm=$(tr '\0' ' ' < "$dir/cmdline")
		echo "---- $pid $(sed -n 's/^State:[[:space:]]*//p' "$dir/status"): ${comm:0:200}"
		for task in "$dir"/task/*; do
			cat "$task/stack"
			echo
		done
	done
	grep -s . /sys/block/netram*/netram/{state,nodes,pages} /sys/block/netram*/netram_stats/* \
		/sys/block/netram*/inflight /sys/kernel/debug/block/netram*/hctx*/busy
}

# wait_for SECONDS COMMAND...: until it succeeds; 1 and a message when it does not.
# SECONDS is what it takes on a machine with nothing else to do, generously. One
# that is busy, or a debug kernel, gets six times as much: patience costs nothing
# when all is well. What has to be done within a time is measured, not waited for.
PATIENCE=6
wait_for() {
	local limit=$(($1 * PATIENCE)) end
	end=$((${EPOCHREALTIME/[.,]/} + limit * 1000000))
	shift
	until "$@" > /dev/null 2>&1; do
		if [ "${EPOCHREALTIME/[.,]/}" -ge $end ]; then
			echo "waited $limit s in vain for: $*" >&2
			hang_report "$(sid_of $$)" >&2
			return 1
		fi
		pause 0.05
	done
}

# refuses EXIT-CODE TEXT ARG...: netramctl does, with one line on stderr
refuses() {
	local want=$1 text=$2 err rc
	shift 2
	err=$(netramctl "$@" 2>&1 > /dev/null)
	rc=$?
	[ $rc -eq "$want" ] || fail "'$*' exits with $rc, not $want: $err"
	[[ $err = "netramctl: "*"$text"* ]] || fail "'$*' says: $err; expected: $text"
	note "$err"
}

# ---- the module

# shellcheck disable=SC2120 # parameters are optional
module_load() { # PARAMETER...: with the modules it depends on
	local dep
	[ -e "$NETRAM_KO" ] || { echo "no $NETRAM_KO: run make module" >&2; return 1; }
	for dep in $(modinfo -F depends "$NETRAM_KO" | tr , ' '); do
		modprobe "$dep" || return
	done
	insmod "$NETRAM_KO" "$@"
}

module_loaded() { [ -d /sys/module/netram ]; }
module_unload() { ! module_loaded || rmmod netram; }

# netramctl events has subscribed. 16 is generic netlink, the fourth word what groups it has
# joined; the 8000 among them is that in which the kernel tells of modules that come and go.
listens_for_events() { # PID
	awk -v pid="$1" '$2 == 16 && $3 == pid && $4 !~ /^0000[08]000$/ { n++ } END { exit !n }' /proc/net/netlink
}

# ---- nodes: a network namespace each, joined to the guest by a veth pair
# The I-th node has 10.99.I.2 and fd99:I::2; the guest has .1 and ::1 there.

node_addr() { echo "10.99.${1##*[!0-9]}.2"; }
node_addr6() { echo "fd99:${1##*[!0-9]}::2"; }
NODE_PORT=10809

node_add() { # NAME...: n1, n2, ... (the number at the end makes the addresses)
	local n i
	for n in "$@"; do
		i=${n##*[!0-9]}
		ip netns add "$n" || return
		ip link add "v-$n" type veth peer name eth0 netns "$n" || return
		ip addr add "10.99.$i.1/24" dev "v-$n"
		ip -6 addr add "fd99:$i::1/64" dev "v-$n" nodad
		ip link set "v-$n" up
		ip -n "$n" addr add "10.99.$i.2/24" dev eth0
		ip -n "$n" -6 addr add "fd99:$i::2/64" dev eth0 nodad
		ip -n "$n" link set eth0 up
		ip -n "$n" link set lo up
	done
}

node_del() { # NAME...
	local n
	for n in "$@"; do
		ip netns del "$n" 2> /dev/null
		ip link del "v-$n" 2> /dev/null
	done
	return 0
}

node_exec() { # NAME COMMAND...
	ip netns exec "$@"
}

node_down() { ip link set "v-$1" down; } # the cable is cut
node_up() { ip link set "v-$1" up; }

# Cut every established connection to a node by force (RST both ways).
node_reset_connections() { ss -K dst "$(node_addr "$1")" > /dev/null; }

port_open() { (exec 3<> "/dev/tcp/$1/$2") 2> /dev/null; }

# ---- page servers

# daemon_start NAME COMMAND...: in the node's namespace, pid kept under the name
daemon_start() {
	local n=$1
	shift
	ip netns exec "$n" "$@" > "$NETRAM_RUN/$n.log" 2>&1 &
	echo $! > "$NETRAM_RUN/$n.pid"
}

server_start() { # NAME [netram-server argument...]; listens on IPv4 unless --listen is given
	local n=$1 listen
	listen=(--listen "$(node_addr "$1"):$NODE_PORT")
	shift
	case " $* " in *" --listen "*) listen=() ;; esac
	case " $* " in *" --memory "*) ;; *) listen+=(--memory 1G) ;; esac
	rm -f "$NETRAM_RUN/$n.sock"
	daemon_start "$n" "$NETRAM_BUILD/bin/netram-server" "${listen[@]}" \
		--status "$NETRAM_RUN/$n.sock" "$@"
	wait_for 20 server_status "$n" || { cat "$NETRAM_RUN/$n.log" >&2; return 1; }
}

server_pid() { cat "$NETRAM_RUN/$1.pid"; }
server_alive() { kill -0 "$(server_pid "$1")" 2> /dev/null; }
server_dead() { ! server_alive "$1"; }
server_signal() { kill "-$2" "$(server_pid "$1")"; }

server_stop() { # NAME...: SIGTERM, and wait
	local n
	for n in "$@"; do
		server_signal "$n" TERM 2> /dev/null || continue
		wait_for 20 server_dead "$n" || return
	done
}

server_kill() { # NAME: kill -9
	server_signal "$1" KILL
	wait_for 20 server_dead "$1"
}

server_pause() { server_signal "$1" STOP; }
server_continue() { server_signal "$1" CONT; }

server_status() { # NAME: the JSON of its status socket
	curl -sf -m 60 --unix-socket "$NETRAM_RUN/$1.sock" http://localhost/status
}

server_used() { # NAME: bytes of pages it holds
	server_status "$1" | jq -r .memory.used_bytes
}

servers_used() { # NAME...: the sum
	local n sum=0 one
	for n in "$@"; do
		one=$(server_used "$n") || return
		sum=$((sum + one))
	done
	echo "$sum"
}

# ---- volumes

# volume_create NAME SIZE [ARG...]: prints the device; of one copy unless --replicas
# is given, so that a test knows what is on which node
volume_create() { volume_make "$@"; }
volume_make() {
	local copies=(--replicas 1)
	case " $* " in *" --replicas "*) copies=() ;; esac
	netramctl volume create "$1" --size "$2" "${copies[@]}" "${@:3}"
}

# setup_nodes COUNT [netram-server argument...]: n1..nCOUNT with a running
# server each, all known to the module (which is loaded when it is not)
setup_nodes() {
	local count=$1 i
	shift
	# shellcheck disable=SC2119
	module_loaded || module_load || return
	for ((i = 1; i <= count; i++)); do
		node_add "n$i" && server_start "n$i" "$@" || return
		netramctl node add "n$i" "$(node_addr "n$i"):$NODE_PORT" || return
	done
}

# ---- leaving nothing behind

# a zombie that nobody waits for has no memory any more
pid_gone() { ! pid_runs "$1"; }

# guest_reset: undo whatever a test has set up; 1 and a message when it does
# not come off. Run by guest-run after every test, callable in a test.
guest_reset() {
	local dev vol n rc=0 pid
	# a test that failed may have ended the servers; then each page is waited for
	for n in /sys/block/netram*/netram/io_deadline_ms; do
		[ ! -e "$n" ] || echo 3000 > "$n"
	done
	while read -r dev; do
		swapoff "$dev" || rc=1
	done < <(sed -n 's,^\(/dev/netram[0-9]*\) .*,\1,p' /proc/swaps)
	for dev in $(sed -n 's,^/dev/netram[0-9]* \([^ ]*\) .*,\1,p' /proc/mounts | tac); do
		umount "$dev" || rc=1
	done
	if module_loaded && [ -x "$NETRAM_BUILD/bin/netramctl" ]; then
		for vol in $(netramctl volume list --json 2> /dev/null | jq -r '.volumes[].name'); do
			netramctl volume delete "$vol" > /dev/null || rc=1
		done
		for n in $(netramctl node list --json 2> /dev/null | jq -r '.nodes[].name'); do
			netramctl node remove "$n" > /dev/null || rc=1
		done
	fi
	if ! wait_for 10 module_unload; then
		rmmod netram
		rc=1
	fi
	for pid in "$NETRAM_RUN"/*.pid; do
		[ -e "$pid" ] || continue
		kill -CONT "$(cat "$pid")" 2> /dev/null
		kill -KILL "$(cat "$pid")" 2> /dev/null
	done
	# their memory goes when they are gone: the next test may count it
	for pid in "$NETRAM_RUN"/*.pid; do
		[ -e "$pid" ] || continue
		wait_for 10 pid_gone "$(cat "$pid")" || rc=1
	done
	for n in $(ip netns list | awk '{ print $1 }'); do
		node_del "$n"
	done
	rm -rf "${NETRAM_RUN:?}"/*
	[ $rc -eq 0 ] || echo "the test left something behind that does not come off" >&2
	return $rc
}

# ---- the kernel's messages

dmesg_allow() { # REGEX...: lines that this test is expected to cause
	printf '%s\n' "$@" >> "$NETRAM_DMESG_ALLOW"
}

dmesg_mark() { # start a new section of the kernel log
	: > "$NETRAM_DMESG_ALLOW"
	echo "netram-test: mark $1" > /dev/kmsg
}

dmesg_since() { # NAME: the section that dmesg_mark NAME began
	dmesg | awk -v mark="netram-test: mark $1" \
		'index($0, mark) { out = ""; next } { out = out $0 "\n" } END { printf "%s", out }'
}

dmesg_bad='BUG|WARNING|Oops|possible circular locking|inconsistent lock state'
dmesg_bad+='|possible recursive locking|possible irq lock inversion|suspicious RCU|bad unlock balance'
dmesg_bad+='|held lock freed|blocked for more than|hung_task|KASAN|UBSAN|unreferenced object'
dmesg_bad+='|scheduling while atomic|sleeping function called|soft lockup|rcu_.*(stall|detected)'
dmesg_bad+='|refcount_t:|general protection|kernel NULL pointer|Call Trace|new suspected memory leaks'

# dmesg_check NAME: print bad lines of the section; 1 when there are any
dmesg_check() {
	local bad
	bad=$(dmesg_since "$1" | grep -E "$dmesg_bad")
	[ ! -s "$NETRAM_DMESG_ALLOW" ] || bad=$(grep -vE -f "$NETRAM_DMESG_ALLOW" <<< "$bad")
	[ -n "$bad" ] || return 0
	echo "the kernel log has:" "$bad" >&2
	return 1
}
