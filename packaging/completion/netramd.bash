# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# bash completion of netramd; the options are those of its own --help.

_netramd() {
	local cur=${COMP_WORDS[COMP_CWORD]}
	COMPREPLY=()
	case ${COMP_WORDS[COMP_CWORD - 1]} in
	-[cs] | --config | --check | --status | --state)
		# --check may go without its file
		[[ $cur = -* ]] || {
			# what is found is quoted when it is put in
			compopt -o filenames 2> /dev/null
			mapfile -t COMPREPLY < <(compgen -f -- "$cur")
			return
		}
		;;
	-i | --interval) return ;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" --help 2> /dev/null |
		sed -n 's/^ .* \(--[a-z-]*\).*/\1/p')" -- "$cur")
}

complete -F _netramd netramd
