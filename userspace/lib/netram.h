/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libnetram: talk to the netram kernel module.
 *
 * A handle (struct netram) is one generic netlink socket. Calls on one handle
 * are made one after the other by a lock in it, so threads may share a handle;
 * there is no other shared state. Every call that can fail returns 0 or
 * -errno, and netram_error() then has the sentence to show: the module's own
 * where it sent one.
 *
 * A handle outlives the module. When that was unloaded, calls return -ENODEV until
 * it is loaded again, which they do not make the kernel do, other than netram_open();
 * then they ask the new one, which has nothing of what the old one had.
 *
 * What is given out is allocated by the library, several objects as a linked list, so
 * that a later version can append members. What callers make never grows, nor does
 * struct netram_traffic, which is a part of others: it has reserved room for what a
 * later version has. In what a caller fills in for a call that must be all zeroes, as
 * {} and {0} make it, or the call is refused with -EINVAL. What arrives has been
 * checked: names are names, texts are printable, numbers have their width. States are
 * the enums of <linux/netram.h>; a newer module may report values this header does not
 * know.
 *
 * The module wants CAP_NET_ADMIN and, for everything that changes something,
 * CAP_SYS_ADMIN.
 */
#ifndef NETRAM_H
#define NETRAM_H

#include <linux/netram.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NETRAM_LIBRARY_VERSION	"0.1.0"

/* Room for any of these with its final NUL; it never changes. */
#define NETRAM_NAME_SIZE	64
#define NETRAM_EXPORT_SIZE	256
#define NETRAM_TEXT_SIZE	256
#define NETRAM_ENDPOINT_SIZE	80
#define NETRAM_UUID_SIZE	37

/* Room in what cannot grow, in units of 8 bytes; it never changes. */
#define NETRAM_RESERVED		8

struct netram;
struct netram_events;

/**
 * struct netram_traffic - bytes on the network, by what they were for
 * @payload: pages that requests have written, the first copy of each, or read
 * @replicas: pages that requests have written, further copies
 * @headers: of these requests, of TRIMs, and of their answers
 * @hedges: hedged reads, what was of no use
 * @retries: what had to begin anew
 * @mover: all that was carried in the background
 * @handshakes: handshakes
 * @tx_bytes: all bytes sent
 * @rx_bytes: all bytes received
 * @reserved: zeroes; room for what a later version has
 *
 * While nothing is under way the others add up to the last two. The parts are told
 * of exactly at enum netram_traffic_attr in <linux/netram.h>.
 */
struct netram_traffic {
	uint64_t payload;
	uint64_t replicas;
	uint64_t headers;
	uint64_t hedges;
	uint64_t retries;
	uint64_t mover;
	uint64_t handshakes;
	uint64_t tx_bytes;
	uint64_t rx_bytes;
	uint64_t reserved[NETRAM_RESERVED];
};

/**
 * struct netram_node - a storage node as the module sees it
 * @next: the next node of the list, or NULL
 * @name: its name
 * @endpoint: struct sockaddr_in or struct sockaddr_in6
 * @region: where it stands, coarse
 * @zone: what fails together with it
 * @weight: its share of new extents against other nodes' weights
 * @has_export: it is a foreign NBD server with the export @export_name
 * @export_name: valid while @has_export
 * @state: enum netram_node_state
 * @drain: it gets no new extents, and those it has move to other nodes
 * @volumes: volumes with at least one extent there
 * @extents: extents this host has placed there
 * @pages: pages of 4096 bytes this host has there
 * @tx_bytes: sent to it since it was added
 * @rx_bytes: received from it since it was added
 * @reconnects: times a session was renewed
 * @errors: requests it answered with an error, other than having no room
 * @last_error: why the last connection failed, or ""
 * @traffic: what @tx_bytes and @rx_bytes were for
 */
