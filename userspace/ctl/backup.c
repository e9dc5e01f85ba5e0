// SPDX-License-Identifier: GPL-2.0
/*
 * The values of --backup and --backup-mode. The module wants a block device; a
 * file gets a loop device, which goes by itself when the volume lets go of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/loop.h>
#include <netram/limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl.h"

/* Others may take the loop device that was free just now. */
#define TRIES 16

/* NULL, for an option that was not given, leaves *mode as it is. */
int ctl_backup_mode_parse(const char *text, uint8_t *mode)
{
	uint8_t i;

	if (!text)
		return CTL_OK;
	for (i = NETRAM_BACKUP_SYNC; i <= NETRAM_BACKUP_BEHIND; i++) {
		if (!strcmp(text, netram_backup_mode_name(i))) {
			*mode = i;
			return CTL_OK;
		}
	}
	return ctl_fail(CTL_USAGE,
			"--backup-mode: '%s' is neither sync nor behind", text);
}

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
	snprintf((char *)config.info.lo_file_name,
		 sizeof(config.info.lo_file_name), "%s", path);
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

static int open_file(const char *path, off_t bytes, char *device, size_t size,
		     int *fd)
{
	int file = open(path, O_RDWR | O_CLOEXEC), err;

	if (file < 0)
		return ctl_fail(CTL_FAILED, "--backup: %s: %s", path,
				strerror(errno));
	err = reserve(file, bytes);
	if (err) {
		close(file);
		return ctl_fail(CTL_FAILED,
				"--backup: %s: no room for all of it: %s", path,
				strerror(-err));
	}
	*fd = attach(file, path, device, size);
	close(file);
	if (*fd >= 0)
		return CTL_OK;
	return ctl_fail(CTL_FAILED, "--backup: no loop device for %s: %s", path,
			strerror(-*fd));
}

/**
 * ctl_backup_open() - find the block device that --backup means
 * @path: a block device, or a file
 * @device: where to put the path of the block device
 * @size: room there
 * @fd: set if a loop device was made, to what keeps it; to be closed when the
 *   volume has it open, or will not have it
 *
 * Return: an exit code.
 */
int ctl_backup_open(const char *path, char *device, size_t size, int *fd)
{
	char full[PATH_MAX];
	struct stat st;

	if (!realpath(path, full) || stat(full, &st))
		return ctl_fail(CTL_FAILED, "--backup: %s: %s", path,
				strerror(errno));
	if (S_ISREG(st.st_mode))
		return open_file(full, st.st_size, device, size, fd);
	if (!S_ISBLK(st.st_mode))
		return ctl_fail(CTL_FAILED,
				"--backup: %s is neither a block device nor a file",
				path);
	/* A name that says what it is, as /dev/vg0/v4, is kept. */
	if (path[0] == '/' && strlen(path) < size) {
		strcpy(device, path);
		return CTL_OK;
	}
	if (strlen(full) >= size)
		return ctl_fail(CTL_USAGE, "--backup: the path is longer than %zu",
				size - 1);
	strcpy(device, full);
	return CTL_OK;
}
