#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: a volume has one owner; another is refused, or takes it over: the first one is told, fails, and changes nothing any more
# KERNELS: 6.1 6.12
# CHECK: 6.1
# TIMEOUT: 300
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh
. "$NETRAM_TOP/tests/guest/common/lib.sh"

# Two volumes of one uuid are to the servers what two hosts are: their claims differ.
HOST=$(uname -n)
SIZE=$((16 << 20))

attempt() { # ARG...: must be refused; what was said is in $NETRAM_RUN/error
	netramctl volume create b --size $SIZE --replicas 2 --extent-size 1M "$@" \
		> /dev/null 2> "$NETRAM_RUN/error" && fail "it was created: $*"
	[ "$(wc -l < "$NETRAM_RUN/error")" -eq 1 ] || fail "not one line: $(cat "$NETRAM_RUN/error")"
}
said() { grep -q -- "$1" "$NETRAM_RUN/error" || fail "'$1' is not in: $(cat "$NETRAM_RUN/error")"; }
sessions_closed() { # DEVICE
	local name
	while read -r name session_state _; do
		[ "$session_state" = closed ] || return
	done < "/sys/block/${1##*/}/netram/nodes"
}
# Writes the same bytes again and again; ends with its first error, which it keeps.
writer() { # DEVICE
	while dd if="$NETRAM_RUN/a" of="$1" bs=1M oflag=direct conv=notrunc status=none 2> "$NETRAM_RUN/write-error"; do
		echo >> "$NETRAM_RUN/rounds"
	done
}
reader() { # DEVICE
	while dd if="$1" of=/dev/null bs=1M iflag=direct status=none 2> "$NETRAM_RUN/read-error"; do :; done
}
# EBADE, in words
told_why() { grep -q 'Invalid exchange' "$NETRAM_RUN/$1" || fail "$1: $(cat "$NETRAM_RUN/$1")"; }
rounds() { wc -l < "$NETRAM_RUN/rounds"; }
more_rounds() { [ "$(rounds)" -gt "$1" ]; }

pattern $SIZE "$SEED" > "$NETRAM_RUN/a"
pattern $SIZE $((SEED + 1)) > "$NETRAM_RUN/b"
setup_nodes 2 || fail "no nodes"
netramctl events --follow --json >> "$NETRAM_RUN/events" 2>&1 &

dev_a=$(volume_create a $SIZE --replicas 2 --extent-size 1M) || fail "no volume"
uuid=$(attr_of "$dev_a" uuid)
: > "$NETRAM_RUN/rounds"
writer "$dev_a" &
writer=$!
reader "$dev_a" &
reader=$!
wait_for 60 more_rounds 0 || fail "it does not write"

note "refused without --takeover, also while the owner reconnects"
attempt --uuid "$uuid"
cat "$NETRAM_RUN/error"
said 'another host has a volume of this uuid: delete it there, or take it over with --takeover'
said "in use by $HOST"
case $(node_attr n1 last_error)$(node_attr n2 last_error) in
*"in use by $HOST: "*--takeover*) ;;
*) fail "last_error: $(node_attr n1 last_error), $(node_attr n2 last_error)" ;;
esac
for ((i = 0; i < 5; i++)); do
	node_reset_connections n1
	node_reset_connections n2
	attempt --uuid "$uuid"
	said "another host has"
done
before=$(rounds)
wait_for 60 more_rounds "$before" || fail "the owner was disturbed"
attempt --takeover
said 'needs the volume.s --uuid'
attempt --uuid 123
said 'is not a uuid'
attempt --uuid "$uuid" --takeover --size 8M
said 'of another size'
state_is "$dev_a" ok || wait_for 20 state_is "$dev_a" ok || fail "state $(attr_of "$dev_a" state)"

