// SPDX-License-Identifier: GPL-2.0
/* Where a block device is mounted: /proc/self/mountinfo by device number. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "common/device.h"
#include "common/swaps.h"
#include "common/text.h"

/* Line: "36 35 98:0 /mnt1 /mnt2 ...": where is the fifth word. */
bool mounts_parse(const char *text, unsigned int major, unsigned int minor,
		  char *where, size_t size)
{
	unsigned int ma, mi;
	char point[256];

	for (; text && *text; text = strchr(text, '\n')) {
		text += *text == '\n';
		if (sscanf(text, "%*u %*u %u:%u %*s %255s", &ma, &mi,
			   point) != 3 || ma != major || mi != minor)
			continue;
		unescape(point);
		snprintf(where, size, "%s", point);
		return true;
	}
	return false;
}

bool mounts_find(const char *device, char *where, size_t size)
{
	struct stat st;
	char *text;
	bool found;

	if (stat(device, &st) || file_read("/proc/self/mountinfo", &text))
		return false;
	found = mounts_parse(text, major(st.st_rdev), minor(st.st_rdev),
				 where, size);
	free(text);
	return found;
}

/**
 * mounts_on_top() - is this what umount(2) would take?
 * @where: where it is mounted, as mountinfo tells
 * @device: of its file system, likewise
 *
 * What has been mounted there since, or on a folder above, hides it. Whose that is, is
 * not asked anything: it may be a server that is away.
 */
bool mounts_on_top(const char *where, dev_t device)
{
	struct statx st;

	if (statx(AT_FDCWD, where, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT |
		  AT_STATX_DONT_SYNC, 0, &st))
		return false;
	return makedev(st.stx_dev_major, st.stx_dev_minor) == device;
}
