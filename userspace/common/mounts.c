// SPDX-License-Identifier: GPL-2.0
/* Where a block device is mounted, and how: /proc/self/mountinfo by device number. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "common/device.h"
#include "common/swaps.h"
#include "common/text.h"

/*
 * Line: "36 35 98:0 /mnt1 /mnt2 rw,noatime ... - ext4 /dev/root rw,discard": where is the fifth
 * word.
 */
static const char *find_line(const char *text, unsigned int major,
			     unsigned int minor, char point[256])
{
	unsigned int ma, mi;

	for (; text && *text; text = strchr(text, '\n')) {
		text += *text == '\n';
		if (sscanf(text, "%*u %*u %u:%u %*s %255s", &ma, &mi,
			   point) == 3 && ma == major && mi == minor)
			return text;
	}
	return NULL;
}

bool mounts_parse(const char *text, unsigned int major, unsigned int minor,
		  char *where, size_t size)
{
	char point[256];

	if (!find_line(text, major, minor, point))
		return false;
	unescape(point);
	snprintf(where, size, "%s", point);
	return true;
}

/**
 * mounts_parse_how() - what a device is mounted as
 * @text: of /proc/self/mountinfo
 * @major: of the device
 * @minor: of the device
 * @how: filled, of the mount that mounts_parse() tells of
 *
 * Return: whether it is mounted.
 */
bool mounts_parse_how(const char *text, unsigned int major, unsigned int minor,
		      struct mounts_how *how)
{
	const char *line, *rest;
	char point[256];

	line = find_line(text, major, minor, point);
	/* fields that only some mounts have end with a hyphen; none before has a blank */
	rest = line ? strstr(line, " - ") : NULL;
	return rest && sscanf(line, "%*u %*u %*s %*s %*s %127s", how->own) == 1 &&
	       sscanf(rest, " - %31s %*s %511s", how->type, how->super) == 2;
}

/* The text of mountinfo, and what a device is called there; NULL: it is no device. */
static char *read_for(const char *device, unsigned int *ma, unsigned int *mi)
{
	struct stat st;
	char *text;

	if (stat(device, &st) || file_read("/proc/self/mountinfo", &text))
		return NULL;
	*ma = major(st.st_rdev);
	*mi = minor(st.st_rdev);
	return text;
}

bool mounts_find(const char *device, char *where, size_t size)
{
	unsigned int ma, mi;
	char *text = read_for(device, &ma, &mi);
	bool found = text && mounts_parse(text, ma, mi, where, size);

	free(text);
	return found;
}

/**
 * mounts_find_how() - what a device is mounted as
 * @device: its path
 * @how: filled
 *
 * Return: whether it is mounted.
 */
bool mounts_find_how(const char *device, struct mounts_how *how)
{
	unsigned int ma, mi;
	char *text = read_for(device, &ma, &mi);
	bool found = text && mounts_parse_how(text, ma, mi, how);

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
