// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family: include/uapi/linux/netram.h is its manual. Here
 * messages are checked and turned into calls of pool.h; answers are written by
 * genl_put.c, those to dumps by genl_dump.c.
 */
#include "genl.h"
#include "event.h"
#include "genl_dump.h"
#include "genl_put.h"
#include "pool.h"

#include <linux/inet.h>
#include <net/genetlink.h>

static const struct nla_policy node_policy[NETRAM_NODE_A_MAX + 1] = {
	[NETRAM_NODE_A_NAME]	= { .type = NLA_NUL_STRING,
				    .len = NETRAM_NAME_MAX },
	[NETRAM_NODE_A_ENDPOINT] =
		NLA_POLICY_MIN_LEN(sizeof(struct sockaddr_in)),
	[NETRAM_NODE_A_REGION]	= { .type = NLA_NUL_STRING,
				    .len = NETRAM_NAME_MAX },
	[NETRAM_NODE_A_ZONE]	= { .type = NLA_NUL_STRING,
				    .len = NETRAM_NAME_MAX },
	[NETRAM_NODE_A_WEIGHT]	= NLA_POLICY_RANGE(NLA_U32, NETRAM_WEIGHT_MIN,
						   NETRAM_WEIGHT_MAX),
	[NETRAM_NODE_A_EXPORT]	= { .type = NLA_NUL_STRING,
				    .len = NETRAM_EXPORT_MAX },
	[NETRAM_NODE_A_DRAIN]	= NLA_POLICY_MAX(NLA_U8, 1),
	[NETRAM_NODE_A_SYNC]	= NLA_POLICY_RANGE(NLA_U8, 1, 1),
	[NETRAM_NODE_A_LOST]	= NLA_POLICY_RANGE(NLA_U8, 1, 1),
};

static const struct nla_policy verify_policy[NETRAM_VERIFY_A_MAX + 1] = {
	[NETRAM_VERIFY_A_ACTION] = NLA_POLICY_RANGE(NLA_U8, NETRAM_VERIFY_CHECK,
						    NETRAM_VERIFY_CANCEL),
	[NETRAM_VERIFY_A_RATE]	= { .type = NLA_U32 },
};

static const struct nla_policy backup_policy[NETRAM_BACKUP_A_MAX + 1] = {
	[NETRAM_BACKUP_A_PATH]	= { .type = NLA_NUL_STRING,
				    .len = NETRAM_PATH_MAX },
	[NETRAM_BACKUP_A_MODE]	= NLA_POLICY_MAX(NLA_U8, NETRAM_BACKUP_BEHIND),
	[NETRAM_BACKUP_A_FORCE]	= NLA_POLICY_MAX(NLA_U8, 1),
};

static const struct nla_policy volume_policy[NETRAM_VOLUME_A_MAX + 1] = {
	[NETRAM_VOLUME_A_NAME]	= { .type = NLA_NUL_STRING,
				    .len = NETRAM_NAME_MAX },
	[NETRAM_VOLUME_A_SIZE]	= { .type = NLA_U64 },
	[NETRAM_VOLUME_A_EXTENT_SIZE] = { .type = NLA_U32 },
	[NETRAM_VOLUME_A_CHECKSUM] = NLA_POLICY_MAX(NLA_U8, 1),
	[NETRAM_VOLUME_A_CONNECTIONS] =
		NLA_POLICY_MAX(NLA_U32, NETRAM_CONNECTIONS_MAX),
	[NETRAM_VOLUME_A_QUEUE_DEPTH] =
		NLA_POLICY_RANGE(NLA_U32, NETRAM_QUEUE_DEPTH_MIN,
				 NETRAM_QUEUE_DEPTH_MAX),
	[NETRAM_VOLUME_A_REPLICAS] =
		NLA_POLICY_MAX(NLA_U32, NETRAM_REPLICAS_MAX),
	[NETRAM_VOLUME_A_UUID]	= NLA_POLICY_EXACT_LEN(UUID_SIZE),
	[NETRAM_VOLUME_A_ON_LOSS] = NLA_POLICY_MAX(NLA_U8, NETRAM_ON_LOSS_WAIT),
	[NETRAM_VOLUME_A_TAKEOVER] = NLA_POLICY_MAX(NLA_U8, 1),
	[NETRAM_VOLUME_A_VERIFY] = NLA_POLICY_NESTED(verify_policy),
	[NETRAM_VOLUME_A_BACKUP] = NLA_POLICY_NESTED(backup_policy),
	[NETRAM_VOLUME_A_CLAIM]	= NLA_POLICY_EXACT_LEN(UUID_SIZE),
};

