#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DESCRIPTION: what README.md tells to type on a host works as it stands there
# KERNELS: 6.1 6.12
# CHECK: 6.1
# TIMEOUT: 120
# MEM: 2G
. "$NETRAM_TOP/tests/vm/guest-lib.sh"
# shellcheck source=tests/documents/lib.sh
. "$NETRAM_TOP/tests/documents/lib.sh"
cd "$NETRAM_TOP" || exit
trap 'swapoff /dev/netram0 2> /dev/null' EXIT

# The N-th block of those that are run here. The module is there already, for this
# guest's kernel.
block() { # NUMBER
	doc_blocks README.md | awk -v want="$1" '/^== / { n += $3 == "readme"; on = $3 == "readme" && n == want; next } on' |
		sed "s,build/module/netram.ko,$NETRAM_KO,"
}

[ "$(doc_block README.md 2 | grep -c '^make ')" = 2 ] || fail "README.md does not say how to build"
serve=$(block 1)
[ "$serve" = "build/bin/netram-server --listen 192.0.2.10 --memory 8G" ] ||
	fail "README.md starts the server with: $serve"

# its two machines, at its addresses
for i in 0 1; do
	ip netns add "m$i"
	ip link add "v-m$i" type veth peer name eth0 netns "m$i"
	ip link set "v-m$i" up
	ip -n "m$i" addr add "192.0.2.1$i/24" dev eth0
	ip -n "m$i" link set eth0 up
	ip -n "m$i" link set lo up
	ip addr add 192.0.2.1 peer "192.0.2.1$i" dev "v-m$i"
	# this guest has less memory than a machine that gives 8G of it
	read -r -a command < <(sed "s,192.0.2.10,192.0.2.1$i,; s,8G,700M," <<< "$serve")
	daemon_start "m$i" "${command[@]}"
done
for i in 0 1; do
	wait_for 20 port_open "192.0.2.1$i" 10809 || fail "server $i does not listen"
done

run_block() { # NUMBER: each line as it is
	doc_run '# ' "$(block "$1")" || fail "README.md"
}

run_block 2
[ "$(netramctl volume list --json | jq -r '.volumes[0].name')" = swap0 ] || fail "no volume"
grep -qE '^/dev/netram0\s.*\s10$' /proc/swaps || fail "no swap: $(cat /proc/swaps)"
run_block 3
grep -q netram /proc/swaps && fail "still swapped on"
module_loaded && fail "the module is still there"

# and the last sentence: a file system
module_load || fail "the module does not load again"
netramctl node add n1 192.0.2.10 || fail "node"
netramctl volume create scratch --size 256M || fail "volume"
# shellcheck disable=SC2016 # backquotes of the text
mkfs=$(sed -n 's/.*`\(mkfs[^`]*\)`.*/\1/p' README.md)
eval "$mkfs -q" || fail "README.md: $mkfs"
mount /dev/netram0 /mnt || fail "mount"
echo hello > /mnt/file
umount /mnt || fail "umount"
