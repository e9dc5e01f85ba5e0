/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_GENL_DUMP_H
#define NETRAM_GENL_DUMP_H

struct genl_family;
struct netlink_callback;
struct sk_buff;

extern struct genl_family netram_genl_family;

/*
 * Of netlink_callback.args the one that tells of which volume alone something is
 * asked: 1 + its index, or 0 for all.
 */
#define NETRAM_GENL_DUMP_ONLY	2

int netram_genl_dump_nodes(struct sk_buff *skb, struct netlink_callback *cb);
int netram_genl_dump_volumes(struct sk_buff *skb, struct netlink_callback *cb);
int netram_genl_dump_latencies(struct sk_buff *skb,
			       struct netlink_callback *cb);
int netram_genl_dump_extents(struct sk_buff *skb, struct netlink_callback *cb);

#endif /* NETRAM_GENL_DUMP_H */
