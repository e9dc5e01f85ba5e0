# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What a test needs whose guest counts instructions (CLOCK: icount), after its library.
#
# Virtual time runs on while the guest waits for the machine to read a program:
# limits have to be long, a task that waits so is not hung, and what has a limit
# of its own needs its programs read before.
eval "impatient_$(declare -f wait_for)"
wait_for() { impatient_wait_for $(($1 * 60)) "${@:2}"; }
sysctl -qw kernel.hung_task_timeout_secs=0
