# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The commands of the documents, and how they are run as they stand there.
#
# A command is what is in a block of a Markdown file that is marked as ```sh. The line
# above the block says where it is run, or why it is not, and nobody reads it but us:
#   <!-- run: PLACE -->      <!-- not run: REASON -->
# PLACE is a word of doc_places; a block without such a line is "guest". This file needs
# nothing but bash and awk.

# guest, server: the guest test "documents", on the host, and on a machine that gives
#	memory; readme, tracing, extents: the guest tests of these names, of their own pages;
# systemd: the packages' test, on a booted host; the others are the steps of the quickstart
doc_places='guest server readme tracing extents systemd'
doc_quickstart_places='build nodes-install node1 node2 nodes-start host-install host reboot rebooted undo'

# doc_blocks FILE: each block, as a line "== LINE PLACE" or "== LINE - REASON" and the commands
doc_blocks() {
	awk '
		/^```/ && inside { inside = ""; next }
		/^```/ {
			inside = substr($0, 4)
			if (inside == "sh") {
				mark = last ~ /^<!-- (not )?run: .* -->$/ ? last : "<!-- run: guest -->"
				sub(/^<!-- run: /, "", mark); sub(/^<!-- not run: /, "- ", mark)
				sub(/ -->$/, "", mark)
				print "== " NR " " mark
			} else if (inside == "")
				inside = "text"
			next
		}
		inside == "sh" { print }
		{ last = $0 }' "$1"
}

# doc_block FILE NUMBER: the commands of one block, wherever they are run
doc_block() {
	doc_blocks "$1" | awk -v want="$2" '/^== / { n++; next } n == want'
}

# doc_commands FILE PLACE: those of all its blocks
doc_commands() {
	doc_blocks "$1" | awk -v place="$2" '/^== / { on = $3 == place; next } on'
}

# What does not end by itself is ended when it has said something.
doc_endless() { [[ $1 =~ \ --watch|\ --follow ]]; }

doc_output() { [ -s "$1" ]; }
doc_run_endless() { # COMMAND
	local out pid rc=1 end=$((SECONDS + 120))
	out=$(mktemp)
	(eval "exec $1") > "$out" 2>&1 &
	pid=$!
	while kill -0 "$pid" 2> /dev/null && [ $SECONDS -lt $end ]; do
		if doc_output "$out"; then
			rc=0
			break
		fi
		sleep 0.5
	done
	kill -INT "$pid" 2> /dev/null || rc=1 # it has ended by itself
	kill -TERM "$pid" 2> /dev/null
	wait "$pid" 2> /dev/null
	head -n 20 "$out"
	rm -f "$out"
	return $rc
}

# doc_run PROMPT COMMANDS: one after the other, in this shell; with what they say, as a
# terminal would show it. 1 when one fails. doc_ran counts them.
doc_ran=0
doc_run() {
	local prompt=$1 line command='' said
	while IFS= read -r line <&7; do
		command+=$line
		# is it whole: no quote, no here-document, no backslash left open
		said=$(bash -n <<< "$command" 2>&1)
		if [ -n "$said" ] || [[ $line = *\\ ]]; then
			command+=$'\n'
			continue
		fi
		[[ $command =~ ^[[:space:]]*(#.*)?$ ]] || doc_run_one "$prompt" "$command" || return
		command=''
	done 7<<< "$2"
	[ -z "$command" ] || { echo "not a whole command: $command"; return 1; }
}

doc_run_one() { # PROMPT COMMAND
	local rc
	printf '%s%s\n' "$1" "$2"
	if doc_endless "$2"; then
		doc_run_endless "$2" 7<&-
	else
		eval "$2" 2>&1 7<&- < /dev/null
	fi
	rc=$?
	# It may warn: how much memory the machine has, and what swaps there, is the test's own
	# doing. But nowhere in the documents does anything not work, which would be 1.
	[[ $2 != 'netramctl doctor'* || $rc != 4 ]] || rc=0
	doc_ran=$((doc_ran + 1))
	[ $rc -eq 0 ] || echo "FAIL: this command exits with $rc: $2"
	return $rc
}
