// SPDX-License-Identifier: GPL-2.0
/*
 * What the parts of a file have to do with each other, after each has been read:
 * defaults and what follows from other values are put in, contradictions found.
 */
#include <fnmatch.h>
#include <inttypes.h>
#include <netram/limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/backup.h"
#include "common/filesystem.h"
#include "common/path.h"
#include "common/text.h"
#include "host.h"
#include "rules.h"

#define GIB		(1ULL << 30)
#define KNOWN_MAX	64

/* ---- regions and zones */

static bool zone_known(const struct config *config, const char *region,
		       const char *zone)
{
	size_t i;

	for (i = 0; i < config->nr_zones; i++)
		if (!strcmp(config->zones[i].region, region) &&
		    !strcmp(config->zones[i].zone, zone))
			return true;
	return false;
}

/* The names that fit: regions, or the zones of one. */
static void list_known(const struct config *config, const char *region,
		       const char **known)
{
	size_t i, n = 0;

	for (i = 0; i < config->nr_zones && n + 1 < KNOWN_MAX; i++) {
		const struct config_zone *z = &config->zones[i];

		if (!region && !z->zone[0])
			known[n++] = z->region;
		else if (region && z->zone[0] && !strcmp(z->region, region))
			known[n++] = z->zone;
	}
	known[n] = NULL;
}

/**
 * struct place - where somebody says to be
 * @who: for complaints
 * @region: "" if not told
 * @zone: "" if not told
 * @region_line: where the region is told, or should be
 * @zone_line: where the zone is
 */
struct place {
	const char *who;
	const char *region;
	const char *zone;
	unsigned int region_line;
	unsigned int zone_line;
};

static void unknown_region(const struct config *config, struct complaints *c,
			   const struct place *at)
{
	const char *known[KNOWN_MAX], *near;

	list_known(config, NULL, known);
	near = suggest(at->region, known);
	complain(c, at->region_line, "%s: regions: has no '%s'%s%s%s", at->who,
		 at->region, near ? ": did you mean '" : "", near ?: "",
		 near ? "'?" : "");
}

static void unknown_zone(const struct config *config, struct complaints *c,
			 const struct place *at)
{
	const char *known[KNOWN_MAX], *near;

	list_known(config, at->region, known);
	near = suggest(at->zone, known);
	complain(c, at->zone_line, "%s: region %s has no zone '%s'%s%s%s",
		 at->who, at->region, at->zone, near ? ": did you mean '" : "",
		 near ?: "", near ? "'?" : "");
}

/* Only where the file says which there are. */
static void check_place(const struct config *config, struct complaints *c,
			const struct place *at)
{
	if (!config->nr_zones)
		return;
	if (at->region[0] && !zone_known(config, at->region, ""))
		unknown_region(config, c, at);
	else if (at->zone[0] && !at->region[0])
		complain(c, at->zone_line,
			 "%s: in which region is zone '%s'? region: ...",
			 at->who, at->zone);
	else if (at->zone[0] && !zone_known(config, at->region, at->zone))
		unknown_zone(config, c, at);
}

/* ---- nodes */

/*
 * What a point is worth: a gibibyte, so that nodes that come later do not change it; where
 * that is more points than there are, twice as much, and so on.
 */
static uint64_t point_of(const struct config *config)
{
	uint64_t point = GIB;
	size_t i;

	for (i = 0; i < config->nr_nodes; i++)
		while (!config->nodes[i].remove &&
		       config->nodes[i].capacity / point > NETRAM_WEIGHT_MAX)
			point *= 2;
	return point;
}

static uint64_t weight_of(const struct config *config, uint64_t capacity)
{
	uint64_t points = capacity / point_of(config);

	return points < NETRAM_WEIGHT_MIN ? NETRAM_WEIGHT_MIN : points;
}

static void complete_node(const struct config *config, struct config_node *node)
{
	if (!node->region[0] && config->host.region[0])
		memcpy(node->region, config->host.region, sizeof(node->region));
	if (!CONFIG_HAS(node, NODE_WEIGHT) && node->capacity) {
		node->weight = weight_of(config, node->capacity);
		node->set.bits |= 1ULL << NODE_WEIGHT;
	}
}

bool rules_same_endpoint(const struct sockaddr_storage *a,
			 const struct sockaddr_storage *b)
{
	char left[NETRAM_ENDPOINT_SIZE], right[NETRAM_ENDPOINT_SIZE];

	netram_endpoint_format(a, left, sizeof(left));
	netram_endpoint_format(b, right, sizeof(right));
	return !strcmp(left, right);
}

