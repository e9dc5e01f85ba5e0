#compdef netram-server
# SPDX-License-Identifier: GPL-2.0
# zsh completion of netram-server; the options are those of its own --help.

_arguments -S -- '*=PATH:socket:_files' '*=*: : '
