/* SPDX-License-Identifier: GPL-2.0 */
/* The files under /sys/block/netramN/netram/ that may be written. */
#ifndef NETRAMD_TUNABLE_H
#define NETRAMD_TUNABLE_H

#include <stdint.h>

enum tunable_id {
	TUNABLE_IO_DEADLINE_MS,
	TUNABLE_IO_TIMEOUT_MS,
	TUNABLE_CONNECT_TIMEOUT_MS,
	TUNABLE_REREPLICATE_DELAY_MS,
	TUNABLE_SYNC_RATE_MIB,
	TUNABLE_HEDGE_US,
	TUNABLE_BACKUP_LAG_MIB,	/* only of a volume with a backup */
	TUNABLES,
};

/* Room for a value as the file has it, with its NUL. */
#define TUNABLE_SIZE	16

/**
 * struct tunable - one of them
 * @name: the file, and the key
 * @min: least number
 * @max: greatest number
 * @words: what may stand there instead of such a number, ending with NULL
 */
struct tunable {
	const char *name;
	uint64_t min;
	uint64_t max;
	const char *const *words;
};

extern const struct tunable tunables[TUNABLES];

#endif /* NETRAMD_TUNABLE_H */
