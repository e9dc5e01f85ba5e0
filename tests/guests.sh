# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The guest suites, for tests/run: what is to run is planned as jobs, one guest each,
# and every lane takes the next job that nobody has taken.
: "${logs:?}" "${jobs_taken:?}" # tests/run's

# Longest silence of a guest outside of a test: booting, the checks after a test.
between=600

header() { # FILE FIELD DEFAULT
	local v
	v=$(sed -n "s/^# $2:[[:space:]]*//p" "$1" | head -n 1)
	echo "${v:-$3}"
}

prepare_guest() { # KERNEL-FOLDER
	build_userspace &&
		make --no-print-directory -C tests/guest/src &&
		scripts/build-module "$1/build" "$BUILD/module-$(cat "$1/kver")"
}

# Runs the tests in $queue (NAME=SECONDS) in one guest, takes from the queue what
# has a result; the caller comes back as long as something is left. $part tells the
# guest's own files from those of others that run beside it.
queue=() part=0
one_guest() { # SUITE MEM TOPOLOGY CLOCK
	local suite=$1 dir=$logs/$1 current='' limit=$between mark word name seconds reason spec
	local total=$((2 * between)) pipe started=$SECONDS net=none clock=()
	for spec in "${queue[@]}"; do
		total=$((total + ${spec#*=} + between))
	done
	if [ "$3" = remote ]; then
		net=user
		servers_start "$dir/servers" 3 2G || { result FAIL "$suite/servers" 0; queue=(); return; }
		for name in "${!SERVER_PORT[@]}"; do
			echo "$name 10.0.2.2:${SERVER_PORT[$name]}"
		done | sort > "$dir/nodes"
	fi
	[ "$4" != icount ] || clock=(--icount)
	pipe=$(mktemp -u)
	mkfifo "$pipe"
	tests/vm/boot --kernel "${suite_kernel[$suite]}" "${clock[@]}" --mem "$2" --net "$net" --timeout "$total" --share "$dir" \
		--console "$dir/console-$part" --script tests/vm/guest-run /run/share "${queue[@]}" \
		> "$pipe" 2> "$dir/boot-$part.log" &
	boot_pid=$!
	exec 8< "$pipe"
	rm -f "$pipe"
	while read -r -t "$limit" -u 8 mark word name seconds reason; do
		[ "$mark" = @@ ] || continue
		case $word in
		start)
			current=$name started=$SECONDS limit=$between
			for spec in "${queue[@]}"; do
				# room for the reset and the checks after the test
				[ "${spec%=*}" != "$name" ] || limit=$((${spec#*=} + between))
			done
			;;
		ok | FAIL | skip)
			result "$word" "$suite/$name" "$seconds" "$reason"
			dequeue "$name"
			current='' limit=$between
			;;
		esac
	done
	# a test that has not come to its end: why, as far as its kernel can say
	[ -z "$current" ] || kill -USR1 "$boot_pid" 2> /dev/null
	[ -n "$current" ] || kill "$boot_pid" 2> /dev/null
	wait "$boot_pid"
	boot_pid=''
	exec 8<&-
	if [ -n "$current" ]; then
		hung_report "$dir/console-$part" >> "$dir/$current.log"
		result FAIL "$suite/$current" $((SECONDS - started)) "the guest died or hung"
		dequeue "$current"
	fi
	[ "$3" != remote ] || servers_stop
}

hung_report() { # CONSOLE
	local n
	echo "---- the guest died or hung in this test"
	for n in "${!SERVER_PID[@]}"; do
		echo "server $n: $(server_status "$n" | jq -c .memory || echo "no answer")"
	done
	echo "---- what its tasks wait for, a line each"
	tr -d '\r' < "$1" | waiting_tasks | sort | uniq -c | sort -n | tail -n 30
	echo "---- kernel log, before it was asked"
	tr -d '\r' < "$1" | sed '/sysrq: Show Blocked State/,$d' | tail -n 80
}

# From the kernel's answers to sysrq-w and -t: NAME: FUNCTION < its caller < ... of tasks
# that are stuck and of those that are programs.
waiting_tasks() {
	sed -n '/sysrq: Show Blocked State/,/sysrq: Show Memory/p' | sed 's/^\[[^]]*\] *//' |
		awk 'function tell() { if (n && (blocked || program)) print line; n = program = 0 }
			/^sysrq: / { tell(); blocked = /Blocked/ }
			/^task:/ { tell(); line = substr($1, 6) ":"; sub(/\/.*/, "", line); n = 1 }
			/do_syscall_64/ { program = 1 }
			n && n < 12 && /^[a-z_0-9.]+\+0x/ && !/^(__schedule|schedule)\+/ {
				sub(/\+0x.*/, ""); line = line " " $0; n++
			}
			END { tell() }'
}

dequeue() {
	local spec rest=()
	for spec in "${queue[@]}"; do
		[ "${spec%=*}" = "$1" ] || rest+=("$spec")
	done
	queue=("${rest[@]}")
}

# ---- jobs

# Tests of a guest: enough that booting does not matter, and few enough that two
# lanes end at nearly the same time.
JOB_TESTS=8

kernel_folder() { scripts/kernel "$@" 2>> "$logs/kernel.log"; }

jobs=() # a line each: SUITE MEM TOPOLOGY CLOCK NAME=SECONDS...
declare -A suite_kernel=() suite_lock=()

# Does "make check" without a suite run this test on a kernel? A test named by its
# name, and all of a suite that is named, run on all kernels they can run on.
wanted() { # FILE SERIES ONLY
	[[ " $(header "$1" KERNELS "6.1 6.12") " = *" $2 "* ]] || return
	[[ -z $3 || ,$3, = *,$(basename "$1" .sh),* ]] || return
	[ -z "${by_default:-}" ] || [ -n "${NETRAM_FULL:-}" ] || [[ " $(header "$1" CHECK "6.1 6.12") " = *" $2 "* ]]
}

# Remote ones share their list of nodes, and what is named shares a guest.
plan_group() { # SUITE ONLY KEY NAME=SECONDS...
	local n=1 i spec nr=0 job=() prefix="$1 $3"
	[[ -n $2 || $3 = *remote* ]] || n=$((($# - 3 + JOB_TESTS - 1) / JOB_TESTS))
	shift 3
	for spec in "$@"; do
		job[nr++ % n]+=" $spec"
	done
	for ((i = 0; i < n; i++)); do
		jobs+=("$prefix${job[i]}")
	done
}

plan_guests() { # SUITE SERIES KERNEL-FOLDER ONLY SCALE
	local suite=$1 file key clock mem fd
	local -A groups=()
	for file in tests/guest/*.sh; do
		wanted "$file" "$2" "$4" || continue
		[ "$(header "$file" ONLY "$suite")" = "$suite" ] || continue
		clock=$(header "$file" CLOCK real)
		[ "$suite $clock" != "debug icount" ] || continue
		mem=$(header "$file" MEM 2G)
		[ "$suite" != debug ] || mem=$(header "$file" MEM-DEBUG "$mem")
		key="$mem $(header "$file" TOPOLOGY single) $clock"
		groups[$key]+=" $(basename "$file" .sh)=$(($(header "$file" TIMEOUT 120) * $5 + ${NETRAM_STRESS_SECONDS:-0}))"
	done
	# two runs of a suite would overwrite each other's results
	if [ -z "${suite_lock[$suite]:-}" ]; then
		exec {fd}> "$logs/.lock-$suite"
		flock "$fd"
		suite_lock[$suite]=$fd
	fi
	rm -rf "${logs:?}/$suite"
	mkdir -p "$logs/$suite"
	[ -z "${NETRAM_STRESS_SECONDS:-}" ] || echo "$NETRAM_STRESS_SECONDS" > "$logs/$suite/stress-seconds"
	[ -z "${NETRAM_FULL:-}" ] || : > "$logs/$suite/full"
	[ -z "${NETRAM_FAULTS:-}" ] || echo "$NETRAM_FAULTS" > "$logs/$suite/faults"
	[ ${#groups[@]} -gt 0 ] || return 0
	step "$suite/build" prepare_guest "$3" || return 0
	suite_kernel[$suite]=$3
	while read -r key; do
		# shellcheck disable=SC2086 # the tests are words
		plan_group "$suite" "$4" "$key" ${groups[$key]}
	done < <(printf '%s\n' "${!groups[@]}" | sort)
}

plan_guest_suite() { # SUITE ONLY
	local dir series
	mkdir -p "$logs"
	: > "$logs/kernel.log"
	if [ "$1" = debug ]; then
		echo "preparing the debug kernel: minutes when it is built for the first time"
		scripts/kernel debug 6.1 > "$logs/kernel.path" || { result FAIL debug/kernel 0; return; }
		plan_guests debug 6.1 "$(cat "$logs/kernel.path")" "$2" 20
		return
	fi
	dir=$(kernel_folder fetch "${1#guest-}") || { result FAIL "$1/kernel" 0; cat "$logs/kernel.log"; return; }
	series=$(grep -oE '^6\.[0-9]+' <<< "${1#guest-}")
	plan_guests "$1" "$series" "$dir" "$2" 3
}

run_job() { # SUITE MEM TOPOLOGY CLOCK NAME=SECONDS...
	local before suite=$1 boots=2
	queue=("${@:5}")
	while [ ${#queue[@]} -gt 0 ]; do
		before=${#queue[@]}
		one_guest "${@:1:4}"
		[ ${#queue[@]} -lt "$before" ] && continue
		# Not one result: no guest, so no test either, and nothing of ours was in its
		# kernel yet. Under emulation one boot in some hundreds ends so.
		mv "$logs/$suite/boot-$part.log" "$logs/$suite/${queue[0]%=*}.log"
		if [ $((--boots)) -gt 0 ]; then
			echo "once more: $suite/${queue[0]%=*} and what shares its guest, which did not come up:"
			grep -m 3 -E 'Kernel panic|BUG:|Oops' "$logs/$suite/${queue[0]%=*}.log"
			continue
		fi
		result FAIL "$suite/${queue[0]%=*}" 0 "the guest did not come up"
		dequeue "${queue[0]%=*}"
	done
}

# Two lanes may take jobs at the same time.
next_job() { # sets part
	local fd
	exec {fd}<> "$jobs_taken"
	flock "$fd"
	part=$(wc -c < "$jobs_taken")
	[ "$part" -ge ${#jobs[@]} ] || printf x >> "$jobs_taken"
	exec {fd}>&-
	[ "$part" -lt ${#jobs[@]} ]
}

run_jobs() {
	while next_job; do
		# shellcheck disable=SC2086 # a job is a line of words
		run_job ${jobs[part]}
	done
}
