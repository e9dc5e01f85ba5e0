# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# bash completion of netramctl. Words are kept here; names of nodes and volumes
# are asked from the module, silently, when it is there. Names are never words of
# compgen -W, which runs commands in them: a folder may be called $(reboot).

_netramctl_names() { # node|volume: their names
	"$1" "$2" list 2> /dev/null | sed -n '2,$s/ .*//p'
}

_netramctl_places() { # region|zone: those of the nodes
	"$1" node list --json 2> /dev/null | sed -n "s/.*\"$2\": \"\([^\"]*\)\".*/\1/p" | sort -u
}

_netramctl_devices() {
	compgen -G '/dev/netram*'
}

_netramctl_options() { # COMMAND: its own options
	case $1 in
	'pool show') echo --netramd ;;
	'extent show') echo --offset ;;
	'node add') echo --region --zone --weight --export ;;
	'node remove') echo --lost --dry-run ;;
	'node drain') echo --cancel --no-wait ;;
	'node set') echo --weight ;;
	'volume create') echo --size --replicas --extent-size --no-checksum --connections --queue-depth --on-loss --uuid --takeover --backup --backup-mode --backup-force --dry-run ;;
	'volume delete' | 'tmpfs remove' | 'scratch remove') echo --dry-run ;;
	'volume set') echo --replicas --on-loss --dry-run ;;
	verify) echo --all --rate --no-wait --cancel ;;
	resolve) echo --all --rate --no-wait --cancel --dry-run ;;
	swapon) echo --priority --force --keep-vm --dry-run ;;
	swapoff | 'swap remove') echo --force --dry-run ;;
	'swap create') echo --size --replicas --priority --keep-vm --dry-run ;;
	'tmpfs create') echo --size --mode --force --dry-run ;;
	'scratch create') echo --size --replicas --type --force --dry-run ;;
	status) echo --sample ;;
	top) echo --interval --count --sort ;;
	latency) echo --watch --interval ;;
	events) echo --follow --timeout ;;
	esac
}

_netramctl_takes_value() { # OPTION
	case $1 in
	--region | --zone | --weight | --export | --size | --replicas | --extent-size | \
		--connections | --queue-depth | --rate | --priority | --interval | --timeout | --uuid | --offset | \
		--mode | --sample | --count) return 0 ;;
	esac
	return 1
}

_netramctl_operands() { # PROGRAM COMMAND: what may stand there
	case $2 in
	'node remove' | 'node drain' | 'node set' | 'node show' | 'sync node') _netramctl_names "$1" node ;;
	'volume delete' | 'volume set') _netramctl_names "$1" volume ;;
	'sync region' | 'sync zone') _netramctl_places "$1" "${2#sync }" ;;
	'tmpfs remove') "$1" tmpfs list 2> /dev/null | sed -n '2,$s/  .*//p' ;;
	'volume show' | 'extent list' | 'extent show' | verify | resolve | swapon | swapoff | latency | 'swap remove' | 'scratch remove')
		_netramctl_names "$1" volume
		_netramctl_devices
		;;
	esac
}

_netramctl_beginning() { # WORD: those of the lines that begin with it, quoted or not
	local name word=${1#[\"\']}
	word=${word//\\/}
	while IFS= read -r name; do
		[[ $name != "$word"* ]] || printf '%s\n' "$name"
	done
}

_netramctl_paths() { # compgen's option: what is found is quoted when it is put in
	compopt -o filenames 2> /dev/null
	mapfile -t COMPREPLY < <(compgen "$1" -- "$cur")
}

_netramctl() {
	local program=${COMP_WORDS[0]} cur=${COMP_WORDS[COMP_CWORD]} command words
	command=${COMP_WORDS[1]}
	COMPREPLY=()
	if [ "$COMP_CWORD" -eq 1 ]; then
		words='pool node volume extent verify resolve sync swapon swapoff swap tmpfs scratch status top doctor latency events help --help --version'
	elif [ "$COMP_CWORD" -eq 2 ] && [ "$command" = node ]; then
		words='add remove drain set list show --help'
	elif [ "$COMP_CWORD" -eq 2 ] && [ "$command" = pool ]; then
		words='show --netramd --json --help'
	elif [ "$COMP_CWORD" -eq 2 ] && [ "$command" = extent ]; then
		words='list show --help'
	elif [ "$COMP_CWORD" -eq 2 ] && [ "$command" = volume ]; then
		words='create delete set list show --help'
	elif [ "$COMP_CWORD" -eq 2 ] && [ "$command" = sync ]; then
		words='node region zone --help'
	elif [ "$COMP_CWORD" -eq 2 ] && { [ "$command" = swap ] || [ "$command" = scratch ]; }; then
		words='create remove --help'
	elif [ "$COMP_CWORD" -eq 2 ] && [ "$command" = tmpfs ]; then
		words='create remove list --help'
	elif [ "$COMP_CWORD" -eq 2 ] && [ "$command" = help ]; then
		words='pool node volume extent verify resolve sync swapon swapoff swap tmpfs scratch status top doctor latency events'
	else
		case $command in pool | node | volume | extent | sync | swap | tmpfs | scratch) command+=" ${COMP_WORDS[2]}" ;; esac
		if [ "${COMP_WORDS[COMP_CWORD - 1]}" = --on-loss ]; then
			words='error wait'
		elif [ "${COMP_WORDS[COMP_CWORD - 1]}" = --sort ]; then
			words='name stored ops bytes latency'
		elif [ "${COMP_WORDS[COMP_CWORD - 1]}" = --type ]; then
			words='ext4 xfs'
		elif [ "${COMP_WORDS[COMP_CWORD - 1]}" = --backup-mode ]; then
			words='sync behind'
		elif [[ ${COMP_WORDS[COMP_CWORD - 1]} = --@(backup|netramd) ]]; then
			_netramctl_paths -f
			return
		elif _netramctl_takes_value "${COMP_WORDS[COMP_CWORD - 1]}"; then
			return
		elif [[ $cur = -* ]]; then
			words="$(_netramctl_options "$command") --json --help"
		elif [[ $command = @(tmpfs|scratch)' create' ]]; then
			_netramctl_paths -d
			return
		else
			[ "$command" != 'tmpfs remove' ] || compopt -o filenames 2> /dev/null
			mapfile -t COMPREPLY < <(_netramctl_operands "$program" "$command" |
				_netramctl_beginning "$cur")
			return
		fi
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}

complete -F _netramctl netramctl
