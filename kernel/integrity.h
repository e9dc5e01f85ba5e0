/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_INTEGRITY_H
#define NETRAM_INTEGRITY_H

#include "cmd.h"
#include "pages.h"

struct netram_cursor;

/* A page a write of which has failed: it may be the old or the new version. */
#define NETRAM_CRC_UNKNOWN 0

/* A checksum as it is kept. */
static inline u32 netram_integrity_crc(u32 crc)
{
	return likely(crc != NETRAM_CRC_UNKNOWN) ? crc : ~NETRAM_CRC_UNKNOWN;
}

/**
 * netram_integrity_from_node() - a checksum as it is kept, of one a node has told
 * @sum: as on the wire: inverted at the end, and not 0
 *
 * The two values that either end avoids are the same two, so they come out alike.
 *
 * Return: what netram_integrity_checksums() would give for the page.
 */
static inline u32 netram_integrity_from_node(u32 sum)
{
	return netram_integrity_crc(~sum);
}

int netram_integrity_init(void);
void netram_integrity_exit(void);
bool netram_integrity_digest(struct netram_cursor *c, bool checksum, u32 *crc);
void netram_integrity_checksums(const struct netram_cmd *cmd, u32 *crc);
s64 netram_integrity_verify(const struct netram_pages *pages,
			    const struct netram_cmd *cmd, u64 from);

#endif /* NETRAM_INTEGRITY_H */
