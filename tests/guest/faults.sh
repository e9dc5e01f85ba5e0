#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: what happens to nodes x what goes on meanwhile, two copies: no error and nothing wrong as long as a copy is left
# KERNELS: 6.1 6.12
# TIMEOUT: 240
# MEM: 2G
# TOPOLOGY: single
# Cells are FAULT/LOAD (common/faults.sh, common/loads.sh). Some of them, other ones
# on each kernel, unless the share has a file "faults" with words: cells; "all";
# "soak SECONDS SEED". See Documentation/testing.md.
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"
# shellcheck source=tests/guest/common/proxy.sh
. "$COMMON/proxy.sh"
# shellcheck source=tests/guest/common/faults.sh
. "$COMMON/faults.sh"
# shellcheck source=tests/guest/common/loads.sh
. "$COMMON/loads.sh"

# The short form: each fault and each load, but not each with each.
case $(uname -r) in
6.1.*) cells=(kill/write pause/mixed reset/read cut/drain flip-store/mixed flip-wire/read
	twice/write never/read enospc/discard late/mixed at-once/read empty/swap) ;;
*) cells=(poweroff/mixed cut-to/write cut-from/read loss/mixed delay/write cookie/mixed short/discard
	eio/resync old/read clock/swap in-turn/drain at-once/mixed) ;;
esac
! debug_kernel || cells=(kill/swap old/mixed late/write eio/drain at-once/read)

# What cannot be, and why.
declare -A NOT=(
	[late/read]="nobody writes"
)

not_possible() { # FAULT LOAD: why
	echo "${NOT[$1/$2]:-}"
}

# ---- a cell, or the setting for it

well() {
	local n d
	for d in "${devs[@]}"; do
		read -r n < "/sys/block/${d##*/}/netram/degraded_extents" && [ "$n" -eq 0 ] || return
	done
}
in_sync() {
	local d
	for d in "${devs[@]}"; do
		tune "$d" sync_rate_mib 0
	done
	wait_for 60 well || fail "extents are still degraded: $(netramctl volume list)"
}

way='' # to n1: direct or proxy
way_to_n1() { # direct|proxy
	local port=$NODE_PORT
	[ "$way" != "$1" ] || return 0
	[ -z "$way" ] || netramctl node remove n1 || fail "node remove"
	[ "$1" = direct ] || port=$PROXY_PORT
	netramctl node add n1 "$(node_addr n1):$port" || fail "node add"
	way=$1
}

world_make() {
	# shellcheck disable=SC2119 # no parameters are needed
	module_load || fail "the module does not load"
	modprobe tcp_diag || fail "no tcp_diag"
	modprobe sch_netem || fail "no sch_netem"
	node_add n1 n2 n3 || fail "no namespaces"
	for n in n1 n2 n3; do
		server_start "$n" || fail "no server"
	done
	proxy_start
	way=''
	netramctl node add n2 "$(node_addr n2):$NODE_PORT" || fail "node add n2"
	netramctl node add n3 "$(node_addr n3):$NODE_PORT" || fail "node add n3"
}

volume_make_new() { # NAME MIB: sets dev
	dev=$(volume_create "$1" "$2M" --extent-size 1M --replicas 2 --connections 2) || fail "no volume"
	# a node that is well is not to be missed on a busy machine, while another has a fault
	tune "$dev" io_timeout_ms 3000
	tune "$dev" connect_timeout_ms 1000
	tune "$dev" io_deadline_ms $DEADLINE_MS
}
DEADLINE_MS=20000

volume_end() { # NAME
	netramctl volume delete "$1" > "$NETRAM_RUN/delete.out" 2>&1 || fail "delete: $(cat "$NETRAM_RUN/delete.out")"
}

