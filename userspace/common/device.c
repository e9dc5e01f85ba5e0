// SPDX-License-Identifier: GPL-2.0
/* From a volume to its device and back. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>

#include "common/device.h"
#include "common/swaps.h"

#define PREFIX		"/dev/netram"
#define POLL_MS		20

void device_path(uint32_t index, char path[DEVICE_SIZE])
{
	snprintf(path, DEVICE_SIZE, PREFIX "%u", index);
}

/* Is it spelled /dev/netramN? Then index is N. */
bool device_index(const char *operand, uint32_t *index)
{
	const char *digits = operand + strlen(PREFIX);
	char same[DEVICE_SIZE];

	if (strncmp(operand, PREFIX, strlen(PREFIX)))
		return false;
	*index = strtoul(digits, NULL, 10);
	device_path(*index, same);
	return !strcmp(same, operand);
}

static int sysfs_number(uint32_t index, dev_t *dev)
{
	unsigned int major, minor;
	char path[64], *text;
	int err, n;

	snprintf(path, sizeof(path), "/sys/block/netram%u/dev", index);
	err = file_read(path, &text);
	if (err)
		return err;
	n = sscanf(text, "%u:%u", &major, &minor);
	free(text);
	if (n != 2)
		return -EBADMSG;
	*dev = makedev(major, minor);
	return 0;
}

/* A node left over from an earlier device has another number. */
static bool is_there(uint32_t index)
{
	char path[DEVICE_SIZE];
	struct stat st;
	dev_t dev;

	device_path(index, path);
	return !stat(path, &st) && S_ISBLK(st.st_mode) &&
	       !sysfs_number(index, &dev) && dev == st.st_rdev;
}

int device_wait(uint32_t index, int timeout_ms)
{
	const struct timespec pause = { .tv_nsec = POLL_MS * 1000000 };

	for (; !is_there(index); timeout_ms -= POLL_MS) {
		if (timeout_ms <= 0)
			return -ETIMEDOUT;
		nanosleep(&pause, NULL);
	}
	return 0;
}