bool rules_same_server(const struct config_node *a, const struct config_node *b)
{
	return a->resolved && b->resolved &&
	       rules_same_endpoint(&a->endpoint, &b->endpoint) &&
	       !strcmp(a->export_name, b->export_name);
}

static void check_address(const struct config *config, size_t i,
			  struct complaints *c)
{
	const struct config_node *node = &config->nodes[i];
	size_t j;

	for (j = 0; j < i; j++)
		if (rules_same_server(node, &config->nodes[j]))
			complain(c, CONFIG_LINE(node, NODE_ADDRESS),
				 "node %s: node %s in line %u has the same address: copies on both would be lost together",
				 node->name, config->nodes[j].name,
				 config->nodes[j].line);
}

/* Else how one node is would be taken for how another is. */
static void check_node_status(const struct config *config, size_t i,
			      struct complaints *c)
{
	const struct config_node *node = &config->nodes[i], *other;
	size_t j;

	for (j = 0; node->status[0] && j < i; j++) {
		other = &config->nodes[j];
		if (!strcmp(node->status, other->status))
			complain(c, CONFIG_LINE(node, NODE_STATUS),
				 "node %s: node %s in line %u has the same status: each server has its own",
				 node->name, other->name, other->line);
	}
}

/* Good for a trial, and where a tunnel begins; else it is no remote memory. */
static void check_loopback(const struct config_node *node, struct complaints *c)
{
	if (node->resolved && !node->remove && host_is_loopback(&node->endpoint))
		complain_note(c, CONFIG_LINE(node, NODE_ADDRESS),
			      "node %s: %s is this machine: its pages stay in the memory here, unless it is a tunnel's end",
			      node->name, node->address);
}

static void check_node(struct config *config, size_t i, struct complaints *c)
{
	struct config_node *node = &config->nodes[i];
	char who[80];
	const struct place at = {
		who, node->region, node->zone,
		CONFIG_LINE(node, NODE_REGION), CONFIG_LINE(node, NODE_ZONE),
	};

	complete_node(config, node);
	snprintf(who, sizeof(who), "node %s", node->name);
	check_place(config, c, &at);
	check_address(config, i, c);
	rules_check_zone(config, i, c);
	check_loopback(node, c);
	check_node_status(config, i, c);
}

/* Weights count only against each other. */
static void check_weights(const struct config *config, struct complaints *c)
{
	const struct config_node *with = NULL, *without = NULL;
	size_t i;

	for (i = 0; i < config->nr_nodes; i++) {
		if (config->nodes[i].remove)
			continue;
		if (CONFIG_HAS(&config->nodes[i], NODE_WEIGHT))
			with = with ?: &config->nodes[i];
		else
			without = without ?: &config->nodes[i];
	}
	if (with && without)
		complain_note(c, without->line,
			      "node %s has neither weight nor capacity and counts %d, node %s counts %" PRIu64 ": give both the same",
			      without->name, NETRAM_WEIGHT_DEF, with->name,
			      with->weight);
}

/* ---- volumes */

#define INHERIT_BY(copy, key)					\
	do {							\
		if (!CONFIG_HAS(v, key) && CONFIG_HAS(d, key)) {	\
			copy;					\
			v->set.bits |= 1ULL << (key);		\
			v->set.line[key] = d->set.line[key];	\
		}						\
	} while (0)
#define INHERIT(member, key)	INHERIT_BY(v->member = d->member, key)
#define INHERIT_TEXT(member, key) \
	INHERIT_BY(memcpy(v->member, d->member, sizeof(v->member)), key)

/* A lag that is told in defaults: is meant for those that have a backup. */
static bool tunable_applies(const struct config_volume *v, unsigned int id)
{
	return id != TUNABLE_BACKUP_LAG_MIB || CONFIG_HAS(v, VOLUME_BACKUP);
}

static void complete_volume(const struct config *config,
			    struct config_volume *v)
{
	const struct config_volume *d = &config->defaults;
	unsigned int id;

	INHERIT(replicas, VOLUME_REPLICAS);
	INHERIT(on_loss, VOLUME_ON_LOSS);
	INHERIT(extent_size, VOLUME_EXTENT_SIZE);
	INHERIT(checksum, VOLUME_CHECKSUM);
	INHERIT(connections, VOLUME_CONNECTIONS);
	INHERIT(queue_depth, VOLUME_QUEUE_DEPTH);
	for (id = 0; id < TUNABLES; id++)
		if (tunable_applies(v, id))
			INHERIT_TEXT(tune[id], VOLUME_TUNABLE + id);
}