note "taken over while it writes"
dev_b=$(volume_create b $SIZE --replicas 2 --extent-size 1M --uuid "$uuid" --takeover) || fail "no takeover"
[ "$(attr_of "$dev_b" uuid)" = "$uuid" ] || fail "uuid $(attr_of "$dev_b" uuid)"
wait_for 20 state_is "$dev_a" fenced || fail "state $(attr_of "$dev_a" state)"
wait_for 60 pid_gone $writer || fail "the old owner still writes"
wait_for 60 pid_gone $reader || fail "the old owner still reads"
# also what was under way, with several copies
told_why write-error
told_why read-error
wait_for 20 sessions_closed "$dev_a" || fail "sessions: $(cat "/sys/block/${dev_a##*/}/netram/nodes")"
[ "$(attr_of "$dev_a" reason)" = "taken over by $HOST" ] || fail "reason: $(attr_of "$dev_a" reason)"
netramctl status > "$NETRAM_RUN/status" && fail "status says that all is well"
grep -q "! volume a is fenced: taken over by $HOST;" "$NETRAM_RUN/status" || fail "$(cat "$NETRAM_RUN/status")"
grep -q '"type":"taken_over".*"volume":"a"' "$NETRAM_RUN/events" || fail "no event"
dmesg | grep -q "$HOST has taken this volume over" || fail "the log does not tell"
for op in "if=$dev_a of=/dev/null iflag=direct" "if=/dev/zero of=$dev_a oflag=direct" "if=$NETRAM_RUN/a of=$dev_a oflag=direct"; do
	start=$(now_ms)
	# shellcheck disable=SC2086 # words
	dd $op bs=4k count=1 status=none 2> /dev/null && fail "dd $op works"
	[ $(($(now_ms) - start)) -lt 10000 ] || fail "it took $(($(now_ms) - start)) ms to fail"
done

note "the new owner begins empty, and what the old one had is freed"
cmp -n $SIZE "$dev_b" /dev/zero || fail "something is there"
wait_for 20 used_at_most 0 n1 n2 || fail "the servers still hold $(servers_used n1 n2) bytes"
dd if="$NETRAM_RUN/b" of="$dev_b" bs=1M oflag=direct status=none || fail "writing"
cmp "$NETRAM_RUN/b" "$dev_b" || fail "not as written"

note "the old one does not come back, and its end changes nothing"
node_reset_connections n1
node_reset_connections n2
wait_for 30 sessions_up "$dev_b" || fail "the new owner does not come back"
sessions_closed "$dev_a" || fail "sessions: $(cat "/sys/block/${dev_a##*/}/netram/nodes")"
node_add n3 || fail "no namespace"
server_start n3 || fail "no server"
netramctl node add n3 "$(node_addr n3):$NODE_PORT" || fail "no n3"
wait_for 20 session_is "$dev_b" n3 up || fail "n3 is $session_state"
wait_for 20 session_is "$dev_a" n3 closed || fail "n3 is $session_state"
netramctl volume delete a || fail "delete"
echo 3 > /proc/sys/vm/drop_caches
cmp "$NETRAM_RUN/b" "$dev_b" || fail "not as written"
[ "$(server_status n1 | jq -r ".exports[] | select(.name == \"$uuid\") | .takeovers")" -eq 1 ] || fail "n1: $(server_status n1)"

note "and back again, with a claim of its own"
dev_a=$(volume_create a $SIZE --replicas 2 --uuid "$uuid" --takeover) || fail "no takeover"
wait_for 20 state_is "$dev_b" fenced || fail "state $(attr_of "$dev_b" state)"
dd if="$NETRAM_RUN/a" of="$dev_a" bs=1M oflag=direct status=none || fail "writing"
netramctl volume delete b || fail "delete"
cmp "$NETRAM_RUN/a" "$dev_a" || fail "not as written"

note "a node that is added later is not taken from who has the volume there"
node_add n4 || fail "no namespace"
server_start n4 || fail "no server"
# "other" has a page there, and no connection
"$PYTHON" - "$(node_addr n4)" "$NODE_PORT" "$uuid?client=other&claim=c&epoch=1&size=$SIZE" <<-'P' || fail "no plain client"
	import sys, nbd
	h = nbd.NBD()
	h.set_export_name(sys.argv[3])
	h.connect_tcp(sys.argv[1], sys.argv[2])
	h.pwrite(b"o" * 4096, 0)
	h.shutdown()
P
refused_by_n4() { [[ $(node_attr n4 last_error) = *"in use by other"* ]]; }
netramctl node add n4 "$(node_addr n4):$NODE_PORT" || fail "no n4"
wait_for 20 refused_by_n4 || fail "n4: $(node_attr n4 last_error), session $(session_of "$dev_a" n4 && echo "$session_state")"
[ "$(server_status n4 | jq -r '.exports[0].takeovers')" -eq 0 ] || fail "n4: $(server_status n4)"
state_is "$dev_a" ok || fail "state $(attr_of "$dev_a" state)"
cmp "$NETRAM_RUN/a" "$dev_a" || fail "not as written"
exit 0
