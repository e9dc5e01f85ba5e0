// SPDX-License-Identifier: GPL-2.0
/*
 * Volumes come, change, are verified, and go. For the locks see pool.c.
 */
#include "pool.h"
#include "bdev.h"
#include "event.h"
#include "sysfs.h"

#include <linux/module.h>

static DECLARE_BITMAP(indices, NETRAM_VOLUMES_MAX);

/* A count that was not given: two copies where they can be apart. */
static u32 replicas_of(const struct netram_volume_config *cfg)
{
	if (cfg->replicas)
		return cfg->replicas;
	return list_empty(&netram_pool_nodes) ||
	       list_is_singular(&netram_pool_nodes) ? 1 : 2;
}

static int attach_nodes(struct netram_volume *volume, bool takeover)
{
	struct netram_node *node;
	int err = 0;

	list_for_each_entry(node, &netram_pool_nodes, list)
		err = err ?: netram_pool_attach(volume, node, takeover);
	if (err)
		return err;
	list_for_each_entry(node, &netram_pool_nodes, list)
		netram_volume_start(volume, node);
	return 0;
}

static struct netram_volume *begin_volume(const struct netram_volume_config *asked,
					  struct netram_bdev **backup,
					  struct netlink_ext_ack *extack)
{
	struct netram_volume_config with_copies = *asked, *cfg = &with_copies;
	int err;
	u32 index = find_first_zero_bit(indices, NETRAM_VOLUMES_MAX);
	struct netram_volume *volume;

	if (netram_pool_find_volume(cfg->name)) {
		NL_SET_ERR_MSG(extack, "a volume of this name exists already");
		return ERR_PTR(-EEXIST);
	}
	if (index == NETRAM_VOLUMES_MAX) {
		NL_SET_ERR_MSG(extack, "no more volumes: 256 exist");
		return ERR_PTR(-ENOSPC);
	}
	if (list_empty(&netram_pool_nodes)) {
		NL_SET_ERR_MSG(extack, "no node is known: add one first");
		return ERR_PTR(-ENOTCONN);
	}
	cfg->replicas = replicas_of(asked);
	volume = netram_volume_create(cfg, index);
	if (IS_ERR(volume)) {
		if (PTR_ERR(volume) == -ENOMEM)
			NL_SET_ERR_MSG(extack, "no memory for the volume's metadata");
		return volume;
	}
	err = *backup ? netram_volume_set_backup(volume, *backup,
						 cfg->backup_mode) : 0;
	if (err) {
		netram_volume_destroy(volume);
		return ERR_PTR(err);
	}
	*backup = NULL;
	if (attach_nodes(volume, cfg->takeover)) {
		netram_volume_destroy(volume);
		return ERR_PTR(-ENOMEM);
	}
	__set_bit(index, indices);
	list_add_tail(&volume->list, &netram_pool_volumes);
	return volume;
}

static void end_volume(struct netram_volume *volume)
{
	__clear_bit(volume->index, indices);
	list_del(&volume->list);
	netram_volume_destroy(volume);
}

static int show_volume(struct netram_volume *volume,
		       struct netlink_ext_ack *extack)
{
	if (netram_volume_in_use(volume)) {
		NL_SET_ERR_MSG(extack, "another host has a volume of this uuid: delete it there, or take it over with --takeover");
		return -EBUSY;
	}
	if (netram_volume_any_up(volume))
		return netram_blk_add(&volume->blk, netram_sysfs_volume);
	NL_SET_ERR_MSG(extack, "no node answered: see last_error of the nodes");
	return -ENOTCONN;
}

static int mark_backup(struct netram_volume *volume,
		       struct netlink_ext_ack *extack)
{
	int err = volume->router.backup ? netram_volume_mark_backup(volume) : 0;

	if (err)
		NL_SET_ERR_MSG(extack, "the backup device cannot be written");
	return err;
}

/* @backup is NULL afterwards if the volume has it, or had it. */
static int add_volume(const struct netram_volume_config *cfg,
		      struct netram_bdev **backup,
		      struct netlink_ext_ack *extack)
{
	struct netram_volume *volume;
	int err;

	mutex_lock(&netram_pool_lock);
	volume = begin_volume(cfg, backup, extack);
	mutex_unlock(&netram_pool_lock);
	if (IS_ERR(volume))
		return PTR_ERR(volume);
	netram_volume_wait_tried(volume);
	/* Nobody else deletes it: netram_pool_change_lock is held. */
	err = mark_backup(volume, extack);
	mutex_lock(&netram_pool_lock);
	if (!err)
		err = show_volume(volume, extack);
	if (err)
		end_volume(volume);
	mutex_unlock(&netram_pool_lock);
	return err;
}

/* With the backup device, if there is to be one, opened and looked at before. */
static int add_with_backup(const struct netram_volume_config *cfg,
			   struct netlink_ext_ack *extack)
{
	struct netram_bdev *backup = NULL;
	int err;

	if (cfg->backup_path)
		backup = netram_volume_open_backup(cfg, extack);
	if (IS_ERR(backup))
		return PTR_ERR(backup);
	err = add_volume(cfg, &backup, extack);
	if (backup)
		netram_bdev_close(backup);
	return err;
}