# Runs in a shell of its own; what it prints last is its line of the table.
cell() { # FAULT LOAD
	local name=${1//-/_} proof
	rm -f "$NETRAM_RUN/copies.out"
	fault=$1 load=$2 stray=0 errors=0 mismatches=0 bytes=0 longest=0 spoilt=0 lost_most=0 left=0
	rm -f "$NETRAM_RUN/old-pages"
	volume_make_new v1 "$volume_mib"
	devs=("$dev")
	"load_${load}_start"
	was
	proxy_before=$(proxy_done)
	"fault_${name}_begin"
	kill -0 "$load_pid" || fail "the load has ended: $(cat "$NETRAM_RUN/load-${dev##*/}.out")"
	"fault_${name}_end"
	in_sync
	flowing
	"load_${load}_verify"
	proof=$("fault_${name}_proof") || fail "it did not happen: $proof"
	verdict
	for n in "${nodes[@]}"; do
		wire_well "$n"
	done
	volume_end v1
	# shellcheck disable=SC2086 # the proof is several words, and lines
	echo "errors=$errors mismatches=$mismatches bytes=$bytes longest_ms=$longest" $proof $more
}

verdict() {
	local kernel_errors bad
	kernel_errors=$(stat_of "$dev" errors) more=''
	bad=$(stat_of "$dev" checksum_errors)
	[ "$mismatches" -eq 0 ] || fail "$mismatches mismatches: $(cat "$NETRAM_RUN/load-${dev##*/}.out" "$NETRAM_RUN/check.out")"
	# found and made good, where there is something to be found
	[[ $bad = 0 || $SPOILS = *" $fault "* ]] || fail "$bad checksum errors"
	[ "$longest" -le $((DEADLINE_MS + 15000)) ] || fail "a request took $longest ms"
	if [ "$fault" = at-once ]; then
		more="lost=$lost_most"
		return
	fi
	[ "$errors" -eq 0 ] || fail "$errors errors: $(cat "$NETRAM_RUN/load-${dev##*/}.out" "$NETRAM_RUN/check.out")"
	[ "$kernel_errors" -eq 0 ] || fail "$kernel_errors requests had an error"
	[ "$(attr_of "$dev" lost_pages)" -eq 0 ] || fail "$(attr_of "$dev" lost_pages) pages are lost"
	if [[ $SPOILS = *" $fault "* ]]; then
		more="left=$left"
	fi
	stray=$(sed -n 's/.*stray=\([0-9]*\).*/\1/p' "$NETRAM_RUN/copies.out" 2> /dev/null)
	# a store that was put back to what it was has what has left it since
	[ "${stray:-0}" -eq 0 ] || [[ $SPOILS = *" $fault "* ]] || fail "$stray stray pages: $(cat "$NETRAM_RUN/copies.out")"
	[ "${stray:-0}" -eq 0 ] || more+=" stray=$stray"
	# a late write that lands is made good by its checksum; it must not land at all
	[ "$fault" != late ] || expect_stat "$dev" repairs -eq 0
}

# After a cell that failed: as if nothing had been.
world_anew() {
	local n
	for n in n1 n2 n3; do
		bent[$n.to]='' bent[$n.from]='' # with the namespaces
		ip -n $n link set eth0 up
		server_continue $n
	done
	for n in "$NETRAM_RUN"/load-*.pid; do
		[ ! -e "$n" ] || kill -KILL "$(cat "$n")"
	done
	[ ! -d /sys/fs/cgroup/hog ] || cgroup_end hog
	guest_reset && world_make
}

cell_run() { # FAULT LOAD
	local start why out=$NETRAM_SHARE/faults-cell.log line
	why=$(not_possible "$1" "$2")
	if [ -n "$why" ]; then
		echo "cell $1 $2 n/a $why"
		return
	fi
	case $BY_PROXY in
	*" $1 "*) way_to_n1 proxy ;;
	*) way_to_n1 direct ;;
	esac
	start=$(now_ms)
	if (cell "$1" "$2") > "$out" 2>&1; then
		line=$(tail -n 1 "$out")
		echo "cell $1 $2 ok $line ms=$(($(now_ms) - start))"
		return
	fi
	why=$(sed -n 's/^FAIL: //p' "$out" | head -n 1)
	echo "cell $1 $2 FAIL ${why:-$(tail -n 1 "$out")}"
	sed 's/^/    /' "$out" | tail -n 30
	{
		netramctl status
		grep . "/sys/block/netram"*/netram/{state,nodes,degraded_extents,lost_pages,waiting} \
			/sys/block/netram*/netram_stats/*
		dmesg | grep netram | tail -n 15
	} 2>&1 | sed 's/^/    /'
	failures=$((failures + 1))
	world_anew || fail "the world cannot be made anew"
}

# ---- soak: one node at a time, several volumes with a load each, all of it checked

# A round: new volumes and loads, some faults, then everything is verified. What spoils
# pages comes last, for a page must have a good copy when the next fault comes.
SOAK_VOLUMES=(a b s) # two as block devices of different sizes, one as swap
declare -A soak_dev=() soak_pid=() soak_mib=([a]=8 [b]=6 [s]=24)

soak_load_start() { # VOLUME
	volume_make_new "$1" "${soak_mib[$1]}"
	model=$NETRAM_RUN/model-$1 volume_mib=${soak_mib[$1]}
	case $1 in
	s)
		volume=s
		load_swap_start
		;;
	*)
		local kinds=(mixed write discard read)
		kind=${kinds[RANDOM % 4]}
		[ "$1" = b ] || kind=mixed # for every fault to meet reads and writes
		load_fill
		load_run "$kind"
		note "volume $1: $kind"
		;;
	esac
	soak_dev[$1]=$dev soak_pid[$1]=$load_pid
	devs+=("$dev")
}

soak_load_end() { # VOLUME
	dev=${soak_dev[$1]} load_pid=${soak_pid[$1]} model=$NETRAM_RUN/model-$1 volume_mib=${soak_mib[$1]}
	case $1 in
	s)
		volume=s
		load_swap_verify
		;;
	*) device_verify ;;
	esac
	expect_stat "$dev" errors -eq 0
	[[ $SPOILS = *" $fault "* ]] || expect_stat "$dev" checksum_errors -eq 0
	[ "$(attr_of "$dev" lost_pages)" -eq 0 ] || fail "volume $1 has lost pages"
	volume_end "$1"
}

soak_drained() { [ "$(node_attr "$1" extents)" -eq 0 ]; }
soak_fault() { # FAULT
	local name=${1//-/_} proof drained='' n start
	fault=$1 load=mixed spoilt=0 start=$(now_ms)
	sick=n$((RANDOM % 3 + 1))
	[[ $BY_PROXY != *" $fault "* ]] || sick=n1
	# nobody asks a node that has nothing, and nobody would miss it
	[ "$sick" != "$emptied" ] || return 0
	dev=${soak_dev[a]} load_pid=${soak_pid[a]}
	was
	proxy_before=$(proxy_done)
	if [ -z "$emptied" ] && ((RANDOM % 4 == 0)); then
		drained=n$((RANDOM % 3 + 1))
		[ "$drained" != "$sick" ] || drained=''
	fi
	note "$fault on $sick${drained:+, $drained is drained}"
	if [ -n "$drained" ]; then
		netramctl node drain "$drained" --no-wait > /dev/null || fail "no drain"
	fi
	"fault_${name}_begin"
	"fault_${name}_end"
	if [ -n "$drained" ]; then
		note "$fault is over"
		wait_for 60 soak_drained "$drained" || fail "$drained is not drained: $(netramctl status)"
		netramctl node drain "$drained" --cancel > /dev/null || fail "no cancel"
		soak_drains=$((soak_drains + 1)) emptied=$drained
	fi
	in_sync
	flowing
	for n in "${SOAK_VOLUMES[@]}"; do
		kill -0 "${soak_pid[$n]}" || fail "the load on $n has ended: $(cat "$NETRAM_RUN"/load-*.out)"
	done
	# what is found by reading is proved later
	if [[ $SPOILS = *" $fault "* ]]; then
		[ "$spoilt" -gt 0 ] || fail "$fault has spoilt nothing"
		proof=$spoilt
	else
		proof=$("fault_${name}_proof") || fail "$fault did not happen: $proof"
	fi
	soak_faults=$((soak_faults + 1))
	# shellcheck disable=SC2086 # the proof is several words, and lines
	echo "fault $fault $sick${drained:+ while $drained is drained} ok" $proof "ms=$(($(now_ms) - start))"
}

uptime_s() {
	read -r up _ < /proc/uptime
	up=${up%.*}
}
soak() { # SECONDS SEED
	local up end rounds=0 f v i spoiling plain emptied
	soak_faults=0 soak_drains=0
	[ -z "${2:-}" ] || SEED=$2
	RANDOM=$((SEED % 32768))
	note "soak of $1 s, seed $SEED"
	read -r -a spoiling <<< "$SPOILS"
	for f in "${FAULTS[@]}"; do
		case " $SPOILS in-turn at-once " in *" $f "*) ;; *) plain+=("$f") ;; esac
	done
	uptime_s
	end=$((up + $1))
	while [ "$up" -lt "$end" ]; do
		rounds=$((rounds + 1)) devs=() emptied=''
		# the nodes' way must be chosen before there are volumes
		case $((RANDOM % 3)) in
		0) way_to_n1 direct ;;
		*) way_to_n1 proxy ;;
		esac
		fault='' load=mixed
		rm -f "$NETRAM_RUN/old-pages"
		for v in "${SOAK_VOLUMES[@]}"; do
			soak_load_start "$v"
		done
		for ((i = 0; i < 5 && up < end; i++)); do
			f=${plain[RANDOM % ${#plain[@]}]}
			if [[ $BY_PROXY = *" $f "* && $way = direct ]]; then
				continue
			fi
			soak_fault "$f"
			pause "$((RANDOM % 3)).$((RANDOM % 10))"
			uptime_s
		done
		f=${spoiling[RANDOM % ${#spoiling[@]}]}
		[[ $BY_PROXY = *" $f "* && $way = direct ]] || soak_fault "$f"
		for v in "${SOAK_VOLUMES[@]}"; do
			soak_load_end "$v"
		done
		for v in "${nodes[@]}"; do
			wire_well "$v"
		done
		uptime_s
		echo "round $rounds faults=$soak_faults bytes=$bytes mismatches=$mismatches errors=$errors longest_ms=$longest"
		[ "$((mismatches + errors))" -eq 0 ] ||
			fail "$mismatches mismatches, $errors errors, seed $SEED: $(cat "$NETRAM_RUN"/*.out)"
	done
	echo "soak ok seed=$SEED seconds=$1 rounds=$rounds faults=$soak_faults drains=$soak_drains bytes_verified=$bytes mismatches=$mismatches errors=$errors longest_ms=$longest"
}

# what has to be said of the lost pages of at-once
dmesg_allow 'I/O error, dev netram' 'critical .* error, dev netram' 'Read-error on swap-device' 'Buffer I/O error on dev netram'
: "${NETRAM_SHARE:=/run/share}"
words=()
[ ! -e "$NETRAM_SHARE/faults" ] || read -r -a words < "$NETRAM_SHARE/faults"
pageload=$(program pageload) || fail "no pageload"
nodes=(n1 n2 n3) devs=() sick=n1 volume=v1 dev='' failures=0 fault='' load='' more='' spoilt=0 lost_most=0 proxy_before=0
world_make
case ${words[0]:-} in
soak)
	soak "${words[1]}" "${words[2]:-}"
	exit
	;;
all)
	cells=()
	for f in "${FAULTS[@]}"; do
		for l in "${LOADS[@]}"; do
			cells+=("$f/$l")
		done
	done
	;;
'') ;;
*) cells=("${words[@]}") ;;
esac
for c in "${cells[@]}"; do
	cell_run "${c%/*}" "${c#*/}"
done
note "${#cells[@]} cells, $failures failed"
[ $failures -eq 0 ]
