/* SPDX-License-Identifier: (GPL-2.0 WITH Linux-syscall-note) OR MIT */
/*
 * Generic netlink family "netram": how userspace tells the module what should
 * exist, and asks what does. This header is the family's manual.
 *
 * All commands need CAP_NET_ADMIN, and all but the GETs also CAP_SYS_ADMIN, in the
 * initial user namespace: a volume is a block device. A node is reached
 * from the network namespace of the process that added it. A
 * refused command answers with an errno and, in NLMSGERR_ATTR_MSG, one sentence
 * that says what to do.
 *
 * NETRAM_CMD_NODE_ADD
 *
 *   Makes a storage node known and starts to connect to it for every volume
 *   there is. Succeeds whether or not the node answers now. -EEXIST: a node of
 *   that name or address is known. -ENOSPC: NETRAM_NODES_MAX nodes are known.
 *
 *     NETRAM_A_NODE: NLA_NESTED
 *       NETRAM_NODE_A_NAME: NLA_NUL_STRING, 1 to 63 of [A-Za-z0-9._-], not
 *         beginning with a dot; so are all names below
 *       NETRAM_NODE_A_ENDPOINT: struct sockaddr_in or struct sockaddr_in6
 *       NETRAM_NODE_A_REGION: NLA_NUL_STRING, optional, "default"
 *       NETRAM_NODE_A_ZONE: NLA_NUL_STRING, optional, the node's name
 *       NETRAM_NODE_A_WEIGHT: NLA_U32, optional, 1 to 1000, 100
 *       NETRAM_NODE_A_EXPORT: NLA_NUL_STRING, optional: the node is not a
 *         netram-server; ask it for the export of exactly this name ("" is a
 *         name), which must be at least as large as the volume. Such a node
 *         serves one volume.
 *
 * NETRAM_CMD_NODE_DEL
 *
 *   Forgets a node that holds no extent. While it is verified, or told to free
 *   what it had, waits for some seconds. -ENOENT: no such node. -EBUSY: volumes
 *   keep pages there, or that takes longer. -EINTR: a signal ended the wait.
 *
 *     NETRAM_A_NODE: NLA_NESTED
 *       NETRAM_NODE_A_NAME
 *       NETRAM_NODE_A_LOST: NLA_U8, optional, 1: the node will not come back, so
 *         first give up what it has: pages that nobody else has, NETRAM_SESSION_A_-
 *         ONLY_PAGES of the volumes, are lost until they are written, as if it had
 *         come back without its memory. What waits for it begins anew, with other
 *         nodes. -EBUSY also when a volume that keeps pages there can reach it:
 *         then nothing is given up.
 *
 * NETRAM_CMD_NODE_GET, with NLM_F_DUMP for all nodes, else for one
 *
 *     NETRAM_A_NODE: NLA_NESTED
 *       NETRAM_NODE_A_NAME: only without NLM_F_DUMP
 *
 *   answers, one message a node:
 *
 *     NETRAM_A_NODE: NLA_NESTED
 *       NETRAM_NODE_A_NAME, _ENDPOINT, _REGION, _ZONE, _WEIGHT
 *       NETRAM_NODE_A_EXPORT: only where one was given
 *       NETRAM_NODE_A_STATE: NLA_U8, enum netram_node_state
 *       NETRAM_NODE_A_DRAIN: NLA_U8, 1 while it is being drained
 *       NETRAM_NODE_A_VOLUMES: NLA_U32, volumes with at least one extent there
 *       NETRAM_NODE_A_EXTENTS: NLA_U64, extents this host has placed there
 *       NETRAM_NODE_A_PAGES: NLA_U64, pages of 4096 bytes this host has there
 *       NETRAM_NODE_A_TX_BYTES, _RX_BYTES: NLA_U64, on the stream, since added
 *       NETRAM_NODE_A_TRAFFIC: NLA_NESTED, what they were for: see below at
 *         enum netram_traffic_attr
 *       NETRAM_NODE_A_RECONNECTS: NLA_U64, times a session was renewed
 *       NETRAM_NODE_A_ERRORS: NLA_U64, requests the node answered with an error,
 *         other than having no room
 *       NETRAM_NODE_A_LAST_ERROR: NLA_NUL_STRING, why the last connection
 *         failed or broke; absent while none did
 *
 * NETRAM_CMD_NODE_SET
 *
 *   Changes a node that is known, as far as there are attributes that say so.
 *   -ENOENT: no such node. -ERANGE: a weight that is none.
 *
 *     NETRAM_A_NODE: NLA_NESTED
 *       NETRAM_NODE_A_NAME
 *       NETRAM_NODE_A_DRAIN: NLA_U8: 1: give it no new extents and move those it
 *         has to other nodes, as far as these have room; 0: no more of that.
 *         What was moved stays where it is. NODE_A_EXTENTS tells how many are
 *         left; with none, NODE_DEL succeeds.
 *       NETRAM_NODE_A_WEIGHT: NLA_U32, 1 to 1000: its share of extents that get a
 *         place, or one more copy, from now on. What has a place stays there.
 *       NETRAM_NODE_A_SYNC: NLA_U8, 1: bring its copies that are not in sync up to
 *         date now: connect to it if it is not, and try it again if it had no
 *         room, without the usual pauses. NETRAM_SESSION_A_STALE of the volumes
 *         tells how many are left.
 *
 * NETRAM_CMD_VOLUME_ADD
 *
 *   Creates a volume and its block device and waits until every node was tried
 *   once. Answers with the message of VOLUME_GET. -EEXIST: a volume of that
 *   name exists. -ENOTCONN: no node answered. -ENOMEM: no memory for the
 *   metadata (0.125 % of the size with checksums, 0.03 % without, and 0.006 % more
 *   with a backup).
 *
 *     NETRAM_A_VOLUME: NLA_NESTED
 *       NETRAM_VOLUME_A_NAME: NLA_NUL_STRING, 1 to 63 of [A-Za-z0-9._-]
 *       NETRAM_VOLUME_A_SIZE: NLA_U64, bytes, a multiple of 4096
 *       NETRAM_VOLUME_A_EXTENT_SIZE: NLA_U32, optional, bytes, 4 MiB
 *       NETRAM_VOLUME_A_CHECKSUM: NLA_U8, optional, 0 or 1 (default)
 *       NETRAM_VOLUME_A_CONNECTIONS: NLA_U32, optional, hardware queues and
 *         connections to each node, 0 (default): one per CPU, up to 4
 *       NETRAM_VOLUME_A_QUEUE_DEPTH: NLA_U32, optional, per hardware queue, 128
 *       NETRAM_VOLUME_A_REPLICAS: NLA_U32, optional, copies of each extent, on
 *         different nodes, 1 to 4; 0 (default): 2 where two nodes or more are
 *         known, else 1
 *       NETRAM_VOLUME_A_ON_LOSS: NLA_U8, enum netram_on_loss, optional,
 *         NETRAM_ON_LOSS_ERROR
 *       NETRAM_VOLUME_A_UUID: NLA_BINARY, 16 bytes, optional: what nodes know
 *         the volume by; one is made up where none is given. -EBUSY: another
 *         host, or another volume, has it on a node
 *       NETRAM_VOLUME_A_TAKEOVER: NLA_U8, optional, with UUID only; 1: take the
 *         name from who has it, for good. The volume begins empty: what nodes
 *         still have of the other is freed. It counts for each node known at
 *         that time until that is reached, never for nodes added later
 *       NETRAM_VOLUME_A_CLAIM: NLA_BINARY, 16 bytes, optional: what nodes tell the
 *         volume by from others of its UUID; random, and a secret: who knows it is
 *         the owner. Made up where none is given
 *       NETRAM_VOLUME_A_BACKUP: NLA_NESTED, optional: a local block device as the last
 *         copy of each page, used when no node has it
 *         NETRAM_BACKUP_A_PATH: NLA_NUL_STRING, at most 255 bytes, in the mount
 *           namespace of the caller; the volume's size and 4096 bytes at least. Its
 *           content is overwritten. The first 128 KiB must be zeroes, or tell that
 *           it is of this uuid or was given back (-EEXIST if not), as
 *           <netram/superblock.h> describes. -ENOTBLK: it is no block device. -EBUSY:
 *           somebody has it open. -ENOSPC: too small. -EOPNOTSUPP: its blocks are
 *           larger than 4096, or it wants memory aligned to more than 512 bytes
 *         NETRAM_BACKUP_A_MODE: NLA_U8, enum netram_backup_mode, optional,
 *           NETRAM_BACKUP_SYNC
 *         NETRAM_BACKUP_A_FORCE: NLA_U8, optional, 1: whatever is on it
 *
 * NETRAM_CMD_VOLUME_SET
 *
 *   Changes a live volume. -ENOENT: no such volume.
 *
 *     NETRAM_A_VOLUME: NLA_NESTED
 *       NETRAM_VOLUME_A_NAME
 *       NETRAM_VOLUME_A_REPLICAS: NLA_U32, 1 to 4, optional. The module makes or
 *         drops copies in the background; NETRAM_VOLUME_A_DEGRADED tells how far
 *         it is.
 *       NETRAM_VOLUME_A_ON_LOSS: NLA_U8, optional. Counts at once, also for
 *         requests that wait
 *
 * NETRAM_CMD_VOLUME_VERIFY
 *
 *   Reads each page that is present from each of its copies in sync, and compares
 *   it with its checksum, or, where there is none, the copies with each other. I/O
 *   goes on; what is being written is not taken for wrong. Answers at once, with
 *   the message of VOLUME_GET, which then tells how far it is and what came of it;
 *   an event tells of the end. -ENOENT: no such volume. -EBUSY: that is being done
 *   already. -ENOMEM: no memory for the pages (64 KiB).
 *
 *     NETRAM_A_VOLUME: NLA_NESTED
 *       NETRAM_VOLUME_A_NAME
 *       NETRAM_VOLUME_A_VERIFY: NLA_NESTED
 *         NETRAM_VERIFY_A_ACTION: NLA_U8, optional, enum netram_verify_action
 *         NETRAM_VERIFY_A_RATE: NLA_U32, optional, MiB a second at most, of all
 *           copies together; 0 (default): as sync_rate_mib says, which limits it
 *           in any case, together with what is copied
 *
 * NETRAM_CMD_VOLUME_DEL
 *
 *   Deletes a volume nobody has open, and with it its pages on the nodes.
 *   -ENOENT: no such volume. -EBUSY: it is mounted, swapped on or open.
 *
 *     NETRAM_A_VOLUME: NLA_NESTED
 *       NETRAM_VOLUME_A_NAME
 *
 * NETRAM_CMD_VOLUME_GET, with NLM_F_DUMP for all volumes, else for one
 *
 *     NETRAM_A_VOLUME: NLA_NESTED
 *       NETRAM_VOLUME_A_NAME: only without NLM_F_DUMP
 *
 *   answers, one message a volume:
 *
 *     NETRAM_A_VOLUME: NLA_NESTED
 *       NETRAM_VOLUME_A_NAME, _SIZE, _EXTENT_SIZE, _CHECKSUM, _CONNECTIONS,
 *         _QUEUE_DEPTH, _REPLICAS, _ON_LOSS
 *       NETRAM_VOLUME_A_INDEX: NLA_U32, N of /dev/netramN
 *       NETRAM_VOLUME_A_UUID: NLA_BINARY, 16 bytes
 *       NETRAM_VOLUME_A_STATE: NLA_U8, enum netram_volume_state
 *       NETRAM_VOLUME_A_REASON: NLA_NUL_STRING, why; absent while all is well
 *       NETRAM_VOLUME_A_OPENERS: NLA_U32
 *       NETRAM_VOLUME_A_EXTENTS: NLA_U64, extents that have a place
 *       NETRAM_VOLUME_A_DEGRADED: NLA_U64, extents with fewer copies in sync, on
 *         nodes that are up, than there should be
 *       NETRAM_VOLUME_A_PAGES: NLA_U64, pages present, each counted once
 *       NETRAM_VOLUME_A_LOST_PAGES: NLA_U64, pages that nobody has any more
 *       NETRAM_VOLUME_A_TRAFFIC: NLA_NESTED, since it was created, see below at
 *         enum netram_traffic_attr
 *       NETRAM_VOLUME_A_BACKUP: NLA_NESTED, absent without a backup
 *         NETRAM_BACKUP_A_PATH, _MODE
 *         NETRAM_BACKUP_A_STATE: NLA_U8, enum netram_backup_state
 *         NETRAM_BACKUP_A_SERVING: NLA_U8, 1: it stands in for nodes at present
 *         NETRAM_BACKUP_A_ONLY_PAGES: NLA_U64, pages that it alone has
 *         NETRAM_BACKUP_A_LAG_PAGES: NLA_U64, pages that it lacks
 *         NETRAM_BACKUP_A_READS, _WRITES: NLA_U64, pages read from it and written
 *         NETRAM_BACKUP_A_ERRORS: NLA_U64, transfers that failed
 *         NETRAM_BACKUP_A_RETURNS: NLA_U64, pages brought back from it to nodes
 *       NETRAM_VOLUME_A_VERIFY: NLA_NESTED, absent as long as it was never verified
 *         NETRAM_VERIFY_A_RUN: NLA_U64, counts how often it was begun
 *         NETRAM_VERIFY_A_ACTION: NLA_U8, enum netram_verify_action
 *         NETRAM_VERIFY_A_STATE: NLA_U8, enum netram_verify_state
 *         NETRAM_VERIFY_A_PAGES: NLA_U64, pages done with
 *         NETRAM_VERIFY_A_TOTAL: NLA_U64, pages there were when it began
 *         NETRAM_VERIFY_A_COMPARED: NLA_U64, copies of pages that were read, or
 *           that their node has told the checksum of
 *         NETRAM_VERIFY_A_BY_SUM: NLA_U64, of these, the latter
 *         NETRAM_VERIFY_A_WRONG: NLA_U64, of these, not as they should be
 *         NETRAM_VERIFY_A_REPAIRED: NLA_U64, of those, overwritten by a right one
 *           and read back
 *         NETRAM_VERIFY_A_MISSING: NLA_U64, copies of pages that should be there,
 *           but are not in sync, or on a node that cannot be reached
 *         NETRAM_VERIFY_A_UNREADABLE: NLA_U64, copies of pages that a node
 *           answered with an error for
 *         NETRAM_VERIFY_A_LOST: NLA_U64, pages that no copy in sync has as they
 *           should be
 *         NETRAM_VERIFY_A_UNDECIDED: NLA_U64, pages whose copies differ where there
 *           is no checksum, and no more than half of three or more agree
 *         NETRAM_VERIFY_A_SKIPPED: NLA_U64, pages that were being written for so
 *           long that they were left out
 *         NETRAM_VERIFY_A_FOUND: NLA_U64, how many _BAD there would be, were they
 *           not limited to NETRAM_VERIFY_BAD_MAX
 *         NETRAM_VERIFY_A_BAD: NLA_NESTED, any number of times: first all that are
 *           _LOST, then _UNDECIDED, then _WRONG or _UNREADABLE, then _REPAIRED; of
 *           each the first ones found. So what is beyond the limit is of the last
 *           sort there is
 *           NETRAM_BAD_A_OFFSET: NLA_U64, bytes from the start of the volume
 *           NETRAM_BAD_A_KIND: NLA_U8, enum netram_verify_kind
 *           NETRAM_BAD_A_NODE: NLA_NUL_STRING, whose copy; absent where all are
 *             meant
 *       NETRAM_VOLUME_A_SESSION: NLA_NESTED, once for each node of the pool
 *         NETRAM_SESSION_A_NODE: NLA_NUL_STRING
 *         NETRAM_SESSION_A_STATE: NLA_U8, enum netram_session_state
 *         NETRAM_SESSION_A_EPOCH: NLA_U64
 *         NETRAM_SESSION_A_CONNECTIONS: NLA_U32, open now
 *         NETRAM_SESSION_A_EXTENTS: NLA_U64, extents with a copy there
 *         NETRAM_SESSION_A_STALE: NLA_U64, of these, with one not in sync
 *         NETRAM_SESSION_A_PAGES: NLA_U64
 *         NETRAM_SESSION_A_ONLY_PAGES: NLA_U64, pages that would be lost if the node
 *           was given up (NODE_A_LOST); absent while it is up
 *         NETRAM_SESSION_A_INSTANCE: NLA_NUL_STRING, absent for a node that
 *           tells none
 *
 * NETRAM_CMD_LATENCY_GET, with NLM_F_DUMP only
 *
 *   How long reads and writes took, as histograms. -ENOENT: no such volume.
 *
 *     NETRAM_A_VOLUME: NLA_NESTED, optional: only this volume
 *       NETRAM_VOLUME_A_NAME
 *
 *   answers, one message for each volume, followed by one for each node the
 *   volume has a session with:
 *
 *     NETRAM_A_LATENCY: NLA_NESTED
 *       NETRAM_LATENCY_A_VOLUME: NLA_NUL_STRING
 *       NETRAM_LATENCY_A_NODE: NLA_NUL_STRING, absent in the volume's own
 *       NETRAM_LATENCY_A_READS: NLA_BINARY, a histogram
 *       NETRAM_LATENCY_A_WRITES: NLA_BINARY, a histogram
 *
 *   The volume's count each read and write of the block layer, since the volume
 *   was created: from when it becomes a request until it ends, with or without
 *   an error, and also where it needs no node (pages not present, pages of
 *   zeroes).
 *
 *   A node's count what the volume had it do, since the session was made: from
 *   when a command is handed to the session, which it may have to wait for if
 *   that is not up, until it is answered without an error. A request in more
 *   pieces than a command holds, and one that is tried again, makes several; one
 *   that needs no node makes none.
 *
 *   A histogram is sent without the empty buckets behind the last that is not;
 *   which latencies a bucket counts is told at NETRAM_LATENCY_BUCKETS. Counts only
 *   grow; whoever wants those of an interval asks twice.
 *
 * NETRAM_CMD_EXTENT_GET, with NLM_F_DUMP for all extents of a volume that have a
 * place, or lost pages, else for one, which need not
 *
 *   -ENOENT: no such volume. -ERANGE: it has fewer extents. What changes while a
 *   dump is under way may be told as it was before or as it is then.
 *
 *     NETRAM_A_VOLUME: NLA_NESTED
 *       NETRAM_VOLUME_A_NAME
 *     NETRAM_A_EXTENT: NLA_NESTED, only without NLM_F_DUMP
 *       NETRAM_EXTENT_A_INDEX: NLA_U64, counted from 0
 *
 *   answers, one message an extent:
 *
 *     NETRAM_A_EXTENT: NLA_NESTED
 *       NETRAM_EXTENT_A_INDEX
 *       NETRAM_EXTENT_A_PAGES: NLA_U32, pages present
 *       NETRAM_EXTENT_A_LOST_PAGES: NLA_U32, of these, that nobody has any more
 *       NETRAM_EXTENT_A_BACKUP_PAGES: NLA_U32, of these, that the backup alone has
 *       NETRAM_EXTENT_A_COPY: NLA_NESTED, once for each copy; absent while it has no
 *         place
 *         NETRAM_COPY_A_NODE: NLA_NUL_STRING
 *         NETRAM_COPY_A_STATE: NLA_U8, enum netram_copy_state
 *         NETRAM_COPY_A_UP: NLA_U8, 1: its node can be reached
 *         NETRAM_COPY_A_MISSING: NLA_U32, pages present that it lacks, at most
 *
 * NETRAM_CMD_EVENT, sent to the multicast group "events"
 *
 *     NETRAM_A_EVENT: NLA_NESTED
 *       NETRAM_EVENT_A_TYPE: NLA_U8, enum netram_event
 *       NETRAM_EVENT_A_TIME: NLA_U64, ns of CLOCK_REALTIME
 *       NETRAM_EVENT_A_NODE: NLA_NUL_STRING, where a node is meant
 *       NETRAM_EVENT_A_VOLUME: NLA_NUL_STRING, where a volume is meant
 *       NETRAM_EVENT_A_STATE: NLA_U8, the new state, by type
 *       NETRAM_EVENT_A_VALUE: NLA_U32, the new number, by type
 */
