# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# For the tests that give a node up with what it has; after lib.sh. They set dev.

# pages of each extent, see two-kinds.py
# shellcheck disable=SC2034 # for the test
still=64 live=16 extents=16
# shellcheck disable=SC2154 # dev: the test's volume
kinds() { "$PYTHON" "$COMMON/two-kinds.py" "$dev" $extents "$@"; }
copies() { netramctl extent list "$1" --json; } # VOLUME
on() { # VOLUME NODE: its extents there, a number a line
	copies "$1" | jq ".extents[] | select(any(.copies[]; .node == \"$2\")) | .extent"
}
lost() { attr_of "$dev" lost_pages; }
lost_is() { [ "$(lost)" -eq "$1" ]; }
would_lose() { # NODE: pages of each volume, as the dry run has it
	netramctl node remove "$1" --lost --dry-run --json | jq -c '[.loses[] | [.volume, .pages]]'
}
refused() { # REGEX COMMAND...
	"${@:2}" 2> "$NETRAM_RUN/error" && fail "not refused: ${*:2}"
	grep -qE "$1" "$NETRAM_RUN/error" || fail "${*:2} says: $(cat "$NETRAM_RUN/error")"
}
node_add_again() { netramctl node add "$1" "$(node_addr "$1"):$NODE_PORT" || fail "node add $1"; }

live_begin() {
	rm -f "$NETRAM_RUN/stop" "$NETRAM_RUN/live"
	kinds live "$NETRAM_RUN/live" "$NETRAM_RUN/stop" 2> "$NETRAM_RUN/live-errors" &
	live_pid=$!
}
live_start() {
	live_begin
	wait_for 60 live_ready || fail "no live I/O: $(cat "$NETRAM_RUN/live-errors")"
}
live_ready() { local ready; read -r _ _ _ ready < "$NETRAM_RUN/live" && [ "$ready" -eq 8 ]; } # its threads
live_writes() { local n; read -r n _ < "$NETRAM_RUN/live" && echo "$n"; }
live_beyond() { [ "$(live_writes)" -gt $(($1 + extents * live)) ]; }
live_end() {
	touch "$NETRAM_RUN/stop"
	wait "$live_pid" || fail "live I/O: $(head -n 5 "$NETRAM_RUN/live-errors")"
	note "live: writes, reads, pages found lost: $(cat "$NETRAM_RUN/live")"
}

# Each still page of these extents is lost, all others are as they were written.
exactly_lost() { # SEED [EXTENT...]
	local seed=$1 want
	want=" ${*:2} "
	kinds check "$seed" > "$NETRAM_RUN/pages" || fail "check"
	while read -r kind page is; do
		if [ "$kind" = still ] && [[ $want == *" $((page / 256)) "* ]]; then
			[ "$is" = lost ] || fail "page $page of a lost extent is $is"
		else
			[ "$is" = ok ] || fail "$kind page $page is $is, though its extent is not lost"
		fi
	done < "$NETRAM_RUN/pages"
}
