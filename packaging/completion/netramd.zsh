#compdef netramd
# SPDX-License-Identifier: GPL-2.0
# zsh completion of netramd.

_arguments -S \
	'(-c --config)'{-c,--config}'[the file]:file:_files' \
	'--check[say what is wrong with it]::file:_files' \
	'(-i --interval)'{-i,--interval}'[seconds between looks]:seconds: ' \
	'(-s --status)'{-s,--status}'[answer GET /status on this unix socket]:socket:_files' \
	'--state[remember volumes in this folder]:folder:_files -/' \
	'--no-mlock[let the kernel swap netramd]' \
	'(- *)'{-V,--version}'[show the version]' \
	'(- *)'{-h,--help}'[show the options]'