/* What is told of this volume itself, and has no effect on it. */
static void check_lag(const struct config_volume *v, struct complaints *c)
{
	const unsigned int key = VOLUME_TUNABLE + TUNABLE_BACKUP_LAG_MIB;

	if (!CONFIG_HAS(v, key))
		return;
	if (!CONFIG_HAS(v, VOLUME_BACKUP))
		complain(c, CONFIG_LINE(v, key),
			 "volume %s: backup_lag_mib: it has no backup: declare one with backup:, or take this out",
			 v->name);
	else if (v->backup_mode != NETRAM_BACKUP_BEHIND)
		complain_note(c, CONFIG_LINE(v, key),
			      "volume %s: backup_lag_mib: its backup is never behind: 'mode: behind' under backup: makes it so",
			      v->name);
}

/* Given in the order in which disks are found, which is another one some day. */
static bool name_may_change(const char *path)
{
	static const char *const names[] = {
		"/dev/sd?*", "/dev/vd?*", "/dev/xvd?*", "/dev/nvme*n*",
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!fnmatch(names[i], path, FNM_PATHNAME))
			return true;
	return false;
}

/* A volume is created at each boot, and nobody is asked then what is on the disk. */
static void check_backup(const struct config_volume *v, struct complaints *c)
{
	unsigned int line = CONFIG_LINE(v, VOLUME_BACKUP);

	if (!CONFIG_HAS(v, VOLUME_BACKUP))
		return;
	if (v->backup_force)
		complain_note(c, line,
			      "volume %s: backup: 'force: yes' overwrites whatever is on %s each time the volume is created, so at each boot: take it out once the volume is there",
			      v->name, v->backup_path);
	if (name_may_change(v->backup_path))
		complain_note(c, line,
			      "volume %s: backup: %s may be another disk after a reboot: take its name in /dev/disk/by-id",
			      v->name, v->backup_path);
}

static void check_sizes(const struct config_volume *v, struct complaints *c)
{
	uint64_t odd = v->size % NETRAM_PAGE_SIZE;

	if (odd)
		complain(c, CONFIG_LINE(v, VOLUME_SIZE),
			 "volume %s: size: %" PRIu64 " is not a multiple of %u: try %" PRIu64,
			 v->name, v->size, NETRAM_PAGE_SIZE, v->size - odd);
	if (v->extent_size & (v->extent_size - 1))
		complain(c, CONFIG_LINE(v, VOLUME_EXTENT_SIZE),
			 "volume %s: extent_size: %" PRIu64 " is not a power of two, like 4M",
			 v->name, v->extent_size);
}

/* Nodes that are to stay, and the zones they are in. */
static void count_places(const struct config *config, size_t *nodes,
			 size_t *zones)
{
	const struct config_node *a, *b;
	bool first;
	size_t i, j;

	*nodes = *zones = 0;
	for (i = 0; i < config->nr_nodes; i++) {
		a = &config->nodes[i];
		if (a->remove)
			continue;
		++*nodes;
		first = true;
		for (j = 0; j < i && a->zone[0]; j++) {
			b = &config->nodes[j];
			first = first && (b->remove || strcmp(a->zone, b->zone) ||
					  strcmp(a->region, b->region));
		}
		*zones += first;
	}
}

static void check_replicas(const struct config *config,
			   const struct config_volume *v, struct complaints *c)
{
	size_t nodes, zones;

	count_places(config, &nodes, &zones);
	if (!nodes)
		complain(c, v->line,
			 "volume %s: there is no node to keep its pages: declare some under nodes:",
			 v->name);
	else if (v->replicas > nodes)
		complain(c, CONFIG_LINE(v, VOLUME_REPLICAS),
			 "volume %s: replicas: %" PRIu64 " copies need as many nodes, there %s %zu",
			 v->name, v->replicas, nodes == 1 ? "is" : "are", nodes);
	else if (v->replicas > zones)
		complain_note(c, CONFIG_LINE(v, VOLUME_REPLICAS),
			      "volume %s: %" PRIu64 " copies in %zu zone%s: some fail together",
			      v->name, v->replicas, zones,
			      zones == 1 ? "" : "s");
}

