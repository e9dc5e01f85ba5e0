// SPDX-License-Identifier: GPL-2.0
/* Sizes and times for people: three or four digits that matter. */
#include <inttypes.h>
#include <stdio.h>

#include "print.h"

/* Never more than there is. */
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

struct ctl_human ctl_human_time(uint64_t ns)
{
	struct ctl_human h;

	if (ns < 1000000)
		snprintf(h.text, sizeof(h.text), "%.4g us", ns / 1e3);
	else if (ns < 1000000000)
		snprintf(h.text, sizeof(h.text), "%.3g ms", ns / 1e6);
	else
		snprintf(h.text, sizeof(h.text), "%.3g s", ns / 1e9);
	return h;
}