static const struct nla_policy extent_policy[NETRAM_EXTENT_A_MAX + 1] = {
	[NETRAM_EXTENT_A_INDEX]	= { .type = NLA_U64 },
};

static const struct nla_policy policy[NETRAM_A_MAX + 1] = {
	[NETRAM_A_NODE]		= NLA_POLICY_NESTED(node_policy),
	[NETRAM_A_VOLUME]	= NLA_POLICY_NESTED(volume_policy),
	[NETRAM_A_EXTENT]	= NLA_POLICY_NESTED(extent_policy),
};


/* Changing what exists takes more than a network administrator. */
static int may_change(struct genl_info *info)
{
	if (capable(CAP_SYS_ADMIN))
		return 0;
	GENL_SET_ERR_MSG(info, "root is needed: CAP_SYS_ADMIN");
	return -EPERM;
}

/* Attributes of the nest @which, checked against its policy before. */
static int open_nest(struct genl_info *info, int which, int max,
		     const struct nla_policy *nested, struct nlattr **tb)
{
	if (!info->attrs[which]) {
		GENL_SET_ERR_MSG(info, "message without its object");
		return -EINVAL;
	}
	return nla_parse_nested(tb, max, info->attrs[which], nested,
				info->extack);
}

static const char *name_of(struct genl_info *info, struct nlattr *attr)
{
	if (!attr) {
		GENL_SET_ERR_MSG(info, "a name is needed");
		return NULL;
	}
	if (netram_node_name_valid(nla_data(attr)))
		return nla_data(attr);
	NL_SET_ERR_MSG_ATTR(info->extack, attr,
			    "names are 1 to 63 of A-Z a-z 0-9 . _ - and do not begin with a dot");
	return NULL;
}

static const char *optional_name(struct genl_info *info, struct nlattr *attr,
				 const char *other)
{
	return attr ? name_of(info, attr) : other;
}

static int endpoint(struct genl_info *info, struct nlattr *attr,
		    struct sockaddr_storage *out)
{
	const struct sockaddr_in *in;
	const struct sockaddr *sa;

	if (!attr) {
		GENL_SET_ERR_MSG(info, "an address is needed");
		return -EINVAL;
	}
	sa = nla_data(attr);
	in = nla_data(attr);
	if ((sa->sa_family == AF_INET &&
	     nla_len(attr) == sizeof(struct sockaddr_in)) ||
	    (sa->sa_family == AF_INET6 &&
	     nla_len(attr) == sizeof(struct sockaddr_in6))) {
		memcpy(out, sa, nla_len(attr));
	} else {
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "the address is neither IPv4 nor IPv6");
		return -EAFNOSUPPORT;
	}
	/* The port is at the same place in both. */
	if (in->sin_port)
		return 0;
	NL_SET_ERR_MSG_ATTR(info->extack, attr, "the port must not be 0");
	return -EINVAL;
}

/* Return: the name of the node that is asked for, the rest in @tb; or an ERR_PTR. */
static const char *node_of(struct genl_info *info, struct nlattr **tb)
{
	int err = open_nest(info, NETRAM_A_NODE, NETRAM_NODE_A_MAX, node_policy,
			    tb);

	if (err)
		return ERR_PTR(err);
	return name_of(info, tb[NETRAM_NODE_A_NAME]) ?: ERR_PTR(-EINVAL);
}

