/* SPDX-License-Identifier: GPL-2.0 */
/* What there is: as the module, /proc and /sys tell. */
#ifndef NETRAMD_ACTUAL_H
#define NETRAMD_ACTUAL_H

#include <netram/netram.h>

#include "common/device.h"
#include "config.h"
#include "tunable.h"

/**
 * struct actual_volume - a volume there is
 * @v: as the module tells
 * @tune: its tunables; "": cannot be read
 * @swapped: it is a swap area
 * @swap_priority: valid while @swapped
 * @mounted: where it is mounted, or ""; see actual_name_paths()
 * @mount: as the kernel tells of the same; its type is "" where nothing is mounted
 * @unguarded: if it is swap, systemd would not swap it off before the network goes
 * @stopped: its unit is to do that and does not run, or not yet; see guards_look()
 * @backup: the device or file of its backup, or ""; see actual_name_paths()
 */
struct actual_volume {
	const struct netram_volume *v;
	char tune[TUNABLES][TUNABLE_SIZE];
	bool swapped;
	int swap_priority;
	char mounted[256];
	struct mounts_entry mount;
	bool unguarded;
	bool stopped;
	char backup[256];
};

/**
 * struct actual - all there is
 * @nodes: the list
 * @volumes: what is told of @list
 * @nr_volumes: how many
 * @list: the list
 */
struct actual {
	struct netram_node *nodes;
	struct actual_volume *volumes;
	size_t nr_volumes;
	struct netram_volume *list;
};

int actual_read(struct netram *nt, struct actual *actual);
void actual_name_paths(struct actual *actual, const struct config *config);
void actual_free(struct actual *actual);
const struct netram_node *actual_find_node(const struct actual *actual,
					   const char *name);
bool actual_is_removed(const struct actual *actual,
		       const struct config_node *node);
const struct actual_volume *actual_find_volume(const struct actual *actual,
					       const char *name);

#endif /* NETRAMD_ACTUAL_H */
