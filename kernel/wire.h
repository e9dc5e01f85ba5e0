/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers of the wire, for files that are built in userspace as well. */
#ifndef NETRAM_WIRE_H
#define NETRAM_WIRE_H

#ifdef __KERNEL__
#include <asm/byteorder.h>
#else
#include <endian.h>
#define be16_to_cpu be16toh
#define be32_to_cpu be32toh
#define be64_to_cpu be64toh
#endif

#endif /* NETRAM_WIRE_H */
