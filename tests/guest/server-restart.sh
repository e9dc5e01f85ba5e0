#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: a server that was killed comes back empty: its pages fail cleanly, the others are fine, writing heals
# KERNELS: 6.1 6.12
# CHECK: 6.1
# TIMEOUT: 300
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"

# Reads every page of the device: "good" as written, else "io" (an error), "zero",
# "WRONG", and "slow" when the answer took over 10 s: a lost page does not wait for io_deadline_ms.
cat > "$NETRAM_RUN/audit.py" <<'P'
import collections, mmap, os, sys, time
dev, golden = sys.argv[1:3]
fd = os.open(dev, os.O_RDONLY | os.O_DIRECT)
buf = mmap.mmap(-1, 4096)
count = collections.Counter()
with open(golden, "rb") as g:
    page = 0
    while want := g.read(4096):
        start = time.monotonic()
        try:
            os.preadv(fd, [buf], page * 4096)
            got = buf[:]
            count["good" if got == want else "zero" if not any(got) else "WRONG"] += 1
        except OSError as e:
            count["io"] += 1
        count["slow"] += time.monotonic() - start > 10
        page += 1
print(" ".join(f"{k}={count[k]}" for k in ("good", "io", "zero", "WRONG", "slow")))
P
audit() { "$PYTHON" "$NETRAM_RUN/audit.py" "$dev" "$NETRAM_RUN/golden"; }

size=$((6 << 20))
pattern $size "$SEED" > "$NETRAM_RUN/golden"
pattern $size "$((SEED + 1))" > "$NETRAM_RUN/golden2"
setup_nodes 2 || fail "no nodes"

scenario() { # VOLUME-OPTION...
	local total=$((size / 4096)) lost verdict
	note "volume create $*"
	dev=$(volume_create v1 $size --extent-size 1M "$@") || fail "no volume"
	dd if="$NETRAM_RUN/golden" of="$dev" bs=1M oflag=direct status=none || fail "writing"
	session_of "$dev" n2
	lost=$session_pages
	[ "$lost" -gt $((total / 5)) ] || fail "n2 has only $lost pages"
	[ "$(audit)" = "good=$total io=0 zero=0 WRONG=0 slow=0" ] || fail "not as written"

	server_kill n2
	wait_for 10 state_is "$dev" degraded || fail "state $(attr_of "$dev" state)"
	server_start n2 || fail "no server"
	wait_for 10 state_is "$dev" lost || fail "state $(attr_of "$dev" state), not lost"
	[ "$(attr_of "$dev" lost_pages)" -eq "$lost" ] ||
		fail "$(attr_of "$dev" lost_pages) lost pages, not $lost"
	verdict=$(audit)
	note "$verdict"
	[ "$verdict" = "good=$((total - lost)) io=$lost zero=0 WRONG=0 slow=0" ] ||
		fail "$verdict; expected $lost errors and the rest good"
	expect_stat "$dev" lost_reads -ge "$lost"
	netramctl status > "$NETRAM_RUN/status" && fail "status says that all is well"
	grep -qi lost "$NETRAM_RUN/status" || fail "status does not tell: $(cat "$NETRAM_RUN/status")"

	note "writing makes the pages good again"
	mv "$NETRAM_RUN/golden" "$NETRAM_RUN/golden1"
	cp "$NETRAM_RUN/golden2" "$NETRAM_RUN/golden"
	dd if="$NETRAM_RUN/golden" of="$dev" bs=1M oflag=direct status=none || fail "writing again"
	[ "$(audit)" = "good=$total io=0 zero=0 WRONG=0 slow=0" ] || fail "not as written again"
	wait_for 5 state_is "$dev" ok || fail "state $(attr_of "$dev" state), not ok"
	[ "$(attr_of "$dev" lost_pages)" -eq 0 ] || fail "lost pages remain"
	mv "$NETRAM_RUN/golden1" "$NETRAM_RUN/golden"

	note "so does discarding them"
	server_kill n2
	server_start n2 || fail "no server"
	wait_for 10 state_is "$dev" lost || fail "state $(attr_of "$dev" state), not lost"
	# forced: without it looks for a signature first, which is lost
	blkdiscard -f "$dev" || fail "blkdiscard"
	wait_for 5 state_is "$dev" ok || fail "state $(attr_of "$dev" state) after discard"
	cmp -n $size "$dev" /dev/zero || fail "not zeroes"
	netramctl volume delete v1 || fail "delete"
}

scenario
scenario --no-checksum
exit 0
