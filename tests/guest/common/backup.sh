# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the tests of backup devices share; read in after lib.sh. The device is a ram
# disk: what is on it can be looked at, and spoilt, behind the module's back.

MIB=16

ramdisks() { modprobe loop; modprobe brd rd_nr=2 rd_size=$(((MIB + 1) << 10)) || skip "no brd"; }
ramdisks_end() { rmmod brd; }

make_backed() { # DEVICE MODE [OPTION...]: sets dev
	dev=$(volume_create v1 ${MIB}M --extent-size 1M --backup "$1" --backup-mode "$2" "${@:3}") || fail "no volume"
	tune "$dev" io_timeout_ms 10000
	tune "$dev" io_deadline_ms 3000
}

page_of() { head -c 4096 /dev/zero | tr '\0' "$1"; } # BYTE
page_write() { # DEVICE PAGE BYTE [COUNT]
	head -c $((4096 * ${4:-1})) /dev/zero | tr '\0' "$3" |
		dd of="$1" bs=4k seek="$2" oflag=direct iflag=fullblock conv=notrunc status=none 2> /dev/null
}
page_is() { # DEVICE PAGE BYTE
	page_of "$3" | cmp -s - <(dd if="$1" bs=4k skip="$2" count=1 iflag=direct status=none 2> /dev/null)
}
page_read() { dd if="$1" of=/dev/null bs=4k skip="$2" count=1 iflag=direct status=none 2> /dev/null; }

attr_is() { [ "$(attr_of "$1" "$2")" = "$3" ]; } # DEVICE NAME VALUE
nodes_cut() { # NODE...: dead, and the volume knows
	local n
	for n in "$@"; do server_kill "$n" || fail "$n does not die"; done
	for n in "$@"; do
		wait_for 30 session_is "$dev" "$n" connecting || fail "$n is still there"
	done
}
nodes_back() { # NODE...: empty
	local n
	for n in "$@"; do server_start "$n" || fail "no server"; done
	wait_for 60 sessions_up "$dev" || fail "the nodes do not come back"
}
