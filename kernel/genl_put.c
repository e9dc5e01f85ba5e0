// SPDX-License-Identifier: GPL-2.0
/* Writing nodes, volumes, their latencies and extents into netlink messages. */
#include "genl_put.h"
#include "backup.h"
#include "census.h"
#include "loss.h"

static int put_u64(struct sk_buff *skb, int attr, u64 value, int pad)
{
	return nla_put_u64_64bit(skb, attr, value, pad);
}

static int put_endpoint(struct sk_buff *skb, const struct sockaddr_storage *addr)
{
	return nla_put(skb, NETRAM_NODE_A_ENDPOINT,
		       addr->ss_family == AF_INET ?
		       sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6),
		       addr);
}

static int put_node_config(struct sk_buff *skb, struct netram_node *node)
{
	return nla_put_string(skb, NETRAM_NODE_A_NAME, node->name) ||
	       put_endpoint(skb, &node->peer.addr) ||
	       nla_put_string(skb, NETRAM_NODE_A_REGION, node->region) ||
	       nla_put_string(skb, NETRAM_NODE_A_ZONE, node->zone) ||
	       nla_put_u32(skb, NETRAM_NODE_A_WEIGHT,
			   READ_ONCE(node->peer.weight)) ||
	       (node->peer.foreign &&
		nla_put_string(skb, NETRAM_NODE_A_EXPORT, node->peer.export));
}