#ifndef _UAPI_LINUX_NETRAM_H
#define _UAPI_LINUX_NETRAM_H

#include <linux/types.h>

#define NETRAM_GENL_NAME	"netram"
#define NETRAM_GENL_VERSION	1
/* Joining it takes CAP_NET_ADMIN, where the kernel can ask for that. */
#define NETRAM_GENL_MCGRP	"events"

enum netram_genl_cmd {
	NETRAM_CMD_UNSPEC,
	NETRAM_CMD_NODE_ADD,
	NETRAM_CMD_NODE_DEL,
	NETRAM_CMD_NODE_GET,
	NETRAM_CMD_VOLUME_ADD,
	NETRAM_CMD_VOLUME_DEL,
	NETRAM_CMD_VOLUME_GET,
	NETRAM_CMD_EVENT,
	NETRAM_CMD_LATENCY_GET,
	NETRAM_CMD_NODE_SET,
	NETRAM_CMD_VOLUME_SET,
	NETRAM_CMD_VOLUME_VERIFY,
	NETRAM_CMD_EXTENT_GET,
	__NETRAM_CMD_MAX,
};
#define NETRAM_CMD_MAX (__NETRAM_CMD_MAX - 1)

enum netram_attr {
	NETRAM_A_UNSPEC,
	NETRAM_A_NODE,
	NETRAM_A_VOLUME,
	NETRAM_A_EVENT,
	NETRAM_A_LATENCY,
	NETRAM_A_EXTENT,
	__NETRAM_A_MAX,
};
#define NETRAM_A_MAX (__NETRAM_A_MAX - 1)

