// SPDX-License-Identifier: GPL-2.0
/* What is on a device, by its signatures. */
#include <blkid/blkid.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/device.h"

#define BLKID_AMBIVALENT	(-2)

static void type_of(blkid_probe probe, enum content *content,
		    char *type, size_t size)
{
	const char *value = NULL;

	*content = CONTENT_OTHER;
	if (!blkid_probe_lookup_value(probe, "TYPE", &value, NULL)) {
		snprintf(type, size, "%s", value);
		if (!strcmp(value, "swap"))
			*content = CONTENT_SWAP;
	} else if (!blkid_probe_lookup_value(probe, "PTTYPE", &value, NULL)) {
		snprintf(type, size, "%s partition table", value);
	} else {
		snprintf(type, size, "unknown");
	}
}

static int probe_run(blkid_probe probe, enum content *content,
		     char *type, size_t size)
{
	blkid_probe_enable_superblocks(probe, 1);
	blkid_probe_set_superblocks_flags(probe, BLKID_SUBLKS_TYPE);
	blkid_probe_enable_partitions(probe, 1);
	switch (blkid_do_safeprobe(probe)) {
	case 0:
		type_of(probe, content, type, size);
		return 0;
	case 1:
		*content = CONTENT_NOTHING;
		return 0;
	case BLKID_AMBIVALENT:
		*content = CONTENT_OTHER;
		snprintf(type, size, "several signatures");
		return 0;
	}
	return errno ? -errno : -EIO;
}

int content_probe(const char *device, enum content *content,
		  char *type, size_t size)
{
	blkid_probe probe;
	int err;

	errno = 0;
	probe = blkid_new_probe_from_filename(device);
	if (!probe)
		return errno ? -errno : -EIO;
	err = probe_run(probe, content, type, size);
	blkid_free_probe(probe);
	return err;
}
