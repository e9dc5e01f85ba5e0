/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_GENL_PUT_H
#define NETRAM_GENL_PUT_H

#include <net/genetlink.h>
#include "pool.h"

/*
 * Room for one object: a volume tells of up to NETRAM_NODES_MAX sessions, and of
 * what was found when it was verified.
 */
#define NETRAM_GENL_PUT_SIZE (2048 + NETRAM_NODES_MAX * 208 + \
			      NETRAM_VERIFY_BAD_MAX * 96)

int netram_genl_put_node(struct sk_buff *skb, const struct genl_family *family,
			 u32 portid, u32 seq, int flags,
			 struct netram_node *node);
int netram_genl_put_volume(struct sk_buff *skb,
			   const struct genl_family *family, u32 portid,
			   u32 seq, int flags, struct netram_volume *volume);
int netram_genl_put_latency(struct sk_buff *skb,
			    const struct genl_family *family, u32 portid,
			    u32 seq, int flags, struct netram_volume *volume,
			    struct netram_session *session);

int netram_genl_put_extent(struct sk_buff *skb,
			   const struct genl_family *family, u32 portid,
			   u32 seq, int flags, struct netram_volume *volume,
			   u64 extent);

#endif /* NETRAM_GENL_PUT_H */
