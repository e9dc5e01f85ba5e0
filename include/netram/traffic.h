/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * Network overhead as one figure: what a host puts on the network, and gets from
 * it, so that its pages are served, for each byte of these pages. The module shows
 * it in sysfs, netramctl and others make it of what netlink tells.
 */
#ifndef NETRAM_TRAFFIC_H
#define NETRAM_TRAFFIC_H

#include <linux/types.h>
#include <netram/limits.h>

/* What overhead should be at most, parts per million: 5 %. */
#define NETRAM_OVERHEAD_TARGET_PPM	50000

/* Of fewer pages it is not said whether that is so: a handshake weighs as much as some. */
#define NETRAM_OVERHEAD_PAGES_MIN	100

/* What is told where there is no payload to compare with. */
#define NETRAM_OVERHEAD_NONE		(~(__u64)0)

/**
 * netram_overhead_ppm() - the share of overhead
 * @payload: bytes of pages: first copies and further ones
 * @extra: bytes of headers, handshakes, retries and losing hedges
 *
 * What the mover carries is neither.
 *
 * Return: parts per million of @payload, rounded up, so that it never flatters;
 * NETRAM_OVERHEAD_NONE if there is no payload.
 */
static inline __u64 netram_overhead_ppm(__u64 payload, __u64 extra)
{
	/* Pages are so large that what is lost of both does not show. */
	while (extra >> 43) {
		extra >>= 1;
		payload >>= 1;
	}
	if (!payload)
		return NETRAM_OVERHEAD_NONE;
	return (extra * 1000000 + payload - 1) / payload;
}

/**
 * netram_overhead_tells() - is there enough for the share to tell something
 * @payload: as above
 *
 * Return: whether it can be called met or missed.
 */
static inline int netram_overhead_tells(__u64 payload)
{
	return payload >= (__u64)NETRAM_OVERHEAD_PAGES_MIN * NETRAM_PAGE_SIZE;
}

#endif /* NETRAM_TRAFFIC_H */
