// SPDX-License-Identifier: GPL-2.0
/* /proc/swaps */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/swaps.h"
#include "common/text.h"

static int parse_line(const char *line, struct swap *swap)
{
	if (sscanf(line, "%4095s %*s %" SCNu64 " %" SCNu64 " %d", swap->path,
		   &swap->size_kb, &swap->used_kb, &swap->priority) != 4)
		return -EBADMSG;
	if (swap->used_kb > swap->size_kb)
		return -EBADMSG;
	unescape(swap->path);
	return 0;
}

static int append(struct swaps *swaps, const struct swap *swap)
{
	struct swap *more;

	more = realloc(swaps->areas, (swaps->count + 1) * sizeof(*more));
	if (!more)
		return -ENOMEM;
	more[swaps->count++] = *swap;
	swaps->areas = more;
	return 0;
}

int swaps_parse(const char *text, struct swaps *swaps)
{
	const char *line = strchr(text, '\n');
	struct swap swap;
	int err = 0;

	memset(swaps, 0, sizeof(*swaps));
	for (; line && line[1] && !err; line = strchr(line + 1, '\n')) {
		err = parse_line(line + 1, &swap);
		if (!err)
			err = append(swaps, &swap);
	}
	if (err)
		swaps_free(swaps);
	return err;
}

/* A kernel without swap has no /proc/swaps, and that is an empty one. */
int swaps_read(struct swaps *swaps)
{
	char *text;
	int err = file_read("/proc/swaps", &text);

	memset(swaps, 0, sizeof(*swaps));
	if (err)
		return err == -ENOENT ? 0 : err;
	err = swaps_parse(text, swaps);
	free(text);
	return err;
}

void swaps_free(struct swaps *swaps)
{
	free(swaps->areas);
	memset(swaps, 0, sizeof(*swaps));
}

const struct swap *swaps_find(const struct swaps *swaps,
			      const char *device)
{
	size_t i;

	for (i = 0; i < swaps->count; i++)
		if (!strcmp(swaps->areas[i].path, device))
			return &swaps->areas[i];
	return NULL;
}
