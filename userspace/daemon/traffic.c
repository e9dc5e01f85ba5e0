// SPDX-License-Identifier: GPL-2.0
#include "traffic.h"

#define PART(member)	{ #member, offsetof(struct netram_traffic, member) }

const struct traffic_part traffic_parts[TRAFFIC_PARTS] = {
	PART(payload),
	PART(replicas),
	PART(headers),
	PART(hedges),
	PART(retries),
	PART(mover),
	PART(handshakes),
};

static uint64_t *at(struct netram_traffic *t, size_t part)
{
	return (uint64_t *)((char *)t + traffic_parts[part].offset);
}

uint64_t traffic_get(const struct netram_traffic *t, size_t part)
{
	return *at((struct netram_traffic *)t, part);
}

void traffic_add(struct netram_traffic *sum, const struct netram_traffic *more)
{
	size_t i;

	for (i = 0; i < TRAFFIC_PARTS; i++)
		*at(sum, i) += traffic_get(more, i);
}

/**
 * traffic_grown() - what was carried between two samples
 * @now: the later one's
 * @before: the earlier one's; NULL: there was none, so it began at 0
 *
 * Where a connection ends, the module takes what has to begin anew out of the part
 * it was for and counts it as retries. So a part may have become less, which is
 * nothing here, unless all of it has begun anew.
 *
 * Return: each part, and never less than 0.
 */
struct netram_traffic traffic_grown(const struct netram_traffic *now,
				    const struct netram_traffic *before)
{
	struct netram_traffic grown = { 0 };
	uint64_t is, was;
	size_t i;

	if (before && now->tx_bytes < before->tx_bytes)
		before = NULL;
	for (i = 0; i < TRAFFIC_PARTS; i++) {
		is = traffic_get(now, i);
		was = before ? traffic_get(before, i) : 0;
		*at(&grown, i) = is > was ? is - was : 0;
	}
	return grown;
}