enum netram_node_attr {
	NETRAM_NODE_A_UNSPEC,
	NETRAM_NODE_A_NAME,
	NETRAM_NODE_A_ENDPOINT,
	NETRAM_NODE_A_REGION,
	NETRAM_NODE_A_ZONE,
	NETRAM_NODE_A_WEIGHT,
	NETRAM_NODE_A_EXPORT,
	NETRAM_NODE_A_STATE,
	NETRAM_NODE_A_VOLUMES,
	NETRAM_NODE_A_EXTENTS,
	NETRAM_NODE_A_PAGES,
	NETRAM_NODE_A_TX_BYTES,
	NETRAM_NODE_A_RX_BYTES,
	NETRAM_NODE_A_RECONNECTS,
	NETRAM_NODE_A_ERRORS,
	NETRAM_NODE_A_LAST_ERROR,
	NETRAM_NODE_A_PAD,
	NETRAM_NODE_A_DRAIN,
	NETRAM_NODE_A_SYNC,
	NETRAM_NODE_A_TRAFFIC,
	NETRAM_NODE_A_LOST,
	__NETRAM_NODE_A_MAX,
};
#define NETRAM_NODE_A_MAX (__NETRAM_NODE_A_MAX - 1)

enum netram_volume_attr {
	NETRAM_VOLUME_A_UNSPEC,
	NETRAM_VOLUME_A_NAME,
	NETRAM_VOLUME_A_SIZE,
	NETRAM_VOLUME_A_EXTENT_SIZE,
	NETRAM_VOLUME_A_CHECKSUM,
	NETRAM_VOLUME_A_CONNECTIONS,
	NETRAM_VOLUME_A_QUEUE_DEPTH,
	NETRAM_VOLUME_A_INDEX,
	NETRAM_VOLUME_A_UUID,
	NETRAM_VOLUME_A_STATE,
	NETRAM_VOLUME_A_OPENERS,
	NETRAM_VOLUME_A_EXTENTS,
	NETRAM_VOLUME_A_PAGES,
	NETRAM_VOLUME_A_LOST_PAGES,
	NETRAM_VOLUME_A_SESSION,
	NETRAM_VOLUME_A_PAD,
	NETRAM_VOLUME_A_REPLICAS,
	NETRAM_VOLUME_A_DEGRADED,
	NETRAM_VOLUME_A_ON_LOSS,
	NETRAM_VOLUME_A_REASON,
	NETRAM_VOLUME_A_TAKEOVER,
	NETRAM_VOLUME_A_VERIFY,
	NETRAM_VOLUME_A_BACKUP,
	NETRAM_VOLUME_A_TRAFFIC,
	NETRAM_VOLUME_A_CLAIM,
	__NETRAM_VOLUME_A_MAX,
};
#define NETRAM_VOLUME_A_MAX (__NETRAM_VOLUME_A_MAX - 1)