struct netram_node {
	struct netram_node *next;
	char name[NETRAM_NAME_SIZE];
	struct sockaddr_storage endpoint;
	char region[NETRAM_NAME_SIZE];
	char zone[NETRAM_NAME_SIZE];
	uint32_t weight;
	bool has_export;
	char export_name[NETRAM_EXPORT_SIZE];
	uint8_t state;
	bool drain;
	uint32_t volumes;
	uint64_t extents;
	uint64_t pages;
	uint64_t tx_bytes;
	uint64_t rx_bytes;
	uint64_t reconnects;
	uint64_t errors;
	char last_error[NETRAM_TEXT_SIZE];
	struct netram_traffic traffic;
};

/**
 * struct netram_session - one volume's connections with one node
 * @next: the next session of the volume, or NULL
 * @node: the node's name
 * @state: enum netram_session_state
 * @epoch: the session's number, which the node fences older ones by
 * @connections: open now
 * @extents: of this volume with a copy on this node
 * @stale: of these, with a copy that is not in sync
 * @pages: of this volume on this node
 * @instance: the page server's life, or "" from a node that tells none
 * @only_pages: pages that would be lost by netram_node_give_up(); 0 while it is up
 */
struct netram_session {
	struct netram_session *next;
	char node[NETRAM_NAME_SIZE];
	uint8_t state;
	uint64_t epoch;
	uint32_t connections;
	uint64_t extents;
	uint64_t stale;
	uint64_t pages;
	char instance[NETRAM_TEXT_SIZE];
	uint64_t only_pages;
};

/**
 * struct netram_bad - something that was found wrong when a volume was verified
 * @next: the next one, or NULL
 * @offset: of a page, bytes from the start of the volume
 * @kind: enum netram_verify_kind
 * @node: whose copy, or "": all copies are meant
 */
struct netram_bad {
	struct netram_bad *next;
	uint64_t offset;
	uint8_t kind;
	char node[NETRAM_NAME_SIZE];
};

/**
 * struct netram_verify - what came of verifying a volume, or has come so far
 * @run: how often that was begun, this time included
 * @action: enum netram_verify_action
 * @state: enum netram_verify_state
 * @pages: pages done with
 * @total: pages there were when it began
 * @compared: copies of pages that were read, or that their node has told the
 *   checksum of
 * @wrong: of these, not as they should be
 * @repaired: of those, made good
 * @missing: copies of pages that should be there, but are not, or away
 * @unreadable: copies of pages that a node answered with an error for
 * @lost: pages that no copy has as they should be
 * @undecided: pages whose copies differ, and nobody knows which is right
 * @skipped: pages that were being written all the while
 * @found: entries there would be in @bad if it were not bounded
 * @bad: NETRAM_VERIFY_BAD_MAX of them at most, the gravest first: lost, undecided,
 *   wrong or unreadable, repaired
 * @by_sum: of those compared, the ones that were not read
 */
struct netram_verify {
	uint64_t run;
	uint8_t action;
	uint8_t state;
	uint64_t pages;
	uint64_t total;
	uint64_t compared;
	uint64_t wrong;
	uint64_t repaired;
	uint64_t missing;
	uint64_t unreadable;
	uint64_t lost;
	uint64_t undecided;
	uint64_t skipped;
	uint64_t found;
	struct netram_bad *bad;
	uint64_t by_sum;
};

/**
 * struct netram_backup - the last copy of a volume's pages, on a local device
 * @path: the device
 * @mode: enum netram_backup_mode
 * @state: enum netram_backup_state
 * @serving: it stands in for nodes at present
 * @only_pages: pages that it alone has
 * @lag_pages: pages that it lacks
 * @reads: pages read from it
 * @writes: pages written to it
 * @errors: transfers that failed
 * @returns: pages brought back from it to nodes
 */
struct netram_backup {
	char path[NETRAM_TEXT_SIZE];
	uint8_t mode;
	uint8_t state;
	bool serving;
	uint64_t only_pages;
	uint64_t lag_pages;
	uint64_t reads;
	uint64_t writes;
	uint64_t errors;
	uint64_t returns;
};

