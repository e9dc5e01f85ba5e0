/* SPDX-License-Identifier: GPL-2.0 */
/* Whether a volume is mounted with what the file tells. */
#ifndef NETRAMD_MOUNTED_H
#define NETRAMD_MOUNTED_H

#include <stdbool.h>
#include <stddef.h>

#include "common/device.h"

/* Room for all that can differ, in words. */
#define MOUNTED_SIZE	64

bool mounted_differs(const char *told, const struct mounts_entry *mount,
		     char *has, char *wanted, size_t size);

#endif /* NETRAMD_MOUNTED_H */
