# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # the caller has $dev, $load and others
# What can happen to nodes, for tests/guest/faults.sh. The one that fails is
# $sick of ${nodes[@]}; n1 where the proxy is needed. For each fault:
#   fault_NAME_begin    makes it happen; the load goes on
#   fault_NAME_end      what was broken is mended
#   fault_NAME_proof    prints what shows that it did happen; fails if nothing does
# and in the tables below where the sick node is reached through the proxy, and
# what cannot be.

FAULTS=(kill pause poweroff reset cut cut-to cut-from delay loss flip-store flip-wire
	cookie twice short never enospc eio empty old late clock in-turn at-once)
# these need nbd-proxy.py between the host and n1
BY_PROXY=' flip-wire cookie twice short never enospc eio late '
# bad pages are in its store afterwards; reading has to find and mend them
SPOILS=' flip-store flip-wire old '

declare -A FAULT_IS=(
	[kill]="kill -9, started again, empty"
	[pause]="SIGSTOP for 5 s"
	[poweroff]="power-off: silent at once, comes back empty"
	[reset]="connections reset (RST), from either end"
	[cut]="partition, both ways"
	[cut-to]="partition, what goes to the node is lost"
	[cut-from]="partition, what comes from the node is lost"
	[delay]="100 ms delay"
	[loss]="1 % of packets lost"
	[flip-store]="a bit turned in the store, in every fourth page"
	[flip-wire]="a bit turned on the wire, either way"
	[cookie]="a reply with an unknown cookie"
	[twice]="a reply comes twice"
	[short]="half of a reply, then the end"
	[never]="a reply never comes"
	[enospc]="ENOSPC"
	[eio]="EIO"
	[empty]="ended by SIGTERM, started again, empty"
	[old]="comes back with older content, as the same instance"
	[late]="a write of an old connection is delivered late"
	[clock]="the host's clock jumps forwards and back"
	[in-turn]="two nodes killed, one after the other"
	[at-once]="two nodes killed at once"
)

# ---- means

# A node's traffic by netem: to the node at our end, from it at its own.
declare -A bent=() # what is to be undone
wire_to() { # NODE NETEM...
	tc qdisc replace dev "v-$1" root netem "${@:2}" || fail "no netem"
	bent[$1.to]=1
}
wire_from() {
	tc -n "$1" qdisc replace dev eth0 root netem "${@:2}" || fail "no netem"
	bent[$1.from]=1
}
wire_well() { # NODE
	[ -z "${bent[$1.to]:-}" ] || tc qdisc del dev "v-$1" root
	[ -z "${bent[$1.from]:-}" ] || tc -n "$1" qdisc del dev eth0 root
	bent[$1.to]='' bent[$1.from]=''
}
# packets that netem has dropped, or sent, on the way to or from the node
wire_count() { # dropped|sent NODE
	local what='s/.*(dropped \([0-9]*\),.*/\1/p' n sum=0
	[ "$1" = dropped ] || what='s/.* bytes \([0-9]*\) pkt.*/\1/p'
	for n in $({ tc -s qdisc show dev "v-$2" root; tc -n "$2" -s qdisc show dev eth0 root; } | sed -n "$what"); do
		sum=$((sum + n))
	done
	echo "$sum"
}

reconnects() { node_attr "$1" reconnects; }
more_reconnects() { [ "$(reconnects "$1")" -gt "$2" ]; }
more_of() { [ "$(stat_of "$dev" "$1")" -gt "$2" ]; } # STATISTIC VALUE
broken() { ! session_is "$dev" "$1" up; }
node_back() { # NODE
	wait_for 60 session_is "$dev" "$1" up || fail "$1 does not come back: $(node_attr "$1" last_error)"
}
empty_again() { # NODE: the server starts anew; it has to be noticed
	server_start "$1" || fail "no server $1"
	node_back "$1"
}
# The others answer slower, so it is asked; one that was just stopped is remembered as slow.
prefer_sick() { # [DELAY]
	local n
	for n in "${nodes[@]}"; do
		[ "$n" = "$sick" ] || wire_from "$n" delay "${1:-4ms}"
	done
}
prefer_none() {
	local n
	for n in "${nodes[@]}"; do
		[ "$n" = "$sick" ] || wire_well "$n"
	done
}
# Where pages are bad that nobody has met, no good copy may seem to be away for a
# moment because this machine is busy: two faults at once are another matter.
patient() {
	local d
	for d in "${devs[@]}"; do
		tune "$d" io_timeout_ms 60000
	done
}
# A read that waits for a stopped server counts as slow as that when it is answered at
# last, and then hardly anybody asks the server: so none is under way meanwhile.
idle_now() {
	local r w
	read -r r w < "/sys/block/${dev##*/}/inflight" && [ $((r + w)) -eq 0 ]
}
stop_unasked() {
	[ -z "$load_pid" ] || kill -STOP "$load_pid"
	wait_for 20 idle_now || fail "requests do not end"
	server_pause "$sick"
}
continue_unasked() {
	server_continue "$sick"
	[ -z "$load_pid" ] || kill -CONT "$load_pid"
}
store_tool() { "$PYTHON" "$COMMON/store.py" "$@"; }