enum netram_backup_attr {
	NETRAM_BACKUP_A_UNSPEC,
	NETRAM_BACKUP_A_PATH,
	NETRAM_BACKUP_A_MODE,
	NETRAM_BACKUP_A_FORCE,
	NETRAM_BACKUP_A_STATE,
	NETRAM_BACKUP_A_SERVING,
	NETRAM_BACKUP_A_ONLY_PAGES,
	NETRAM_BACKUP_A_LAG_PAGES,
	NETRAM_BACKUP_A_READS,
	NETRAM_BACKUP_A_WRITES,
	NETRAM_BACKUP_A_ERRORS,
	NETRAM_BACKUP_A_RETURNS,
	NETRAM_BACKUP_A_PAD,
	__NETRAM_BACKUP_A_MAX,
};
#define NETRAM_BACKUP_A_MAX (__NETRAM_BACKUP_A_MAX - 1)

enum netram_session_attr {
	NETRAM_SESSION_A_UNSPEC,
	NETRAM_SESSION_A_NODE,
	NETRAM_SESSION_A_STATE,
	NETRAM_SESSION_A_EPOCH,
	NETRAM_SESSION_A_CONNECTIONS,
	NETRAM_SESSION_A_EXTENTS,
	NETRAM_SESSION_A_PAGES,
	NETRAM_SESSION_A_INSTANCE,
	NETRAM_SESSION_A_PAD,
	NETRAM_SESSION_A_STALE,
	NETRAM_SESSION_A_ONLY_PAGES,
	__NETRAM_SESSION_A_MAX,
};
#define NETRAM_SESSION_A_MAX (__NETRAM_SESSION_A_MAX - 1)