/**
 * struct netram_volume - a volume and its block device
 * @next: the next volume of the list, or NULL
 * @name: its name
 * @size: bytes
 * @extent_size: bytes
 * @checksum: every page read is checked
 * @connections: hardware queues, and connections to each node
 * @queue_depth: requests in flight per hardware queue
 * @replicas: copies each extent should have
 * @index: N of /dev/netramN
 * @uuid: its identity on the nodes
 * @on_loss: enum netram_on_loss
 * @state: enum netram_volume_state
 * @reason: why the state is that, or ""
 * @openers: how often the device is open
 * @extents: extents that have a place
 * @degraded: of these, with fewer copies in sync on nodes that are up
 * @pages: pages present, each counted once
 * @lost_pages: pages that nobody has any more
 * @sessions: one for each node of the pool
 * @verify: what came of verifying it last, or NULL
 * @backup: its backup, or NULL
 * @traffic: bytes on the network since it was created
 */
struct netram_volume {
	struct netram_volume *next;
	char name[NETRAM_NAME_SIZE];
	uint64_t size;
	uint32_t extent_size;
	bool checksum;
	uint32_t connections;
	uint32_t queue_depth;
	uint32_t replicas;
	uint32_t index;
	uint8_t uuid[16];
	uint8_t on_loss;
	uint8_t state;
	char reason[NETRAM_TEXT_SIZE];
	uint32_t openers;
	uint64_t extents;
	uint64_t degraded;
	uint64_t pages;
	uint64_t lost_pages;
	struct netram_session *sessions;
	struct netram_verify *verify;
	struct netram_backup *backup;
	struct netram_traffic traffic;
};

/**
 * struct netram_latency - how long reads and writes took, as histograms
 * @next: the next of the list, or NULL
 * @volume: the volume's name
 * @node: the node's, or "": of the volume as a whole
 * @reads: counts of buckets
 * @writes: counts of buckets
 *
 * What is counted, and which latencies a bucket counts, is told in
 * <linux/netram.h>, and how many buckets there are, which stays so;
 * <netram/latency.h> makes percentiles of it.
 */
struct netram_latency {
	struct netram_latency *next;
	char volume[NETRAM_NAME_SIZE];
	char node[NETRAM_NAME_SIZE];
	__u64 reads[NETRAM_LATENCY_BUCKETS];
	__u64 writes[NETRAM_LATENCY_BUCKETS];
};

/**
 * struct netram_copy - a copy of an extent
 * @next: the next one of the extent, or NULL
 * @node: whose
 * @state: enum netram_copy_state
 * @up: the node can be reached
 * @missing: pages present that it lacks, at most
 */
struct netram_copy {
	struct netram_copy *next;
	char node[NETRAM_NAME_SIZE];
	uint8_t state;
	bool up;
	uint32_t missing;
};

/**
 * struct netram_extent - an extent of a volume
 * @next: the next of the list, or NULL
 * @index: counted from 0
 * @pages: of 4096 bytes, present
 * @lost_pages: of these, that nobody has any more
 * @backup_pages: of these, that the backup alone has
 * @nr_copies: how many it has; 0: no place yet, so nothing was ever written there
 * @copies: they, or NULL
 */
struct netram_extent {
	struct netram_extent *next;
	uint64_t index;
	uint32_t pages;
	uint32_t lost_pages;
	uint32_t backup_pages;
	uint32_t nr_copies;
	struct netram_copy *copies;
};

/**
 * struct netram_event_info - something that happened
 * @type: enum netram_event
 * @time_ns: CLOCK_REALTIME
 * @node: the node meant, or ""
 * @volume: the volume meant, or ""
 * @has_state: @state is valid
 * @state: the new state; for a session enum netram_session_state, for
 *   NETRAM_EVENT_SYNC as netram_sync_state_name() knows it, for
 *   NETRAM_EVENT_PAGES_LOST, _WAITING, _BACKUP, _BACKUP_FAILED and _DRAIN 1 or 0,
 *   for NETRAM_EVENT_VERIFY enum netram_verify_state, for NETRAM_EVENT_ON_LOSS enum
 *   netram_on_loss, for NETRAM_EVENT_CORRUPT enum netram_corrupt
 * @has_value: @value is valid
 * @value: the new number: of NETRAM_EVENT_WEIGHT a weight, of NETRAM_EVENT_REPLICAS
 *   how many copies; of NETRAM_EVENT_CORRUPT the number of a page
 */
