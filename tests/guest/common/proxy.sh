# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# n1 is reached through nbd-proxy.py, n2 directly.

PROXY_PORT=10808
proxy_mode() { # MODE [COUNT]: how many replies are spoiled
	proxy_ask "$@"
	# the proxy may be counting the old mode down at this moment, and put it back
	[ "$1" != pass ] || until pause 0.1 && proxy_idle; do
		proxy_ask "$@"
	done
}
proxy_ask() {
	echo "$1 ${2:-1}" > "$NETRAM_RUN/mode.new"
	mv "$NETRAM_RUN/mode.new" "$NETRAM_RUN/mode"
}
proxy_done() { # how many replies were spoiled so far
	[ ! -e "$NETRAM_RUN/mode.done" ] || word_of "$NETRAM_RUN/mode.done"
}
proxy_did() { [ "$(proxy_done)" -gt "$1" ]; } # more than before: it tells after the fact
proxy_idle() { [ "$(word_of "$NETRAM_RUN/mode")" = "pass 0" ]; }

proxy_setup() {
	proxy_setup_alone
	proxy_join_n2
}
proxy_setup_alone() { # n2 is there, and not known yet
	# shellcheck disable=SC2119 # no parameters are needed
	module_load || fail "the module does not load"
	node_add n1 n2 || fail "no namespaces"
	server_start n1 || fail "no server"
	server_start n2 || fail "no server"
	proxy_start
	netramctl node add n1 "$(node_addr n1):$PROXY_PORT" || fail "node add n1"
}
proxy_join_n2() { netramctl node add n2 "$(node_addr n2):$NODE_PORT" || fail "node add n2"; }

proxy_start() { # between 10.99.1.2:$PROXY_PORT and n1's server
	echo "pass 0" > "$NETRAM_RUN/mode"
	echo 0 > "$NETRAM_RUN/mode.done"
	node_exec n1 "$PYTHON" "$COMMON/nbd-proxy.py" "$(node_addr n1)" $PROXY_PORT "$NODE_PORT" \
		"$NETRAM_RUN/mode" > "$NETRAM_RUN/proxy.log" 2>&1 &
	echo $! > "$NETRAM_RUN/proxy.pid"
	wait_for 30 grep -q ready "$NETRAM_RUN/proxy.log" || fail "no proxy: $(cat "$NETRAM_RUN/proxy.log")"
}