/* As node_of(), for a volume. */
static const char *volume_of(struct genl_info *info, struct nlattr **tb)
{
	int err = open_nest(info, NETRAM_A_VOLUME, NETRAM_VOLUME_A_MAX,
			    volume_policy, tb);

	if (err)
		return ERR_PTR(err);
	return name_of(info, tb[NETRAM_VOLUME_A_NAME]) ?: ERR_PTR(-EINVAL);
}

static int node_add(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[NETRAM_NODE_A_MAX + 1];
	struct netram_node_config cfg = {
		.weight = NETRAM_WEIGHT_DEF,
		.net = genl_info_net(info),
	};
	int err = may_change(info);

	if (err)
		return err;
	cfg.name = node_of(info, tb);
	if (IS_ERR(cfg.name))
		return PTR_ERR(cfg.name);
	cfg.region = optional_name(info, tb[NETRAM_NODE_A_REGION], "default");
	cfg.zone = optional_name(info, tb[NETRAM_NODE_A_ZONE], cfg.name);
	if (!cfg.region || !cfg.zone)
		return -EINVAL;
	err = endpoint(info, tb[NETRAM_NODE_A_ENDPOINT], &cfg.addr);
	if (err)
		return err;
	if (tb[NETRAM_NODE_A_WEIGHT])
		cfg.weight = nla_get_u32(tb[NETRAM_NODE_A_WEIGHT]);
	if (tb[NETRAM_NODE_A_EXPORT])
		cfg.export = nla_data(tb[NETRAM_NODE_A_EXPORT]);
	return netram_pool_add_node(&cfg, info->extack);
}

static int node_del(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[NETRAM_NODE_A_MAX + 1];
	const char *name;
	int err = may_change(info);

	if (err)
		return err;
	name = node_of(info, tb);
	if (IS_ERR(name))
		return PTR_ERR(name);
	return netram_pool_del_node(name, tb[NETRAM_NODE_A_LOST],
				    info->extack);
}

static int node_change(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[NETRAM_NODE_A_MAX + 1];
	const char *name;
	int err = may_change(info);

	if (err)
		return err;
	name = node_of(info, tb);
	if (IS_ERR(name))
		return PTR_ERR(name);
	if (!tb[NETRAM_NODE_A_DRAIN] && !tb[NETRAM_NODE_A_WEIGHT] &&
	    !tb[NETRAM_NODE_A_SYNC]) {
		GENL_SET_ERR_MSG(info, "nothing to change: drain, weight and sync are what can be set");
		return -EINVAL;
	}
	if (tb[NETRAM_NODE_A_DRAIN])
		err = netram_pool_drain_node(name,
					     nla_get_u8(tb[NETRAM_NODE_A_DRAIN]),
					     info->extack);
	if (!err && tb[NETRAM_NODE_A_WEIGHT])
		err = netram_pool_weigh_node(name,
					     nla_get_u32(tb[NETRAM_NODE_A_WEIGHT]),
					     info->extack);
	if (!err && tb[NETRAM_NODE_A_SYNC])
		err = netram_pool_sync_node(name, info->extack);
	return err;
}

static int size_of(struct genl_info *info, struct nlattr *attr, u64 *size)
{
	*size = attr ? nla_get_u64(attr) : 0;
	if (*size >= NETRAM_VOLUME_SIZE_MIN && *size <= NETRAM_VOLUME_SIZE_MAX &&
	    !(*size % NETRAM_PAGE_SIZE))
		return 0;
	GENL_SET_ERR_MSG(info, "the size must be a multiple of 4096 from 1 MiB to 16 TiB");
	return -EINVAL;
}

static int extent_size_of(struct genl_info *info, struct nlattr *attr,
			  u32 *size)
{
	*size = attr ? nla_get_u32(attr) : NETRAM_EXTENT_SIZE_DEF;
	if (*size >= NETRAM_EXTENT_SIZE_MIN &&
	    *size <= NETRAM_EXTENT_SIZE_MAX && is_power_of_2(*size))
		return 0;
	GENL_SET_ERR_MSG(info, "the extent size must be a power of two from 1 MiB to 64 MiB");
	return -EINVAL;
}