was() { before=([reconnects]=$(reconnects "$sick") [copied]=$(stat_of "$dev" resync_pages)); }
declare -A before=()
# it broke, and was made anew
proof_reconnected() {
	local now
	now=$(($(reconnects "$sick") - before[reconnects]))
	echo "reconnects=$now"
	[ $now -ge 1 ]
}
# its pages had to be copied to it
proof_copied() {
	local now
	now=$(($(stat_of "$dev" resync_pages) - before[copied]))
	echo "copied=$now"
	[ $now -ge 100 ]
}

# ---- a node dies

fault_kill_begin() {
	server_kill "$sick" || fail "it cannot be killed"
	wait_for 20 broken "$sick" || fail "nobody noticed"
	flowing
}
fault_kill_end() { empty_again "$sick"; }
fault_kill_proof() { proof_reconnected && proof_copied; }

fault_empty_begin() {
	server_stop "$sick" || fail "it does not end"
	server_start "$sick" || fail "no server $sick"
	wait_for 60 more_reconnects "$sick" "${before[reconnects]}" || fail "nobody noticed"
}
fault_empty_end() { node_back "$sick"; }
fault_empty_proof() { proof_reconnected && proof_copied; }

fault_poweroff_begin() {
	wire_to "$sick" loss 100%
	wire_from "$sick" loss 100%
	server_kill "$sick" || fail "it cannot be killed"
	wait_for 60 broken "$sick" || fail "nobody noticed that it is silent"
	case $(node_attr "$sick" last_error) in
	*reset* | *refused* | *closed*) fail "it was not silent: $(node_attr "$sick" last_error)" ;;
	esac
	ip -n "$sick" link set eth0 down
	flowing
}
fault_poweroff_end() {
	ip -n "$sick" link set eth0 up
	wire_well "$sick"
	empty_again "$sick"
}
fault_poweroff_proof() { proof_reconnected && proof_copied; }

fault_in_turn_begin() {
	fault_kill_begin
	fault_kill_end
	in_sync
	before[second]=$(reconnects n2)
	server_kill n2 || fail "it cannot be killed"
	wait_for 20 broken n2 || fail "nobody noticed"
	flowing
}
fault_in_turn_end() { empty_again n2; }
fault_in_turn_proof() {
	proof_reconnected && proof_copied && echo "second=$(($(reconnects n2) - before[second]))" &&
		more_reconnects n2 "${before[second]}"
}

fault_at_once_begin() {
	before[second]=$(reconnects n2)
	server_signal "$sick" KILL
	server_signal n2 KILL
	wait_for 20 server_dead "$sick" || fail "it cannot be killed"
	wait_for 20 server_dead n2 || fail "n2 cannot be killed"
	wait_for 20 broken "$sick" || fail "nobody noticed"
	wait_for 20 broken n2 || fail "nobody noticed that n2 is gone"
}
fault_at_once_end() {
	server_start "$sick" || fail "no server $sick"
	server_start n2 || fail "no server n2"
	node_back "$sick"
	node_back n2
	# all of them are in the count by now
	lost_most=$(attr_of "$dev" lost_pages)
}
fault_at_once_proof() {
	proof_reconnected && more_reconnects n2 "${before[second]}" && [ "$lost_most" -gt 0 ]
}

# ---- a node is silent, or hardly to be reached

fault_pause_begin() {
	server_pause "$sick"
	pause 5
	wait_for 20 broken "$sick" || fail "nobody noticed"
}
fault_pause_end() {
	server_continue "$sick"
	node_back "$sick"
}
fault_pause_proof() { proof_reconnected; }

