// SPDX-License-Identifier: GPL-2.0
/*
 * Which copies of a page are right. Pure: no locks, no allocation, no clock.
 */
#include "verdict.h"

#include <linux/bitops.h>

/* Copies that have what copy @i has. */
static u8 same_as(const u32 *crc, u8 read, int i)
{
	u8 same = 0;
	int j;

	for (j = 0; j < NETRAM_REPLICAS_MAX; j++)
		if (read & (1U << j) && crc[j] == crc[i])
			same |= 1U << j;
	return same;
}

/* What more than half of three or more have; of two that differ neither. */
static u8 majority(const u32 *crc, u8 read)
{
	u32 count = hweight8(read);
	u8 same;
	int i;

	for (i = 0; i < NETRAM_REPLICAS_MAX; i++) {
		if (!(read & (1U << i)))
			continue;
		same = same_as(crc, read, i);
		if (same == read || 2 * hweight8(same) > count)
			return same;
	}
	return 0;
}

/**
 * netram_verdict() - tell right copies of a page from wrong ones
 * @crc: the checksum of each copy that was read
 * @read: a bit for each of those
 * @known: the checksum of what was written last; NULL if nobody knows
 *
 * With a checksum nobody may be right. Without, those are whose content more than
 * half of all have, which takes three if they do not agree.
 *
 * Return: the verdict.
 */
struct netram_verdict netram_verdict(const u32 crc[NETRAM_REPLICAS_MAX],
				     u8 read, const u32 *known)
{
	struct netram_verdict v = { 0, 0 };
	int i;

	for (i = 0; known && i < NETRAM_REPLICAS_MAX; i++)
		if (read & (1U << i) && crc[i] == *known)
			v.good |= 1U << i;
	if (!known)
		v.good = majority(crc, read);
	if (known || v.good)
		v.bad = read & ~v.good;
	return v;
}
