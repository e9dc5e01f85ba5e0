/* SPDX-License-Identifier: GPL-2.0 */
/* Clearing up what a dead volume has left on a node. */
#ifndef NETRAMD_ORPHAN_H
#define NETRAMD_ORPHAN_H

#include <stdint.h>
#include <sys/socket.h>

/**
 * enum orphan_result - what came of it
 * @ORPHAN_AWAY: the node cannot be reached, or is in no state for it: try again
 * @ORPHAN_HELD: the node has a connection of the volume still: try again
 * @ORPHAN_FREED: the node has nothing of it any more
 * @ORPHAN_NONE: it had nothing, or it is somebody else's by now
 */
enum orphan_result {
	ORPHAN_AWAY,
	ORPHAN_HELD,
	ORPHAN_FREED,
	ORPHAN_NONE,
};

enum orphan_result orphan_clear(const struct sockaddr_storage *node,
				const uint8_t uuid[16],
				const uint8_t claim[16]);

#endif /* NETRAMD_ORPHAN_H */
