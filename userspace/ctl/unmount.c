// SPDX-License-Identifier: GPL-2.0
/*
 * Unmount what is ours, and nothing else: umount(2) is told a place, and takes what was
 * mounted there last.
 */
#include <errno.h>
#include <sys/mount.h>

#include "ctl.h"
#include "use.h"

/* What --dry-run has to know, too. */
int ctl_unmount_check(const char *where, dev_t device)
{
	if (mounts_on_top(where, device))
		return CTL_OK;
	return ctl_fail(CTL_FAILED,
			"cannot unmount %s: something else is mounted over it, which has to go first: 'findmnt' lists what is mounted",
			where);
}

int ctl_unmount(const char *where, dev_t device)
{
	int ret = ctl_unmount_check(where, device);

	if (!ret && umount2(where, UMOUNT_NOFOLLOW))
		ret = ctl_fail(errno == EPERM ? CTL_MODULE : CTL_FAILED,
			       "cannot unmount %s: %m: 'fuser -vm %s' tells who uses it",
			       where, where);
	return ret;
}