static u32 connections_of(struct nlattr *attr)
{
	u32 n = attr ? nla_get_u32(attr) : NETRAM_CONNECTIONS_DEF;

	return n ? n : min(num_online_cpus(), 4U);
}

static int identity_of(struct genl_info *info, struct nlattr **tb,
		       struct netram_volume_config *cfg)
{
	struct nlattr *uuid = tb[NETRAM_VOLUME_A_UUID];
	struct nlattr *claim = tb[NETRAM_VOLUME_A_CLAIM];

	cfg->uuid = uuid ? nla_data(uuid) : NULL;
	cfg->claim = claim ? nla_data(claim) : NULL;
	cfg->takeover = tb[NETRAM_VOLUME_A_TAKEOVER] &&
			nla_get_u8(tb[NETRAM_VOLUME_A_TAKEOVER]);
	if (cfg->takeover && !uuid) {
		GENL_SET_ERR_MSG(info, "a takeover needs the uuid of the volume");
		return -EINVAL;
	}
	return 0;
}

static int backup_of(struct genl_info *info, struct nlattr *nest,
		     struct netram_volume_config *cfg)
{
	struct nlattr *tb[NETRAM_BACKUP_A_MAX + 1];
	int err;

	cfg->backup_path = NULL;
	if (!nest)
		return 0;
	err = nla_parse_nested(tb, NETRAM_BACKUP_A_MAX, nest, backup_policy,
			       info->extack);
	if (err)
		return err;
	if (!tb[NETRAM_BACKUP_A_PATH] ||
	    !*(char *)nla_data(tb[NETRAM_BACKUP_A_PATH])) {
		NL_SET_ERR_MSG_ATTR(info->extack, nest,
				    "a backup needs the path of its device");
		return -EINVAL;
	}
	cfg->backup_path = nla_data(tb[NETRAM_BACKUP_A_PATH]);
	cfg->backup_mode = tb[NETRAM_BACKUP_A_MODE] ?
			   nla_get_u8(tb[NETRAM_BACKUP_A_MODE]) :
			   NETRAM_BACKUP_SYNC;
	cfg->backup_force = tb[NETRAM_BACKUP_A_FORCE] &&
			    nla_get_u8(tb[NETRAM_BACKUP_A_FORCE]);
	return 0;
}

static int volume_config(struct genl_info *info, struct nlattr **tb,
			 struct netram_volume_config *cfg)
{
	int err;

	cfg->name = name_of(info, tb[NETRAM_VOLUME_A_NAME]);
	if (!cfg->name)
		return -EINVAL;
	err = size_of(info, tb[NETRAM_VOLUME_A_SIZE], &cfg->size);
	if (!err)
		err = extent_size_of(info, tb[NETRAM_VOLUME_A_EXTENT_SIZE],
				     &cfg->extent_size);
	cfg->checksum = !tb[NETRAM_VOLUME_A_CHECKSUM] ||
			nla_get_u8(tb[NETRAM_VOLUME_A_CHECKSUM]);
	cfg->connections = connections_of(tb[NETRAM_VOLUME_A_CONNECTIONS]);
	cfg->queue_depth = tb[NETRAM_VOLUME_A_QUEUE_DEPTH] ?
			   nla_get_u32(tb[NETRAM_VOLUME_A_QUEUE_DEPTH]) :
			   NETRAM_QUEUE_DEPTH_DEF;
	cfg->replicas = tb[NETRAM_VOLUME_A_REPLICAS] ?
			nla_get_u32(tb[NETRAM_VOLUME_A_REPLICAS]) :
			NETRAM_REPLICAS_DEF;
	cfg->on_loss = tb[NETRAM_VOLUME_A_ON_LOSS] ?
		       nla_get_u8(tb[NETRAM_VOLUME_A_ON_LOSS]) :
		       NETRAM_ON_LOSS_ERROR;
	if (!err)
		err = backup_of(info, tb[NETRAM_VOLUME_A_BACKUP], cfg);
	return err ?: identity_of(info, tb, cfg);
}