/**
 * netram_pool_add_volume() - create a volume and its block device
 * @cfg: checked
 * @extack: for a sentence that says what is wrong
 *
 * Context: process, sleeps until each node was tried; takes netram_pool_lock,
 * but not while waiting.
 * Return: 0, -EEXIST, -ENOSPC, -ENOTCONN, -EBUSY or -ENOMEM; or what came of opening,
 * reading and writing the backup device.
 */
int netram_pool_add_volume(const struct netram_volume_config *cfg,
			   struct netlink_ext_ack *extack)
{
	int err;

	/* Held while there is a volume: rmmod would end it. */
	if (!try_module_get(THIS_MODULE))
		return -ENODEV;
	mutex_lock(&netram_pool_change_lock);
	err = add_with_backup(cfg, extack);
	mutex_unlock(&netram_pool_change_lock);
	if (err)
		module_put(THIS_MODULE);
	else
		netram_event_object(NETRAM_EVENT_VOLUME_ADDED, cfg->name);
	return err;
}

static int set_volume(const char *name, u32 replicas, int on_loss,
		      struct netlink_ext_ack *extack)
{
	struct netram_volume *volume = netram_pool_find_volume(name);
	int err = 0;

	if (!volume) {
		NL_SET_ERR_MSG(extack, "no volume of this name");
		return -ENOENT;
	}
	if (replicas)
		err = netram_volume_set_replicas(volume, replicas);
	if (err)
		NL_SET_ERR_MSG(extack, "no memory for the commands of more copies");
	else if (on_loss >= 0)
		netram_volume_set_on_loss(volume, on_loss);
	return err;
}

/**
 * netram_pool_set_volume() - change a live volume
 * @name: its name
 * @replicas: how many copies, 1 to NETRAM_REPLICAS_MAX; 0: as it is
 * @on_loss: enum netram_on_loss; -1: as it is
 * @extack: for a sentence that says what is wrong
 *
 * Context: process, may sleep; takes netram_pool_lock. Does not wait for the end.
 * Return: 0, -ENOENT or -ENOMEM.
 */
int netram_pool_set_volume(const char *name, u32 replicas, int on_loss,
			   struct netlink_ext_ack *extack)
{
	int err;

	mutex_lock(&netram_pool_change_lock);
	mutex_lock(&netram_pool_lock);
	err = set_volume(name, replicas, on_loss, extack);
	mutex_unlock(&netram_pool_lock);
	mutex_unlock(&netram_pool_change_lock);
	return err;
}

static int verify_volume(const char *name, enum netram_verify_action action,
			 u32 rate, struct netlink_ext_ack *extack)
{
	struct netram_volume *volume = netram_pool_find_volume(name);
	int err;

	if (!volume) {
		NL_SET_ERR_MSG(extack, "no volume of this name");
		return -ENOENT;
	}
	if (action == NETRAM_VERIFY_CANCEL) {
		netram_verify_cancel(&volume->router.verify);
		return 0;
	}
	err = netram_verify_start(&volume->router.verify, action, rate);
	if (err == -EBUSY)
		NL_SET_ERR_MSG(extack, "the volume is being verified: wait for the end, or cancel that");
	else if (err)
		NL_SET_ERR_MSG(extack, "no memory for the pages to be compared");
	return err;
}

/**
 * netram_pool_verify_volume() - compare all copies of a volume, or no longer
 * @name: its name
 * @action: compare, compare and repair, or stop that
 * @rate: MiB a second at most; 0: as sync_rate_mib says
 * @extack: for a sentence that says what is wrong
 *
 * Context: process, may sleep; takes netram_pool_lock. Does not wait for the end.
 * Return: 0, -ENOENT, -EBUSY or -ENOMEM.
 */
int netram_pool_verify_volume(const char *name,
			      enum netram_verify_action action, u32 rate,
			      struct netlink_ext_ack *extack)
{
	int err;

	mutex_lock(&netram_pool_lock);
	err = verify_volume(name, action, rate, extack);
	mutex_unlock(&netram_pool_lock);
	return err;
}

static int del_volume(const char *name, struct netlink_ext_ack *extack)
{
	struct netram_volume *volume = netram_pool_find_volume(name);

	if (!volume) {
		NL_SET_ERR_MSG(extack, "no volume of this name");
		return -ENOENT;
	}
	if (netram_blk_claim(&volume->blk)) {
		if (netram_volume_state(volume) == NETRAM_VOLUME_WAITING)
			NL_SET_ERR_MSG(extack, "the volume is in use and its requests wait for a node: set on_loss to error, then swapoff or unmount it");
		else
			NL_SET_ERR_MSG(extack, "the volume is in use: swapoff or unmount it first");
		return -EBUSY;
	}
	netram_blk_remove(&volume->blk);
	end_volume(volume);
	module_put(THIS_MODULE);
	return 0;
}

/**
 * netram_pool_del_volume() - delete a volume that nobody has open
 * @name: its name
 * @extack: for a sentence that says what is wrong
 *
 * Context: process, sleeps; takes netram_pool_lock.
 * Return: 0, -ENOENT or -EBUSY.
 */
int netram_pool_del_volume(const char *name, struct netlink_ext_ack *extack)
{
	int err;

	mutex_lock(&netram_pool_change_lock);
	mutex_lock(&netram_pool_lock);
	err = del_volume(name, extack);
	mutex_unlock(&netram_pool_lock);
	mutex_unlock(&netram_pool_change_lock);
	if (!err)
		netram_event_object(NETRAM_EVENT_VOLUME_REMOVED, name);
	return err;
}
