// SPDX-License-Identifier: GPL-2.0
/*
 * State, counters and tunables of live objects:
 *   /sys/block/netramN/netram/	volume
 *   /sys/class/netram_node/NAME/	node
 * and, below both, netram_traffic/: bytes on the network.
 * Each file is described in Documentation/abi/.
 */
#include "sysfs.h"
#include "backup.h"
#include "census.h"
#include "pool.h"

#include <linux/device.h>
#include <netram/traffic.h>

static const char * const session_state_names[] = {
	[NETRAM_SESSION_CONNECTING]	= "connecting",
	[NETRAM_SESSION_UP]		= "up",
	[NETRAM_SESSION_BROKEN]		= "broken",
	[NETRAM_SESSION_CLOSED]		= "closed",
};

static const char * const volume_state_names[] = {
	[NETRAM_VOLUME_OK]		= "ok",
	[NETRAM_VOLUME_DEGRADED]	= "degraded",
	[NETRAM_VOLUME_LOST]		= "lost",
	[NETRAM_VOLUME_WAITING]		= "waiting",
	[NETRAM_VOLUME_FENCED]		= "fenced",
	[NETRAM_VOLUME_BACKUP]		= "backup",
};

static const char * const on_loss_names[] = {
	[NETRAM_ON_LOSS_ERROR]		= "error",
	[NETRAM_ON_LOSS_WAIT]		= "wait",
};

static const char * const node_state_names[] = {
	[NETRAM_NODE_IDLE]		= "idle",
	[NETRAM_NODE_UP]		= "up",
	[NETRAM_NODE_SUSPECT]		= "suspect",
	[NETRAM_NODE_DOWN]		= "down",
	[NETRAM_NODE_DRAINING]		= "draining",
};

static struct netram_volume *to_volume(struct device *dev)
{
	struct netram_blk *blk = dev_to_disk(dev)->private_data;

	return container_of(blk, struct netram_volume, blk);
}

#define VOLUME_SHOW(name, fmt, value)					\
static ssize_t name##_show(struct device *dev,				\
			   struct device_attribute *attr, char *buf)	\
{									\
	struct netram_volume *v = to_volume(dev);			\
									\
	return sysfs_emit(buf, fmt "\n", value);			\
}									\
static DEVICE_ATTR_RO(name)

VOLUME_SHOW(name, "%s", v->name);
VOLUME_SHOW(uuid, "%s", v->uuid_text);
VOLUME_SHOW(state, "%s", volume_state_names[netram_volume_state(v)]);
VOLUME_SHOW(extent_size, "%llu",
	    (u64)v->router.extent_pages << NETRAM_PAGE_SHIFT);
VOLUME_SHOW(checksum, "%d", !!v->router.pages.crc);
VOLUME_SHOW(extents, "%llu", netram_extents_placed(&v->router));
VOLUME_SHOW(pages, "%ld", atomic_long_read(&v->router.pages.nr_present));
VOLUME_SHOW(replicas, "%u", READ_ONCE(v->router.replicas));
VOLUME_SHOW(degraded_extents, "%llu", netram_extents_degraded(&v->router));
VOLUME_SHOW(lost_pages, "%llu", netram_pages_gone(&v->router.pages));
VOLUME_SHOW(waiting, "%d", atomic_read(&v->router.nr_waiting));

/* One line a node: name state extents pages. */
static ssize_t nodes_show(struct device *dev, struct device_attribute *attr,
			  char *buf)
{
	struct netram_volume *v = to_volume(dev);
	struct netram_session *s;
	ssize_t len = 0;
	u32 slot;

	rcu_read_lock();
	for (slot = 0; slot < NETRAM_NODES_MAX; slot++) {
		s = rcu_dereference(v->router.sessions[slot]);
		if (!s)
			continue;
		len += sysfs_emit_at(buf, len, "%s %s %d %llu\n",
				     strchr(s->cfg.label, '/') + 1,
				     session_state_names[READ_ONCE(s->state)],
				     atomic_read(&s->extents),
				     netram_extents_pages(&v->router, slot));
	}
	rcu_read_unlock();
	return len;
}
static DEVICE_ATTR_RO(nodes);

