// SPDX-License-Identifier: GPL-2.0
/*
 * Answers to dumps. They remember how many they have sent: what comes or goes
 * meanwhile may be missed or told twice, as with any dump.
 */
#include "genl_dump.h"
#include "genl_put.h"
#include "pool.h"

#include <net/genetlink.h>

/* An object that does not fit goes into the next message, if this has one. */
static int dumped(struct sk_buff *skb, int err)
{
	return err && !skb->len ? err : skb->len;
}

/**
 * netram_genl_dump_nodes() - answer a dump: NETRAM_CMD_NODE_GET
 * @skb: where to
 * @cb: the dump
 *
 * Context: process, sleeps.
 * Return: what a dumpit() returns.
 */
int netram_genl_dump_nodes(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct netram_node *node;
	int err = 0;
	long at = 0;

	mutex_lock(&netram_pool_lock);
	list_for_each_entry(node, &netram_pool_nodes, list) {
		if (at++ < cb->args[0])
			continue;
		err = netram_genl_put_node(skb, &netram_genl_family,
					   NETLINK_CB(cb->skb).portid,
					   cb->nlh->nlmsg_seq, NLM_F_MULTI,
					   node);
		if (err)
			break;
		cb->args[0]++;
	}
	mutex_unlock(&netram_pool_lock);
	return dumped(skb, err);
}

/**
 * netram_genl_dump_volumes() - answer a dump: NETRAM_CMD_VOLUME_GET
 * @skb: where to
 * @cb: the dump
 *
 * Context: process, sleeps.
 * Return: what a dumpit() returns.
 */
int netram_genl_dump_volumes(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct netram_volume *volume;
	int err = 0;
	long at = 0;

	mutex_lock(&netram_pool_lock);
	list_for_each_entry(volume, &netram_pool_volumes, list) {
		if (at++ < cb->args[0])
			continue;
		err = netram_genl_put_volume(skb, &netram_genl_family,
					     NETLINK_CB(cb->skb).portid,
					     cb->nlh->nlmsg_seq, NLM_F_MULTI,
					     volume);
		if (err)
			break;
		cb->args[0]++;
	}
	mutex_unlock(&netram_pool_lock);
	return dumped(skb, err);
}

/*
 * Of a latency dump are remembered: the volumes told; what is due of the next,
 * 0 for itself or 1 + the slot of a session. Of a dump of extents: the next one.
 */
enum { LATENCY_VOLUMES, LATENCY_PART };
enum { EXTENT_NEXT };

static int dump_latency(struct sk_buff *skb, struct netlink_callback *cb,
			struct netram_volume *volume)
{
	struct netram_session *session;
	long *part = &cb->args[LATENCY_PART];
	int err;

	for (; *part <= NETRAM_NODES_MAX; ++*part) {
		session = *part ? netram_volume_session(volume, *part - 1) :
				  NULL;
		if (*part && !session)
			continue;
		err = netram_genl_put_latency(skb, &netram_genl_family,
					      NETLINK_CB(cb->skb).portid,
					      cb->nlh->nlmsg_seq, NLM_F_MULTI,
					      volume, session);
		if (err)
			return err;
	}
	*part = 0;
	return 0;
}

/**
 * netram_genl_dump_latencies() - answer a dump: NETRAM_CMD_LATENCY_GET
 * @skb: where to
 * @cb: the dump
 *
 * Context: process, sleeps.
 * Return: what a dumpit() returns.
 */
int netram_genl_dump_latencies(struct sk_buff *skb, struct netlink_callback *cb)
{
	long at = 0, only = cb->args[NETRAM_GENL_DUMP_ONLY];
	struct netram_volume *volume;
	int err = 0;

	mutex_lock(&netram_pool_lock);
	list_for_each_entry(volume, &netram_pool_volumes, list) {
		if (at++ < cb->args[LATENCY_VOLUMES])
			continue;
		if (!only || only == 1 + volume->index)
			err = dump_latency(skb, cb, volume);
		if (err)
			break;
		cb->args[LATENCY_VOLUMES]++;
	}
	mutex_unlock(&netram_pool_lock);
	return dumped(skb, err);
}

static struct netram_volume *volume_by_index(u32 index)
{
	struct netram_volume *volume;

	list_for_each_entry(volume, &netram_pool_volumes, list)
		if (volume->index == index)
			return volume;
	return NULL;
}

/* So many are looked at with the lock held, lest others wait for long. */
#define EXTENTS_AT_ONCE	4096

/* One that has no place is only if something of it is lost. */
static bool is_there(struct netram_router *r, u64 extent)
{
	return netram_router_set(r, extent).word ||
	       netram_pages_any_lost(&r->pages, extent * r->extent_pages,
				     min_t(u64, r->extent_pages,
					   r->pages.count -
					   extent * r->extent_pages));
}

/* Return: 0 when there are no more, 1 when there may be, or an errno. */
static int dump_extents(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct netram_volume *volume =
		volume_by_index(cb->args[NETRAM_GENL_DUMP_ONLY] - 1);
	long *next = &cb->args[EXTENT_NEXT];
	int err, i;

	for (i = 0; volume && i < EXTENTS_AT_ONCE; i++, ++*next) {
		if (*next >= volume->router.nr_extents)
			return 0;
		if (!is_there(&volume->router, *next))
			continue;
		err = netram_genl_put_extent(skb, &netram_genl_family,
					     NETLINK_CB(cb->skb).portid,
					     cb->nlh->nlmsg_seq, NLM_F_MULTI,
					     volume, *next);
		if (err)
			return err;
	}
	return !!volume;
}

/**
 * netram_genl_dump_extents() - answer a dump: NETRAM_CMD_EXTENT_GET
 * @skb: where to
 * @cb: the dump
 *
 * Context: process, sleeps.
 * Return: what a dumpit() returns.
 */
int netram_genl_dump_extents(struct sk_buff *skb, struct netlink_callback *cb)
{
	int err;

	/* Nothing in a message would be taken for the end. */
	do {
		mutex_lock(&netram_pool_lock);
		err = dump_extents(skb, cb);
		mutex_unlock(&netram_pool_lock);
		cond_resched();
	} while (err > 0);
	return dumped(skb, err);
}
