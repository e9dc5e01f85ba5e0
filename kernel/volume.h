/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_VOLUME_H
#define NETRAM_VOLUME_H

#include <linux/list.h>
#include <linux/netlink.h>
#include <linux/uuid.h>
#include "blk.h"
#include "node.h"
#include "router.h"

/* Room for what netram_volume_reason() tells. */
#define NETRAM_REASON_SIZE	240

struct netram_bdev;

/**
 * struct netram_volume_config - what a volume is created with
 * @name: 1 to NETRAM_NAME_MAX of [A-Za-z0-9._-]
 * @size: bytes, a multiple of NETRAM_PAGE_SIZE
 * @extent_size: bytes, a power of two
 * @checksum: keep checksums
 * @connections: hardware queues and connections to each node; not 0
 * @queue_depth: of each hardware queue
 * @replicas: copies of each extent; not 0
 * @on_loss: enum netram_on_loss
 * @uuid: NULL: one is made up
 * @claim: UUID_SIZE bytes that servers tell it by from others of its uuid; NULL:
 *   they are made up
 * @takeover: take it from a host that has a volume of this uuid
 * @backup_path: a block device for the last copy; NULL: none
 * @backup_mode: enum netram_backup_mode
 * @backup_force: whatever is on it
 */
struct netram_volume_config {
	const char	*name;
	u64		size;
	u32		extent_size;
	bool		checksum;
	u32		connections;
	u32		queue_depth;
	u32		replicas;
	u32		on_loss;
	const uuid_t	*uuid;
	const u8	*claim;
	bool		takeover;
	const char	*backup_path;
	u8		backup_mode;
	bool		backup_force;
};

/**
 * struct netram_volume - a block device whose pages are on nodes
 * @list: on the pool's list
 * @name: as configured
 * @uuid: made up at creation, or as configured
 * @uuid_text: the same in text
 * @claim: random or as configured, what servers tell it by from others of its uuid
 * @index: N of /dev/netramN
 * @size: as configured
 * @connections: as configured
 * @queue_depth: as configured
 * @labels: "volume/node" for each session
 * @gave_up: a node was given up, with whatever it has
 * @gone: traffic of sessions that are gone; under the pool's lock
 * @router: the data plane
 * @blk: the disk
 */
struct netram_volume {
	struct list_head	list;
	char			name[NETRAM_NAME_MAX + 1];
	uuid_t			uuid;
	char			uuid_text[UUID_STRING_LEN + 1];
	char			claim[2 * UUID_SIZE + 1];
	u32			index;
	u64			size;
	u32			connections;
	u32			queue_depth;
	char			*labels[NETRAM_NODES_MAX];
	bool			gave_up;
	struct netram_traffic	gone;
	struct netram_router	router;
	struct netram_blk	blk;
};

int netram_volume_init(void);
void netram_volume_exit(void);
struct netram_volume *
netram_volume_create(const struct netram_volume_config *cfg, u32 index);
struct netram_bdev *
netram_volume_open_backup(const struct netram_volume_config *cfg,
			  struct netlink_ext_ack *extack);
int netram_volume_set_backup(struct netram_volume *volume,
			     struct netram_bdev *bdev, u8 mode);
int netram_volume_mark_backup(struct netram_volume *volume);
void netram_volume_destroy(struct netram_volume *volume);
int netram_volume_attach(struct netram_volume *volume,
			 struct netram_node *node, bool takeover);
void netram_volume_start(struct netram_volume *volume,
			 struct netram_node *node);
int netram_volume_leaves(struct netram_volume *volume,
			 struct netram_node *node);
int netram_volume_detach(struct netram_volume *volume,
			 struct netram_node *node);
int netram_volume_bar(struct netram_volume *volume, struct netram_node *node);
void netram_volume_unbar(struct netram_volume *volume,
			 struct netram_node *node);
void netram_volume_give_up(struct netram_volume *volume,
			   struct netram_node *node);
void netram_volume_wait_tried(struct netram_volume *volume);
bool netram_volume_any_up(struct netram_volume *volume);
bool netram_volume_in_use(struct netram_volume *volume);
void netram_volume_set_on_loss(struct netram_volume *volume,
			       enum netram_on_loss on_loss);
void netram_volume_reason(struct netram_volume *volume, char *buf, size_t len);
int netram_volume_set_replicas(struct netram_volume *volume, u32 replicas);
int netram_volume_widen(struct netram_volume *volume);
enum netram_volume_state netram_volume_state(struct netram_volume *volume);
struct netram_session *netram_volume_session(struct netram_volume *volume,
					     u8 slot);
void netram_volume_traffic(struct netram_volume *volume,
			   struct netram_traffic *t);

#endif /* NETRAM_VOLUME_H */
