// SPDX-License-Identifier: GPL-2.0
/*
 * A volume: a router, a disk on top of it, and a session with each node below.
 * Creation, deletion and changes of its sessions are serialised by the pool's
 * lock.
 */
#include "volume.h"
#include "backup.h"
#include "backup_device.h"
#include "census.h"
#include "event.h"
#include "log.h"
#include "loss.h"
#include "volume_tell.h"

#include <linux/delay.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/utsname.h>

/* Look so often whether somebody is through with a session that is to go. */
#define HELD_POLL_MS 10

/*
 * Works that wait for one another must not share a rescuer: short works of the
 * data path, works that wait for those, works that wait for the network, works
 * that wait for requests, and works that wait for a backup's device.
 */
static struct workqueue_struct *io_wq, *session_wq, *connect_wq, *mover_wq,
			       *backup_wq;

/* Name of this host as servers see it: what is not allowed becomes "-". */
static char client[NETRAM_NAME_MAX + 1];

static void set_client(void)
{
	size_t i;

	strscpy(client, init_utsname()->nodename, sizeof(client));
	for (i = 0; client[i]; i++)
		if (client[i] == '.' && i)
			continue;
		else if (!netram_node_name_valid((char[]){ client[i], 0 }))
			client[i] = '-';
	if (!client[0])
		strscpy(client, "host", sizeof(client));
}

/**
 * netram_volume_init() - make the work queues all volumes share
 *
 * Return: 0 or -ENOMEM.
 */
int netram_volume_init(void)
{
	set_client();
	io_wq = alloc_workqueue("netram-io", WQ_MEM_RECLAIM | WQ_HIGHPRI, 0);
	session_wq = alloc_workqueue("netram-session",
				     WQ_MEM_RECLAIM | WQ_UNBOUND, 0);
	connect_wq = alloc_workqueue("netram-connect",
				     WQ_MEM_RECLAIM | WQ_UNBOUND, 0);
	mover_wq = alloc_workqueue("netram-mover", WQ_MEM_RECLAIM | WQ_UNBOUND,
				   0);
	backup_wq = alloc_workqueue("netram-backup",
				    WQ_MEM_RECLAIM | WQ_HIGHPRI, 0);
	if (io_wq && session_wq && connect_wq && mover_wq && backup_wq)
		return 0;
	netram_volume_exit();
	return -ENOMEM;
}

/**
 * netram_volume_exit() - counterpart of netram_volume_init()
 */
void netram_volume_exit(void)
{
	if (backup_wq)
		destroy_workqueue(backup_wq);
	if (mover_wq)
		destroy_workqueue(mover_wq);
	if (connect_wq)
		destroy_workqueue(connect_wq);
	if (session_wq)
		destroy_workqueue(session_wq);
	if (io_wq)
		destroy_workqueue(io_wq);
}

static void each_cmd(struct netram_router *r,
		     void (*fn)(struct netram_cmd *cmd, void *data), void *data)
{
	netram_blk_each(&container_of(r, struct netram_volume, router)->blk, fn,
			data);
}

/**
 * netram_volume_session() - a volume's session with a node
 * @volume: the volume; the caller holds the pool's lock
 * @slot: the node's
 *
 * Return: the session or NULL.
 */
struct netram_session *netram_volume_session(struct netram_volume *volume,
					     u8 slot)
{
	return rcu_dereference_raw(volume->router.sessions[slot]);
}

/**
 * netram_volume_traffic() - what went over the network for a volume
 * @volume: the volume; the caller holds the pool's lock
 * @t: where to add that
 */
void netram_volume_traffic(struct netram_volume *volume,
			   struct netram_traffic *t)
{
	struct netram_session *s;
	u32 slot;

	netram_traffic_merge(t, &volume->gone);
	for (slot = 0; slot < NETRAM_NODES_MAX; slot++) {
		s = netram_volume_session(volume, slot);
		if (s)
			netram_session_traffic(s, t);
	}
}

/**
 * netram_volume_attach() - make a session with a node, not yet started
 * @volume: the volume
 * @node: the node, which has none with this volume
 * @takeover: take the volume from a host that has it there, the first time the
 *   node is reached
 *
 * Context: process, under the pool's lock.
 * Return: 0 or -ENOMEM.
 */