enum netram_verify_attr {
	NETRAM_VERIFY_A_UNSPEC,
	NETRAM_VERIFY_A_ACTION,
	NETRAM_VERIFY_A_RATE,
	NETRAM_VERIFY_A_RUN,
	NETRAM_VERIFY_A_STATE,
	NETRAM_VERIFY_A_PAGES,
	NETRAM_VERIFY_A_TOTAL,
	NETRAM_VERIFY_A_COMPARED,
	NETRAM_VERIFY_A_WRONG,
	NETRAM_VERIFY_A_REPAIRED,
	NETRAM_VERIFY_A_MISSING,
	NETRAM_VERIFY_A_UNREADABLE,
	NETRAM_VERIFY_A_LOST,
	NETRAM_VERIFY_A_UNDECIDED,
	NETRAM_VERIFY_A_SKIPPED,
	NETRAM_VERIFY_A_FOUND,
	NETRAM_VERIFY_A_BAD,
	NETRAM_VERIFY_A_PAD,
	NETRAM_VERIFY_A_BY_SUM,
	__NETRAM_VERIFY_A_MAX,
};
#define NETRAM_VERIFY_A_MAX (__NETRAM_VERIFY_A_MAX - 1)

enum netram_bad_attr {
	NETRAM_BAD_A_UNSPEC,
	NETRAM_BAD_A_OFFSET,
	NETRAM_BAD_A_KIND,
	NETRAM_BAD_A_NODE,
	NETRAM_BAD_A_PAD,
	__NETRAM_BAD_A_MAX,
};
#define NETRAM_BAD_A_MAX (__NETRAM_BAD_A_MAX - 1)

