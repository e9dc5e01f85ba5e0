// SPDX-License-Identifier: GPL-2.0
#include "checksum.h"

#include <isa-l/crc.h>

#include <netram/limits.h>
#include <netram/nbd.h>

/* One value is taken: it means that the page is absent. */
uint32_t checksum_page(const void *page)
{
	/* It does not write there; its interface has not been told of const. */
	uint32_t crc = ~crc32_iscsi((unsigned char *)page, NETRAM_PAGE_SIZE, ~0U);

	return crc != NBD_NETRAM_CRC32C_ABSENT ? crc : ~crc;
}
