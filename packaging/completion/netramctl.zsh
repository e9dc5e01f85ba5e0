#compdef netramctl
# SPDX-License-Identifier: GPL-2.0
# zsh completion of netramctl. Commands, options and what they are for come from the
# program's own --help; names of nodes and volumes from the module, silently.

# The lines "  WORDS   meaning" under "Commands:" or "Options:".
_netramctl_help() { # HEADING WORD...
	local heading=$1
	shift
	$service "$@" --help 2> /dev/null |
		sed -n "/^$heading:/,/^\$/{/^  [a-z-]/{s/^  //;p}}"
}

# The first words of commands, or the second ones of a group, each once, as WORD:meaning.
_netramctl_words() { # GROUP|''
	local group=$1 line left about word
	local -A seen
	reply=()
	for line in "${(@f)$(_netramctl_help Commands)}"; do
		left=${line%%  *} about=${line##*  }
		[[ $about != "$line" ]] || about=
		left=(${=left})
		if [[ -n $group ]]; then
			[[ $left[1] = $group && $left[2] = [a-z]## ]] || continue
			word=$left[2]
		else
			word=$left[1]
			# of a group, the meaning of its first command says too little
			[[ $left[2] != [a-z]## ]] || about="$word commands"
		fi
		(( $+seen[$word] )) && continue
		seen[$word]=1
		reply+=("$word:$about")
	done
}

_netramctl_names() { # node|volume
	local -a names
	names=(${(f)"$($service $1 list 2> /dev/null | sed -n '2,$s/ .*//p')"})
	compadd -a "$@[2,-1]" names
}

_netramctl_places() { # region|zone
	local -a places
	places=(${(fu)"$($service node list --json 2> /dev/null |
		sed -n "s/.*\"$1\": \"\([^\"]*\)\".*/\1/p")"})
	compadd -a places
}

# As "tmpfs list" has them, whose columns are two blanks apart or more.
_netramctl_mounts() {
	local -a mounts
	mounts=(${(f)"$($service tmpfs list 2> /dev/null | sed -n '2,$s/  .*//p')"})
	compadd -a mounts
}

_netramctl_operands() { # COMMAND
	case $1 in
	'node remove' | 'node drain' | 'node set' | 'node show' | 'sync node') _netramctl_names node ;;
	'volume delete' | 'volume set') _netramctl_names volume ;;
	'sync region' | 'sync zone') _netramctl_places ${1#sync } ;;
	'tmpfs remove') _netramctl_mounts ;;
	'tmpfs create' | 'scratch create') _files -/ ;;
	'volume show' | 'extent list' | 'extent show' | verify | resolve | swapon | swapoff | latency | 'swap remove' | 'scratch remove')
		_netramctl_names volume
		compadd -- /dev/netram<->(N)
		;;
	esac
}

# As _arguments wants them: --option[meaning]:VALUE:action
_netramctl_options() { # WORD...
	local line option value about action
	reply=()
	for line in "${(@f)$(_netramctl_help Options "$@")}"; do
		[[ $line = --* ]] || continue
		option=${${=line}[1]} value= action=' '
		about=${${line#$option}##[[:space:]]#}
		if [[ $line = "$option "[^[:space:]]* ]]; then
			value=${about%% *} about=${${about#$value}##[[:space:]]#}
			[[ $value != *'|'* ]] || action="(${value//|/ })"
		fi
		about=${about//[\[\]:]/ }
		reply+=("${option}[$about]${value:+:$value:$action}")
	done
}

_netramctl() {
	setopt local_options extended_glob
	local -a reply command
	if (( CURRENT == 2 )); then
		_netramctl_words ''
		reply+=('help:show the text of --help' '--help' '--version')
		_describe command reply
		return
	fi
	if [[ $words[2] = help ]]; then
		shift words
		(( CURRENT-- ))
	fi
	command=($words[2])
	_netramctl_words $command
	if (( $#reply )); then
		if (( CURRENT == 3 )); then
			_describe command reply
			return
		fi
		command+=($words[3])
	fi
	_netramctl_options $command
	# by its name, for it is what somebody has typed, and _arguments evaluates this
	_arguments -S : $reply '*: :{ _netramctl_operands "$command" }'
}

_netramctl "$@"