static int reply_volume(struct genl_info *info, const char *name)
{
	struct netram_volume *volume;
	struct sk_buff *skb;
	int err = -ENOENT;

	skb = genlmsg_new(NETRAM_GENL_PUT_SIZE, GFP_KERNEL);
	if (!skb)
		return -ENOMEM;
	mutex_lock(&netram_pool_lock);
	volume = netram_pool_find_volume(name);
	if (volume)
		err = netram_genl_put_volume(skb, &netram_genl_family, info->snd_portid,
					     info->snd_seq, 0, volume);
	else
		GENL_SET_ERR_MSG(info, "no volume of this name");
	mutex_unlock(&netram_pool_lock);
	if (!err)
		return genlmsg_reply(skb, info);
	nlmsg_free(skb);
	return err;
}

static int volume_add(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[NETRAM_VOLUME_A_MAX + 1];
	struct netram_volume_config cfg;
	int err = may_change(info);

	if (!err)
		err = open_nest(info, NETRAM_A_VOLUME, NETRAM_VOLUME_A_MAX,
				volume_policy, tb);
	if (!err)
		err = volume_config(info, tb, &cfg);
	if (!err)
		err = netram_pool_add_volume(&cfg, info->extack);
	return err ? err : reply_volume(info, cfg.name);
}

static int volume_change(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[NETRAM_VOLUME_A_MAX + 1];
	const char *name;
	u32 replicas;
	int on_loss;
	int err = may_change(info);

	if (err)
		return err;
	name = volume_of(info, tb);
	if (IS_ERR(name))
		return PTR_ERR(name);
	replicas = tb[NETRAM_VOLUME_A_REPLICAS] ?
		   nla_get_u32(tb[NETRAM_VOLUME_A_REPLICAS]) : 0;
	on_loss = tb[NETRAM_VOLUME_A_ON_LOSS] ?
		  nla_get_u8(tb[NETRAM_VOLUME_A_ON_LOSS]) : -1;
	if (!replicas && on_loss < 0) {
		GENL_SET_ERR_MSG(info, "nothing to change: 1 to 4 replicas and on_loss are what can be set");
		return -EINVAL;
	}
	return netram_pool_set_volume(name, replicas, on_loss, info->extack);
}

static int verify_config(struct genl_info *info, struct nlattr *nest,
			 enum netram_verify_action *action, u32 *rate)
{
	struct nlattr *tb[NETRAM_VERIFY_A_MAX + 1];
	int err;

	if (!nest) {
		GENL_SET_ERR_MSG(info, "what is to be done? verify, resolve or cancel");
		return -EINVAL;
	}
	err = nla_parse_nested(tb, NETRAM_VERIFY_A_MAX, nest, verify_policy,
			       info->extack);
	if (err)
		return err;
	*action = tb[NETRAM_VERIFY_A_ACTION] ?
		  nla_get_u8(tb[NETRAM_VERIFY_A_ACTION]) : NETRAM_VERIFY_CHECK;
	*rate = tb[NETRAM_VERIFY_A_RATE] ?
		nla_get_u32(tb[NETRAM_VERIFY_A_RATE]) : 0;
	return 0;
}

static int volume_verify(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[NETRAM_VOLUME_A_MAX + 1];
	enum netram_verify_action action;
	const char *name;
	u32 rate;
	int err = may_change(info);

	if (err)
		return err;
	name = volume_of(info, tb);
	if (IS_ERR(name))
		return PTR_ERR(name);
	err = verify_config(info, tb[NETRAM_VOLUME_A_VERIFY], &action, &rate);
	if (!err)
		err = netram_pool_verify_volume(name, action, rate,
						info->extack);
	return err ? err : reply_volume(info, name);
}

static const char *volume_name(struct genl_info *info)
{
	struct nlattr *tb[NETRAM_VOLUME_A_MAX + 1];
	const char *name = volume_of(info, tb);

	return IS_ERR(name) ? NULL : name;
}

