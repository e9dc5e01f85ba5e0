# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What tests/bench/run and tests/bench/check share. After tests/lib.sh.

# shellcheck source=tests/bench/systems-lib.sh
. "$TOP/tests/bench/systems-lib.sh"

usage() { sed -n '3,/^set /{/^#/s/^# \?//p}' "$0" >&2; exit 2; }

build_program() { # FOLDER NAME
	"${CC:-gcc}" -O2 -Wall -Wextra -o "$1/$2" "tests/bench/$2.c" || fail "$2 does not build"
}

build_programs() { # FOLDER: what runs in the guest, beside fio
	mkdir -p "$1"
	make --no-print-directory userspace > "$1/build.log" 2>&1 ||
		{ tail -n 30 "$1/build.log"; fail "userspace does not build"; }
	build_program "$1" pingpong
	build_program "$1" faults
}

build_for() { # KERNEL FOLDER
	local k
	mkdir -p "$2"
	k=$(scripts/kernel fetch "$1") || fail "no kernel $1"
	cp "$k/kver" "$2/kver"
	scripts/build-module "$k/build" "$BUILD/module-$(cat "$k/kver")" > "$2/build.log" 2>&1 ||
		{ tail -n 30 "$2/build.log"; fail "the module does not build"; }
}

# 2 GiB hold the systems' 128 MiB each, and nothing is swapped but by faults.
measure() { # KERNEL FOLDER PROGRAMS SYSTEMS [SECTION...]
	tests/vm/boot --icount --kernel "$(scripts/kernel fetch "$1")" --mem 2G \
		--timeout "${NETRAM_BENCH_TIMEOUT:-3600}" --share "$2" --console "$2/console" \
		--script tests/bench/guest "$3" /run/share "${@:4}"
}
