/* SPDX-License-Identifier: GPL-2.0 */
/* The hit rate of all volumes. */
#ifndef NETRAM_CTL_HITS_H
#define NETRAM_CTL_HITS_H

#include <stdbool.h>
#include <stdint.h>

#include "print.h"
#include "common/hits.h"
#include "common/sample.h"

/* Counters in sysfs that make it. */
enum hits_stat {
	HITS_READ_BYTES,
	HITS_HOLES,
	HITS_BACKUP,
	HITS_LOST,
	HITS_STATS,
};

void hits_add(struct hits *sum, const uint64_t stats[HITS_STATS]);
void hits_read(const struct netram_volume *first, struct hits *sum);
bool hits_met(const struct hits *hits);
void hits_show(const struct hits *hits);
struct json_object *hits_json(const struct hits *hits);

#endif /* NETRAM_CTL_HITS_H */
