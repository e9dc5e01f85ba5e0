#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: a node's cable is cut for longer than io_deadline_ms: its extents fail in time, the others do not; then all is back
# KERNELS: 6.1 6.12
# CHECK: 6.1
# TIMEOUT: 240
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"

cat > "$NETRAM_RUN/probe.py" <<'P'
# one page of each extent: read it; with "write", write a new version of it
import mmap, os, sys, threading, time
dev, extents, mode, seed = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
result = [None] * extents
def one(i):
    fd = os.open(dev, os.O_RDWR | os.O_DIRECT)
    buf = mmap.mmap(-1, 4096)
    start = time.monotonic()
    try:
        if mode == "write":
            buf.write(b"%08d.%08d" % (i, seed) * 240 + b"x" * 16)
            os.pwritev(fd, [buf], i << 20)
            verdict = "ok"
        else:
            os.preadv(fd, [buf], i << 20)
            verdict = "ok" if buf[:17] == b"%08d.%08d" % (i, seed) else "WRONG"
    except OSError:
        verdict = "error"
    result[i] = f"{i} {verdict} {int((time.monotonic() - start) * 1000)}"
threads = [threading.Thread(target=one, args=(i,)) for i in range(extents)]
for t in threads: t.start()
for t in threads: t.join()
print("\n".join(result))
P
probe() { "$PYTHON" "$NETRAM_RUN/probe.py" "$dev" 16 "$@" > "$NETRAM_RUN/probe"; }
count_of() { grep -c "^[0-9]* $1 " "$NETRAM_RUN/probe"; }

setup_nodes 2 || fail "no nodes"
dev=$(volume_create v1 16M --extent-size 1M) || fail "no volume"
probe write 1
[ "$(count_of ok)" -eq 16 ] || fail "writing: $(cat "$NETRAM_RUN/probe")"
session_of "$dev" n2
cut=$session_extents
[ "$cut" -ge 4 ] || fail "n2 has only $cut extents"
# so long that the node that is there does not miss them on a busy machine
tune "$dev" io_timeout_ms 2000
tune "$dev" io_deadline_ms 8000
tune "$dev" connect_timeout_ms 2000

node_down n2
for mode in read write; do
	[ $mode = read ] && seed=1 || seed=2
	probe $mode "$seed"
	note "$mode: $(count_of ok) ok, $(count_of error) failed, $(sort -n -k3 "$NETRAM_RUN/probe" | tail -n 1)"
	[ "$(count_of error)" -eq "$cut" ] || fail "$cut should fail: $(cat "$NETRAM_RUN/probe")"
	[ "$(count_of ok)" -eq $((16 - cut)) ] || fail "the others should not: $(cat "$NETRAM_RUN/probe")"
	while read -r _ verdict took; do
		case $verdict in
		error) [ "$took" -le 14000 ] || fail "an error took $took ms, the deadline is 8000" ;;
		ok) [ "$took" -le 6000 ] || fail "a request for the other node took $took ms" ;;
		esac
	done < "$NETRAM_RUN/probe"
	cp "$NETRAM_RUN/probe" "$NETRAM_RUN/probe-$mode"
done
state_is "$dev" degraded || fail "state $(attr_of "$dev" state)"
node_state_is n2 down || fail "n2 is $(node_attr n2 state)"
[ -n "$(node_attr n2 last_error)" ] || fail "no last_error"
note "last_error: $(node_attr n2 last_error)"

note "a fresh extent goes to the node that is there"
dev2=$(netramctl volume create v2 --size 16M --extent-size 1M --replicas 1) || fail "no volume while a node is down"
dd if=/dev/urandom of="$dev2" bs=1M count=8 oflag=direct status=none || fail "writing to a fresh volume"
session_of "$dev2" n1
[ "$session_extents" -eq 8 ] || fail "n1 has $session_extents of 8 extents"

note "a request that waits less than the deadline is carried out"
tune "$dev" io_deadline_ms 300000
probe read 1 &
waiting=$!
pause 1
node_up n2
wait_for 30 session_is "$dev" n2 up || fail "n2 does not come back: $(node_attr n2 last_error)"
wait $waiting
grep -q error "$NETRAM_RUN/probe" && fail "it failed: $(cat "$NETRAM_RUN/probe")"
wait_for 5 state_is "$dev" ok || fail "state $(attr_of "$dev" state)"

note "what was acknowledged is there; what failed is the old version or the new"
probe read 1
for ((i = 0; i < 16; i++)); do
	read -r _ verdict _ < <(grep "^$i " "$NETRAM_RUN/probe-write")
	read -r _ old _ < <(grep "^$i " "$NETRAM_RUN/probe")
	[ "$verdict" = error ] || [ "$old" = WRONG ] || fail "extent $i: an acknowledged write is gone"
done
cp "$NETRAM_RUN/probe" "$NETRAM_RUN/old"
probe read 2
[ "$(cat "$NETRAM_RUN/probe" "$NETRAM_RUN/old" | grep -c ' ok ')" -eq 16 ] ||
	fail "a page is neither version: $(cat "$NETRAM_RUN/probe" "$NETRAM_RUN/old")"
probe write 3
probe read 3
[ "$(count_of ok)" -eq 16 ] || fail "not well again: $(cat "$NETRAM_RUN/probe")"
expect_stat "$dev" checksum_errors -eq 0
exit 0