/* So many NETRAM_VERIFY_A_BAD at most. */
#define NETRAM_VERIFY_BAD_MAX	64

enum netram_event_attr {
	NETRAM_EVENT_A_UNSPEC,
	NETRAM_EVENT_A_TYPE,
	NETRAM_EVENT_A_TIME,
	NETRAM_EVENT_A_NODE,
	NETRAM_EVENT_A_VOLUME,
	NETRAM_EVENT_A_STATE,
	NETRAM_EVENT_A_PAD,
	NETRAM_EVENT_A_VALUE,
	__NETRAM_EVENT_A_MAX,
};
#define NETRAM_EVENT_A_MAX (__NETRAM_EVENT_A_MAX - 1)

enum netram_latency_attr {
	NETRAM_LATENCY_A_UNSPEC,
	NETRAM_LATENCY_A_VOLUME,
	NETRAM_LATENCY_A_NODE,
	NETRAM_LATENCY_A_READS,
	NETRAM_LATENCY_A_WRITES,
	__NETRAM_LATENCY_A_MAX,
};
#define NETRAM_LATENCY_A_MAX (__NETRAM_LATENCY_A_MAX - 1)

/*
 * Traffic: bytes of the streams with nodes, each NLA_U64.
 *
 * NETRAM_TRAFFIC_A_PAYLOAD: pages that requests have written, the first copy of
 *   each, or read
 * NETRAM_TRAFFIC_A_REPLICAS: pages that requests have written, further copies
 * NETRAM_TRAFFIC_A_HEADERS: headers of these and of TRIMs, and of their answers
 * NETRAM_TRAFFIC_A_HEDGES: hedged reads, what was of no use: requests to a second
 *   copy, and answers that came second, with their pages
 * NETRAM_TRAFFIC_A_RETRIES: pages and headers of requests that were sent, or
 *   answered, and had to begin anew, for a connection broke, the node refused, or
 *   the page was not right
 * NETRAM_TRAFFIC_A_MOVER: all that is carried in the background: copies that are
 *   made or brought up to date, drained, repaired, compared, brought back from the
 *   backup; with its headers
 * NETRAM_TRAFFIC_A_HANDSHAKES: handshakes, those that failed included
 * NETRAM_TRAFFIC_A_TX_BYTES: all bytes sent
 * NETRAM_TRAFFIC_A_RX_BYTES: all bytes received
 *
 * While nothing is under way, the parts add up to the last two: nothing is counted
 * twice. What is under way is in those two only.
 *
 * The share of overhead is HEADERS + HEDGES + RETRIES + HANDSHAKES over PAYLOAD +
 * REPLICAS. What the mover carries is neither: it comes with copies, not requests.
 */
enum netram_traffic_attr {
	NETRAM_TRAFFIC_A_UNSPEC,
	NETRAM_TRAFFIC_A_PAYLOAD,
	NETRAM_TRAFFIC_A_REPLICAS,
	NETRAM_TRAFFIC_A_HEADERS,
	NETRAM_TRAFFIC_A_HEDGES,
	NETRAM_TRAFFIC_A_RETRIES,
	NETRAM_TRAFFIC_A_MOVER,
	NETRAM_TRAFFIC_A_HANDSHAKES,
	NETRAM_TRAFFIC_A_TX_BYTES,
	NETRAM_TRAFFIC_A_RX_BYTES,
	NETRAM_TRAFFIC_A_PAD,
	__NETRAM_TRAFFIC_A_MAX,
};
#define NETRAM_TRAFFIC_A_MAX (__NETRAM_TRAFFIC_A_MAX - 1)

enum netram_extent_attr {
	NETRAM_EXTENT_A_UNSPEC,
	NETRAM_EXTENT_A_INDEX,
	NETRAM_EXTENT_A_PAGES,
	NETRAM_EXTENT_A_LOST_PAGES,
	NETRAM_EXTENT_A_BACKUP_PAGES,
	NETRAM_EXTENT_A_COPY,
	NETRAM_EXTENT_A_PAD,
	__NETRAM_EXTENT_A_MAX,
};
#define NETRAM_EXTENT_A_MAX (__NETRAM_EXTENT_A_MAX - 1)

enum netram_copy_attr {
	NETRAM_COPY_A_UNSPEC,
	NETRAM_COPY_A_NODE,
	NETRAM_COPY_A_STATE,
	NETRAM_COPY_A_UP,
	NETRAM_COPY_A_MISSING,
	__NETRAM_COPY_A_MAX,
};
#define NETRAM_COPY_A_MAX (__NETRAM_COPY_A_MAX - 1)

/*
 * A latency histogram is an array of __u64, counts of buckets. Bucket i counts
 * latencies from bound(i) on up to but not including bound(i + 1), where, with M
 * for NETRAM_LATENCY_MINORS,
 *
 *   bound(i) = i * NETRAM_LATENCY_UNIT_NS                              if i < M
 *   bound(i) = ((M + i % M) << (i / M - 1)) * NETRAM_LATENCY_UNIT_NS   if not
 *
 * so a bucket is 1.25 us wide up to 20 us, and above that at most an eighth of its
 * lower bound. 100 us is a bound. The last bucket, from 19.7 s on, counts all that
 * is longer, too.
 */
