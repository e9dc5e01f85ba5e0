/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What /etc/netram/netram.conf declares: the wanted state. netram.conf(5) is its
 * manual. What is not set is nobody's wish, and left as it is.
 */
#ifndef NETRAMD_CONFIG_H
#define NETRAMD_CONFIG_H

#include <netram/netram.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/address.h"
#include "complaint.h"
#include "key_set.h"
#include "tunable.h"

/* A number that is not told. */
#define CONFIG_UNSET		UINT64_MAX

#define CONFIG_PATH_SIZE	256
/* Room for why an address is not known. */
#define CONFIG_WHY_SIZE		384
/* As in struct sockaddr_un. */
#define CONFIG_SOCKET_SIZE	108

/* Which keys an object has: bits of its member set. */
enum host_key {
	HOST_REGION,
	HOST_ZONE,
};

enum node_key {
	NODE_ADDRESS,
	NODE_REGION,
	NODE_ZONE,
	NODE_WEIGHT,
	NODE_CAPACITY,
	NODE_EXPORT,
	NODE_STATUS,
	NODE_DRAIN,
	NODE_REMOVE,
};

enum volume_key {
	VOLUME_SIZE,
	VOLUME_REPLICAS,
	VOLUME_ON_LOSS,
	VOLUME_EXTENT_SIZE,
	VOLUME_CHECKSUM,
	VOLUME_CONNECTIONS,
	VOLUME_QUEUE_DEPTH,
	VOLUME_UUID,
	VOLUME_SWAP,
	VOLUME_MOUNT,
	VOLUME_BACKUP,
	VOLUME_REMOVE,
	VOLUME_TUNABLE,	/* the first of enum tunable_id, the others behind it */
};

enum placement_key {
	PLACEMENT_AUTO_WEIGHT,
};

enum status_key {
	STATUS_LISTEN,
};

enum objective_key {
	OBJECTIVE_READ_P50_US,
	OBJECTIVE_READ_P99_US,
	OBJECTIVE_HIT_RATE_PERCENT,
	OBJECTIVE_UTILIZATION_PERCENT,
	OBJECTIVE_NETWORK_OVERHEAD_PERCENT,
	OBJECTIVES,
};

#define CONFIG_HAS(object, key)	((object)->set.bits >> (key) & 1)
/* Where a key is written, or, where it is not, the object it is missing in. */
#define CONFIG_LINE(object, key) \
	((object)->set.line[key] ?: (object)->line)

/**
 * struct config_zone - a zone that regions: knows
 * @region: the region it is in
 * @zone: its name, or "": the region itself
 */
struct config_zone {
	char region[NETRAM_NAME_SIZE];
	char zone[NETRAM_NAME_SIZE];
};

/**
 * struct config_host - where this machine stands
 * @line: of host:
 * @set: which of enum host_key
 * @region: "" if not told
 * @zone: "" if not told
 */
struct config_host {
	unsigned int line;
	struct key_set set;
	char region[NETRAM_NAME_SIZE];
	char zone[NETRAM_NAME_SIZE];
};

/**
 * struct config_node - a page server there should be
 * @line: where it is declared
 * @set: which of enum node_key
 * @name: its name
 * @address: as written
 * @endpoint: the same, valid while @resolved
 * @resolved: the address is known
 * @looked_up: it was asked for, and once at least there was an answer
 * @why: why it is not known, in a line
 * @retry_ms: when to ask again
 * @region: "" if not told
 * @zone: "" if not told
 * @weight: as written, or made of @capacity
 * @capacity: bytes its server may hold, 0 if not told
 * @export_name: a foreign server's export
 * @status: where the server can be asked, see struct ask; "" if not told
 * @drain: give it no new extents and empty it
 * @remove: empty it and forget it
 */
struct config_node {
	unsigned int line;
	struct key_set set;
	char name[NETRAM_NAME_SIZE];
	char address[CONFIG_PATH_SIZE];
	struct sockaddr_storage endpoint;
	bool resolved;
	bool looked_up;
	char why[CONFIG_WHY_SIZE];
	uint64_t retry_ms;
	char region[NETRAM_NAME_SIZE];
	char zone[NETRAM_NAME_SIZE];
	uint64_t weight;
	uint64_t capacity;
	char export_name[NETRAM_EXPORT_SIZE];
	char status[CONFIG_SOCKET_SIZE];
	bool drain;
	bool remove;
};

