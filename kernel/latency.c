// SPDX-License-Identifier: GPL-2.0
#include "latency.h"

/**
 * netram_latency_read() - a bucket's count over all CPUs
 * @latency: the histograms
 * @op: NETRAM_OP_READ or NETRAM_OP_WRITE
 * @bucket: 0 to NETRAM_LATENCY_BUCKETS - 1
 *
 * Context: any. Counting goes on meanwhile.
 * Return: the sum.
 */
u64 netram_latency_read(struct netram_latency __percpu *latency,
			unsigned int op, unsigned int bucket)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(latency, cpu)->counts[op][bucket]);
	return sum;
}