int netram_volume_attach(struct netram_volume *volume,
			 struct netram_node *node, bool takeover)
{
	struct netram_session_config cfg = {
		.ops		= &netram_volume_session_ops,
		.owner		= &volume->router,
		.peer		= &node->peer,
		.params		= &volume->router.params,
		.uuid		= volume->uuid_text,
		.client		= client,
		.claim		= volume->claim,
		.takeover	= takeover,
		.size		= volume->size,
		.payload	= NETRAM_BLK_MAX_REQUEST,
		.connections	= volume->connections,
		.zone		= node->zone,
		.epoch		= ktime_get_boottime_ns(),
		.table		= &volume->router.table,
		.io_wq		= io_wq,
		.session_wq	= session_wq,
		.connect_wq	= connect_wq,
	};
	struct netram_session *s;
	char *label = kasprintf(GFP_KERNEL, "%s/%s", volume->name, node->name);

	if (!label)
		return -ENOMEM;
	cfg.label = label;
	s = netram_session_create(&cfg, node->slot);
	if (!s) {
		kfree(label);
		return -ENOMEM;
	}
	/* A node that was given up, and is known anew, still has its pages. */
	s->owes = volume->gave_up;
	volume->labels[node->slot] = label;
	rcu_assign_pointer(volume->router.sessions[node->slot], s);
	smp_mb(); /* pairs with netram_router_fence() */
	if (READ_ONCE(volume->router.fenced))
		netram_session_fence(s);
	return 0;
}

/**
 * netram_volume_start() - begin to connect to a node
 * @volume: the volume
 * @node: the node; nothing happens if it is not attached
 *
 * Context: process, under the pool's lock. Does not wait for the network.
 */
void netram_volume_start(struct netram_volume *volume,
			 struct netram_node *node)
{
	struct netram_session *s = netram_volume_session(volume, node->slot);

	if (s)
		netram_session_start(s);
}

/* The session is unpublished and a grace period has passed. */
static void end_session(struct netram_volume *v, struct netram_session *s)
{
	u8 slot = s->slot;

	netram_session_destroy(s, &v->gone);
	kfree(v->labels[slot]);
	v->labels[slot] = NULL;
}

/**
 * netram_volume_leaves() - could a volume do without a node now
 * @volume: the volume
 * @node: the node
 *
 * Context: process, under the pool's lock.
 * Return: 0; -EBUSY if an extent has a copy there; -EAGAIN if none has, and the
 * mover or verify are about to be done with the node (netram_extent_hold()), or it
 * has yet to be told to free what it had.
 */
int netram_volume_leaves(struct netram_volume *volume, struct netram_node *node)
{
	struct netram_session *s = netram_volume_session(volume, node->slot);

	if (!s)
		return 0;
	if (atomic_read(&s->extents))
		return netram_extents_any(&volume->router, node->slot) ?
			       -EBUSY :
			       -EAGAIN;
	/*
	 * The mover does not hold a node all the time while it tells it what to free,
	 * and nobody would tell it afterwards.
	 */
	return netram_session_can_pay(s) ? -EAGAIN : 0;
}

/**
 * netram_volume_detach() - end a session that holds no extent
 * @volume: the volume
 * @node: the node
 *
 * Context: process, sleeps, under the pool's lock.
 * Return: 0, or as netram_volume_leaves() if it holds one.
 */
int netram_volume_detach(struct netram_volume *volume,
			 struct netram_node *node)
{
	struct netram_session *s = netram_volume_session(volume, node->slot);
	int err;

	if (!s)
		return 0;
	WRITE_ONCE(s->closing, true);
	/* place_extent() looks at closing and takes an extent under RCU. */
	synchronize_rcu();
	err = netram_volume_leaves(volume, node);
	if (err) {
		WRITE_ONCE(s->closing, false);
		return err;
	}
	rcu_assign_pointer(volume->router.sessions[node->slot], NULL);
	synchronize_rcu();
	/* It may have had an extent once, and somebody be about to kick it. */
	netram_blk_sync(&volume->blk);
	flush_delayed_work(&volume->router.dispatch_work);
	/*
	 * What is under way there comes to its end before hedges are seen to: one that
	 * was answered later would have its work use the session.
	 */
	netram_session_end(s);
	netram_session_fail_parked(s, true, -ENOTCONN);
	/* It may put itself off. */
	do
		flush_delayed_work(&volume->router.hedge.work);
	while (!llist_empty(&volume->router.hedge.due));
	flush_delayed_work(&volume->router.trim.work);
	end_session(volume, s);
	return 0;
}

