/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * Every number a user can set: its least, its greatest and its usual value,
 * with the unit in the name. Used by the kernel module, the page server, the
 * command line's parser and the documents; nobody spells these twice.
 */
#ifndef NETRAM_LIMITS_H
#define NETRAM_LIMITS_H

/* A page is the unit of storage, of checksums and of the present bitmap. */
#define NETRAM_PAGE_SHIFT		12
#define NETRAM_PAGE_SIZE		(1U << NETRAM_PAGE_SHIFT)

/* Names: of nodes, regions, zones, volumes. Bytes, without the final NUL. */
#define NETRAM_NAME_MAX			63
#define NETRAM_EXPORT_MAX		255
/* The path of a backup device, likewise. */
#define NETRAM_PATH_MAX			255

/* Objects. */
#define NETRAM_NODES_MAX		64
#define NETRAM_VOLUMES_MAX		256

/* Weight of a node: its share of new extents against other nodes' weights. */
#define NETRAM_WEIGHT_MIN		1
#define NETRAM_WEIGHT_MAX		1000
#define NETRAM_WEIGHT_DEF		100

/* Size of a volume, bytes. */
#define NETRAM_VOLUME_SIZE_MIN		(1ULL << 20)
#define NETRAM_VOLUME_SIZE_MAX		(16ULL << 40)

/* Size of an extent, bytes, a power of two. */
#define NETRAM_EXTENT_SIZE_MIN		(1U << 20)
#define NETRAM_EXTENT_SIZE_MAX		(64U << 20)
#define NETRAM_EXTENT_SIZE_DEF		(4U << 20)

/* Hardware queues of a volume = connections from it to each node; 0: one per CPU up to 4. */
#define NETRAM_CONNECTIONS_MIN		1
#define NETRAM_CONNECTIONS_MAX		16
#define NETRAM_CONNECTIONS_DEF		0

/* Requests in flight per hardware queue. */
#define NETRAM_QUEUE_DEPTH_MIN		4
#define NETRAM_QUEUE_DEPTH_MAX		1024
#define NETRAM_QUEUE_DEPTH_DEF		128

/* Copies of an extent; 0: 2 where two nodes or more are known, else 1. */
#define NETRAM_REPLICAS_MIN		1
#define NETRAM_REPLICAS_MAX		4
#define NETRAM_REPLICAS_DEF		0

/* Time a node may be away before its copies are made anew elsewhere. */
#define NETRAM_REREPLICATE_DELAY_MS_MIN	0
#define NETRAM_REREPLICATE_DELAY_MS_MAX	86400000
#define NETRAM_REREPLICATE_DELAY_MS_DEF	60000

/*
 * Copying and verifying in the background, together, MiB a second for a volume; 0: as
 * fast as it goes.
 */
#define NETRAM_SYNC_RATE_MIB_MIN	0
#define NETRAM_SYNC_RATE_MIB_MAX	100000
#define NETRAM_SYNC_RATE_MIB_DEF	0

/*
 * A backup that is written behind: MiB of pages that it may lack. At the bound
 * writes wait for it.
 */
#define NETRAM_BACKUP_LAG_MIB_MIN	0
#define NETRAM_BACKUP_LAG_MIB_MAX	16777216
#define NETRAM_BACKUP_LAG_MIB_DEF	64

/* Time a request may spend without any copy being reachable before it fails. */
#define NETRAM_IO_DEADLINE_MS_MIN	100
#define NETRAM_IO_DEADLINE_MS_MAX	3600000
#define NETRAM_IO_DEADLINE_MS_DEF	30000

/* Time a node may leave a request unanswered before its connections are renewed. */
#define NETRAM_IO_TIMEOUT_MS_MIN	100
#define NETRAM_IO_TIMEOUT_MS_MAX	600000
#define NETRAM_IO_TIMEOUT_MS_DEF	10000

/*
 * Time after which a read that is not answered is sent to another copy as well; 0:
 * never. AUTO is what 99 of 100 reads take, but not below FLOOR, and UNKNOWN while
 * that is not known.
 */
#define NETRAM_HEDGE_US_MIN		100
#define NETRAM_HEDGE_US_MAX		1000000
#define NETRAM_HEDGE_US_AUTO		0xffffffffU
#define NETRAM_HEDGE_US_DEF		NETRAM_HEDGE_US_AUTO
#define NETRAM_HEDGE_US_FLOOR		1000
#define NETRAM_HEDGE_US_UNKNOWN		10000

/* Time for a TCP connect plus the NBD handshake. */
#define NETRAM_CONNECT_TIMEOUT_MS_MIN	100
#define NETRAM_CONNECT_TIMEOUT_MS_MAX	60000
#define NETRAM_CONNECT_TIMEOUT_MS_DEF	3000

/* Pause between attempts to reconnect; doubled from MIN to MAX. */
#define NETRAM_RECONNECT_MS_MIN		100
#define NETRAM_RECONNECT_MS_MAX		5000

#endif /* NETRAM_LIMITS_H */
