# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Systems that have Debian and our packages, in folders: what run and quickstart share.
# Use, as root:  . "$(dirname "$0")/lib.sh"; private_mounts "$@"
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../lib.sh"
here=$TOP/tests/packages
cache=${NETRAM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/netram}
work=$BUILD/packages
[ "$(id -u)" -eq 0 ] || skip "needs root, for a chroot"

# What is there before: a system, and what our packages depend on, so that they
# install without a mirror; libelf1 and pahole are what the kernels' headers depend on,
# curl is in the documents.
packages=(systemd systemd-sysv udev dbus kmod man-db bash-completion procps psmisc util-linux e2fsprogs curl
	dkms gcc gcc-12 make libc6-dev libelf1 pahole pkg-config
	libblkid1 libisal2 libjson-c5 libmicrohttpd12 libmnl0 libmnl-dev libsystemd0 liburing2 libyaml-0-2)

# A private mount namespace, so that nothing stays mounted whatever happens here.
private_mounts() { # the script's own ARG...
	[ -n "${NETRAM_PACKAGES_NS:-}" ] ||
		NETRAM_PACKAGES_NS=1 exec unshare -m --propagation private "$0" "$@"
}

step() { echo "# $* ($SECONDS s)"; }

make_base() { # prints the archive
	local name mirror
	name=$cache/chroot/bookworm-$(echo "${packages[*]}" | sha256sum | cut -c1-12).tar
	if [ ! -e "$name" ]; then
		mkdir -p "$cache/chroot"
		# shellcheck disable=SC2016 # apt's own variables
		mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 2> /dev/null |
			sed -n 's/ bookworm$//p' | head -n 1)
		nice mmdebstrap -q --format=tar --variant=apt --include="$(IFS=, && echo "${packages[*]}")" \
			bookworm "$name.new" "deb ${mirror:-http://deb.debian.org/debian} bookworm main" >&2 &&
			mv "$name.new" "$name" || return
	fi
	echo "$name"
}

# root_unpack ROOT [SERIES...]: a system there, with these kernels; prints their versions
root_unpack() {
	local root=$1 base kernel kver s
	shift
	base=$(make_base) || fail "no chroot could be made"
	rm -rf "$root"
	mkdir -p "$root"
	tar -C "$root" --numeric-owner -xf "$base" || fail "no chroot in $base"
	: > "$root/etc/resolv.conf" # no network
	for s in "$@"; do
		kernel=$("$TOP/scripts/kernel" fetch "$s") || fail "no kernel $s"
		kver=$(cat "$kernel/kver")
		mkdir -p "$root/lib/modules"
		cp -al "$kernel/lib/modules/$kver" "$root/lib/modules/" 2> /dev/null ||
			cp -a "$kernel/lib/modules/$kver" "$root/lib/modules/"
		# the headers name the place where they are
		ln -sfn "$kernel/usr/src/linux-headers-$kver" "$root/lib/modules/$kver/build"
		rm "$root/lib/modules/$kver/source"
		mkdir -p "$root$kernel"
		mount --bind "$kernel" "$root$kernel"
		mount -o remount,bind,ro "$root$kernel"
		echo "$kver"
	done
	mkdir -p "$root/netram-test"
	mount -t proc proc "$root/proc"
	mount -t devtmpfs dev "$root/dev"
	mount -t tmpfs -o mode=755 run "$root/run"
	mount -t tmpfs tmp "$root/tmp"
}

# root_remove ROOT: with all that is mounted there, the last first; one in use stays
root_remove() {
	awk -v root="$1/" 'index($2, root) == 1 { print $2 }' /proc/mounts | sort -r |
		xargs -rd '\n' umount && rm -rf --one-file-system "$1"
}

in_root() { # ROOT COMMAND...
	env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
		DEBIAN_FRONTEND=noninteractive chroot "$@"
}

# stopped CONSOLE DESCRIPTION: the line where systemd says so; order is what counts at
# a shutdown
stopped() {
	local n
	n=$(grep -anE "(Stopped|Deactivated|Stopping).*$2" "$1" | tail -n 1 | cut -d: -f1)
	[ -n "$n" ] || fail "$1 says nothing of the end of '$2'"
	echo "$n"
}

# unmounted CONSOLE FOLDER: the line where systemd says so
unmounted() {
	local n
	n=$(grep -anE "Unmounted .*$2" "$1" | tail -n 1 | cut -d: -f1)
	[ -n "$n" ] || fail "$1 says nothing of the end of $2"
	echo "$n"
}

kernel_is_content() { # CONSOLE
	! grep -aE 'BUG|WARNING|(I/O|timeout) error|Call Trace' "$1" || fail "the kernel's log"
}