/**
 * netram_volume_bar() - get ready to give a node up
 * @volume: the volume
 * @node: the node
 *
 * Nothing is placed there any more, and the session does not come up if it has anything
 * that could be lost: until netram_volume_unbar(), which is due also if this fails.
 *
 * Context: process, sleeps, under the pool's lock.
 * Return: 0; or, while the node can be reached, as netram_volume_leaves().
 */
int netram_volume_bar(struct netram_volume *volume, struct netram_node *node)
{
	struct netram_session *s = netram_volume_session(volume, node->slot);

	if (!s)
		return 0;
	WRITE_ONCE(s->closing, true);
	/* As in netram_volume_detach(). */
	synchronize_rcu();
	return netram_session_bar(s) ? 0 : netram_volume_leaves(volume, node);
}

/**
 * netram_volume_unbar() - counterpart of netram_volume_bar()
 * @volume: the volume
 * @node: the node
 *
 * Context: process, under the pool's lock.
 */
void netram_volume_unbar(struct netram_volume *volume, struct netram_node *node)
{
	struct netram_session *s = netram_volume_session(volume, node->slot);

	if (!s)
		return;
	WRITE_ONCE(s->closing, false);
	netram_session_unbar(s);
}

/**
 * netram_volume_give_up() - do without what a node has, whatever is lost by that
 * @volume: the volume
 * @node: the node, after netram_volume_bar()
 *
 * Afterwards nothing keeps its session, and none of this is done a second time.
 *
 * Context: process, sleeps, at worst until the network has timed out, under the pool's
 * lock.
 */
void netram_volume_give_up(struct netram_volume *volume,
			   struct netram_node *node)
{
	struct netram_session *s = netram_volume_session(volume, node->slot);
	struct netram_router *r = &volume->router;

	/* One that is up has nothing, and who waits for none has lost none. */
	if (!s || !s->barred || !atomic_read(&s->extents))
		return;
	/* First: from now on nobody has anything carried out there. */
	netram_session_end(s);
	netram_mover_stop(&r->mover);
	netram_volume_tell_given_up(s, netram_extents_give_up(r, s));
	netram_mover_go_on(&r->mover);
	/* Before the node can be known anew. */
	volume->gave_up = true;
	netram_session_fail_parked(s, true, -ENOTCONN);
	if (r->backup)
		netram_backup_kick(r->backup);
	/* Verify and the backup hold it only while they ask it for something. */
	while (atomic_read(&s->extents))
		msleep(HELD_POLL_MS);
}

/**
 * netram_volume_wait_tried() - wait until each node was tried once
 * @volume: the volume
 *
 * Context: process, sleeps for at most connect_timeout_ms and a bit. The caller
 * keeps nodes from coming and going, but does not hold the pool's lock.
 */
void netram_volume_wait_tried(struct netram_volume *volume)
{
	struct netram_session *s;
	u32 slot;

	for (slot = 0; slot < NETRAM_NODES_MAX; slot++) {
		s = netram_volume_session(volume, slot);
		if (s)
			wait_for_completion(&s->tried);
	}
}

/**
 * netram_volume_any_up() - can a node be reached
 * @volume: the volume; the caller holds the pool's lock
 *
 * Return: whether one can.
 */
bool netram_volume_any_up(struct netram_volume *volume)
{
	struct netram_session *s;
	u32 slot;

	for (slot = 0; slot < NETRAM_NODES_MAX; slot++) {
		s = netram_volume_session(volume, slot);
		if (s && netram_session_up(s))
			return true;
	}
	return false;
}

/**
 * netram_volume_in_use() - does another host have a volume of this uuid
 * @volume: the volume; the caller holds the pool's lock
 *
 * Return: whether a node has refused it for that.
 */
bool netram_volume_in_use(struct netram_volume *volume)
{
	struct netram_session *s;
	u32 slot;

	for (slot = 0; slot < NETRAM_NODES_MAX; slot++) {
		s = netram_volume_session(volume, slot);
		if (s && READ_ONCE(s->in_use))
			return true;
	}
	return false;
}

