// SPDX-License-Identifier: GPL-2.0
/*
 * The module wants a block device for a backup; a file gets a loop device, which
 * goes by itself when the volume lets go of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/loop.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backup.h"
#include "swaps.h"

/* Others may take the loop device that was free just now. */
#define TRIES 16

/*
 * Direct: what is written must not wait for memory to become a page of the page
 * cache, when it is written for want of memory. Return: an fd or -errno.
 */
static int configure(int file, const char *path, const char *device)
{
	struct loop_config config = {
		.fd = file,
		.info = { .lo_flags = LO_FLAGS_AUTOCLEAR |
				      LO_FLAGS_DIRECT_IO },
	};
	int fd = open(device, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	/* for people who look at the device; the kernel knows the file */
	snprintf((char *)config.info.lo_file_name,
		 sizeof(config.info.lo_file_name), "%.*s",
		 (int)sizeof(config.info.lo_file_name) - 1, path);
	if (!ioctl(fd, LOOP_CONFIGURE, &config))
		return fd;
	close(fd);
	return -errno;
}

static int attach(int file, const char *path, char *device, size_t size)
{
	int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
	int fd = -EBUSY, tries, nr;

	if (control < 0)
		return -errno;
	for (tries = 0; tries < TRIES && fd == -EBUSY; tries++) {
		nr = ioctl(control, LOOP_CTL_GET_FREE);
		if (nr < 0) {
			fd = -errno;
			break;
		}
		snprintf(device, size, "/dev/loop%d", nr);
		fd = configure(file, path, device);
	}
	close(control);
	return fd;
}

/* Its blocks are allocated now: there may be none left when they are needed. */
static int reserve(int file, off_t size)
{
	if (!fallocate(file, 0, 0, size) || errno == EOPNOTSUPP)
		return 0;
	return -errno;
}

static int open_file(const char *path, off_t bytes, char *device, size_t room,
		     int *fd, char *why, size_t size)
{
	int file = open(path, O_RDWR | O_CLOEXEC), err;

	if (file < 0) {
		err = -errno;
		snprintf(why, size, "%s: %s", path, strerror(-err));
		return err;
	}
	err = reserve(file, bytes);
	if (err) {
		close(file);
		snprintf(why, size, "%s: no room for all of it: %s", path,
			 strerror(-err));
		return err;
	}
	*fd = attach(file, path, device, room);
	close(file);
	if (*fd >= 0)
		return 0;
	snprintf(why, size, "no loop device for %s: %s", path, strerror(-*fd));
	return *fd;
}

/**
 * backup_open() - find the block device that somebody means
 * @path: a block device, or a file
 * @device: where to put the path of the block device
 * @room: for it
 * @fd: -1, or, if a loop device was made, what keeps it; to be closed when the
 *   volume has it open, or will not have it
 * @why: on failure one line that says what went wrong
 * @size: room there
 *
 * Return: 0 or -errno.
 */
int backup_open(const char *path, char *device, size_t room, int *fd,
		char *why, size_t size)
{
	char full[PATH_MAX];
	struct stat st;
	int err;

	*fd = -1;
	if (!realpath(path, full) || stat(full, &st)) {
		err = -errno;
		snprintf(why, size, "%s: %s", path, strerror(-err));
		return err;
	}
	if (S_ISREG(st.st_mode))
		return open_file(full, st.st_size, device, room, fd, why, size);
	if (!S_ISBLK(st.st_mode)) {
		snprintf(why, size, "%s is neither a block device nor a file",
			 path);
		return -ENOTBLK;
	}
	/* A name that says what it is, as /dev/vg0/v4, is kept. */
	if (path[0] != '/')
		path = full;
	if (strlen(path) < room) {
		strcpy(device, path);
		return 0;
	}
	snprintf(why, size, "the path is longer than %zu", room - 1);
	return -ENAMETOOLONG;
}

/**
 * backup_file() - what is behind a backup's device
 * @device: as the module tells
 * @file: the file that it is a loop device of, else the device
 * @size: room there
 */
void backup_file(const char *device, char *file, size_t size)
{
	char path[96], *text;

	snprintf(file, size, "%s", device);
	if (strncmp(device, "/dev/loop", 9) || strchr(device + 5, '/'))
		return;
	snprintf(path, sizeof(path), "/sys/block/%.32s/loop/backing_file",
		 device + 5);
	if (file_read(path, &text))
		return;
	snprintf(file, size, "%.*s", (int)strcspn(text, "\n"), text);
	free(text);
}

/**
 * backup_same() - are two paths one device, or one file?
 * @a: a path
 * @b: another
 */
bool backup_same(const char *a, const char *b)
{
	struct stat left, right;

	if (!strcmp(a, b))
		return true;
	if (stat(a, &left) || stat(b, &right))
		return false;
	if (S_ISBLK(left.st_mode) && S_ISBLK(right.st_mode))
		return left.st_rdev == right.st_rdev;
	return S_ISREG(left.st_mode) && S_ISREG(right.st_mode) &&
	       left.st_dev == right.st_dev && left.st_ino == right.st_ino;
}
