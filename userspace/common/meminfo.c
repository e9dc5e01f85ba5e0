// SPDX-License-Identifier: GPL-2.0
/* /proc/meminfo */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/swaps.h"

static int find_kb(const char *text, const char *key, uint64_t *kb)
{
	size_t len = strlen(key);

	for (; text; text = strchr(text, '\n')) {
		text += *text == '\n';
		if (!strncmp(text, key, len) && text[len] == ':')
			return sscanf(text + len + 1, "%" SCNu64 " kB", kb) == 1 ?
			       0 : -EBADMSG;
	}
	return -EBADMSG;
}

int meminfo_parse(const char *text, struct meminfo *mem)
{
	int err = find_kb(text, "MemTotal", &mem->total_kb);

	return err ? err : find_kb(text, "MemAvailable", &mem->available_kb);
}

int meminfo_read(struct meminfo *mem)
{
	char *text;
	int err = file_read("/proc/meminfo", &text);

	if (err)
		return err;
	err = meminfo_parse(text, mem);
	free(text);
	return err;
}