/**
 * netram_volume_set_on_loss() - what becomes of requests without a copy to reach
 * @volume: the volume
 * @on_loss: they wait, or fail; also those that wait already
 *
 * Context: process, may sleep.
 */
void netram_volume_set_on_loss(struct netram_volume *volume,
			       enum netram_on_loss on_loss)
{
	struct netram_session *s;
	u32 slot;

	if (xchg(&volume->router.params.on_loss, on_loss) != on_loss)
		netram_event_on_loss(volume->name, on_loss);
	rcu_read_lock();
	for (slot = 0; slot < NETRAM_NODES_MAX; slot++) {
		s = rcu_dereference(volume->router.sessions[slot]);
		if (s)
			netram_session_look(s);
	}
	rcu_read_unlock();
	netram_router_wake(&volume->router);
}

/**
 * netram_volume_widen() - copies are going to be exchanged for others
 * @volume: the volume
 *
 * So that a write can go to one more than there should be, meanwhile.
 *
 * Context: process, may sleep, under the pool's lock.
 * Return: 0 or -ENOMEM.
 */
int netram_volume_widen(struct netram_volume *volume)
{
	return netram_router_widen(&volume->router,
				   volume->router.replicas + 1);
}

/**
 * netram_volume_set_replicas() - have more copies, or fewer
 * @volume: the volume
 * @replicas: of each extent
 *
 * They are made or given up in the background.
 *
 * Context: process, may sleep, under the pool's lock.
 * Return: 0 or -ENOMEM.
 */
int netram_volume_set_replicas(struct netram_volume *volume, u32 replicas)
{
	struct netram_router *r = &volume->router;
	int err = netram_router_widen(r, replicas + 1);

	if (err)
		return err;
	if (r->replicas != replicas) {
		WRITE_ONCE(r->replicas, replicas);
		netram_event_replicas(volume->name, replicas);
	}
	netram_mover_scan(&r->mover);
	return 0;
}

static void set_router(struct netram_volume *v)
{
	struct netram_router *r = &v->router;

	r->label = v->name;
	r->end = netram_blk_end;
	r->each = each_cmd;
	netram_volume_hear(r);
	r->outage.wq = session_wq;
	r->healing.wq = session_wq;
	r->queues = v->connections;
	r->io_wq = io_wq;
	r->session_wq = session_wq;
	r->mover_wq = mover_wq;
	r->params.io_deadline_ms = NETRAM_IO_DEADLINE_MS_DEF;
	r->params.io_timeout_ms = NETRAM_IO_TIMEOUT_MS_DEF;
	r->params.connect_timeout_ms = NETRAM_CONNECT_TIMEOUT_MS_DEF;
	r->params.rereplicate_delay_ms = NETRAM_REREPLICATE_DELAY_MS_DEF;
	r->params.sync_rate_mib = NETRAM_SYNC_RATE_MIB_DEF;
	r->params.hedge_us = NETRAM_HEDGE_US_DEF;
	r->params.backup_lag_mib = NETRAM_BACKUP_LAG_MIB_DEF;
}

static void set_identity(struct netram_volume *v,
			 const struct netram_volume_config *cfg)
{
	u8 claim[UUID_SIZE];

	if (cfg->uuid)
		v->uuid = *cfg->uuid;
	else
		uuid_gen(&v->uuid);
	snprintf(v->uuid_text, sizeof(v->uuid_text), "%pUb", &v->uuid);
	if (cfg->claim)
		memcpy(claim, cfg->claim, sizeof(claim));
	else
		get_random_bytes(claim, sizeof(claim));
	snprintf(v->claim, sizeof(v->claim), "%*phN", UUID_SIZE, claim);
}

static void free_volume(struct netram_volume *v)
{
	netram_blk_destroy(&v->blk);
	netram_router_exit(&v->router);
	kfree(v);
}

/**
 * netram_volume_create() - make a volume without sessions, its disk not visible
 * @cfg: what it is made of, checked
 * @index: N of /dev/netramN
 *
 * Context: process, may sleep.
 * Return: the volume or an error pointer.
 */