static void check_filesystem(const struct config_volume *v,
			     struct complaints *c)
{
	if (CONFIG_HAS(v, VOLUME_MOUNT) && v->size && v->size < FILESYSTEM_XFS_MIN &&
	    !strcmp(config_filesystems[v->mount_type], "xfs"))
		complain(c, CONFIG_LINE(v, VOLUME_SIZE),
			 "volume %s: size: xfs needs 300M or more: make it larger, or take ext4",
			 v->name);
}

static unsigned long tuned(const struct config_volume *v, enum tunable_id id,
			   unsigned long usual)
{
	return v->tune[id][0] ? strtoul(v->tune[id], NULL, 10) : usual;
}

static void check_deadline(const struct config_volume *v, struct complaints *c)
{
	const unsigned int key = VOLUME_TUNABLE + TUNABLE_IO_DEADLINE_MS;
	unsigned long deadline = tuned(v, TUNABLE_IO_DEADLINE_MS,
				       NETRAM_IO_DEADLINE_MS_DEF);
	unsigned long timeout = tuned(v, TUNABLE_IO_TIMEOUT_MS,
				      NETRAM_IO_TIMEOUT_MS_DEF);

	if (deadline >= timeout || v->on_loss == NETRAM_ON_LOSS_WAIT)
		return;
	complain_note(c, CONFIG_LINE(v, key),
		      "volume %s: io_deadline_ms, %lu, is less than io_timeout_ms, %lu: requests fail before a node that hangs is given up and tried again",
		      v->name, deadline, timeout);
}

static void check_twins(const struct config *config, size_t i,
			struct complaints *c)
{
	const struct config_volume *v = &config->volumes[i], *o;
	size_t j;

	for (j = 0; j < i; j++) {
		o = &config->volumes[j];
		if (CONFIG_HAS(v, VOLUME_UUID) && CONFIG_HAS(o, VOLUME_UUID) &&
		    !memcmp(v->uuid, o->uuid, sizeof(v->uuid)))
			complain(c, CONFIG_LINE(v, VOLUME_UUID),
				 "volume %s: volume %s in line %u has the same uuid",
				 v->name, o->name, o->line);
		if (v->backup_path[0] && o->backup_path[0] &&
		    backup_same(v->backup_path, o->backup_path))
			complain(c, CONFIG_LINE(v, VOLUME_BACKUP),
				 "volume %s: volume %s in line %u has the same backup",
				 v->name, o->name, o->line);
		if (v->mount_path[0] && o->mount_path[0] &&
		    path_same(v->mount_path, o->mount_path))
			complain(c, CONFIG_LINE(v, VOLUME_MOUNT),
				 "volume %s: volume %s in line %u is mounted there, too",
				 v->name, o->name, o->line);
	}
}

static void check_volume(struct config *config, size_t i, struct complaints *c)
{
	struct config_volume *v = &config->volumes[i];

	if (v->remove)
		return;
	check_lag(v, c);
	complete_volume(config, v);
	check_backup(v, c);
	check_sizes(v, c);
	check_replicas(config, v, c);
	rules_check_places(config, i, c);
	rules_check_room(config, v, c);
	check_filesystem(v, c);
	check_deadline(v, c);
	check_twins(config, i, c);
	if (CONFIG_HAS(v, VOLUME_SWAP) && CONFIG_HAS(v, VOLUME_MOUNT))
		complain(c, CONFIG_LINE(v, VOLUME_MOUNT),
			 "volume %s: it can be swap or mounted, not both",
			 v->name);
}

/* The page has no password. */
static void check_status(const struct config *config, struct complaints *c)
{
	const struct config_status *status = &config->status;
	char at[ADDRESS_SIZE];

	if (status->listen.off || address_is_loopback(&status->listen.at))
		return;
	address_format(&status->listen.at, at, sizeof(at));
	complain_note(c, CONFIG_LINE(status, STATUS_LISTEN),
		      "status: whoever reaches %s can read names, addresses and figures of this host: have a firewall keep others out, or listen on %s",
		      at, CONFIG_LISTEN_DEF);
}

void rules_apply(struct config *config, struct complaints *c)
{
	const struct place host = {
		"host", config->host.region, config->host.zone,
		CONFIG_LINE(&config->host, HOST_REGION),
		CONFIG_LINE(&config->host, HOST_ZONE),
	};
	size_t i;

	check_place(config, c, &host);
	for (i = 0; i < config->nr_nodes; i++)
		check_node(config, i, c);
	check_weights(config, c);
	for (i = 0; i < config->nr_volumes; i++)
		check_volume(config, i, c);
	rules_check_promises(config, c);
	check_status(config, c);
}
