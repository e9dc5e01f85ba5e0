/* SPDX-License-Identifier: GPL-2.0 */
/* What bytes on the network were for, between two samples. */
#ifndef NETRAMD_TRAFFIC_H
#define NETRAMD_TRAFFIC_H

#include <netram/netram.h>
#include <stddef.h>

/**
 * struct traffic_part - one of what they can be for
 * @name: as Prometheus is told
 * @offset: of the member in struct netram_traffic
 */
struct traffic_part {
	const char *name;
	size_t offset;
};

#define TRAFFIC_PARTS	7
extern const struct traffic_part traffic_parts[TRAFFIC_PARTS];

uint64_t traffic_get(const struct netram_traffic *t, size_t part);
void traffic_add(struct netram_traffic *sum, const struct netram_traffic *more);
struct netram_traffic traffic_grown(const struct netram_traffic *now,
				    const struct netram_traffic *before);

#endif /* NETRAMD_TRAFFIC_H */
