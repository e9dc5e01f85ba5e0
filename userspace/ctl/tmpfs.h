/* SPDX-License-Identifier: GPL-2.0 */
/* tmpfs that netramctl has mounted, and whether another has room to grow. */
#ifndef NETRAM_CTL_TMPFS_H
#define NETRAM_CTL_TMPFS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/swaps.h"

/* What such a mount is called, so that it is known again. */
#define TMPFS_SOURCE	"netram"

/**
 * struct tmpfs - one of them
 * @path: where it is mounted
 * @device: of it, as mountinfo and stat(2) have it
 * @size: bytes it may have
 * @used: bytes it has
 */
struct tmpfs {
	char path[256];
	dev_t device;
	uint64_t size;
	uint64_t used;
};

/**
 * struct tmpfs_list - all of them
 * @mounts: in the order of mountinfo
 * @count: how many
 */
struct tmpfs_list {
	struct tmpfs *mounts;
	size_t count;
};

/**
 * struct tmpfs_room - what is behind a tmpfs
 * @areas: volumes that are swapped on
 * @swap_kb: free there
 * @promised_kb: of that, what the tmpfs there are may still take
 * @unbacked_kb: of the size, what would have to stay in memory
 */
struct tmpfs_room {
	size_t areas;
	uint64_t swap_kb;
	uint64_t promised_kb;
	uint64_t unbacked_kb;
};

/* tmpfs_room.c */
int tmpfs_parse(const char *mountinfo, struct tmpfs_list *list);
int tmpfs_read(struct tmpfs_list *list);
void tmpfs_free(struct tmpfs_list *list);
void tmpfs_room(uint64_t size_kb, const struct swaps *swaps,
		const struct tmpfs_list *list, struct tmpfs_room *room);

#endif /* NETRAM_CTL_TMPFS_H */
