// SPDX-License-Identifier: GPL-2.0
/* Walking the data of a request, which may be many bios of odd pieces. */
#include "cursor.h"

/**
 * netram_cursor_zero() - fill with zeroes and go on
 * @c: the cursor
 * @bytes: how many, not past the end
 *
 * Context: any.
 */
void netram_cursor_zero(struct netram_cursor *c, unsigned int bytes)
{
	while (bytes) {
		struct bio_vec bv = netram_cursor_segment(c, bytes);

		memzero_bvec(&bv);
		netram_cursor_advance(c, bv.bv_len);
		bytes -= bv.bv_len;
	}
}
