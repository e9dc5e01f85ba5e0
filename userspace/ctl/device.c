// SPDX-License-Identifier: GPL-2.0
/* From a volume to its device and back. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>

#include "ctl.h"
#include "device.h"
#include "swaps.h"

#define PREFIX		"/dev/netram"
#define POLL_MS		20

void ctl_device_path(uint32_t index, char path[CTL_DEVICE_SIZE])
{
	snprintf(path, CTL_DEVICE_SIZE, PREFIX "%u", index);
}

/* Is it spelled /dev/netramN? Then index is N. */
bool ctl_device_index(const char *operand, uint32_t *index)
{
	const char *digits = operand + strlen(PREFIX);
	char same[CTL_DEVICE_SIZE];

	if (strncmp(operand, PREFIX, strlen(PREFIX)))
		return false;
	*index = strtoul(digits, NULL, 10);
	ctl_device_path(*index, same);
	return !strcmp(same, operand);
}

static int sysfs_number(uint32_t index, dev_t *dev)
{
	unsigned int major, minor;
	char path[64], *text;
	int err, n;

	snprintf(path, sizeof(path), "/sys/block/netram%u/dev", index);
	err = ctl_file_read(path, &text);
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
	char path[CTL_DEVICE_SIZE];
	struct stat st;
	dev_t dev;

	ctl_device_path(index, path);
	return !stat(path, &st) && S_ISBLK(st.st_mode) &&
	       !sysfs_number(index, &dev) && dev == st.st_rdev;
}

int ctl_device_wait(uint32_t index, int timeout_ms)
{
	const struct timespec pause = { .tv_nsec = POLL_MS * 1000000 };

	for (; !is_there(index); timeout_ms -= POLL_MS) {
		if (timeout_ms <= 0)
			return -ETIMEDOUT;
		nanosleep(&pause, NULL);
	}
	return 0;
}

static struct netram_volume *take_index(struct netram_volume *first,
					uint32_t index)
{
	struct netram_volume **at = &first, *found;

	while (*at && (*at)->index != index)
		at = &(*at)->next;
	found = *at;
	if (found) {
		*at = found->next;
		found->next = NULL;
	}
	netram_volume_free(first);
	return found;
}

static int find_index(struct netram *nt, const char *operand, uint32_t index,
		      struct netram_volume **volume)
{
	struct netram_volume *first;
	int err = netram_volume_list(nt, &first);

	if (err)
		return ctl_fail_module(nt, err);
	*volume = take_index(first, index);
	if (!*volume)
		return ctl_fail(CTL_FAILED,
				"%s belongs to no volume: 'netramctl volume list' shows them",
				operand);
	return CTL_OK;
}

/* The volume that a name or a device path means; an exit code. */
int ctl_device_find(struct netram *nt, const char *operand,
		    struct netram_volume **volume)
{
	uint32_t index;
	int err;

	if (ctl_device_index(operand, &index))
		return find_index(nt, operand, index, volume);
	if (ctl_check_name("volume", operand))
		return CTL_USAGE;
	err = netram_volume_get(nt, operand, volume);
	return err ? ctl_fail_module(nt, err) : CTL_OK;
}
