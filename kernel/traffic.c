// SPDX-License-Identifier: GPL-2.0
#include "traffic.h"

#include <netram/traffic.h>

/* The page is somebody's payload: whose. */
static const u8 part_of_page[] = {
	[NETRAM_FOR_REQUEST]	= NETRAM_PART_PAYLOAD,
	[NETRAM_FOR_COPY]	= NETRAM_PART_REPLICAS,
	[NETRAM_FOR_HEDGE]	= NETRAM_PART_HEDGES,
	[NETRAM_FOR_MOVER]	= NETRAM_PART_MOVER,
};

/* What is done for no request has its headers with its pages. */
static const u8 part_of_header[] = {
	[NETRAM_FOR_REQUEST]	= NETRAM_PART_HEADERS,
	[NETRAM_FOR_COPY]	= NETRAM_PART_HEADERS,
	[NETRAM_FOR_HEDGE]	= NETRAM_PART_HEDGES,
	[NETRAM_FOR_MOVER]	= NETRAM_PART_MOVER,
};

static u64 counted(const struct netram_flow *flow, u32 header)
{
	u64 sum = flow->vain;
	int i;

	for (i = 0; i < NETRAM_FOR_NR; i++)
		sum += flow->headers[i] * header +
		       (flow->pages[i] << NETRAM_PAGE_SHIFT);
	return sum;
}

/**
 * netram_flow_end() - a connection is over; what is left of it is of no use
 * @flow: one of its directions; what begins anew is uncounted
 * @header: bytes of a header
 */
void netram_flow_end(struct netram_flow *flow, u32 header)
{
	flow->vain += flow->bytes - counted(flow, header);
}

/**
 * netram_traffic_add() - sum up
 * @t: the sum; @tx and @rx are the caller's
 * @flow: a direction of a connection; its writer may be at it
 * @header: bytes of a header
 */
void netram_traffic_add(struct netram_traffic *t, const struct netram_flow *flow,
			u32 header)
{
	int i;

	for (i = 0; i < NETRAM_FOR_NR; i++) {
		t->parts[part_of_header[i]] += flow->headers[i] * header;
		t->parts[part_of_page[i]] += flow->pages[i] << NETRAM_PAGE_SHIFT;
	}
	t->parts[NETRAM_PART_RETRIES] += flow->vain;
}

/**
 * netram_traffic_vain() - pages that were counted were of no use
 * @t: the sum
 * @purpose: what they were counted for
 * @pages: how many
 */
void netram_traffic_vain(struct netram_traffic *t, enum netram_purpose purpose,
			 u64 pages)
{
	u64 bytes = pages << NETRAM_PAGE_SHIFT;

	t->parts[part_of_page[purpose]] -= bytes;
	t->parts[NETRAM_PART_RETRIES] += bytes;
}

/**
 * netram_traffic_merge() - add one sum to another
 * @t: changed
 * @more: what to add
 */
void netram_traffic_merge(struct netram_traffic *t,
			  const struct netram_traffic *more)
{
	int i;

	t->tx += more->tx;
	t->rx += more->rx;
	for (i = 0; i < NETRAM_PART_NR; i++)
		t->parts[i] += more->parts[i];
}

/**
 * netram_traffic_overhead_ppm() - the share of overhead
 * @t: the sum
 *
 * Return: as netram_overhead_ppm().
 */
u64 netram_traffic_overhead_ppm(const struct netram_traffic *t)
{
	return netram_overhead_ppm(t->parts[NETRAM_PART_PAYLOAD] +
				   t->parts[NETRAM_PART_REPLICAS],
				   t->parts[NETRAM_PART_HEADERS] +
				   t->parts[NETRAM_PART_HEDGES] +
				   t->parts[NETRAM_PART_RETRIES] +
				   t->parts[NETRAM_PART_HANDSHAKES]);
}
