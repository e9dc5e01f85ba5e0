# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the tests of the real netramctl share. They run without the module.
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

CTL=$BUILD/bin/netramctl
[ -x "$CTL" ] || make --no-print-directory -s -C "$TOP/userspace/ctl" ||
	fail "netramctl does not build"
# it must find its library by itself
unset LD_LIBRARY_PATH

# Every command, one a line, from the program's own --help.
commands() {
	"$CTL" --help | sed -n '/^Commands:/,/^$/{/^  [a-z]/{s/^  //;s/  .*//;s/ [[A-Z].*//;p}}'
}

# options COMMAND...: its long options, from its own --help
options() {
	"$CTL" "$@" --help | sed -n 's/^  \(--[a-z-]*\).*/\1/p'
}

# refuses EXIT-CODE TEXT ARG...: exits so, with one line on stderr that has
# TEXT in it, and nothing on stdout
refuses() {
	local want=$1 text=$2 out err rc
	shift 2
	err=$("$CTL" "$@" 2>&1 > "$scratch/stdout")
	rc=$?
	out=$(cat "$scratch/stdout")
	[ $rc -eq "$want" ] || fail "'$*' exits with $rc, not $want: $err"
	[ -z "$out" ] || fail "'$*' writes to stdout: $out"
	[ "$(wc -l <<< "$err")" -eq 1 ] || fail "'$*' says more than a line: $err"
	case $err in
	'netramctl: '*"$text"*) ;;
	*) fail "'$*' says: $err; expected: $text" ;;
	esac
	checked=$((checked + 1))
}

checked=0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