silent() {
	wait_for 60 broken "$sick" || fail "nobody noticed that it is silent"
	flowing
	before[dropped]=$(wire_count dropped "$sick")
}
proof_dropped() {
	echo "dropped=${before[dropped]}"
	[ "${before[dropped]}" -gt 0 ]
}
mended() {
	wire_well "$sick"
	node_back "$sick"
}
fault_cut_begin() {
	wire_to "$sick" loss 100%
	wire_from "$sick" loss 100%
	silent
}
fault_cut_end() { mended; }
fault_cut_proof() { proof_reconnected && proof_dropped; }

fault_cut_to_begin() {
	wire_to "$sick" loss 100%
	silent
}
fault_cut_to_end() { mended; }
fault_cut_to_proof() { proof_reconnected && proof_dropped; }

fault_cut_from_begin() {
	wire_from "$sick" loss 100%
	silent
}
fault_cut_from_end() { mended; }
fault_cut_from_proof() { proof_reconnected && proof_dropped; }

delayed() { [ "$(wire_count sent "$sick")" -ge 20 ]; }
fault_delay_begin() {
	wire_from "$sick" delay 100ms
	wait_for 60 delayed || fail "only $(wire_count sent "$sick") packets"
	before[sent]=$(wire_count sent "$sick")
	flowing
}
fault_delay_end() { mended; }
fault_delay_proof() { echo "delayed=${before[sent]}"; }

# Where little is read from the node, there is little to lose: it is asked first.
some_dropped() { [ "$(wire_count dropped "$sick")" -ge 2 ]; }
fault_loss_begin() {
	wire_to "$sick" loss 1%
	wire_from "$sick" loss 1%
	prefer_sick
	wait_for 60 some_dropped || fail "$(wire_count dropped "$sick") packets of $(wire_count sent "$sick") were lost"
	before[dropped]=$(wire_count dropped "$sick")
	flowing
}
fault_loss_end() {
	prefer_none
	mended
}
fault_loss_proof() { proof_dropped; }

fault_reset_begin() {
	local i
	for ((i = 0; i < 4; i++)); do
		before[turn]=$(reconnects "$sick")
		if ((i % 2)); then
			node_reset_connections "$sick"
		else
			node_exec "$sick" ss -K sport = ":$NODE_PORT" > /dev/null
		fi
		wait_for 20 more_reconnects "$sick" "${before[turn]}" || fail "a reset is not noticed"
		node_back "$sick"
	done
}
fault_reset_end() { :; }
fault_reset_proof() { proof_reconnected && more_reconnects "$sick" $((before[reconnects] + 3)); }

# ---- a node's pages are not what they should be

fault_flip_store_begin() {
	patient
	prefer_sick 60ms
	stop_unasked
	spoilt=$(store_tool flip "$(server_pid "$sick")" 4) || fail "no flipping"
	continue_unasked
	flowing
}
fault_flip_store_end() { :; }
fault_flip_store_proof() { proof_mended; }

# load_fill has taken the snapshot, if it can, and has written everything anew after it
fault_old_begin() {
	local i
	patient
	prefer_sick 60ms
	[ -e "$NETRAM_RUN/old-pages" ] || take_snapshot
	# a program under swap may only read for a while: again, until there is something older
	for ((i = 1; i <= 50; i++)); do
		flowing
		[ $((i % 5)) -eq 0 ] || continue
		# what one copy lacks the other one must not lose
		case $load in resync | drain) ;; *) in_sync ;; esac
		stop_unasked
		spoilt=$(store_tool restore "$(server_pid "$sick")" "$NETRAM_RUN/old-pages") || fail "no restoring"
		[ "$spoilt" -eq 0 ] || break
		continue_unasked
	done
	node_exec "$sick" ss -K sport = ":$NODE_PORT" > /dev/null
	continue_unasked
	wait_for 20 more_reconnects "$sick" "${before[reconnects]}" || fail "nobody noticed"
}
take_snapshot() {
	stop_unasked
	store_tool save "$(server_pid "$sick")" "$NETRAM_RUN/old-pages" > "$NETRAM_RUN/old-count" || fail "no snapshot"
	continue_unasked
}
fault_old_end() { node_back "$sick"; }
fault_old_proof() { proof_reconnected && proof_mended; }