struct netram_volume *
netram_volume_create(const struct netram_volume_config *cfg, u32 index)
{
	struct netram_volume *v = kzalloc(sizeof(*v), GFP_KERNEL);
	int err;

	if (!v)
		return ERR_PTR(-ENOMEM);
	strscpy(v->name, cfg->name, sizeof(v->name));
	set_identity(v, cfg);
	v->index = index;
	v->size = cfg->size;
	v->connections = cfg->connections;
	v->queue_depth = cfg->queue_depth;
	set_router(v);
	v->router.replicas = cfg->replicas;
	v->router.params.on_loss = cfg->on_loss;
	err = netram_router_init(&v->router, cfg->size >> NETRAM_PAGE_SHIFT,
				 cfg->extent_size >> NETRAM_PAGE_SHIFT,
				 cfg->checksum,
				 netram_blk_commands(cfg->connections,
						     cfg->queue_depth));
	if (!err)
		err = netram_blk_create(&v->blk, &v->router, index,
					cfg->connections, cfg->queue_depth);
	if (err) {
		free_volume(v);
		return ERR_PTR(err);
	}
	return v;
}

/**
 * netram_volume_open_backup() - open a volume's backup device, and look at it
 * @cfg: what the volume is to be made of, with a backup
 * @extack: for a sentence that says what is wrong
 *
 * Context: process, sleeps; reads the device. Not under the pool's lock.
 * Return: the device, or an error pointer.
 */
struct netram_bdev *
netram_volume_open_backup(const struct netram_volume_config *cfg,
			  struct netlink_ext_ack *extack)
{
	struct netram_bdev *b = netram_backup_device_open(cfg, extack);

	if (IS_ERR(b))
		return b;
	b->submit_wq = backup_wq;
	b->end_wq = io_wq;
	return b;
}

/**
 * netram_volume_set_backup() - give a new volume its backup
 * @volume: the volume, without sessions, its disk not visible
 * @bdev: as opened; the volume's from now on, unless this fails
 * @mode: enum netram_backup_mode
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int netram_volume_set_backup(struct netram_volume *volume,
			     struct netram_bdev *bdev, u8 mode)
{
	struct netram_backup *b = netram_backup_create(&volume->router, bdev,
						       mode);

	if (IS_ERR(b))
		return PTR_ERR(b);
	netram_volume_hear_backup(b);
	b->serving.wq = session_wq;
	b->corruption.wq = session_wq;
	volume->router.backup = b;
	return 0;
}

static int put_superblock(struct netram_volume *v,
			  enum netram_superblock_state state)
{
	return netram_backup_device_mark(v->router.backup->bdev, state,
					 &v->uuid, v->name, v->size);
}

/**
 * netram_volume_mark_backup() - write on the device whose it is
 * @volume: the volume, with a backup, its disk not visible
 *
 * Context: process, sleeps; not under the pool's lock.
 * Return: 0 or a negative errno.
 */
int netram_volume_mark_backup(struct netram_volume *volume)
{
	int err = put_superblock(volume, NETRAM_SUPERBLOCK_USED);

	volume->router.backup->marked = !err;
	return err;
}

/* What is on it is of no use to anybody any more. */
static void give_back_backup(struct netram_volume *v)
{
	if (v->router.backup && v->router.backup->marked &&
	    put_superblock(v, NETRAM_SUPERBLOCK_FREE))
		netram_warn(v->name, "backup %s cannot be marked as free",
			    v->router.backup->bdev->path);
}

/**
 * netram_volume_destroy() - end a volume and free its pages on the nodes
 * @volume: the volume, its disk not visible, no request under way
 *
 * Context: process, sleeps.
 */
void netram_volume_destroy(struct netram_volume *volume)
{
	struct netram_session *sessions[NETRAM_NODES_MAX];
	u32 slot;

	netram_router_stop(&volume->router);
	netram_trim_all(&volume->router.trim);
	for (slot = 0; slot < NETRAM_NODES_MAX; slot++) {
		sessions[slot] = netram_volume_session(volume, slot);
		RCU_INIT_POINTER(volume->router.sessions[slot], NULL);
		if (sessions[slot])
			netram_session_close(sessions[slot]);
	}
	synchronize_rcu();
	for (slot = 0; slot < NETRAM_NODES_MAX; slot++)
		if (sessions[slot])
			end_session(volume, sessions[slot]);
	/* A session that came up in the last moment may have queued a work. */
	netram_router_stop(&volume->router);
	give_back_backup(volume);
	free_volume(volume);
}
