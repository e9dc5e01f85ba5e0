#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: verify beside a server that misbehaves: what the network did is not taken for damage, what cannot be read is told, checksums that are nonsense are not believed
# KERNELS: 6.1
# TIMEOUT: 400
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"
# shellcheck source=tests/guest/common/verify.sh
. "$COMMON/verify.sh"
# shellcheck source=tests/guest/common/proxy.sh
. "$COMMON/proxy.sh"

clean() { # WHEN: all is as it was
	proxy_mode pass 0
	wait_for 60 well || fail "$1: $(attr_of "$dev" degraded_extents) extents are still degraded"
	checks 0 verify v1
	reports '.wrong == 0 and .compared == 2 * '$pages
}

logged() { # TEXT: the kernel's log has it, since the test began
	dmesg_since verify-faults | grep -qF "$1" || fail "not in the log: $1"
}
by_sum_between() { # LEAST MOST: copies compared by what n1 and n2 told
	reports '.wrong == 0 and .compared == 2 * '$pages' and .by_checksum >= '"$1"' and .by_checksum <= '"$2"
}

pages=1024
proxy_setup
dev=$(volume_create v1 4M --extent-size 1M --replicas 2) || fail "no volume"
tune "$dev" connect_timeout_ms 2000
pattern $((pages << 12)) "$SEED" > "$NETRAM_RUN/golden"
dd if="$NETRAM_RUN/golden" of="$dev" bs=1M oflag=direct status=none || fail "writing"

note "n1 tells no checksums, as an older server: it is read"
touch "$NETRAM_RUN/mode.plain"
checks 0 verify v1
reports '.by_checksum == '$pages' and .compared == 2 * '$pages
logged 'v1/n1: pages are read to verify them, their checksums cannot be had: server knows no structured replies'

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

note "n1 tells checksums"
rm "$NETRAM_RUN/mode.plain"
reconnects=$(node_attr n1 reconnects)
checks 0 verify v1
by_sum_between $((2 * pages)) $((2 * pages))

note "and fewer of them at a time than were asked for"
proxy_mode sum-few 1000000
before=$(proxy_done)
checks 0 verify v1
by_sum_between $((2 * pages)) $((2 * pages))
wait_for 10 proxy_did $((before + pages - 1)) || fail "it was told $(($(proxy_done) - before)) times"

# what is told is not right: those pages are read, and are right
for mode in sum-flip sum-absent; do
	note "$mode"
	before=$(proxy_done)
	proxy_mode $mode 1
	checks 0 verify v1
	by_sum_between $((2 * pages - 32)) $((2 * pages - 1))
	wait_for 10 proxy_did "$before" || fail "nothing was spoiled"
	proxy_mode $mode 1000000
	checks 0 verify v1
	by_sum_between 0 $pages
	proxy_mode pass 0
done

# what is told is nonsense: n1 is read from there on
for mode in sum-many sum-zero sum-huge sum-context sum-cookie sum-error sum-simple sum-garbage sum-cut; do
	before=$(proxy_done)
	proxy_mode $mode 1
	checks 0 verify v1
	by_sum_between $pages $((2 * pages - 1))
	wait_for 10 proxy_did "$before" || fail "$mode was not tried"
done
logged 'their checksums cannot be had: malformed answer to a request for checksums'
logged 'their checksums cannot be had: answer to a request for checksums that was never made'
logged 'their checksums cannot be had: server answers a request for checksums with an error'

note "none is told: n1 is read after io_timeout_ms"
tune "$dev" io_timeout_ms 1000
proxy_mode sum-swallow 1
checks 0 verify v1
by_sum_between $pages $((2 * pages - 1))
tune "$dev" io_timeout_ms 60000
logged 'their checksums cannot be had: no answer in time'
[ "$(node_attr n1 reconnects)" -eq "$reconnects" ] || fail "the session was disturbed"
checks 0 verify v1
by_sum_between $((2 * pages)) $((2 * pages))

blockdev --flushbufs "$dev"
cmp "$dev" "$NETRAM_RUN/golden" || fail "not as written"
expect_stat "$dev" errors -eq 0
exit 0
