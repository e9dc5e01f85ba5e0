// SPDX-License-Identifier: GPL-2.0
/*
 * Every tmpfs swaps; one of ours is to have volumes behind all of it. What it
 * holds beyond them stays in memory or goes to other swap, and a full tmpfs that
 * cannot go anywhere makes the kernel kill programs, which frees nothing.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "common/device.h"
#include "tmpfs.h"

/* 0 or -ENOMEM; sizes are not in there. */
int tmpfs_parse(const char *text, struct tmpfs_list *list)
{
	struct mounts_entry e;
	struct tmpfs *more;

	*list = (struct tmpfs_list){ 0 };
	while ((text = mounts_next(text, &e))) {
		if (strcmp(e.type, "tmpfs") || strcmp(e.source, TMPFS_SOURCE))
			continue;
		more = realloc(list->mounts,
			       (list->count + 1) * sizeof(*more));
		if (!more)
			return -ENOMEM;
		list->mounts = more;
		more += list->count++;
		*more = (struct tmpfs){ .device = e.device };
		strcpy(more->path, e.where);
	}
	return 0;
}

static void read_size(struct tmpfs *tmpfs)
{
	struct statvfs st;

	if (statvfs(tmpfs->path, &st))
		return;
	tmpfs->size = (uint64_t)st.f_blocks * st.f_frsize;
	tmpfs->used = (uint64_t)(st.f_blocks - st.f_bfree) * st.f_frsize;
}

int tmpfs_read(struct tmpfs_list *list)
{
	char *text;
	size_t i;
	int err = file_read("/proc/self/mountinfo", &text);

	*list = (struct tmpfs_list){ 0 };
	if (err)
		return err;
	err = tmpfs_parse(text, list);
	free(text);
	for (i = 0; i < list->count; i++)
		read_size(&list->mounts[i]);
	return err;
}

void tmpfs_free(struct tmpfs_list *list)
{
	free(list->mounts);
	*list = (struct tmpfs_list){ 0 };
}

static uint64_t less(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

static uint64_t promised_kb(const struct tmpfs_list *list)
{
	uint64_t kb = 0;
	size_t i;

	for (i = 0; i < list->count; i++)
		kb += less(list->mounts[i].size, list->mounts[i].used) / 1024;
	return kb;
}

void tmpfs_room(uint64_t size_kb, const struct swaps *swaps,
		const struct tmpfs_list *list, struct tmpfs_room *room)
{
	uint32_t index;
	size_t i;

	*room = (struct tmpfs_room){ .promised_kb = promised_kb(list) };
	for (i = 0; i < swaps->count; i++) {
		if (!device_index(swaps->areas[i].path, &index))
			continue;
		room->areas++;
		room->swap_kb += less(swaps->areas[i].size_kb,
				      swaps->areas[i].used_kb);
	}
	room->unbacked_kb = less(size_kb + room->promised_kb, room->swap_kb);
	if (room->unbacked_kb > size_kb)
		room->unbacked_kb = size_kb;
}
