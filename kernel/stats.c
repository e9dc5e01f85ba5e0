// SPDX-License-Identifier: GPL-2.0
#include "stats.h"

/**
 * netram_stats_read() - a counter's value over all CPUs
 * @stats: the volume's counters
 * @which: which of them
 *
 * Context: any. Counting goes on meanwhile.
 * Return: the sum.
 */
u64 netram_stats_read(struct netram_stats __percpu *stats,
		      enum netram_stat which)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(stats, cpu)->v[which]);
	return sum;
}

/**
 * netram_stats_name() - a counter's name, as sysfs shows it
 * @which: the counter
 *
 * Return: a constant string.
 */
const char *netram_stats_name(enum netram_stat which)
{
	static const char * const names[] = {
#define X(name, constant) #name,
		NETRAM_STATS(X)
#undef X
	};

	return names[which];
}
