// SPDX-License-Identifier: GPL-2.0
/* Sizes for people: three or four digits that matter, never more than there is. */
#include <inttypes.h>
#include <stdio.h>

#include "print.h"

struct ctl_human ctl_human(uint64_t bytes)
{
	static const char *const units[] = {
		"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"
	};
	struct ctl_human h;
	unsigned int i = 0, tenths;

	if (bytes < 1024) {
		snprintf(h.text, sizeof(h.text), "%" PRIu64 " B", bytes);
		return h;
	}
	while (bytes >= 1024 * 1024) {
		bytes /= 1024;
		i++;
	}
	tenths = bytes % 1024 * 10 / 1024;
	if (tenths)
		snprintf(h.text, sizeof(h.text), "%" PRIu64 ".%u %s",
			 bytes / 1024, tenths, units[i]);
	else
		snprintf(h.text, sizeof(h.text), "%" PRIu64 " %s",
			 bytes / 1024, units[i]);
	return h;
}