/* A number within limits, or -EINVAL. */
static int parse(const char *buf, u32 least, u32 greatest, u32 *value)
{
	u32 number;
	int err = kstrtou32(buf, 10, &number);

	if (err)
		return err;
	if (number < least || number > greatest)
		return -EINVAL;
	*value = number;
	return 0;
}

#define TUNABLE(name, NAME)						\
static ssize_t name##_show(struct device *dev,				\
			   struct device_attribute *attr, char *buf)	\
{									\
	return sysfs_emit(buf, "%u\n",					\
			  READ_ONCE(to_volume(dev)->router.params.name));\
}									\
static ssize_t name##_store(struct device *dev,				\
			    struct device_attribute *attr,		\
			    const char *buf, size_t count)		\
{									\
	u32 value;							\
	int err = parse(buf, NETRAM_##NAME##_MIN, NETRAM_##NAME##_MAX,	\
			&value);					\
									\
	if (err)							\
		return err;						\
	WRITE_ONCE(to_volume(dev)->router.params.name, value);		\
	return count;							\
}									\
static DEVICE_ATTR_RW(name)

TUNABLE(io_deadline_ms, IO_DEADLINE_MS);
TUNABLE(io_timeout_ms, IO_TIMEOUT_MS);
TUNABLE(connect_timeout_ms, CONNECT_TIMEOUT_MS);
TUNABLE(rereplicate_delay_ms, REREPLICATE_DELAY_MS);
TUNABLE(sync_rate_mib, SYNC_RATE_MIB);

static ssize_t on_loss_show(struct device *dev, struct device_attribute *attr,
			    char *buf)
{
	u32 value = READ_ONCE(to_volume(dev)->router.params.on_loss);

	return sysfs_emit(buf, "%s\n", on_loss_names[value]);
}

static ssize_t on_loss_store(struct device *dev, struct device_attribute *attr,
			     const char *buf, size_t count)
{
	int value = sysfs_match_string(on_loss_names, buf);

	if (value < 0)
		return value;
	netram_volume_set_on_loss(to_volume(dev), value);
	return count;
}
static DEVICE_ATTR_RW(on_loss);

static ssize_t reason_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	char reason[NETRAM_REASON_SIZE];

	netram_volume_reason(to_volume(dev), reason, sizeof(reason));
	return sysfs_emit(buf, "%s\n", reason);
}
static DEVICE_ATTR_RO(reason);

static ssize_t hedge_us_show(struct device *dev, struct device_attribute *attr,
			     char *buf)
{
	u32 value = READ_ONCE(to_volume(dev)->router.params.hedge_us);

	if (value == NETRAM_HEDGE_US_AUTO)
		return sysfs_emit(buf, "auto\n");
	return sysfs_emit(buf, "%u\n", value);
}

static ssize_t hedge_us_store(struct device *dev, struct device_attribute *attr,
			      const char *buf, size_t count)
{
	u32 value;
	int err = 0;

	if (sysfs_streq(buf, "auto"))
		value = NETRAM_HEDGE_US_AUTO;
	else
		err = parse(buf, 0, NETRAM_HEDGE_US_MAX, &value);
	if (!err && value && value < NETRAM_HEDGE_US_MIN)
		err = -EINVAL;
	if (err)
		return err;
	WRITE_ONCE(to_volume(dev)->router.params.hedge_us, value);
	return count;
}
static DEVICE_ATTR_RW(hedge_us);

VOLUME_SHOW(hedge_budget_us, "%u",
	    READ_ONCE(v->router.hedge.budget_ns) / 1000);

/* Of volumes with a backup. */
static const char * const backup_mode_names[] = {
	[NETRAM_BACKUP_SYNC]		= "sync",
	[NETRAM_BACKUP_BEHIND]		= "behind",
};

