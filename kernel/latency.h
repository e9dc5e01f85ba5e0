/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How long requests take, as log-linear histograms: the buckets of an octave are
 * equally wide, the next octave's twice as wide, so that each latency is known
 * to one part in NETRAM_LATENCY_MINORS. Counting is an increment in memory of
 * the CPU's own. What buckets there are is told in <linux/netram.h>, how to read
 * them in <netram/latency.h>.
 */
#ifndef NETRAM_KERNEL_LATENCY_H
#define NETRAM_KERNEL_LATENCY_H

#include <linux/bitops.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/netram.h>
#include <linux/percpu.h>

/* What is counted: reads and writes, as in enum netram_op. */
#define NETRAM_LATENCY_OPS 2

/**
 * struct netram_latency - histograms of a volume or a session, one set per CPU
 * @counts: by operation and bucket; since the volume was created or the session
 *   made
 */
struct netram_latency {
	u64 counts[NETRAM_LATENCY_OPS][NETRAM_LATENCY_BUCKETS];
};

/**
 * netram_latency_bucket() - which bucket counts a latency
 * @ns: the latency
 *
 * Return: 0 to NETRAM_LATENCY_BUCKETS - 1; the last counts all that is longer.
 */
static inline unsigned int netram_latency_bucket(u64 ns)
{
	const unsigned int minor_bits = ilog2(NETRAM_LATENCY_MINORS);
	const unsigned int octaves = NETRAM_LATENCY_BUCKETS /
				     NETRAM_LATENCY_MINORS - 1;
	u32 units, octave;

	units = min_t(u64, div_u64(ns, NETRAM_LATENCY_UNIT_NS),
		      (1U << (octaves + minor_bits)) - 1);
	/* The first two octaves have buckets of one unit. */
	octave = fls(units | (2 * NETRAM_LATENCY_MINORS - 1)) - minor_bits - 1;
	return octave * NETRAM_LATENCY_MINORS + (units >> octave);
}

/**
 * netram_latency_add() - count a latency
 * @latency: the histograms
 * @op: NETRAM_OP_READ or NETRAM_OP_WRITE
 * @ns: how long it took
 *
 * Context: any.
 */
static inline void netram_latency_add(struct netram_latency __percpu *latency,
				      unsigned int op, u64 ns)
{
	this_cpu_inc(latency->counts[op][netram_latency_bucket(ns)]);
}

u64 netram_latency_read(struct netram_latency __percpu *latency,
			unsigned int op, unsigned int bucket);

#endif /* NETRAM_KERNEL_LATENCY_H */
