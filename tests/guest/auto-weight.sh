#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: netramd lets a node that is nearly full count less, and as before when it is not, or when it is told to leave that
# KERNELS: 6.1
# TIMEOUT: 400
# MEM: 2G
# TOPOLOGY: single
# shellcheck source=tests/guest/common/lib.sh disable=SC2317
. "$NETRAM_TOP/tests/guest/common/lib.sh"
# shellcheck source=tests/guest/common/netramd.sh disable=SC2317
. "$NETRAM_TOP/tests/guest/common/netramd.sh"

file_says() { # [PLACEMENT]
	cat > "$conf" <<- END
		nodes:
		  n1: {address: "$(node_addr n1)", weight: 200, status: $NETRAM_RUN/n1.sock}
		  n2: {address: "$(node_addr n2)", status: $NETRAM_RUN/n2.sock}
		$1
	END
}
becomes() { wait_for 60 is "$1" || fail "never: $1; it is $(status)"; }
weighs() { [ "$(node_attr "$1" weight)" = "$2" ]; } # NODE WEIGHT

# shellcheck disable=SC2119 # no parameters are needed
module_load || fail "the module does not load"
node_add n1 n2 || fail "no namespaces"
server_start n1 --memory 128M || fail "no server"
server_start n2 || fail "no server"
file_says
netramd_start
becomes '.state == "ok" and ([.nodes[].weight.now] == [200, 100])'

note "n1 is 80 % full"
netramctl node drain n2 --no-wait || fail "drain"
pattern $((104 << 20)) "$SEED" > "$NETRAM_RUN/golden"
dev=$(volume_create v1 128M --extent-size 1M --replicas 1) || fail "no volume"
dd if="$NETRAM_RUN/golden" of="$dev" bs=1M oflag=direct status=none || fail "writing"
netramctl node drain n2 --cancel || fail "drain --cancel"
becomes '.nodes[0].weight | .share_percent >= 30 and .share_percent <= 42 and .for_latency_percent == 100 and
	.now >= 2 * .share_percent and .now <= 2 * .share_percent + 2'
grep -q 'node n1: counts .* of its weight (for how full it is' "$log" || fail "it does not say so"
weighs n2 100 || fail "n2 counts $(node_attr n2 weight)"

note "it is told to leave that, and then not"
file_says "placement: {auto_weight: no}"
kill -HUP "$pid"
wait_for 30 weighs n1 200 || fail "n1 counts $(node_attr n1 weight)"
becomes 'all(.nodes[]; has("weight") | not)'
file_says
kill -HUP "$pid"
becomes '.nodes[0].weight.share_percent <= 42'

note "it is not full any more"
blkdiscard "$dev" || fail "discard"
becomes '.nodes[0].weight.share_percent == 100'
wait_for 30 weighs n1 200 || fail "n1 counts $(node_attr n1 weight)"
kill -TERM "$pid"
wait "$pid" || fail "it exits with $?"
pid=''
exit 0