struct netram_event_info {
	uint8_t type;
	uint64_t time_ns;
	char node[NETRAM_NAME_SIZE];
	char volume[NETRAM_NAME_SIZE];
	bool has_state;
	uint8_t state;
	bool has_value;
	uint32_t value;
};

/**
 * struct netram_node_spec - a node to add; zeroed members take their default
 * @name: as netram_name_valid()
 * @endpoint: as netram_endpoint_parse() makes it
 * @region: NULL: "default"
 * @zone: NULL: the node's name
 * @weight: 0: 100
 * @export_name: not NULL: a foreign NBD server's export
 * @reserved: zeroes; room for what a later version has
 */
struct netram_node_spec {
	const char *name;
	struct sockaddr_storage endpoint;
	const char *region;
	const char *zone;
	uint32_t weight;
	const char *export_name;
	uint64_t reserved[NETRAM_RESERVED];
};

/**
 * struct netram_volume_spec - a volume to create; zeroes take their default
 * @name: as netram_name_valid()
 * @size: bytes, a multiple of 4096
 * @extent_size: 0: 4 MiB
 * @no_checksum: do not check pages read
 * @connections: 0: one per CPU, up to 4
 * @queue_depth: 0: 128
 * @replicas: 0: 2 where two nodes or more are known, else 1
 * @on_loss: enum netram_on_loss; 0: requests fail
 * @uuid: 16 bytes; NULL: the module makes one up
 * @claim: 16 random bytes that nodes tell it by from others of its @uuid, and that
 *   nobody else is to know; NULL: the module makes them up
 * @takeover: take the volume of this @uuid from the host that has it, for good, on
 *   all nodes that are known now
 * @backup_path: a block device for the last copy of each page; NULL: none
 * @backup_mode: enum netram_backup_mode; 0: synchronous
 * @backup_force: overwrite whatever is on it
 * @reserved: zeroes; room for what a later version has
 */
struct netram_volume_spec {
	const char *name;
	uint64_t size;
	uint32_t extent_size;
	bool no_checksum;
	uint32_t connections;
	uint32_t queue_depth;
	uint32_t replicas;
	uint8_t on_loss;
	const uint8_t *uuid;
	const uint8_t *claim;
	bool takeover;
	const char *backup_path;
	uint8_t backup_mode;
	bool backup_force;
	uint64_t reserved[NETRAM_RESERVED];
};

/**
 * struct netram_volume_change - what to change of a volume
 * @replicas: copies each extent should have; 0: as it is
 * @set_on_loss: @on_loss is valid
 * @on_loss: enum netram_on_loss
 * @reserved: zeroes; room for what a later version has
 */
struct netram_volume_change {
	uint32_t replicas;
	bool set_on_loss;
	uint8_t on_loss;
	uint64_t reserved[NETRAM_RESERVED];
};

/**
 * struct netram_verify_spec - how to verify a volume; zeroes take their default
 * @action: enum netram_verify_action; 0: compare and tell
 * @rate_mib: MiB a second at most, of all copies together; 0: as sync_rate_mib says
 * @reserved: zeroes; room for what a later version has
 */
struct netram_verify_spec {
	uint8_t action;
	uint32_t rate_mib;
	uint64_t reserved[NETRAM_RESERVED];
};

/**
 * netram_open() - connect to the module
 * @handle: set to the new handle on success, to NULL otherwise
 *
 * Return: 0, -ENOENT: the module is not loaded, -EPERM: not permitted,
 * -EPROTONOSUPPORT: this kernel has no generic netlink, or another -errno.
 */
int netram_open(struct netram **handle);

/**
 * netram_close() - give a handle back
 * @handle: from netram_open(), or NULL
 */
