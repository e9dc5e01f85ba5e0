/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_INTEGRITY_H
#define NETRAM_INTEGRITY_H

#include "cmd.h"
#include "pages.h"

struct netram_cursor;

/* A page a write of which has failed: it may be the old or the new version. */
#define NETRAM_CRC_UNKNOWN 0

bool netram_integrity_digest(struct netram_cursor *c, bool checksum, u32 *crc);
void netram_integrity_checksums(const struct netram_cmd *cmd, u32 *crc);
s64 netram_integrity_verify(const struct netram_pages *pages,
			    const struct netram_cmd *cmd, u64 from);

#endif /* NETRAM_INTEGRITY_H */
