// SPDX-License-Identifier: GPL-2.0
/* Write a swap signature with util-linux's mkswap. */
#include <stdio.h>

#include "common/device.h"

#define LABEL_SIZE	16

/* 0 or -errno, and then why, in a line. The label has room for 15 bytes; a longer
 * name is cut.
 */
int mkswap_run(const char *device, const char *label, bool force, char *why,
	       size_t size)
{
	char cut[LABEL_SIZE];
	const char *const args[] = {
		"mkswap", "--quiet", "--label", cut, device,
		force ? "--force" : NULL, NULL
	};

	snprintf(cut, sizeof(cut), "%s", label);
	return program_run(args, "util-linux", why, size);
}