void netram_close(struct netram *handle);

/**
 * netram_error() - say why the last call on a handle failed
 * @handle: the handle
 * @text: where to put one line without a final newline
 * @size: room there
 *
 * Threads that share a handle may see each other's text.
 */
void netram_error(struct netram *handle, char *text, size_t size);

/**
 * netram_node_add() - make a node known; it need not answer yet
 * @handle: the handle
 * @spec: what to add
 *
 * Return: 0, -EEXIST: a node of this name or address is there, -ENOSPC, -EPERM or
 * another -errno.
 */
int netram_node_add(struct netram *handle, const struct netram_node_spec *spec);

/**
 * netram_node_remove() - forget a node that holds no extent
 * @handle: the handle
 * @name: the node
 *
 * Return: 0, -ENOENT, -EBUSY: volumes keep pages there, or another -errno.
 */
int netram_node_remove(struct netram *handle, const char *name);

/**
 * netram_node_give_up() - forget a node that will not come back, with all it has
 * @handle: the handle
 * @name: the node
 *
 * Pages that nobody else has are lost: reading them fails until they are written.
 * netram_volume_list() tells beforehand how many there are, see only_pages.
 *
 * Return: 0, -ENOENT, -EBUSY: volumes keep pages there, and can reach it; or another
 * -errno.
 */
int netram_node_give_up(struct netram *handle, const char *name);

/**
 * netram_node_drain() - empty a node, or stop doing so
 * @handle: the handle
 * @name: the node
 * @on: true: give it no new extents and move those it has to other nodes, as
 *      far as these have room; false: no more of that, what has been moved stays
 *      where it is
 *
 * Does not wait: netram_node_get() tells how many extents are left. With none
 * netram_node_remove() succeeds.
 *
 * Return: 0, -ENOENT or another -errno.
 */
int netram_node_drain(struct netram *handle, const char *name, bool on);

/**
 * netram_node_set_weight() - change a node's share of new extents
 * @handle: the handle
 * @name: the node
 * @weight: 1 to 1000, against other nodes' weights
 *
 * What has a place stays there.
 *
 * Return: 0, -ENOENT, -ERANGE: no such weight, or another -errno.
 */
int netram_node_set_weight(struct netram *handle, const char *name,
			   uint32_t weight);

/**
 * netram_node_sync() - bring what a node has up to date without delay
 * @handle: the handle
 * @name: the node
 *
 * Does not wait: netram_volume_list() tells how many copies there are stale.
 *
 * Return: 0, -ENOENT or another -errno.
 */
int netram_node_sync(struct netram *handle, const char *name);

/**
 * netram_node_get() - ask about one node
 * @handle: the handle
 * @name: the node
 * @node: set to it on success; netram_node_free() it
 *
 * Return: 0, -ENOENT or another -errno.
 */
int netram_node_get(struct netram *handle, const char *name,
		    struct netram_node **node);

/**
 * netram_node_list() - ask about all nodes
 * @handle: the handle
 * @first: set to the list, NULL when there is none; netram_node_free() it
 *
 * Return: 0 or -errno.
 */
int netram_node_list(struct netram *handle, struct netram_node **first);

/**
 * netram_node_free() - free a node and those after it
 * @first: may be NULL
 */
void netram_node_free(struct netram_node *first);

/**
 * netram_volume_create() - create a volume and its block device
 * @handle: the handle
 * @spec: what to create
 * @volume: set to it on success; netram_volume_free() it
 *
 * Waits until the module has tried every node once.
 *
 * Return: 0, -EEXIST, -ENOTCONN: no node answered, -EBUSY: another host has a
 * volume of this uuid, -ENOMEM or another -errno.
 */
int netram_volume_create(struct netram *handle,
			 const struct netram_volume_spec *spec,
			 struct netram_volume **volume);

/**
 * netram_volume_delete() - delete a volume nobody has open, with its pages
 * @handle: the handle
 * @name: the volume
 *
 * Return: 0, -ENOENT, -EBUSY: it is mounted, swapped on or open, or another
 * -errno.
 */