static int put_traffic(struct sk_buff *skb, int attr,
		       const struct netram_traffic *t)
{
	struct nlattr *nest = nla_nest_start(skb, attr);
	const int pad = NETRAM_TRAFFIC_A_PAD;
	int i;

	BUILD_BUG_ON(NETRAM_TRAFFIC_A_PAYLOAD + NETRAM_PART_HANDSHAKES !=
		     NETRAM_TRAFFIC_A_HANDSHAKES);
	if (!nest || put_u64(skb, NETRAM_TRAFFIC_A_TX_BYTES, t->tx, pad) ||
	    put_u64(skb, NETRAM_TRAFFIC_A_RX_BYTES, t->rx, pad))
		return -EMSGSIZE;
	for (i = 0; i < NETRAM_PART_NR; i++)
		if (put_u64(skb, NETRAM_TRAFFIC_A_PAYLOAD + i, t->parts[i],
			    pad))
			return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_node_state(struct sk_buff *skb, struct netram_node *node)
{
	char error[sizeof(node->peer.last_error)];
	struct netram_node_summary sum;
	const int pad = NETRAM_NODE_A_PAD;

	netram_pool_summarize(node, &sum);
	netram_peer_error(&node->peer, error, sizeof(error));
	return nla_put_u8(skb, NETRAM_NODE_A_STATE, sum.state) ||
	       nla_put_u8(skb, NETRAM_NODE_A_DRAIN, node->peer.draining) ||
	       nla_put_u32(skb, NETRAM_NODE_A_VOLUMES, sum.volumes) ||
	       put_u64(skb, NETRAM_NODE_A_EXTENTS, sum.extents, pad) ||
	       put_u64(skb, NETRAM_NODE_A_PAGES, sum.pages, pad) ||
	       put_u64(skb, NETRAM_NODE_A_TX_BYTES, sum.traffic.tx, pad) ||
	       put_u64(skb, NETRAM_NODE_A_RX_BYTES, sum.traffic.rx, pad) ||
	       put_traffic(skb, NETRAM_NODE_A_TRAFFIC, &sum.traffic) ||
	       put_u64(skb, NETRAM_NODE_A_RECONNECTS,
		       atomic64_read(&node->peer.reconnects), pad) ||
	       put_u64(skb, NETRAM_NODE_A_ERRORS,
		       atomic64_read(&node->peer.errors), pad) ||
	       (error[0] &&
		nla_put_string(skb, NETRAM_NODE_A_LAST_ERROR, error));
}

/**
 * netram_genl_put_node() - one message about a node
 * @skb: where to; left as it was when there is no room
 * @family: the family
 * @portid: of the receiver
 * @seq: of the request
 * @flags: NLM_F_*
 * @node: the node
 *
 * Context: under netram_pool_lock.
 * Return: 0 or -EMSGSIZE.
 */
int netram_genl_put_node(struct sk_buff *skb, const struct genl_family *family,
			 u32 portid, u32 seq, int flags,
			 struct netram_node *node)
{
	void *head = genlmsg_put(skb, portid, seq, family, flags,
				 NETRAM_CMD_NODE_GET);
	struct nlattr *nest;

	if (!head)
		return -EMSGSIZE;
	nest = nla_nest_start(skb, NETRAM_A_NODE);
	if (!nest || put_node_config(skb, node) || put_node_state(skb, node)) {
		genlmsg_cancel(skb, head);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	genlmsg_end(skb, head);
	return 0;
}

static const char *node_of(const struct netram_session *s)
{
	return strchr(s->cfg.label, '/') + 1;
}

static int put_session(struct sk_buff *skb, struct netram_volume *v,
		       struct netram_session *s)
{
	struct nlattr *nest = nla_nest_start(skb, NETRAM_VOLUME_A_SESSION);
	const int pad = NETRAM_SESSION_A_PAD;
	char instance[sizeof(s->instance)];

	spin_lock_irq(&s->lock);
	strscpy(instance, s->instance, sizeof(instance));
	spin_unlock_irq(&s->lock);
	if (!nest ||
	    nla_put_string(skb, NETRAM_SESSION_A_NODE, node_of(s)) ||
	    nla_put_u8(skb, NETRAM_SESSION_A_STATE, READ_ONCE(s->state)) ||
	    put_u64(skb, NETRAM_SESSION_A_EPOCH, READ_ONCE(s->epoch), pad) ||
	    nla_put_u32(skb, NETRAM_SESSION_A_CONNECTIONS,
			netram_session_connections(s)) ||
	    put_u64(skb, NETRAM_SESSION_A_EXTENTS, atomic_read(&s->extents),
		    pad) ||
	    put_u64(skb, NETRAM_SESSION_A_STALE,
		    netram_extents_stale(&v->router, s->slot), pad) ||
	    put_u64(skb, NETRAM_SESSION_A_PAGES,
		    netram_extents_pages(&v->router, s->slot), pad) ||
	    /* That of one that is up does not matter: it cannot be given up. */
	    (!netram_session_up(s) &&
	     put_u64(skb, NETRAM_SESSION_A_ONLY_PAGES,
		     netram_extents_only(&v->router, s->slot), pad)) ||
	    (instance[0] &&
	     nla_put_string(skb, NETRAM_SESSION_A_INSTANCE, instance)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_sessions(struct sk_buff *skb, struct netram_volume *v)
{
	struct netram_session *s;
	u32 slot;

	for (slot = 0; slot < NETRAM_NODES_MAX; slot++) {
		s = netram_volume_session(v, slot);
		if (s && put_session(skb, v, s))
			return -EMSGSIZE;
	}
	return 0;
}

static int put_reason(struct sk_buff *skb, struct netram_volume *v)
{
	char reason[NETRAM_REASON_SIZE];

	netram_volume_reason(v, reason, sizeof(reason));
	return reason[0] ? nla_put_string(skb, NETRAM_VOLUME_A_REASON, reason) :
			   0;
}

static int put_bad(struct sk_buff *skb, const struct netram_finding *bad)
{
	struct nlattr *nest = nla_nest_start(skb, NETRAM_VERIFY_A_BAD);

	if (!nest ||
	    put_u64(skb, NETRAM_BAD_A_OFFSET, bad->page << NETRAM_PAGE_SHIFT,
		    NETRAM_BAD_A_PAD) ||
	    nla_put_u8(skb, NETRAM_BAD_A_KIND, bad->kind) ||
	    (bad->node[0] &&
	     nla_put_string(skb, NETRAM_BAD_A_NODE, bad->node)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_counts(struct sk_buff *skb, const struct netram_verify_report *r)
{
	u64 pages = READ_ONCE(r->pages), total = READ_ONCE(r->total);
	const int pad = NETRAM_VERIFY_A_PAD;

	/* Some may have been written since it began. */
	return put_u64(skb, NETRAM_VERIFY_A_PAGES, pages, pad) ||
	       put_u64(skb, NETRAM_VERIFY_A_TOTAL, max(pages, total), pad) ||
	       put_u64(skb, NETRAM_VERIFY_A_COMPARED, READ_ONCE(r->compared),
		       pad) ||
	       put_u64(skb, NETRAM_VERIFY_A_BY_SUM, READ_ONCE(r->by_sum), pad) ||
	       put_u64(skb, NETRAM_VERIFY_A_WRONG, READ_ONCE(r->wrong), pad) ||
	       put_u64(skb, NETRAM_VERIFY_A_REPAIRED, READ_ONCE(r->repaired),
		       pad) ||
	       put_u64(skb, NETRAM_VERIFY_A_MISSING, READ_ONCE(r->missing),
		       pad) ||
	       put_u64(skb, NETRAM_VERIFY_A_UNREADABLE,
		       READ_ONCE(r->unreadable), pad) ||
	       put_u64(skb, NETRAM_VERIFY_A_LOST, READ_ONCE(r->lost), pad) ||
	       put_u64(skb, NETRAM_VERIFY_A_UNDECIDED, READ_ONCE(r->undecided),
		       pad) ||
	       put_u64(skb, NETRAM_VERIFY_A_SKIPPED, READ_ONCE(r->skipped),
		       pad);
}

/* All at once: entries change places while a run is under way. */
static int put_findings(struct sk_buff *skb, struct netram_verify *v)
{
	const struct netram_findings *bad = &v->report->bad;
	int err;
	u32 i;

	spin_lock(&v->bad_lock);
	err = put_u64(skb, NETRAM_VERIFY_A_FOUND, bad->found,
		      NETRAM_VERIFY_A_PAD);
	for (i = 0; !err && i < bad->listed; i++)
		err = put_bad(skb, &bad->list[i]);
	spin_unlock(&v->bad_lock);
	return err;
}

static int put_verify(struct sk_buff *skb, struct netram_verify *v)
{
	const struct netram_verify_report *r = v->report;
	struct nlattr *nest;

	if (!r)
		return 0;
	nest = nla_nest_start(skb, NETRAM_VOLUME_A_VERIFY);
	/* The state before the rest, which is complete once it has ended. */
	if (!nest ||
	    put_u64(skb, NETRAM_VERIFY_A_RUN, r->run, NETRAM_VERIFY_A_PAD) ||
	    nla_put_u8(skb, NETRAM_VERIFY_A_ACTION, r->action) ||
	    nla_put_u8(skb, NETRAM_VERIFY_A_STATE,
		       smp_load_acquire(&r->state)) ||
	    put_counts(skb, r) || put_findings(skb, v))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_backup(struct sk_buff *skb, struct netram_backup *b)
{
	const int pad = NETRAM_BACKUP_A_PAD;
	struct netram_router *r;
	struct nlattr *nest;

	if (!b)
		return 0;
	r = b->router;
	nest = nla_nest_start(skb, NETRAM_VOLUME_A_BACKUP);
	if (!nest ||
	    nla_put_string(skb, NETRAM_BACKUP_A_PATH, b->bdev->path) ||
	    nla_put_u8(skb, NETRAM_BACKUP_A_MODE, b->mode) ||
	    nla_put_u8(skb, NETRAM_BACKUP_A_STATE,
		       READ_ONCE(b->failed) ? NETRAM_BACKUP_FAILED :
					      NETRAM_BACKUP_OK) ||
	    nla_put_u8(skb, NETRAM_BACKUP_A_SERVING, netram_backup_serves(b)) ||
	    put_u64(skb, NETRAM_BACKUP_A_ONLY_PAGES,
		    netram_pages_backed(&r->pages), pad) ||
	    put_u64(skb, NETRAM_BACKUP_A_LAG_PAGES,
		    atomic_long_read(&r->pages.nr_dirty), pad) ||
	    put_u64(skb, NETRAM_BACKUP_A_READS,
		    netram_stats_read(r->stats, NETRAM_STAT_BACKUP_READS), pad) ||
	    put_u64(skb, NETRAM_BACKUP_A_WRITES,
		    netram_stats_read(r->stats, NETRAM_STAT_BACKUP_WRITES),
		    pad) ||
	    put_u64(skb, NETRAM_BACKUP_A_ERRORS,
		    netram_stats_read(r->stats, NETRAM_STAT_BACKUP_ERRORS),
		    pad) ||
	    put_u64(skb, NETRAM_BACKUP_A_RETURNS,
		    netram_stats_read(r->stats, NETRAM_STAT_BACKUP_RETURNS),
		    pad))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_volume(struct sk_buff *skb, struct netram_volume *v)
{
	struct netram_pages *pages = &v->router.pages;
	const int pad = NETRAM_VOLUME_A_PAD;
	struct netram_traffic traffic = {};

	netram_volume_traffic(v, &traffic);
	return nla_put_string(skb, NETRAM_VOLUME_A_NAME, v->name) ||
	       put_u64(skb, NETRAM_VOLUME_A_SIZE, v->size, pad) ||
	       nla_put_u32(skb, NETRAM_VOLUME_A_EXTENT_SIZE,
			   v->router.extent_pages << NETRAM_PAGE_SHIFT) ||
	       nla_put_u8(skb, NETRAM_VOLUME_A_CHECKSUM, !!pages->crc) ||
	       nla_put_u32(skb, NETRAM_VOLUME_A_CONNECTIONS, v->connections) ||
	       nla_put_u32(skb, NETRAM_VOLUME_A_QUEUE_DEPTH, v->queue_depth) ||
	       nla_put_u32(skb, NETRAM_VOLUME_A_REPLICAS,
			   v->router.replicas) ||
	       nla_put_u32(skb, NETRAM_VOLUME_A_INDEX, v->index) ||
	       nla_put(skb, NETRAM_VOLUME_A_UUID, sizeof(v->uuid), &v->uuid) ||
	       nla_put_u8(skb, NETRAM_VOLUME_A_ON_LOSS,
			  READ_ONCE(v->router.params.on_loss)) ||
	       nla_put_u8(skb, NETRAM_VOLUME_A_STATE, netram_volume_state(v)) ||
	       put_reason(skb, v) ||
	       nla_put_u32(skb, NETRAM_VOLUME_A_OPENERS,
			   disk_openers(v->blk.disk)) ||
	       put_u64(skb, NETRAM_VOLUME_A_EXTENTS,
		       netram_extents_placed(&v->router), pad) ||
	       put_u64(skb, NETRAM_VOLUME_A_DEGRADED,
		       netram_extents_degraded(&v->router), pad) ||
	       put_u64(skb, NETRAM_VOLUME_A_PAGES,
		       atomic_long_read(&pages->nr_present), pad) ||
	       put_u64(skb, NETRAM_VOLUME_A_LOST_PAGES,
		       netram_pages_gone(pages), pad) ||
	       put_traffic(skb, NETRAM_VOLUME_A_TRAFFIC, &traffic) ||
	       put_backup(skb, v->router.backup) ||
	       put_verify(skb, &v->router.verify) ||
	       put_sessions(skb, v);
}

/**
 * netram_genl_put_volume() - one message about a volume
 * @skb: where to; left as it was when there is no room
 * @family: the family
 * @portid: of the receiver
 * @seq: of the request
 * @flags: NLM_F_*
 * @volume: the volume
 *
 * Context: under netram_pool_lock.
 * Return: 0 or -EMSGSIZE.
 */
int netram_genl_put_volume(struct sk_buff *skb,
			   const struct genl_family *family, u32 portid,
			   u32 seq, int flags, struct netram_volume *volume)
{
	void *head = genlmsg_put(skb, portid, seq, family, flags,
				 NETRAM_CMD_VOLUME_GET);
	struct nlattr *nest;

	if (!head)
		return -EMSGSIZE;
	nest = nla_nest_start(skb, NETRAM_A_VOLUME);
	if (!nest || put_volume(skb, volume)) {
		genlmsg_cancel(skb, head);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	genlmsg_end(skb, head);
	return 0;
}

static int put_histogram(struct sk_buff *skb, int attr,
			 struct netram_latency __percpu *latency,
			 unsigned int op)
{
	unsigned int used = NETRAM_LATENCY_BUCKETS, i;
	struct nlattr *nla;
	u64 *counts;

	while (used && !netram_latency_read(latency, op, used - 1))
		used--;
	nla = nla_reserve(skb, attr, used * sizeof(*counts));
	if (!nla)
		return -EMSGSIZE;
	counts = nla_data(nla);
	for (i = 0; i < used; i++)
		put_unaligned(netram_latency_read(latency, op, i), &counts[i]);
	return 0;
}

/**
 * netram_genl_put_latency() - one message about how long requests took
 * @skb: where to; left as it was when there is no room
 * @family: the family
 * @portid: of the receiver
 * @seq: of the request
 * @flags: NLM_F_*
 * @volume: the volume
 * @session: its session with a node, or NULL for the volume's own requests
 *
 * Context: under netram_pool_lock.
 * Return: 0 or -EMSGSIZE.
 */
int netram_genl_put_latency(struct sk_buff *skb,
			    const struct genl_family *family, u32 portid,
			    u32 seq, int flags, struct netram_volume *volume,
			    struct netram_session *session)
{
	struct netram_latency __percpu *latency =
		session ? session->latency : volume->router.latency;
	void *head = genlmsg_put(skb, portid, seq, family, flags,
				 NETRAM_CMD_LATENCY_GET);
	struct nlattr *nest;

	if (!head)
		return -EMSGSIZE;
	nest = nla_nest_start(skb, NETRAM_A_LATENCY);
	if (!nest ||
	    nla_put_string(skb, NETRAM_LATENCY_A_VOLUME, volume->name) ||
	    (session &&
	     nla_put_string(skb, NETRAM_LATENCY_A_NODE, node_of(session))) ||
	    put_histogram(skb, NETRAM_LATENCY_A_READS, latency,
			  NETRAM_OP_READ) ||
	    put_histogram(skb, NETRAM_LATENCY_A_WRITES, latency,
			  NETRAM_OP_WRITE)) {
		genlmsg_cancel(skb, head);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	genlmsg_end(skb, head);
	return 0;
}

static int put_copy(struct sk_buff *skb, struct netram_volume *v,
		    const struct netram_extent_info *info, int i)
{
	struct netram_session *s = netram_volume_session(v, info->set.slot[i]);
	struct nlattr *nest;

	/* The copy was given up since, and its node with it. */
	if (!s)
		return 0;
	nest = nla_nest_start(skb, NETRAM_EXTENT_A_COPY);
	if (!nest || nla_put_string(skb, NETRAM_COPY_A_NODE, node_of(s)) ||
	    nla_put_u8(skb, NETRAM_COPY_A_STATE,
		       netram_set_state(info->set, i) - NETRAM_REPLICA_EMPTY) ||
	    nla_put_u8(skb, NETRAM_COPY_A_UP, info->up >> i & 1) ||
	    nla_put_u32(skb, NETRAM_COPY_A_MISSING, info->missing[i]))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_extent(struct sk_buff *skb, struct netram_volume *v, u64 extent)
{
	struct netram_extent_info info;
	int i;

	BUILD_BUG_ON(NETRAM_COPY_INSYNC !=
		     NETRAM_REPLICA_INSYNC - NETRAM_REPLICA_EMPTY);
	netram_extent_inspect(&v->router, extent, &info);
	if (put_u64(skb, NETRAM_EXTENT_A_INDEX, extent, NETRAM_EXTENT_A_PAD) ||
	    nla_put_u32(skb, NETRAM_EXTENT_A_PAGES, info.pages) ||
	    nla_put_u32(skb, NETRAM_EXTENT_A_LOST_PAGES, info.lost) ||
	    nla_put_u32(skb, NETRAM_EXTENT_A_BACKUP_PAGES, info.backed))
		return -EMSGSIZE;
	for (i = 0; i < NETRAM_REPLICAS_MAX; i++)
		if (netram_set_state(info.set, i) != NETRAM_REPLICA_NONE &&
		    put_copy(skb, v, &info, i))
			return -EMSGSIZE;
	return 0;
}

/**
 * netram_genl_put_extent() - one message about an extent
 * @skb: where to; left as it was when there is no room
 * @family: the family
 * @portid: of the receiver
 * @seq: of the request
 * @flags: NLM_F_*
 * @volume: the volume
 * @extent: which of its extents
 *
 * Context: under netram_pool_lock.
 * Return: 0 or -EMSGSIZE.
 */
int netram_genl_put_extent(struct sk_buff *skb,
			   const struct genl_family *family, u32 portid,
			   u32 seq, int flags, struct netram_volume *volume,
			   u64 extent)
{
	void *head = genlmsg_put(skb, portid, seq, family, flags,
				 NETRAM_CMD_EXTENT_GET);
	struct nlattr *nest;

	if (!head)
		return -EMSGSIZE;
	nest = nla_nest_start(skb, NETRAM_A_EXTENT);
	if (!nest || put_extent(skb, volume, extent)) {
		genlmsg_cancel(skb, head);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	genlmsg_end(skb, head);
	return 0;
}
