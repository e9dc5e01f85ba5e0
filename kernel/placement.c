// SPDX-License-Identifier: GPL-2.0
/*
 * Which node takes a new extent: weighted power of two choices. Two different
 * candidates are drawn with chances in proportion to their weights and the one
 * with less load for its weight wins. Two draws keep the fullest node within
 * O(ln ln n) of the mean where one draw gives O(ln n / ln ln n)
 * (Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing",
 * IEEE TPDS 12(10), 2001).
 *
 * Pure: no locks, no allocation, no clock; also built in userspace for tests.
 */
#include "placement.h"

/* The candidate on which the @ticket-th unit of weight falls, leaving out @skip. */
static u32 draw(const struct netram_candidate *c, u32 count, u32 skip,
		u64 ticket)
{
	u32 i, last = 0;

	for (i = 0; i < count; i++) {
		if (i == skip)
			continue;
		last = i;
		if (ticket < c[i].weight)
			return i;
		ticket -= c[i].weight;
	}
	return last;
}

static u64 total_weight(const struct netram_candidate *c, u32 count)
{
	u64 sum = 0;

	while (count--)
		sum += c[count].weight;
	return sum;
}

/* @random spread evenly over 0 .. @range - 1, without a division. */
static u64 scale(u32 random, u64 range)
{
	return (random * range) >> 32;
}

/**
 * netram_placement_pick() - choose the node for a new extent
 * @c: the nodes that may take it, each with a weight of at least 1
 * @count: how many, at most NETRAM_NODES_MAX
 * @random1: 32 random bits
 * @random2: 32 more
 *
 * Context: any; touches nothing but its arguments.
 * Return: an index into @c, or -1 when @count is 0.
 */
int netram_placement_pick(const struct netram_candidate *c, u32 count,
			  u32 random1, u32 random2)
{
	u64 total = total_weight(c, count);
	u32 a, b;

	if (!count)
		return -1;
	a = draw(c, count, count, scale(random1, total));
	if (count == 1)
		return a;
	b = draw(c, count, a, scale(random2, total - c[a].weight));
	/* load[a] / weight[a] <= load[b] / weight[b], multiplied out */
	return c[a].load * c[b].weight <= c[b].load * c[a].weight ? a : b;
}