int netram_volume_delete(struct netram *handle, const char *name);

/**
 * netram_volume_set() - change a volume that may be in use
 * @handle: the handle
 * @name: the volume
 * @change: what to change; zeroed members stay as they are
 *
 * Does not wait: copies are made or dropped in the background, and
 * netram_volume_get() tells how many extents still have too few.
 *
 * Return: 0, -ENOENT or another -errno.
 */
int netram_volume_set(struct netram *handle, const char *name,
		      const struct netram_volume_change *change);

/**
 * netram_volume_verify() - begin or end comparing all copies of a volume
 * @handle: the handle
 * @name: the volume
 * @spec: what to do
 * @volume: set to the volume on success, its verify member not NULL unless there
 *   was nothing to cancel; netram_volume_free() it
 *
 * Does not wait: netram_volume_get() tells how far it is.
 *
 * Return: 0, -ENOENT, -EBUSY: it is being done already, or another -errno.
 */
int netram_volume_verify(struct netram *handle, const char *name,
			 const struct netram_verify_spec *spec,
			 struct netram_volume **volume);

/**
 * netram_volume_get() - ask about one volume
 * @handle: the handle
 * @name: the volume
 * @volume: set to it on success; netram_volume_free() it
 *
 * Return: 0, -ENOENT or another -errno.
 */
int netram_volume_get(struct netram *handle, const char *name,
		      struct netram_volume **volume);

/**
 * netram_volume_list() - ask about all volumes
 * @handle: the handle
 * @first: set to the list, NULL when there is none; netram_volume_free() it
 *
 * Return: 0 or -errno.
 */
int netram_volume_list(struct netram *handle, struct netram_volume **first);

/**
 * netram_volume_free() - free a volume, its sessions and the volumes after it
 * @first: may be NULL
 */
void netram_volume_free(struct netram_volume *first);

/**
 * netram_latency_list() - ask how long reads and writes took
 * @handle: the handle
 * @volume: only this volume; NULL: all
 * @first: set to the list, each volume followed by its nodes, NULL when there is
 *   none; netram_latency_free() it
 *
 * Counts only grow, so of two calls the difference tells what happened between
 * them.
 *
 * Return: 0, -ENOENT: no such volume, or another -errno.
 */
int netram_latency_list(struct netram *handle, const char *volume,
			struct netram_latency **first);

/**
 * netram_latency_free() - free one and those after it
 * @first: may be NULL
 */
void netram_latency_free(struct netram_latency *first);

/**
 * netram_extent_list() - ask about extents of a volume that have a place, or lost pages
 * @handle: the handle
 * @volume: the volume
 * @first: set to the list, NULL when there is none; netram_extent_free() it
 *
 * I/O goes on, and extents may move, meanwhile.
 *
 * Return: 0, -ENOENT: no such volume, or another -errno.
 */
int netram_extent_list(struct netram *handle, const char *volume,
		       struct netram_extent **first);

/**
 * netram_extent_get() - ask about one extent
 * @handle: the handle
 * @volume: the volume
 * @index: counted from 0
 * @extent: set to it on success; netram_extent_free() it
 *
 * Return: 0, -ENOENT: no such volume, -ERANGE: it has fewer, or another -errno.
 */
int netram_extent_get(struct netram *handle, const char *volume, uint64_t index,
		      struct netram_extent **extent);

/**
 * netram_extent_free() - free one and those after it
 * @first: may be NULL
 */
void netram_extent_free(struct netram_extent *first);

/**
 * netram_traffic_overhead() - the share of overhead
 * @traffic: of a node or a volume
 *
 * Headers, hedges, retries and handshakes, over payload and replicas.
 *
 * Return: parts per million, rounded up; UINT64_MAX where there is no payload.
 */
uint64_t netram_traffic_overhead(const struct netram_traffic *traffic);

/**
 * netram_events_open() - subscribe to what happens from now on
 * @events: set to the subscription on success, to NULL otherwise
 *
 * Return: 0 or -errno, as netram_open().
 */
