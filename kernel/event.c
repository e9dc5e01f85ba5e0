// SPDX-License-Identifier: GPL-2.0
/*
 * Events to userspace. They are news, not state: one that finds no memory is
 * dropped, and who missed one asks with a GET.
 */
#include "event.h"

#include <linux/limits.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <net/genetlink.h>
#include <netram/limits.h>

static const struct genl_family *family;

/* From the look at the clock to the queues: who hears two has them in time's order. */
static DEFINE_MUTEX(telling);

/**
 * netram_event_open() - events may be sent from now on
 * @registered: the family, registered
 */
void netram_event_open(const struct genl_family *registered)
{
	WRITE_ONCE(family, registered);
}

/**
 * netram_event_close() - no event is sent from now on
 *
 * Nodes and volumes, the senders, are gone when the module ends.
 */
void netram_event_close(void)
{
	WRITE_ONCE(family, NULL);
}

static int put_name(struct sk_buff *skb, int type, const char *name, size_t len)
{
	char copy[NETRAM_NAME_MAX + 1];

	if (!name)
		return 0;
	strscpy(copy, name, min(len + 1, sizeof(copy)));
	return nla_put_string(skb, type, copy);
}

struct event {
	enum netram_event	type;
	const char		*node;
	const char		*volume;
	size_t			volume_len;
	int			state;	/* -1: none */
	bool			has_value;
	u32			value;
};

