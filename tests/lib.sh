# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What tests on the machine itself share. Use:  . "$(dirname "$0")/../lib.sh"
# Sets TOP (the tree) and BUILD (where things are built).

TOP=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
BUILD=$(readlink -m "${BUILD:-$TOP/build}")
export TOP BUILD
PATH=$BUILD/bin:/usr/sbin:/sbin:$PATH
LD_LIBRARY_PATH=$BUILD/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export PATH LD_LIBRARY_PATH

fail() { echo "FAIL: $*" >&2; exit 1; }
skip() { echo "SKIP: $*"; exit 77; }

# wait_for SECONDS COMMAND...: until it succeeds; 1 and a message when it does not.
# SECONDS is what it takes on a machine with nothing else to do, generously. One
# that is busy, or a debug kernel, gets six times as much: patience costs nothing
# when all is well. What has to be done within a time is measured, not waited for.
PATIENCE=6
wait_for() {
	local limit=$(($1 * PATIENCE)) end
	end=$(($(date +%s%N) / 1000000 + limit * 1000))
	shift
	until "$@" > /dev/null 2>&1; do
		if [ $(($(date +%s%N) / 1000000)) -ge "$end" ]; then
			echo "waited $limit s in vain for: $*" >&2
			return 1
		fi
		sleep 0.05
	done
}

# A loopback TCP port that nobody listens on at the moment.
free_port() {
	/usr/bin/python3 -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])'
}

# ---- page servers as processes of this machine, gone when the script ends

declare -A SERVER_PID=() SERVER_PORT=() SERVER_SOCK=()

# servers_start FOLDER COUNT MEMORY: n1, n2, ... on loopback ports of their own
servers_start() {
	local dir=$1 count=$2 memory=$3 i n port
	mkdir -p "$dir"
	for ((i = 1; i <= count; i++)); do
		n=n$i
		port=$(free_port)
		# a path of a socket must be short, the build folder may not be
		SERVER_SOCK[$n]=$(mktemp -u "${TMPDIR:-/tmp}/netram-$n.XXXXXX")
		"$BUILD/bin/netram-server" --listen "127.0.0.1:$port" --memory "$memory" \
			--status "${SERVER_SOCK[$n]}" > "$dir/$n.log" 2>&1 &
		SERVER_PID[$n]=$!
		SERVER_PORT[$n]=$port
		wait_for 10 server_status "$n" || { cat "$dir/$n.log" >&2; return 1; }
	done
}

server_status() { # NAME: JSON
	curl -sf -m 60 --unix-socket "${SERVER_SOCK[$1]}" http://localhost/status
}

server_used() { server_status "$1" | jq -r .memory.used_bytes; }

servers_stop() {
	local n
	for n in "${!SERVER_PID[@]}"; do
		kill "${SERVER_PID[$n]}" 2> /dev/null
	done
	for n in "${!SERVER_PID[@]}"; do
		wait "${SERVER_PID[$n]}" 2> /dev/null
		rm -f "${SERVER_SOCK[$n]}"
	done
	SERVER_PID=()
}

# ---- for the style suite

# The tree's own files that match the patterns (git's, or find's without git).
sources() { # PATTERN...
	if git -C "$TOP" rev-parse > /dev/null 2>&1; then
		git -C "$TOP" ls-files -co --exclude-standard -- "$@"
	else
		(cd "$TOP" && for p in "$@"; do find . -path "./$p" -type f; done |
			sed 's,^\./,,' | grep -v '^build/')
	fi | sort -u | while read -r f; do
		[ ! -f "$TOP/$f" ] || echo "$f"
	done
}

# Print the compiler's or sparse's complaints about our own files in a build
# log; 1 when there are none.
own_complaints() { # LOG
	local found
	found=$(grep -E '(^|/)src/(kernel|include)/[^:]*:[0-9:]* *(warning|error):' "$1" | sort -u)
	[ -n "$found" ] && echo "$found"
}