int netram_events_open(struct netram_events **events);

/**
 * netram_events_fd() - what to poll for reading
 * @events: the subscription
 *
 * Return: a file descriptor that stays the subscription's.
 */
int netram_events_fd(const struct netram_events *events);

/**
 * typedef netram_event_fn - called for each event
 * @event: valid during the call
 * @arg: as given to netram_events_read()
 *
 * Return: 0; anything else ends netram_events_read() with that value.
 */
typedef int (*netram_event_fn)(const struct netram_event_info *event,
			       void *arg);

/**
 * netram_events_read() - wait for the next events and hand them over
 * @events: the subscription
 * @fn: called for each
 * @arg: passed to @fn
 *
 * Does not wait when poll() says that netram_events_fd() is readable; there may be
 * none to hand over then. Other than a handle, a subscription must not be shared by
 * threads, and ends with its module.
 *
 * Return: 0; -ENOBUFS: events were lost, list again and go on; -EINTR: a
 * signal came; -ENODEV: the module was unloaded, so there are no more: close it, and
 * open another and list again when the module is loaded anew; another -errno; or
 * what @fn returned.
 */
int netram_events_read(struct netram_events *events, netram_event_fn fn,
		       void *arg);

/**
 * netram_events_close() - end a subscription
 * @events: from netram_events_open(), or NULL
 */
void netram_events_close(struct netram_events *events);

/**
 * netram_node_state_name() - "idle", "up", "suspect", "down", "draining" or
 *                            "unknown"
 * @state: enum netram_node_state
 *
 * Return: a constant string.
 */
const char *netram_node_state_name(uint8_t state);

/**
 * netram_volume_state_name() - a volume's state in a word, or "unknown"
 * @state: enum netram_volume_state
 *
 * Return: a constant string.
 */
const char *netram_volume_state_name(uint8_t state);

/**
 * netram_session_state_name() - "connecting", "up", "broken", "closed" or
 *                               "unknown"
 * @state: enum netram_session_state
 *
 * Return: a constant string.
 */
const char *netram_session_state_name(uint8_t state);

/**
 * netram_copy_state_name() - "empty", "stale", "filling", "copying", "insync" or
 *                            "unknown"
 * @state: enum netram_copy_state
 *
 * Return: a constant string.
 */
const char *netram_copy_state_name(uint8_t state);

/**
 * netram_backup_mode_name() - "sync", "behind" or "unknown"
 * @mode: enum netram_backup_mode
 *
 * Return: a string that is never freed.
 */
const char *netram_backup_mode_name(uint8_t mode);

/**
 * netram_backup_state_name() - "ok", "failed" or "unknown"
 * @state: enum netram_backup_state
 *
 * Return: a string that is never freed.
 */
const char *netram_backup_state_name(uint8_t state);

/**
 * netram_on_loss_name() - "error", "wait" or "unknown"
 * @on_loss: enum netram_on_loss
 *
 * Return: a string that is never freed.
 */
const char *netram_on_loss_name(uint8_t on_loss);

/**
 * netram_sync_state_name() - "degraded", "synced" or "unknown"
 * @state: of an event NETRAM_EVENT_SYNC
 *
 * Return: a constant string.
 */
const char *netram_sync_state_name(uint8_t state);

/**
 * netram_verify_state_name() - "running", "clean", "wrong", "cancelled" or "unknown"
 * @state: enum netram_verify_state
 *
 * Return: a constant string.
 */
const char *netram_verify_state_name(uint8_t state);

/**
 * netram_verify_kind_name() - "wrong", "repaired", "unreadable", "lost",
 *                             "undecided" or "unknown"
 * @kind: enum netram_verify_kind
 *
 * Return: a constant string.
 */
const char *netram_verify_kind_name(uint8_t kind);

/**
 * netram_corrupt_name() - "elsewhere" or "unreadable", or "unknown"
 * @how: enum netram_corrupt
 *
 * Return: a static string.
 */
const char *netram_corrupt_name(uint8_t how);