static int fill(struct sk_buff *skb, const struct event *e)
{
	struct nlattr *nest = nla_nest_start(skb, NETRAM_A_EVENT);

	if (!nest ||
	    nla_put_u8(skb, NETRAM_EVENT_A_TYPE, e->type) ||
	    nla_put_u64_64bit(skb, NETRAM_EVENT_A_TIME, ktime_get_real_ns(),
			      NETRAM_EVENT_A_PAD) ||
	    put_name(skb, NETRAM_EVENT_A_NODE, e->node, NETRAM_NAME_MAX) ||
	    put_name(skb, NETRAM_EVENT_A_VOLUME, e->volume, e->volume_len) ||
	    (e->state >= 0 &&
	     nla_put_u8(skb, NETRAM_EVENT_A_STATE, e->state)) ||
	    (e->has_value && nla_put_u32(skb, NETRAM_EVENT_A_VALUE, e->value)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static void send(const struct event *e)
{
	const struct genl_family *f = READ_ONCE(family);
	struct sk_buff *skb;
	void *head;

	if (!f)
		return;
	skb = genlmsg_new(NLMSG_GOODSIZE, GFP_NOIO | __GFP_NOWARN);
	if (!skb)
		return;
	mutex_lock(&telling);
	head = genlmsg_put(skb, 0, 0, f, 0, NETRAM_CMD_EVENT);
	if (head && !fill(skb, e)) {
		genlmsg_end(skb, head);
		genlmsg_multicast_allns(f, skb, 0, 0);
	} else {
		nlmsg_free(skb);
	}
	mutex_unlock(&telling);
}

/**
 * netram_event_object() - a node or volume came or went
 * @type: NETRAM_EVENT_NODE_* or NETRAM_EVENT_VOLUME_*
 * @name: its name
 *
 * Context: process, may sleep; does not enter reclaim's I/O.
 */
void netram_event_object(enum netram_event type, const char *name)
{
	struct event e = { .type = type, .state = -1 };

	if (type == NETRAM_EVENT_NODE_ADDED || type == NETRAM_EVENT_NODE_REMOVED)
		e.node = name;
	else
		e.volume = name;
	e.volume_len = NETRAM_NAME_MAX;
	send(&e);
}

static struct event of_label(enum netram_event type, const char *label,
			     int state)
{
	const char *slash = strchr(label, '/');

	return (struct event){
		.type = type,
		.node = slash + 1,
		.volume = label,
		.volume_len = slash - label,
		.state = state,
	};
}

static void send_label(enum netram_event type, const char *label, int state)
{
	struct event e = of_label(type, label, state);

	send(&e);
}

/**
 * netram_event_session() - a session's state has changed
 * @label: "volume/node"
 * @state: its state now
 *
 * Context: as netram_event_object().
 */
void netram_event_session(const char *label, enum netram_session_state state)
{
	send_label(NETRAM_EVENT_SESSION, label, state);
}

static struct event of_volume(enum netram_event type, const char *volume,
			      int state)
{
	return (struct event){
		.type = type,
		.volume = volume,
		.volume_len = NETRAM_NAME_MAX,
		.state = state,
	};
}

static void send_volume(enum netram_event type, const char *volume, int state)
{
	struct event e = of_volume(type, volume, state);

	send(&e);
}

/**
 * netram_event_sync() - copies are missing or out of sync, or no longer
 * @volume: its name
 * @all: all is well
 *
 * Context: as netram_event_object().
 */
void netram_event_sync(const char *volume, bool all)
{
	send_volume(NETRAM_EVENT_SYNC, volume, all);
}

/**
 * netram_event_waiting() - requests wait, for no copy can be reached, or no longer
 * @volume: its name
 * @on: some do
 *
 * Context: as netram_event_object().
 */
void netram_event_waiting(const char *volume, bool on)
{
	send_volume(NETRAM_EVENT_WAITING, volume, on);
}

/**
 * netram_event_backup() - the backup serves requests in place of nodes, or no longer
 * @volume: its name
 * @on: it does
 *
 * Context: as netram_event_object().
 */
void netram_event_backup(const char *volume, bool on)
{
	send_volume(NETRAM_EVENT_BACKUP, volume, on);
}

/**
 * netram_event_backup_failed() - the backup device fails, or no longer
 * @volume: its name
 * @failed: it does
 *
 * Context: as netram_event_object().
 */
void netram_event_backup_failed(const char *volume, bool failed)
{
	send_volume(NETRAM_EVENT_BACKUP_FAILED, volume, failed);
}

/**
 * netram_event_verify() - copies were compared
 * @volume: its name
 * @how: what came of it
 *
 * Context: as netram_event_object().
 */
void netram_event_verify(const char *volume, enum netram_verify_state how)
{
	send_volume(NETRAM_EVENT_VERIFY, volume, how);
}

/**
 * netram_event_drain() - a node is being drained, or no longer
 * @node: its name
 * @on: it is
 *
 * Context: as netram_event_object().
 */
void netram_event_drain(const char *node, bool on)
{
	struct event e = {
		.type = NETRAM_EVENT_DRAIN,
		.node = node,
		.state = on,
	};

	send(&e);
}

/**
 * netram_event_drained() - a node that is being drained has nothing any more
 * @node: its name
 *
 * Context: as netram_event_object().
 */
void netram_event_drained(const char *node)
{
	struct event e = {
		.type = NETRAM_EVENT_DRAINED,
		.node = node,
		.state = -1,
	};

	send(&e);
}

/**
 * netram_event_weight() - a node's weight was changed
 * @node: its name
 * @weight: it
 *
 * Context: as netram_event_object().
 */
void netram_event_weight(const char *node, u32 weight)
{
	struct event e = {
		.type = NETRAM_EVENT_WEIGHT,
		.node = node,
		.state = -1,
		.has_value = true,
		.value = weight,
	};

	send(&e);
}

/**
 * netram_event_replicas() - a volume is to have another number of copies
 * @volume: its name
 * @replicas: how many
 *
 * Context: as netram_event_object().
 */
void netram_event_replicas(const char *volume, u32 replicas)
{
	struct event e = {
		.type = NETRAM_EVENT_REPLICAS,
		.volume = volume,
		.volume_len = NETRAM_NAME_MAX,
		.state = -1,
		.has_value = true,
		.value = replicas,
	};

	send(&e);
}

/**
 * netram_event_on_loss() - a volume's on_loss was changed
 * @volume: its name
 * @on_loss: what becomes of requests without a copy to reach
 *
 * Context: as netram_event_object().
 */
void netram_event_on_loss(const char *volume, enum netram_on_loss on_loss)
{
	send_volume(NETRAM_EVENT_ON_LOSS, volume, on_loss);
}

/**
 * netram_event_lost() - pages are lost with a node
 * @label: "volume/node"
 *
 * Context: as netram_event_object().
 */
void netram_event_lost(const char *label)
{
	send_label(NETRAM_EVENT_PAGES_LOST, label, 1);
}

/**
 * netram_event_none_lost() - no page of a volume is lost any more
 * @volume: its name
 *
 * Context: as netram_event_object().
 */
void netram_event_none_lost(const char *volume)
{
	send_volume(NETRAM_EVENT_PAGES_LOST, volume, 0);
}

static void send_corrupt(struct event e, u64 page)
{
	/* The largest volume has no more pages. */
	BUILD_BUG_ON(NETRAM_VOLUME_SIZE_MAX >> NETRAM_PAGE_SHIFT >
		     (u64)U32_MAX + 1);
	e.has_value = true;
	e.value = page;
	send(&e);
}

/**
 * netram_event_corrupt() - a node has a page that is not what was written
 * @label: "volume/node"
 * @page: its number
 * @how: what becomes of it
 *
 * Context: as netram_event_object().
 */
void netram_event_corrupt(const char *label, u64 page, enum netram_corrupt how)
{
	send_corrupt(of_label(NETRAM_EVENT_CORRUPT, label, how), page);
}

/**
 * netram_event_backup_corrupt() - the backup has a page that is not what was written
 * @volume: its name
 * @page: its number
 * @how: what becomes of it
 *
 * Context: as netram_event_object().
 */
void netram_event_backup_corrupt(const char *volume, u64 page,
				 enum netram_corrupt how)
{
	send_corrupt(of_volume(NETRAM_EVENT_CORRUPT, volume, how), page);
}

/**
 * netram_event_taken() - another host has taken a volume over
 * @label: "volume/node": the node that has told
 *
 * Context: as netram_event_object().
 */
void netram_event_taken(const char *label)
{
	send_label(NETRAM_EVENT_TAKEN_OVER, label, -1);
}