/**
 * struct config_volume - a volume there should be, or, without a name, defaults
 * @line: where it is declared
 * @set: which of enum volume_key
 * @name: its name
 * @size: bytes
 * @replicas: copies of each extent
 * @on_loss: enum netram_on_loss
 * @extent_size: bytes
 * @checksum: check pages read
 * @connections: hardware queues, and connections to each node
 * @queue_depth: requests in flight per hardware queue
 * @uuid: its identity on the nodes
 * @tune: values of tunables, "": as they are
 * @swap_priority: with VOLUME_SWAP: 0 to 32767, or CONFIG_UNSET
 * @swap_tune_vm: with VOLUME_SWAP: see common/vm.c
 * @mount_path: with VOLUME_MOUNT: where
 * @mount_type: the file system, an index of config_filesystems
 * @mount_options: as mount(8) takes them, or ""; see mount_options()
 * @mount_format: make the file system where there is nothing
 * @backup_path: with VOLUME_BACKUP: a block device or a file
 * @backup_mode: enum netram_backup_mode
 * @backup_force: overwrite whatever is on it
 * @remove: delete it, with its pages
 */
struct config_volume {
	unsigned int line;
	struct key_set set;
	char name[NETRAM_NAME_SIZE];
	uint64_t size;
	uint64_t replicas;
	uint64_t on_loss;
	uint64_t extent_size;
	bool checksum;
	uint64_t connections;
	uint64_t queue_depth;
	uint8_t uuid[16];
	char tune[TUNABLES][TUNABLE_SIZE];
	uint64_t swap_priority;
	bool swap_tune_vm;
	char mount_path[CONFIG_PATH_SIZE];
	uint64_t mount_type;
	char mount_options[CONFIG_PATH_SIZE];
	bool mount_format;
	char backup_path[CONFIG_PATH_SIZE];
	uint64_t backup_mode;
	bool backup_force;
	bool remove;
};

/* Names of config_volume.mount_type. */
extern const char *const config_filesystems[];

/**
 * struct config_objectives - what should be reached
 * @set: which of enum objective_key
 * @limit: by enum objective_key
 */
struct config_objectives {
	struct key_set set;
	uint64_t limit[OBJECTIVES];
};

/**
 * struct config_placement - how nodes are chosen
 * @set: which of enum placement_key
 * @auto_weight: nodes that are full, slow or short of memory count less
 */
struct config_placement {
	struct key_set set;
	bool auto_weight;
};

/* Where the status page is if the file does not tell. */
#define CONFIG_LISTEN_PORT	10810
#define CONFIG_LISTEN_DEF	"127.0.0.1:10810"

/**
 * struct config_listen - where something is to be answered
 * @off: nowhere
 * @at: there
 */
struct config_listen {
	bool off;
	struct address at;
};

/**
 * struct config_status - the status page
 * @line: of status:
 * @set: which of enum status_key
 * @listen: where it is
 */
struct config_status {
	unsigned int line;
	struct key_set set;
	struct config_listen listen;
};

/**
 * struct config - all of a file
 * @host: where this machine stands
 * @zones: what regions: knows; none: everything goes
 * @nr_zones: how many
 * @nodes: in the file's order
 * @nr_nodes: how many
 * @defaults: of volumes
 * @volumes: in the file's order, with @defaults put in
 * @nr_volumes: how many
 * @objectives: what should be reached
 * @placement: how nodes are chosen
 * @status: the status page
 * @look_up: host names are looked up while the file is read, however long that takes
 */
struct config {
	struct config_host host;
	struct config_zone *zones;
	size_t nr_zones;
	struct config_node *nodes;
	size_t nr_nodes;
	struct config_volume defaults;
	struct config_volume *volumes;
	size_t nr_volumes;
	struct config_objectives objectives;
	struct config_placement placement;
	struct config_status status;
	bool look_up;
};

/* config.c: NULL if the file cannot be used, and why is among the complaints */
struct config *config_load(const char *path, bool look_up,
			   struct complaints *c);
void config_free(struct config *config);
const struct config_node *config_find_node(const struct config *config,
					   const char *name);
const struct config_volume *config_find_volume(const struct config *config,
					       const char *name);

/* rules.c: what the parts have to do with each other */
void rules_apply(struct config *config, struct complaints *c);

#endif /* NETRAMD_CONFIG_H */
