#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: verify beside a server that misbehaves: what the network did is not taken for damage, what cannot be read is told
# KERNELS: 6.1
# TIMEOUT: 240
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"
# shellcheck source=tests/guest/common/proxy.sh
. "$COMMON/proxy.sh"

well() { [ "$(attr_of "$dev" degraded_extents)" -eq 0 ]; }
checks() { # EXIT-CODE COMMAND...
	local want=$1 rc
	shift
	netramctl "$@" --json > "$NETRAM_RUN/report" 2> "$NETRAM_RUN/err"
	rc=$?
	[ $rc -eq "$want" ] || fail "'$*' exits with $rc: $(cat "$NETRAM_RUN/report" "$NETRAM_RUN/err")"
}
reports() { # JQ-FILTER
	jq -e "$1" "$NETRAM_RUN/report" > /dev/null || fail "not so: $1: $(cat "$NETRAM_RUN/report")"
}
clean() { # WHEN: all is as it was
	proxy_mode pass 0
	wait_for 60 well || fail "$1: $(attr_of "$dev" degraded_extents) extents are still degraded"
	checks 0 verify v1
	reports '.wrong == 0 and .compared == 2 * '$pages
}

pages=1024
proxy_setup
dev=$(volume_create v1 4M --extent-size 1M --replicas 2) || fail "no volume"
tune "$dev" connect_timeout_ms 2000
pattern $((pages << 12)) "$SEED" > "$NETRAM_RUN/golden"
dd if="$NETRAM_RUN/golden" of="$dev" bs=1M oflag=direct status=none || fail "writing"

note "a bit turned on the way, once: nothing is wrong"
proxy_mode flip 1
before=$(proxy_done)
checks 0 verify v1
reports '.wrong == 0 and .state == "clean"'
wait_for 10 proxy_did "$before" || fail "nothing was turned"

note "in everything that comes from n1"
proxy_mode flip 1000000
checks 1 verify v1
reports '.wrong > 0 and .lost_pages == 0 and ([.bad[] | .kind + .node] | unique) == ["wrongn1"]'
checks 1 resolve v1
reports '.wrong > .repaired and .lost_pages == 0'
clean "all bits turned"
expect_stat "$dev" errors -eq 0

note "an error"
proxy_mode error 1
checks 1 verify v1
reports '.unreadable > 0 and .wrong == 0 and ([.bad[] | .kind + .node] | unique) == ["unreadablen1"]'
clean "an error"

note "no answer"
tune "$dev" io_timeout_ms 1000
proxy_mode swallow 1
checks 1 verify v1
reports '.missing > 0 and .wrong == 0 and .unreadable == 0 and .pages == '$pages
tune "$dev" io_timeout_ms 60000
wait_for 30 session_is "$dev" n1 up || fail "n1 does not come back"
clean "no answer"

blockdev --flushbufs "$dev"
cmp "$dev" "$NETRAM_RUN/golden" || fail "not as written"
expect_stat "$dev" errors -eq 0
exit 0