#define NETRAM_LATENCY_UNIT_NS	1250
#define NETRAM_LATENCY_MINORS	8
#define NETRAM_LATENCY_BUCKETS	176

/**
 * enum netram_node_state - what the host thinks of a node
 * @NETRAM_NODE_IDLE: no volume uses it yet, so nobody has tried it
 * @NETRAM_NODE_UP: every session with it is up
 * @NETRAM_NODE_SUSPECT: some sessions are up and some are not
 * @NETRAM_NODE_DOWN: no session with it is up
 * @NETRAM_NODE_DRAINING: as NETRAM_NODE_UP, and it is being drained
 */
enum netram_node_state {
	NETRAM_NODE_IDLE,
	NETRAM_NODE_UP,
	NETRAM_NODE_SUSPECT,
	NETRAM_NODE_DOWN,
	NETRAM_NODE_DRAINING,
};

/**
 * enum netram_volume_state - may its pages be reached
 * @NETRAM_VOLUME_OK: each extent has as many copies in sync, on nodes that are
 *   up, as it should have
 * @NETRAM_VOLUME_DEGRADED: some extents have fewer. Where none is left that can
 *   be reached, requests wait: until io_deadline_ms, or until a node is back
 * @NETRAM_VOLUME_LOST: a node came back without its pages, or was given up with
 *   them; reading one of those fails until it is written again
 * @NETRAM_VOLUME_WAITING: requests have waited for a while for a copy that can be
 *   reached, and go on waiting, for on_loss is wait
 * @NETRAM_VOLUME_FENCED: another host has taken the volume over; all requests
 *   fail, for good
 * @NETRAM_VOLUME_BACKUP: the backup stands in for nodes: some pages are there only,
 *   or no node could be asked of late
 */
enum netram_volume_state {
	NETRAM_VOLUME_OK,
	NETRAM_VOLUME_DEGRADED,
	NETRAM_VOLUME_LOST,
	NETRAM_VOLUME_WAITING,
	NETRAM_VOLUME_FENCED,
	NETRAM_VOLUME_BACKUP,
};

/**
 * enum netram_on_loss - what a request does when no copy of its pages can be reached
 * @NETRAM_ON_LOSS_ERROR: it fails io_deadline_ms after it began
 * @NETRAM_ON_LOSS_WAIT: it waits until one can, however long that takes. Pages
 *   that turn out to be lost fail at once all the same
 */
enum netram_on_loss {
	NETRAM_ON_LOSS_ERROR,
	NETRAM_ON_LOSS_WAIT,
};

/**
 * enum netram_backup_mode - when the backup gets what is written
 * @NETRAM_BACKUP_SYNC: before the write is acknowledged
 * @NETRAM_BACKUP_BEHIND: some time after; pages it lacks by then, backup_lag_mib at
 *   most, are lost if all their nodes fail
 */
enum netram_backup_mode {
	NETRAM_BACKUP_SYNC,
	NETRAM_BACKUP_BEHIND,
};

/**
 * enum netram_backup_state - is the backup of use
 * @NETRAM_BACKUP_OK: as far as is known
 * @NETRAM_BACKUP_FAILED: the last write to it failed. Writes are acknowledged
 *   without it, and it is tried again
 */
enum netram_backup_state {
	NETRAM_BACKUP_OK,
	NETRAM_BACKUP_FAILED,
};

/**
 * enum netram_session_state - one volume's connections with one node
 * @NETRAM_SESSION_CONNECTING: not connected; the module tries again by itself
 * @NETRAM_SESSION_UP: requests go through
 * @NETRAM_SESSION_BROKEN: connections are being torn down to be renewed
 * @NETRAM_SESSION_CLOSED: will not connect again
 */
enum netram_session_state {
	NETRAM_SESSION_CONNECTING,
	NETRAM_SESSION_UP,
	NETRAM_SESSION_BROKEN,
	NETRAM_SESSION_CLOSED,
};

/**
 * enum netram_copy_state - what a copy of an extent is worth
 * @NETRAM_COPY_EMPTY: it has nothing yet
 * @NETRAM_COPY_STALE: it lacks some pages
 * @NETRAM_COPY_FILLING: it had nothing, and gets all pages now
 * @NETRAM_COPY_COPYING: it gets the pages that it lacks now
 * @NETRAM_COPY_INSYNC: it has each page as it was last acknowledged
 */
enum netram_copy_state {
	NETRAM_COPY_EMPTY,
	NETRAM_COPY_STALE,
	NETRAM_COPY_FILLING,
	NETRAM_COPY_COPYING,
	NETRAM_COPY_INSYNC,
};

/**
 * enum netram_verify_action - what NETRAM_CMD_VOLUME_VERIFY does
 * @NETRAM_VERIFY_CHECK: compare, and tell
 * @NETRAM_VERIFY_RESOLVE: and overwrite wrong copies by a right one, where one is
 *   known to be right: it matches the checksum, or, without one, is what more than
 *   half of three or more copies have
 * @NETRAM_VERIFY_CANCEL: end what is under way
 */
enum netram_verify_action {
	NETRAM_VERIFY_CHECK,
	NETRAM_VERIFY_RESOLVE,
	NETRAM_VERIFY_CANCEL,
};

