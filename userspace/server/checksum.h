/* SPDX-License-Identifier: GPL-2.0 */
/* What x-netram:crc32c tells of a page that is there. */
#ifndef CHECKSUM_H
#define CHECKSUM_H

#include <stdint.h>

uint32_t checksum_page(const void *page);

#endif /* CHECKSUM_H */
