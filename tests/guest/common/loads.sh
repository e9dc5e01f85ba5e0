# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # the caller has $dev, $fault and others
# What goes on while something happens to nodes, for tests/guest/faults.sh:
#   load_NAME_start    when it returns the load is under way
#   load_NAME_verify   ends it and checks all of it: sets errors, mismatches, bytes, longest
LOADS=(read write mixed swap discard resync drain)

volume_mib=8
model=$NETRAM_RUN/model
errors=0 mismatches=0 bytes=0 longest=0 load_pid=''

# I/O of any kind on the volume gets on
requests=0 # set by count_requests, without starting a process: it is asked often
count_requests() {
	local stats=/sys/block/${dev##*/}/netram_stats r w d
	read -r r < "$stats/reads" && read -r w < "$stats/writes" && read -r d < "$stats/discards" &&
		requests=$((r + w + d))
}
flowed() { count_requests && [ $requests -gt $(($1 + 20)) ]; }
flowed_or_ended() { flowed "$1" || ! kill -0 "$load_pid"; }
flowing() {
	count_requests
	wait_for 60 flowed_or_ended $requests || fail "the load does not get on"
	kill -0 "$load_pid" || fail "the load has ended: $(cat "$NETRAM_RUN/load-${dev##*/}.out")"
}

take_counts() { # FILE: what pageload prints
	local word found=''
	for word in $(tail -n 1 "$1"); do
		case $word in
		bytes_verified=*) bytes=$((bytes + ${word#*=})) found=1 ;;
		mismatches=*) mismatches=$((mismatches + ${word#*=})) ;;
		errors=*) errors=$((errors + ${word#*=})) ;;
		longest_ms=*) [ "${word#*=}" -le "$longest" ] || longest=${word#*=} ;;
		esac
	done
	[ -n "$found" ] || fail "no counts: $(cat "$1")"
}

fill_all() {
	"$pageload" fill "$dev" "$model" "$((SEED + RANDOM))" "$volume_mib" > "$NETRAM_RUN/fill.out" 2>&1 ||
		fail "fill: $(cat "$NETRAM_RUN/fill.out")"
	take_counts "$NETRAM_RUN/fill.out"
}
load_fill() {
	fill_all
	if [ "$fault" = old ]; then
		take_snapshot
		fill_all
	fi
}

load_run() { # KIND
	"$pageload" "$1" "$dev" "$model" "$((SEED + RANDOM))" 3 > "$NETRAM_RUN/load-${dev##*/}.out" 2>&1 &
	load_pid=$!
	echo "$load_pid" > "$NETRAM_RUN/load-${dev##*/}.pid"
	flowing
}
load_stop() {
	kill -TERM "$load_pid"
	wait "$load_pid"
	load_pid=''
	rm -f "$NETRAM_RUN/load-${dev##*/}.pid"
	take_counts "$NETRAM_RUN/load-${dev##*/}.out"
}
check_all() {
	local before=$errors lost
	"$pageload" check "$dev" "$model" > "$NETRAM_RUN/check.out" 2>&1
	take_counts "$NETRAM_RUN/check.out"
	# an error for each page that nobody has, and for no other
	lost=$(attr_of "$dev" lost_pages)
	[ $((errors - before)) -eq "$lost" ] || fail "$((errors - before)) pages cannot be read, $lost are lost: $(cat "$NETRAM_RUN/check.out")"
}

# What the servers hold of this volume.
copies_held() {
	local n pids=()
	for n in n1 n2 n3; do
		pids+=("$(word_of "$NETRAM_RUN/$n.pid")")
	done
	"$pageload" copies "$model" "$(attr_of "$dev" uuid)" "${pids[@]}" > "$NETRAM_RUN/copies.out" 2>&1
}
# Two copies of each page, both right, and no other. A bad one that was left in a store is found
# when it is read, n1 being asked first then; one in sync that is not asked may stay.
copies_whole() {
	local i tries=20
	# each of them reads everything
	[[ $SPOILS != *" $fault "* ]] || tries=5
	for ((i = 0; i < tries; i++)); do
		! copies_held || return 0
		# trims may be under way
		pause 0.3
		[[ $SPOILS != *" $fault "* ]] || check_all
	done
	! copies_held || return 0
	[[ $SPOILS = *" $fault "* ]] && grep -q ' gone=0 ' "$NETRAM_RUN/copies.out" || return
	left=$(sed -n 's/.*bad=\([0-9]*\).*/\1/p' "$NETRAM_RUN/copies.out")
}

load_read_start() { load_fill && load_run read; }
load_write_start() { load_fill && load_run write; }
load_mixed_start() { load_fill && load_run mixed; }
load_discard_start() { load_fill && load_run discard; }
device_verify() {
	load_stop
	check_all
	# where nothing can be right any more, there are not two copies of each
	[ "$fault" = at-once ] || copies_whole || fail "copies: $(cat "$NETRAM_RUN/copies.out")"
}
load_read_verify() { device_verify; }
load_write_verify() { device_verify; }
load_mixed_verify() { device_verify; }
load_discard_verify() { device_verify; }

# ---- n1 has lost all and is being brought up to date when it happens

resyncing() { more_of resync_pages "$1" && [ "$(attr_of "$dev" degraded_extents)" -gt 0 ]; }
load_resync_start() {
	load_fill
	load_run mixed
	tune "$dev" sync_rate_mib 1
	server_kill n1
	server_start n1 || fail "no server n1"
	node_back n1
	wait_for 60 resyncing "$(stat_of "$dev" resync_pages)" || fail "no resync"
}
load_resync_verify() { device_verify; }

# ---- n2 is being drained when it happens

extents_on() { session_of "$dev" "$1" && echo "$session_extents"; }
has_extents() { [ "$(extents_on "$1")" -eq "$2" ]; } # NODE N
load_drain_start() {
	load_fill
	load_run mixed
	tune "$dev" sync_rate_mib 1
	netramctl node drain n2 --no-wait || fail "no drain"
	wait_for 60 more_of resync_pages "$(stat_of "$dev" resync_pages)" || fail "nothing is drained"
	[ "$(extents_on n2)" -gt 0 ] || fail "n2 is empty too soon"
}
load_drain_verify() {
	wait_for 60 has_extents n2 0 || fail "n2 still has $(extents_on n2) extents"
	device_verify
	netramctl node drain n2 --cancel || fail "no cancel"
}

# ---- a program on swap

swap_load_begun() { [ -e "$NETRAM_RUN/ready" ] || ! kill -0 "$load_pid"; } # or it has died
load_swap_start() {
	netramctl swapon "$volume" > "$NETRAM_RUN/swapon.out" 2>&1 || fail "swapon: $(cat "$NETRAM_RUN/swapon.out")"
	# "high" and not "max": pages on their way to a slow node are no reason to kill
	cgroup_make hog 16M || fail "no cgroup"
	echo 5M > /sys/fs/cgroup/hog/memory.high
	rm -f "$NETRAM_RUN/ready"
	(cgroup_exec hog "$pageload" swap 10 "$SEED" 2 "$NETRAM_RUN/ready" > "$NETRAM_RUN/load-${dev##*/}.out" 2>&1) &
	load_pid=$!
	echo "$load_pid" > "$NETRAM_RUN/load-${dev##*/}.pid"
	wait_for 60 swap_load_begun
	test -e "$NETRAM_RUN/ready" || fail "it does not get its memory: $(cat "$NETRAM_RUN/load-${dev##*/}.out")"
	flowing
	[ "$(swap_used_kb "$dev")" -gt 2048 ] || fail "only $(swap_used_kb "$dev") kB are out"
}
load_swap_verify() {
	load_stop
	[ "$bytes" -ge $((10 << 20)) ] || fail "only $bytes bytes were verified"
	netramctl swapoff "$volume" > "$NETRAM_RUN/swapoff.out" 2>&1 || fail "swapoff: $(cat "$NETRAM_RUN/swapoff.out")"
	cgroup_end hog || fail "the cgroup stays"
}