/**
 * enum netram_verify_state - how far it is, and what came of it
 * @NETRAM_VERIFY_RUNNING: under way
 * @NETRAM_VERIFY_CLEAN: all copies are there and right, or have been repaired
 * @NETRAM_VERIFY_WRONG: not so
 * @NETRAM_VERIFY_CANCELLED: it was ended early
 */
enum netram_verify_state {
	NETRAM_VERIFY_RUNNING,
	NETRAM_VERIFY_CLEAN,
	NETRAM_VERIFY_WRONG,
	NETRAM_VERIFY_CANCELLED,
};

/**
 * enum netram_verify_kind - what is wrong with a page
 * @NETRAM_VERIFY_BAD_WRONG: this copy is not as it should be
 * @NETRAM_VERIFY_BAD_REPAIRED: it was not, and has been overwritten
 * @NETRAM_VERIFY_BAD_UNREADABLE: this node answered with an error
 * @NETRAM_VERIFY_BAD_LOST: no copy is as it should be
 * @NETRAM_VERIFY_BAD_UNDECIDED: the copies differ; nobody knows which is right
 */
enum netram_verify_kind {
	NETRAM_VERIFY_BAD_WRONG,
	NETRAM_VERIFY_BAD_REPAIRED,
	NETRAM_VERIFY_BAD_UNREADABLE,
	NETRAM_VERIFY_BAD_LOST,
	NETRAM_VERIFY_BAD_UNDECIDED,
};

/**
 * enum netram_corrupt - what becomes of a page that is not what was written
 * @NETRAM_CORRUPT_ELSEWHERE: another copy has it right, as far as is known: it is read
 *   there, as soon as that can be reached, and made good from there
 * @NETRAM_CORRUPT_UNREADABLE: nobody who could be asked has it right: reading it fails
 */
enum netram_corrupt {
	NETRAM_CORRUPT_ELSEWHERE,
	NETRAM_CORRUPT_UNREADABLE,
};

/**
 * enum netram_event - what happened
 * @NETRAM_EVENT_NODE_ADDED: NODE
 * @NETRAM_EVENT_NODE_REMOVED: NODE
 * @NETRAM_EVENT_VOLUME_ADDED: VOLUME
 * @NETRAM_EVENT_VOLUME_REMOVED: VOLUME
 * @NETRAM_EVENT_SESSION: NODE, VOLUME, STATE (enum netram_session_state)
 * @NETRAM_EVENT_PAGES_LOST: VOLUME, STATE: 1, with NODE: the node came back without
 *   pages of which there was no other copy, or was given up with them; 0: all that
 *   were lost, with whatever nodes, have been written or discarded
 * @NETRAM_EVENT_SYNC: VOLUME, STATE: 0: copies have become stale or are missing;
 *   1: all are in sync again
 * @NETRAM_EVENT_WAITING: VOLUME, STATE: 1: requests have waited for a while, for no
 *   copy of their pages can be reached; 0: none does any more
 * @NETRAM_EVENT_TAKEN_OVER: NODE, VOLUME: another host has taken the volume over,
 *   as this node tells
 * @NETRAM_EVENT_VERIFY: VOLUME, STATE (enum netram_verify_state): verifying it has
 *   ended
 * @NETRAM_EVENT_BACKUP: VOLUME, STATE: 1: the backup has served requests for a while,
 *   for want of nodes; 0: it does not any more
 * @NETRAM_EVENT_BACKUP_FAILED: VOLUME, STATE: 1: the backup device fails; 0: it works
 *   again
 * @NETRAM_EVENT_DRAIN: NODE, STATE: 1: it is being drained; 0: not any more
 * @NETRAM_EVENT_WEIGHT: NODE, VALUE: its weight was changed
 * @NETRAM_EVENT_REPLICAS: VOLUME, VALUE: so many copies of each extent are wanted now
 * @NETRAM_EVENT_ON_LOSS: VOLUME, STATE (enum netram_on_loss): on_loss was changed
 * @NETRAM_EVENT_DRAINED: NODE: it is being drained, and no extent has a copy there
 *   any more; once for each NETRAM_EVENT_DRAIN of 1 that is not cancelled before
 * @NETRAM_EVENT_CORRUPT: NODE, VOLUME, STATE (enum netram_corrupt), VALUE: the node has
 *   a page that is not what was written, as its checksum tells: the one of this number,
 *   counted in 4096 bytes from the start of the volume. Without NODE the backup has it
 *   so. In some seconds one page of a node and volume is told of at most, an unreadable
 *   one if there are any
 */
enum netram_event {
	NETRAM_EVENT_NODE_ADDED,
	NETRAM_EVENT_NODE_REMOVED,
	NETRAM_EVENT_VOLUME_ADDED,
	NETRAM_EVENT_VOLUME_REMOVED,
	NETRAM_EVENT_SESSION,
	NETRAM_EVENT_PAGES_LOST,
	NETRAM_EVENT_SYNC,
	NETRAM_EVENT_WAITING,
	NETRAM_EVENT_TAKEN_OVER,
	NETRAM_EVENT_VERIFY,
	NETRAM_EVENT_BACKUP,
	NETRAM_EVENT_BACKUP_FAILED,
	NETRAM_EVENT_DRAIN,
	NETRAM_EVENT_WEIGHT,
	NETRAM_EVENT_REPLICAS,
	NETRAM_EVENT_ON_LOSS,
	NETRAM_EVENT_DRAINED,
	NETRAM_EVENT_CORRUPT,
};

#endif /* _UAPI_LINUX_NETRAM_H */
