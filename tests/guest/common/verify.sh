# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Running netramctl verify and resolve, and looking at what they report.

# checks EXIT-CODE COMMAND...: its JSON is in $NETRAM_RUN/report then
checks() {
	local want=$1 rc
	shift
	netramctl "$@" --json > "$NETRAM_RUN/report" 2> "$NETRAM_RUN/err"
	rc=$?
	[ $rc -eq "$want" ] || fail "'$*' exits with $rc: $(cat "$NETRAM_RUN/report" "$NETRAM_RUN/err")"
}
reports() { # JQ-FILTER: true of the report
	jq -e "$1" "$NETRAM_RUN/report" > /dev/null || fail "not so: $1: $(cat "$NETRAM_RUN/report")"
}
run_state() { netramctl volume show v1 --json | jq -r .verify.state; }
run_ended() { [ "$(run_state)" != running ]; }
