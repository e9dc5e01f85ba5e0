// SPDX-License-Identifier: GPL-2.0
/* What is mounted where, and how: /proc/self/mountinfo. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "common/device.h"
#include "common/swaps.h"
#include "common/text.h"

/* "36 35 98:0 /root /where own ... - type source super" */
static bool parse_line(const char *line, struct mounts_entry *e)
{
	unsigned int major, minor;
	const char *dash;
	int source = 0;

	if (sscanf(line, "%*u %*u %u:%u %*s %255s %127s", &major, &minor,
		   e->where, e->own) != 4)
		return false;
	/* Fields that only some have end with the hyphen; none before has a blank. */
	dash = strstr(line, " - ");
	if (!dash || dash > strchrnul(line, '\n') ||
	    sscanf(dash, " - %31s %n%*s %511s", e->type, &source, e->super) != 2)
		return false;
	dash += source;
	snprintf(e->source, sizeof(e->source), "%.*s", (int)strcspn(dash, " "),
		 dash);
	unescape(e->where);
	e->device = makedev(major, minor);
	return true;
}

/**
 * mounts_next() - read mountinfo, one after the other
 * @text: of /proc/self/mountinfo, or what is left of it; NULL: nothing
 * @e: filled with the first mount there
 *
 * Return: what is left of @text, or NULL: there was none.
 */
const char *mounts_next(const char *text, struct mounts_entry *e)
{
	bool found = false;

	while (text && *text && !found) {
		found = parse_line(text, e);
		text = strchrnul(text, '\n');
		text += *text == '\n';
	}
	return found ? text : NULL;
}

/**
 * mounts_parse() - look for a device in mountinfo
 * @text: of /proc/self/mountinfo; NULL: nothing
 * @device: its number
 * @e: filled with its first mount
 *
 * Return: whether it is mounted.
 */
bool mounts_parse(const char *text, dev_t device, struct mounts_entry *e)
{
	while ((text = mounts_next(text, e)))
		if (e->device == device)
			return true;
	return false;
}

/**
 * mounts_find() - the same, of what is mounted now
 * @device: its path
 * @e: filled with its first mount
 *
 * Return: whether it is mounted.
 */
bool mounts_find(const char *device, struct mounts_entry *e)
{
	struct stat st;
	char *text;
	bool found;

	if (stat(device, &st) || file_read("/proc/self/mountinfo", &text))
		return false;
	found = mounts_parse(text, st.st_rdev, e);
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