static int volume_del(struct sk_buff *skb, struct genl_info *info)
{
	int err = may_change(info);
	const char *name = err ? NULL : volume_name(info);

	if (err)
		return err;
	return name ? netram_pool_del_volume(name, info->extack) : -EINVAL;
}

static int volume_get(struct sk_buff *skb, struct genl_info *info)
{
	const char *name = volume_name(info);

	return name ? reply_volume(info, name) : -EINVAL;
}

static int node_get(struct sk_buff *request, struct genl_info *info)
{
	struct nlattr *tb[NETRAM_NODE_A_MAX + 1];
	struct netram_node *node;
	struct sk_buff *skb;
	const char *name;
	int err;

	name = node_of(info, tb);
	if (IS_ERR(name))
		return PTR_ERR(name);
	skb = genlmsg_new(NETRAM_GENL_PUT_SIZE, GFP_KERNEL);
	if (!skb)
		return -ENOMEM;
	err = -ENOENT;
	mutex_lock(&netram_pool_lock);
	node = netram_pool_find_node(name);
	if (node)
		err = netram_genl_put_node(skb, &netram_genl_family, info->snd_portid,
					   info->snd_seq, 0, node);
	else
		GENL_SET_ERR_MSG(info, "no node of this name");
	mutex_unlock(&netram_pool_lock);
	if (!err)
		return genlmsg_reply(skb, info);
	nlmsg_free(skb);
	return err;
}

static int dump_start(struct netlink_callback *cb)
{
	cb->min_dump_alloc = NETRAM_GENL_PUT_SIZE;
	return 0;
}

static int only_volume(struct netlink_callback *cb, struct nlattr *nest)
{
	struct nlattr *tb[NETRAM_VOLUME_A_MAX + 1];
	struct netram_volume *volume = NULL;
	int err;

	err = nla_parse_nested(tb, NETRAM_VOLUME_A_MAX, nest, volume_policy,
			       cb->extack);
	if (err)
		return err;
	mutex_lock(&netram_pool_lock);
	if (tb[NETRAM_VOLUME_A_NAME])
		volume = netram_pool_find_volume(
				nla_data(tb[NETRAM_VOLUME_A_NAME]));
	if (volume)
		cb->args[NETRAM_GENL_DUMP_ONLY] = 1 + volume->index;
	mutex_unlock(&netram_pool_lock);
	if (volume)
		return 0;
	NL_SET_ERR_MSG(cb->extack, "no volume of this name");
	return -ENOENT;
}

static int only_start(struct netlink_callback *cb)
{
	struct nlattr *tb[NETRAM_A_MAX + 1];
	int err;

	err = genlmsg_parse(cb->nlh, &netram_genl_family, tb, NETRAM_A_MAX, policy,
			    cb->extack);
	if (!err && tb[NETRAM_A_VOLUME])
		err = only_volume(cb, tb[NETRAM_A_VOLUME]);
	return err ? err : dump_start(cb);
}

static int extent_of(struct genl_info *info, u64 *extent)
{
	struct nlattr *tb[NETRAM_EXTENT_A_MAX + 1];
	int err = open_nest(info, NETRAM_A_EXTENT, NETRAM_EXTENT_A_MAX,
			    extent_policy, tb);

	if (err)
		return err;
	if (!tb[NETRAM_EXTENT_A_INDEX]) {
		GENL_SET_ERR_MSG(info, "which extent? its number is needed");
		return -EINVAL;
	}
	*extent = nla_get_u64(tb[NETRAM_EXTENT_A_INDEX]);
	return 0;
}

static int put_one_extent(struct sk_buff *skb, struct genl_info *info,
			  const char *name, u64 extent)
{
	struct netram_volume *volume = netram_pool_find_volume(name);

	if (!volume) {
		GENL_SET_ERR_MSG(info, "no volume of this name");
		return -ENOENT;
	}
	if (extent >= volume->router.nr_extents) {
		GENL_SET_ERR_MSG(info, "the volume ends before this extent");
		return -ERANGE;
	}
	return netram_genl_put_extent(skb, &netram_genl_family, info->snd_portid,
				      info->snd_seq, 0, volume, extent);
}

