// SPDX-License-Identifier: GPL-2.0
#include "common/drain.h"

#include <glob.h>
#include <stdlib.h>

#include "common/swaps.h"

#define COPIED		"/sys/block/netram*/netram_stats/resync_pages"

void drain_start(struct drain *d, uint64_t extents, uint64_t copied,
		 uint64_t now_ms)
{
	d->start = extents;
	d->left = extents;
	d->copied = copied;
	d->began_ms = now_ms;
	d->moved_ms = now_ms;
}

/* One large extent may be on its way for long: copied pages count as well. */
void drain_look(struct drain *d, uint64_t extents, uint64_t copied,
		uint64_t now_ms)
{
	if (extents < d->left || copied > d->copied)
		d->moved_ms = now_ms;
	if (extents > d->start)
		d->start = extents;
	d->left = extents;
	d->copied = copied;
}

bool drain_stuck(const struct drain *d, uint64_t now_ms)
{
	return now_ms - d->moved_ms >= DRAIN_STUCK_MS;
}

/* Of all volumes together; 0 where there is no telling. */
uint64_t drain_copied_pages(void)
{
	uint64_t pages = 0;
	glob_t files;
	char *text;
	size_t i;

	if (glob(COPIED, 0, NULL, &files))
		return 0;
	for (i = 0; i < files.gl_pathc; i++) {
		if (file_read(files.gl_pathv[i], &text))
			continue;
		pages += strtoull(text, NULL, 10);
		free(text);
	}
	globfree(&files);
	return pages;
}
