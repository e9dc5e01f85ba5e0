// SPDX-License-Identifier: GPL-2.0
/*
 * swapoff brings every page of the area back into memory, from where some may
 * leave again for other swap areas. When there is no room the kernel kills
 * programs; so count before. What is free in zram is no room: it is taken from
 * memory as it fills, which is counted already.
 */
#include <string.h>

#include "common/swaps.h"

#define RESERVE_MIN_KB		(64 * 1024)
#define RESERVE_PERCENT		5

static bool takes_memory(const struct swap *area)
{
	return !strncmp(area->path, "/dev/zram", strlen("/dev/zram"));
}

static uint64_t free_elsewhere(const struct swaps *swaps,
			       const struct swap *off)
{
	uint64_t kb = 0;
	size_t i;

	for (i = 0; i < swaps->count; i++)
		if (&swaps->areas[i] != off && !takes_memory(&swaps->areas[i]))
			kb += swaps->areas[i].size_kb - swaps->areas[i].used_kb;
	return kb;
}

void preflight_swapoff(const struct swaps *swaps, const struct swap *off,
		       const struct meminfo *mem, struct preflight *pre)
{
	uint64_t room;

	pre->used_kb = off->used_kb;
	pre->reserve_kb = mem->total_kb * RESERVE_PERCENT / 100;
	if (pre->reserve_kb < RESERVE_MIN_KB)
		pre->reserve_kb = RESERVE_MIN_KB;
	pre->memory_kb = mem->available_kb > pre->reserve_kb ?
			 mem->available_kb - pre->reserve_kb : 0;
	pre->other_kb = free_elsewhere(swaps, off);
	room = pre->memory_kb + pre->other_kb;
	pre->short_kb = pre->used_kb > room ? pre->used_kb - room : 0;
}