/**
 * netram_event_name() - "node_added", "session" and so on, or "unknown"
 * @type: enum netram_event
 *
 * Return: a constant string.
 */
const char *netram_event_name(uint8_t type);

/**
 * netram_name_valid() - is this a name for a node, volume, region or zone
 * @name: the text
 *
 * Return: true for 1 to 63 of [A-Za-z0-9._-] that do not begin with a dot.
 */
bool netram_name_valid(const char *name);

/**
 * netram_size_parse() - read "4096", "512M" or "16T", powers of 1024
 * @text: digits and at most one of K M G T, in either case
 * @bytes: set on success
 *
 * Return: 0, -EINVAL: not a size, -ERANGE: more than 64 bits hold.
 */
int netram_size_parse(const char *text, uint64_t *bytes);

/**
 * netram_size_format() - the shortest exact text netram_size_parse() reads
 * @bytes: the size
 * @text: where to put it; 24 bytes are always enough
 * @size: room there
 */
void netram_size_format(uint64_t bytes, char *text, size_t size);

/**
 * netram_endpoint_parse() - read an address and resolve host names
 * @text: ADDRESS, ADDRESS:PORT, IPV6, [IPV6]:PORT, each with %SCOPE for a
 *        link-local IPv6 address, or HOST or HOST:PORT; the usual port is 10809
 * @endpoint: set on success to a struct sockaddr_in or struct sockaddr_in6
 * @why: on failure one line without newline that says what is wrong
 * @size: room there
 *
 * Return: 0, -EINVAL: not an address, -ENOENT: the host is not known,
 * -EAGAIN: the resolver cannot tell now, -ENXIO: a link-local address whose
 * interface this host does not have (yet), or another -errno.
 */
int netram_endpoint_parse(const char *text, struct sockaddr_storage *endpoint,
			  char *why, size_t size);

/**
 * netram_endpoint_numeric() - read an address and ask nobody, so at once
 * @text: as for netram_endpoint_parse()
 * @endpoint: likewise
 * @why: likewise
 * @size: room there
 *
 * Return: as netram_endpoint_parse(), -ENOENT: for a host name of any kind.
 */
int netram_endpoint_numeric(const char *text, struct sockaddr_storage *endpoint,
			    char *why, size_t size);

/**
 * netram_endpoint_format() - write an address so that it can be read back
 * @endpoint: struct sockaddr_in or struct sockaddr_in6
 * @text: "192.0.2.1:10809" or "[fe80::1%eth0]:10809";
 *        NETRAM_ENDPOINT_SIZE bytes are always enough
 * @size: room there
 */
void netram_endpoint_format(const struct sockaddr_storage *endpoint,
			    char *text, size_t size);

/**
 * netram_endpoint_address() - the address alone, without brackets
 * @endpoint: struct sockaddr_in or struct sockaddr_in6
 * @text: where to put it; NETRAM_ENDPOINT_SIZE bytes are always enough
 * @size: room there
 */
void netram_endpoint_address(const struct sockaddr_storage *endpoint,
			     char *text, size_t size);

/**
 * netram_endpoint_port() - the port alone
 * @endpoint: struct sockaddr_in or struct sockaddr_in6
 *
 * Return: the port in host order, 0 for another family.
 */
uint16_t netram_endpoint_port(const struct sockaddr_storage *endpoint);

/**
 * netram_uuid_parse() - read a uuid as netram_uuid_format() writes it
 * @text: the text, in lower or upper case
 * @uuid: 16 bytes
 *
 * Return: 0 or -EINVAL.
 */
int netram_uuid_parse(const char *text, uint8_t uuid[16]);

/**
 * netram_uuid_format() - write a uuid as 8-4-4-4-12
 * @uuid: 16 bytes
 * @text: NETRAM_UUID_SIZE bytes
 */
void netram_uuid_format(const uint8_t uuid[16], char text[NETRAM_UUID_SIZE]);

#ifdef __cplusplus
}
#endif

#endif /* NETRAM_H */
