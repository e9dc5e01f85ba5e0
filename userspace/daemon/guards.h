/* SPDX-License-Identifier: GPL-2.0 */
/* How long units that should see to swap at a shutdown have not been running. */
#ifndef NETRAMD_GUARDS_H
#define NETRAMD_GUARDS_H

#include <netram/limits.h>

#include "actual.h"

/* At boot a unit starts a moment after netramd has swapped on: udev is between them. */
#define GUARDS_MS	30000

/**
 * struct guards_volume - one that is swapped on, and whose unit does not run
 * @name: its name
 * @since_ms: when that was seen first
 */
struct guards_volume {
	char name[NETRAM_NAME_SIZE];
	uint64_t since_ms;
};

/**
 * struct guards - all that are
 * @all: each
 * @nr: how many
 */
struct guards {
	struct guards_volume all[NETRAM_VOLUMES_MAX];
	size_t nr;
};

void guards_look(struct guards *g, struct actual *actual, uint64_t now_ms);

#endif /* NETRAMD_GUARDS_H */