# found, and not only avoided
proof_mended() { proof_spoilt && [ "$(stat_of "$dev" repairs)" -gt 0 ]; }
proof_spoilt() {
	echo "spoilt=$spoilt repairs=$(stat_of "$dev" repairs)"
	[ "$spoilt" -gt 0 ]
}

# ---- what the proxy does

spoil() { # MODE COUNT: and waits until it has begun
	local start
	start=$(proxy_done)
	proxy_mode "$1" "$2"
	wait_for 60 proxy_did "$start" || fail "no chance for $1"
	flowing
}
mended_by_proxy() {
	proxy_mode pass 0
	node_back "$sick"
	spoilt=$(($(proxy_done) - proxy_before))
}
proof_proxy() {
	echo "spoilt=$spoilt"
	[ "$spoilt" -gt 0 ]
}
fault_flip_wire_begin() {
	patient
	prefer_sick
	# replies to reads, if there are any, and payloads of writes
	[ "$load" = write ] || spoil flip 4
	proxy_mode pass 0
	[ "$load" = read ] || spoil flip-write 4
}
fault_flip_wire_end() {
	# it stays the one that is asked, until all is read
	proxy_mode pass 0
	node_back "$sick"
	spoilt=$(($(proxy_done) - proxy_before))
}
fault_flip_wire_proof() { proof_spoilt; }

for mode in cookie twice short eio; do
	eval "fault_${mode}_begin() { spoil $mode 4; }
		fault_${mode}_end() { mended_by_proxy; }
		fault_${mode}_proof() { proof_proxy; }"
done
fault_never_begin() { spoil swallow 2; }
# Who still waits for the answer renews its session some time, perhaps while the next
# fault leaves one good copy of a page, which would be two faults at once: now.
fault_never_end() {
	proxy_mode pass 0
	node_exec n1 ss -K sport = ":$PROXY_PORT" > /dev/null
	mended_by_proxy
}
# a read is answered by its hedge long before the session is renewed
fault_never_proof() {
	local wins
	wins=$(stat_of "$dev" hedge_wins)
	echo "hedge_wins=$wins"
	proof_proxy && { [ "$wins" -gt 0 ] || proof_reconnected; }
}
# honest servers refuse writes only; where nobody writes, reads are refused
fault_enospc_begin() {
	local mode=enospc
	[ "$load" != read ] || mode=enospc-any
	spoil $mode 8
}
fault_enospc_end() { mended_by_proxy; }
fault_enospc_proof() { proof_proxy; }

late_count() { # held|refused|answered
	[ -e "$NETRAM_RUN/mode.late" ] || { echo 0; return; }
	sed -n "s/.*$1 \([0-9]*\).*/\1/p" "$NETRAM_RUN/mode.late"
}
late_over() { [ "$(late_count held)" -eq $(($(late_count refused) + $(late_count answered))) ]; }
fault_late_begin() {
	local i
	before[refused]=$(late_count refused) before[answered]=$(late_count answered)
	for ((i = 0; i < 2; i++)); do
		spoil late 1
		wait_for 60 late_over || fail "no end of $(cat "$NETRAM_RUN/mode.late")"
	done
}
fault_late_end() { mended_by_proxy; }
fault_late_proof() {
	local refused=$(($(late_count refused) - before[refused]))
	echo "refused=$refused"
	[ "$(late_count answered)" = "${before[answered]}" ] && [ $refused -gt 0 ] && proof_reconnected
}

# ---- time

# Nothing in here may look at the clock, and what the test waits by is set back
# before anybody does. Forwards by more than any time limit of the volume, and
# by less than the test has left.
fault_clock_begin() {
	local start jump now
	patient
	read -r start _ < /proc/uptime
	now=$EPOCHSECONDS
	for jump in 240 -86400 120; do
		date -s "@$((now + jump))" > /dev/null || fail "the clock cannot be set"
		[ $((EPOCHSECONDS - now - jump)) -lt 60 ] || fail "the clock was not set"
		pause 1.2
	done
	read -r jump _ < /proc/uptime
	date -s "@$((now + ${jump%.*} - ${start%.*}))" > /dev/null
	flowing
}
fault_clock_end() { :; }
fault_clock_proof() {
	echo "reconnects=$(($(reconnects "$sick") - before[reconnects]))"
	# nobody may have noticed
	! more_reconnects "$sick" "${before[reconnects]}"
}
