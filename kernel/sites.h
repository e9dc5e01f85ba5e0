/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_SITES_H
#define NETRAM_SITES_H

#include "router.h"

/**
 * struct netram_zones - zones in which no further copy should be
 * @name: of each
 * @count: how many
 */
struct netram_zones {
	const char	*name[NETRAM_REPLICAS_MAX];
	u32		count;
};

struct netram_session *netram_sites_choose(struct netram_router *r,
					   union netram_set set,
					   const struct netram_zones *taken);
int netram_sites_candidate(struct netram_router *r, union netram_set set,
			   u8 good);
int netram_sites_apart(struct netram_router *r, union netram_set set);
u8 netram_sites_shared(struct netram_router *r, union netram_set set);
u8 netram_sites_heaviest(struct netram_router *r, union netram_set set, u8 among);

#endif /* NETRAM_SITES_H */
