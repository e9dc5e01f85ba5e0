/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * Reading latency histograms, which are counts of NETRAM_LATENCY_BUCKETS
 * buckets as <linux/netram.h> describes them. The module fills them
 * (kernel/latency.h); netramctl shows them.
 *
 * A percentile is told as the upper bound of its bucket, so that it never
 * flatters: 99 of 100 took less than p99.
 */
#ifndef NETRAM_LATENCY_H
#define NETRAM_LATENCY_H

#include <linux/netram.h>

/*
 * What an access should take at most, ns: little enough that swapping to another
 * machine is worth it. A bound of a bucket, so that the share of accesses within
 * it is exact.
 */
#define NETRAM_LATENCY_TARGET_NS	100000

/* Percentiles are told in hundredths of a percent: 9990 is p99.9. */
#define NETRAM_LATENCY_ALL		10000

/**
 * netram_latency_bound() - the least latency a bucket counts
 * @bucket: 0 to NETRAM_LATENCY_BUCKETS, the last for the end of the scale
 *
 * It is also the first that the bucket below does not count.
 *
 * Return: ns.
 */
static inline __u64 netram_latency_bound(unsigned int bucket)
{
	__u64 units = bucket;

	if (bucket >= NETRAM_LATENCY_MINORS)
		units = (__u64)(NETRAM_LATENCY_MINORS +
				bucket % NETRAM_LATENCY_MINORS) <<
			(bucket / NETRAM_LATENCY_MINORS - 1);
	return units * NETRAM_LATENCY_UNIT_NS;
}

/**
 * netram_latency_total() - how many latencies were counted
 * @counts: of NETRAM_LATENCY_BUCKETS buckets
 *
 * Return: their sum.
 */
static inline __u64 netram_latency_total(const __u64 *counts)
{
	__u64 total = 0;
	unsigned int i;

	for (i = 0; i < NETRAM_LATENCY_BUCKETS; i++)
		total += counts[i];
	return total;
}

/**
 * netram_latency_percentile() - what so many of the latencies stayed below
 * @counts: of NETRAM_LATENCY_BUCKETS buckets
 * @share: 1 to NETRAM_LATENCY_ALL, which is the greatest latency
 *
 * Return: ns, a bound of a bucket; 0 if nothing was counted.
 */
static inline __u64 netram_latency_percentile(const __u64 *counts,
					      unsigned int share)
{
	__u64 total = netram_latency_total(counts), left;
	unsigned int i;

	if (!total)
		return 0;
	/* Rounded up: p99 of three is that of the slowest. */
	left = total - total * (NETRAM_LATENCY_ALL - share) / NETRAM_LATENCY_ALL;
	for (i = 0; left > counts[i]; i++)
		left -= counts[i];
	return netram_latency_bound(i + 1);
}

/**
 * netram_latency_within() - how many of the latencies were below a limit
 * @counts: of NETRAM_LATENCY_BUCKETS buckets
 * @ns: the limit; a bound of a bucket, or that bucket is not counted
 *
 * Return: how many.
 */
static inline __u64 netram_latency_within(const __u64 *counts, __u64 ns)
{
	__u64 within = 0;
	unsigned int i;

	for (i = 0; i < NETRAM_LATENCY_BUCKETS &&
		    netram_latency_bound(i + 1) <= ns; i++)
		within += counts[i];
	return within;
}

#endif /* NETRAM_LATENCY_H */
