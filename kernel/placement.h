/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_PLACEMENT_H
#define NETRAM_PLACEMENT_H

#include <linux/types.h>

/**
 * struct netram_candidate - a node that may take a new extent
 * @id: the caller's name for it
 * @weight: share of new extents against the others', 1 or more
 * @load: extents it already has
 */
struct netram_candidate {
	u32 id;
	u32 weight;
	u64 load;
};

int netram_placement_pick(const struct netram_candidate *c, u32 count,
			  u32 random1, u32 random2);

#endif /* NETRAM_PLACEMENT_H */