VOLUME_SHOW(backup, "%s", v->router.backup->bdev->path);
VOLUME_SHOW(backup_mode, "%s", backup_mode_names[v->router.backup->mode]);
VOLUME_SHOW(backup_state, "%s",
	    READ_ONCE(v->router.backup->failed) ? "failed" : "ok");
VOLUME_SHOW(backup_serving, "%d", netram_backup_serves(v->router.backup));
VOLUME_SHOW(backup_only_pages, "%llu", netram_pages_backed(&v->router.pages));
VOLUME_SHOW(backup_lag_pages, "%ld",
	    atomic_long_read(&v->router.pages.nr_dirty));
TUNABLE(backup_lag_mib, BACKUP_LAG_MIB);

static struct attribute *volume_attrs[] = {
	&dev_attr_name.attr,
	&dev_attr_uuid.attr,
	&dev_attr_state.attr,
	&dev_attr_reason.attr,
	&dev_attr_extent_size.attr,
	&dev_attr_checksum.attr,
	&dev_attr_extents.attr,
	&dev_attr_pages.attr,
	&dev_attr_replicas.attr,
	&dev_attr_degraded_extents.attr,
	&dev_attr_lost_pages.attr,
	&dev_attr_waiting.attr,
	&dev_attr_nodes.attr,
	&dev_attr_io_deadline_ms.attr,
	&dev_attr_io_timeout_ms.attr,
	&dev_attr_connect_timeout_ms.attr,
	&dev_attr_rereplicate_delay_ms.attr,
	&dev_attr_sync_rate_mib.attr,
	&dev_attr_on_loss.attr,
	&dev_attr_hedge_us.attr,
	&dev_attr_hedge_budget_us.attr,
	&dev_attr_backup.attr,
	&dev_attr_backup_mode.attr,
	&dev_attr_backup_state.attr,
	&dev_attr_backup_serving.attr,
	&dev_attr_backup_only_pages.attr,
	&dev_attr_backup_lag_pages.attr,
	&dev_attr_backup_lag_mib.attr,
	NULL
};

static umode_t volume_visible(struct kobject *kobj, struct attribute *attr,
			      int i)
{
	struct netram_volume *v = to_volume(kobj_to_dev(kobj));

	if (!v->router.backup && !strncmp(attr->name, "backup", 6))
		return 0;
	return attr->mode;
}

static const struct attribute_group volume_group = {
	.name		= "netram",
	.attrs		= volume_attrs,
	.is_visible	= volume_visible,
};

struct counter {
	struct device_attribute	attr;
	enum netram_stat	which;
};

static ssize_t counter_show(struct device *dev, struct device_attribute *attr,
			    char *buf)
{
	struct counter *c = container_of(attr, struct counter, attr);

	return sysfs_emit(buf, "%llu\n",
			  netram_stats_read(to_volume(dev)->router.stats,
					    c->which));
}

#define X(name, NAME)							\
static struct counter counter_##name = {				\
	.attr = __ATTR(name, 0444, counter_show, NULL),			\
	.which = NETRAM_STAT_##NAME					\
};
NETRAM_STATS(X)
#undef X

static struct attribute *counter_attrs[] = {
#define X(name, NAME) &counter_##name.attr.attr,
	NETRAM_STATS(X)
#undef X
	NULL
};

static const struct attribute_group counter_group = {
	.name	= "netram_stats",
	.attrs	= counter_attrs,
};

/* X(name in sysfs, value of struct netram_traffic t): see uapi. */
#define TRAFFIC(X)							\
	X(payload_bytes, t.parts[NETRAM_PART_PAYLOAD])			\
	X(replicas_bytes, t.parts[NETRAM_PART_REPLICAS])		\
	X(headers_bytes, t.parts[NETRAM_PART_HEADERS])			\
	X(hedges_bytes, t.parts[NETRAM_PART_HEDGES])			\
	X(retries_bytes, t.parts[NETRAM_PART_RETRIES])			\
	X(mover_bytes, t.parts[NETRAM_PART_MOVER])			\
	X(handshakes_bytes, t.parts[NETRAM_PART_HANDSHAKES])		\
	X(tx_bytes, t.tx)						\
	X(rx_bytes, t.rx)