static int extent_get(struct sk_buff *request, struct genl_info *info)
{
	const char *name = volume_name(info);
	struct sk_buff *skb;
	u64 extent;
	int err;

	if (!name)
		return -EINVAL;
	err = extent_of(info, &extent);
	if (err)
		return err;
	skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!skb)
		return -ENOMEM;
	mutex_lock(&netram_pool_lock);
	err = put_one_extent(skb, info, name, extent);
	mutex_unlock(&netram_pool_lock);
	if (!err)
		return genlmsg_reply(skb, info);
	nlmsg_free(skb);
	return err;
}

static int extent_start(struct netlink_callback *cb)
{
	int err = only_start(cb);

	if (err || cb->args[NETRAM_GENL_DUMP_ONLY])
		return err;
	NL_SET_ERR_MSG(cb->extack, "of which volume? its name is needed");
	return -EINVAL;
}

static const struct genl_ops ops[] = {
	{ .cmd = NETRAM_CMD_NODE_ADD, .flags = GENL_ADMIN_PERM,
	  .doit = node_add },
	{ .cmd = NETRAM_CMD_NODE_DEL, .flags = GENL_ADMIN_PERM,
	  .doit = node_del },
	{ .cmd = NETRAM_CMD_NODE_GET, .flags = GENL_ADMIN_PERM,
	  .doit = node_get, .start = dump_start,
	  .dumpit = netram_genl_dump_nodes },
	{ .cmd = NETRAM_CMD_VOLUME_ADD, .flags = GENL_ADMIN_PERM,
	  .doit = volume_add },
	{ .cmd = NETRAM_CMD_VOLUME_DEL, .flags = GENL_ADMIN_PERM,
	  .doit = volume_del },
	{ .cmd = NETRAM_CMD_VOLUME_GET, .flags = GENL_ADMIN_PERM,
	  .doit = volume_get, .start = dump_start,
	  .dumpit = netram_genl_dump_volumes },
	{ .cmd = NETRAM_CMD_NODE_SET, .flags = GENL_ADMIN_PERM,
	  .doit = node_change },
	{ .cmd = NETRAM_CMD_VOLUME_SET, .flags = GENL_ADMIN_PERM,
	  .doit = volume_change },
	{ .cmd = NETRAM_CMD_VOLUME_VERIFY, .flags = GENL_ADMIN_PERM,
	  .doit = volume_verify },
	{ .cmd = NETRAM_CMD_LATENCY_GET, .flags = GENL_ADMIN_PERM,
	  .start = only_start, .dumpit = netram_genl_dump_latencies },
	{ .cmd = NETRAM_CMD_EXTENT_GET, .flags = GENL_ADMIN_PERM,
	  .doit = extent_get, .start = extent_start,
	  .dumpit = netram_genl_dump_extents },
};

static const struct genl_multicast_group groups[] = {
	{ .name = NETRAM_GENL_MCGRP, NETRAM_COMPAT_MCGRP_ADMIN },
};

/* parallel_ops: creating a volume waits for the network; others need not. */
struct genl_family netram_genl_family __ro_after_init = {
	.name		= NETRAM_GENL_NAME,
	.version	= NETRAM_GENL_VERSION,
	.maxattr	= NETRAM_A_MAX,
	.policy		= policy,
	.netnsok	= true,
	.parallel_ops	= true,
	.module		= THIS_MODULE,
	.ops		= ops,
	.n_ops		= ARRAY_SIZE(ops),
	.mcgrps		= groups,
	.n_mcgrps	= ARRAY_SIZE(groups),
};

/**
 * netram_genl_init() - open the control interface
 *
 * Return: 0 or a negative errno.
 */
int __init netram_genl_init(void)
{
	int err = genl_register_family(&netram_genl_family);

	if (!err)
		netram_event_open(&netram_genl_family);
	return err;
}

/**
 * netram_genl_exit() - close it; no command is running afterwards
 */
void netram_genl_exit(void)
{
	netram_event_close();
	genl_unregister_family(&netram_genl_family);
}
