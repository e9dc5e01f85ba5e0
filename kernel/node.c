// SPDX-License-Identifier: GPL-2.0
/* A storage node as an object: its names, its address, its device in sysfs. */
#include "node.h"
#include "event.h"

#include <linux/ctype.h>
#include <linux/slab.h>

static void release(struct device *dev)
{
	struct netram_node *node = container_of(dev, struct netram_node, dev);

	put_net(node->peer.net);
	kfree(node);
}

static void set_peer(struct netram_peer *peer,
		     const struct netram_node_config *cfg)
{
	netram_peer_init(peer);
	peer->net = get_net(cfg->net);
	peer->addr = cfg->addr;
	peer->weight = cfg->weight;
	peer->foreign = cfg->export;
	if (cfg->export)
		strscpy(peer->export, cfg->export, sizeof(peer->export));
}

/**
 * netram_node_create() - make a node
 * @cfg: its names and address; copied
 * @slot: its place in each volume's table
 * @class: class of its device
 * @groups: attributes of its device; driver data is the node
 *
 * Context: process, may sleep.
 * Return: the node, or an error pointer.
 */
struct netram_node *netram_node_create(const struct netram_node_config *cfg,
				       u8 slot, const struct class *class,
				       const struct attribute_group **groups)
{
	struct netram_node *node = kzalloc(sizeof(*node), GFP_KERNEL);
	int err;

	if (!node)
		return ERR_PTR(-ENOMEM);
	strscpy(node->name, cfg->name, sizeof(node->name));
	strscpy(node->region, cfg->region, sizeof(node->region));
	strscpy(node->zone, cfg->zone, sizeof(node->zone));
	node->slot = slot;
	set_peer(&node->peer, cfg);
	device_initialize(&node->dev);
	node->dev.class = NETRAM_COMPAT_CLASS(class);
	node->dev.release = release;
	node->dev.groups = groups;
	dev_set_drvdata(&node->dev, node);
	err = dev_set_name(&node->dev, "%s", node->name);
	if (!err)
		err = device_add(&node->dev);
	if (err) {
		put_device(&node->dev);
		return ERR_PTR(err);
	}
	return node;
}

/**
 * netram_node_destroy() - counterpart of netram_node_create()
 * @node: the node, with no session
 *
 * Context: process, may sleep.
 */
void netram_node_destroy(struct netram_node *node)
{
	device_unregister(&node->dev);
}

/**
 * netram_node_set_weight() - change its share of new extents
 * @node: the node
 * @weight: NETRAM_WEIGHT_MIN to NETRAM_WEIGHT_MAX
 *
 * Context: process, may sleep.
 */
void netram_node_set_weight(struct netram_node *node, u32 weight)
{
	if (xchg(&node->peer.weight, weight) != weight)
		netram_event_weight(node->name, weight);
}

/**
 * netram_node_name_valid() - may a node, region, zone or volume be called so
 * @name: the name
 *
 * It becomes a folder in sysfs and a part of an export's name.
 *
 * Return: whether it consists of 1 to NETRAM_NAME_MAX of [A-Za-z0-9._-] and
 * does not begin with a dot.
 */
bool netram_node_name_valid(const char *name)
{
	size_t i, len = strlen(name);

	if (!len || len > NETRAM_NAME_MAX || name[0] == '.')
		return false;
	for (i = 0; i < len; i++)
		if (!isascii(name[i]) ||
		    !(isalnum(name[i]) || strchr("._-", name[i])))
			return false;
	return true;
}