static ssize_t show_overhead(char *buf, const struct netram_traffic *t)
{
	u64 ppm = netram_traffic_overhead_ppm(t);

	return ppm == NETRAM_OVERHEAD_NONE ? sysfs_emit(buf, "none\n") :
					     sysfs_emit(buf, "%llu\n", ppm);
}

/* As NODE_SUMMARY() below, for the same reason. */
static int volume_traffic(struct device *dev, struct netram_traffic *t)
{
	if (!mutex_trylock(&netram_pool_lock))
		return restart_syscall();
	netram_volume_traffic(to_volume(dev), t);
	mutex_unlock(&netram_pool_lock);
	return 0;
}

#define X(name, value)							\
static ssize_t volume_##name##_show(struct device *dev,			\
				    struct device_attribute *attr,	\
				    char *buf)				\
{									\
	struct netram_traffic t = {};					\
	int err = volume_traffic(dev, &t);				\
									\
	return err ? err : sysfs_emit(buf, "%llu\n", value);		\
}									\
static struct device_attribute volume_attr_##name =			\
	__ATTR(name, 0444, volume_##name##_show, NULL);
TRAFFIC(X)
#undef X

static ssize_t volume_overhead_ppm_show(struct device *dev,
					struct device_attribute *attr, char *buf)
{
	struct netram_traffic t = {};
	int err = volume_traffic(dev, &t);

	return err ? err : show_overhead(buf, &t);
}
static struct device_attribute volume_attr_overhead_ppm =
	__ATTR(overhead_ppm, 0444, volume_overhead_ppm_show, NULL);

static struct attribute *volume_traffic_attrs[] = {
#define X(name, value) &volume_attr_##name.attr,
	TRAFFIC(X)
#undef X
	&volume_attr_overhead_ppm.attr,
	NULL
};

static const struct attribute_group volume_traffic_group = {
	.name	= "netram_traffic",
	.attrs	= volume_traffic_attrs,
};

const struct attribute_group *netram_sysfs_volume[] = {
	&volume_group,
	&counter_group,
	&volume_traffic_group,
	NULL
};

/*
 * Attributes of a node that need the pool's lock. Removing a node waits for
 * readers under that lock, so it is only tried here.
 */
#define NODE_SUMMARY(name, fmt, value)					\
static ssize_t node_##name##_show(struct device *dev,			\
				  struct device_attribute *attr,	\
				  char *buf)				\
{									\
	struct netram_node_summary sum;					\
									\
	if (!mutex_trylock(&netram_pool_lock))				\
		return restart_syscall();				\
	netram_pool_summarize(dev_get_drvdata(dev), &sum);		\
	mutex_unlock(&netram_pool_lock);				\
	return sysfs_emit(buf, fmt "\n", value);			\
}									\
static struct device_attribute node_attr_##name =			\
	__ATTR(name, 0444, node_##name##_show, NULL)

NODE_SUMMARY(state, "%s", node_state_names[sum.state]);
NODE_SUMMARY(volumes, "%u", sum.volumes);
NODE_SUMMARY(extents, "%llu", sum.extents);
NODE_SUMMARY(pages, "%llu", sum.pages);
NODE_SUMMARY(tx_bytes, "%llu", sum.traffic.tx);
NODE_SUMMARY(rx_bytes, "%llu", sum.traffic.rx);

/* Of its traffic, but for what has been there before. */
#define X(name, value)							\
static ssize_t node_traffic_##name##_show(struct device *dev,		\
					  struct device_attribute *attr, \
					  char *buf)			\
{									\
	struct netram_traffic t = {};					\
	int err = node_traffic(dev, &t);				\
									\
	return err ? err : sysfs_emit(buf, "%llu\n", value);		\
}									\
static struct device_attribute node_traffic_attr_##name =		\
	__ATTR(name, 0444, node_traffic_##name##_show, NULL);

static int node_traffic(struct device *dev, struct netram_traffic *t)
{
	struct netram_node_summary sum;

	if (!mutex_trylock(&netram_pool_lock))
		return restart_syscall();
	netram_pool_summarize(dev_get_drvdata(dev), &sum);
	mutex_unlock(&netram_pool_lock);
	*t = sum.traffic;
	return 0;
}

TRAFFIC(X)
#undef X

static ssize_t node_traffic_overhead_ppm_show(struct device *dev,
					      struct device_attribute *attr,
					      char *buf)
{
	struct netram_traffic t;
	int err = node_traffic(dev, &t);

	return err ? err : show_overhead(buf, &t);
}
static struct device_attribute node_traffic_attr_overhead_ppm =
	__ATTR(overhead_ppm, 0444, node_traffic_overhead_ppm_show, NULL);

static struct attribute *node_traffic_attrs[] = {
#define X(name, value) &node_traffic_attr_##name.attr,
	TRAFFIC(X)
#undef X
	&node_traffic_attr_overhead_ppm.attr,
	NULL
};

static const struct attribute_group node_traffic_group = {
	.name	= "netram_traffic",
	.attrs	= node_traffic_attrs,
};

#define NODE_SHOW(name, fmt, value)					\
static ssize_t node_##name##_show(struct device *dev,			\
				  struct device_attribute *attr,	\
				  char *buf)				\
{									\
	struct netram_node *node = dev_get_drvdata(dev);		\
									\
	return sysfs_emit(buf, fmt "\n", value);			\
}									\
static struct device_attribute node_attr_##name =			\
	__ATTR(name, 0444, node_##name##_show, NULL)

NODE_SHOW(address, "%pISpc", &node->peer.addr);
NODE_SHOW(region, "%s", node->region);
NODE_SHOW(zone, "%s", node->zone);
NODE_SHOW(reconnects, "%llu", (u64)atomic64_read(&node->peer.reconnects));
NODE_SHOW(errors, "%llu", (u64)atomic64_read(&node->peer.errors));

static ssize_t node_weight_show(struct device *dev,
				struct device_attribute *attr, char *buf)
{
	struct netram_node *node = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%u\n", READ_ONCE(node->peer.weight));
}

static ssize_t node_weight_store(struct device *dev,
				 struct device_attribute *attr,
				 const char *buf, size_t count)
{
	struct netram_node *node = dev_get_drvdata(dev);
	u32 weight;
	int err = parse(buf, NETRAM_WEIGHT_MIN, NETRAM_WEIGHT_MAX, &weight);

	if (err)
		return err;
	netram_node_set_weight(node, weight);
	return count;
}
static struct device_attribute node_attr_weight =
	__ATTR(weight, 0644, node_weight_show, node_weight_store);

static ssize_t node_last_error_show(struct device *dev,
				    struct device_attribute *attr, char *buf)
{
	struct netram_node *node = dev_get_drvdata(dev);
	char text[sizeof(node->peer.last_error)];

	netram_peer_error(&node->peer, text, sizeof(text));
	return sysfs_emit(buf, "%s\n", text);
}
static struct device_attribute node_attr_last_error =
	__ATTR(last_error, 0444, node_last_error_show, NULL);

static struct attribute *node_attrs[] = {
	&node_attr_state.attr,
	&node_attr_volumes.attr,
	&node_attr_extents.attr,
	&node_attr_pages.attr,
	&node_attr_tx_bytes.attr,
	&node_attr_rx_bytes.attr,
	&node_attr_address.attr,
	&node_attr_region.attr,
	&node_attr_zone.attr,
	&node_attr_weight.attr,
	&node_attr_reconnects.attr,
	&node_attr_errors.attr,
	&node_attr_last_error.attr,
	NULL
};

static const struct attribute_group node_group = { .attrs = node_attrs };

const struct attribute_group *netram_sysfs_node[] = {
	&node_group,
	&node_traffic_group,
	NULL
};
