/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the bytes of the connections are for. Pure: no locks, no allocation, no
 * clock.
 *
 * Each direction of a connection counts for itself (struct netram_flow), and has
 * one writer at a time: the sender, or the receiver. A message is counted once all
 * of it is there: the header of each request and each reply, and its pages, by what
 * the command is for. When a connection ends, what it has of commands that begin
 * anew is taken back, and so all bytes that belong to no complete message and all
 * messages that were of no use are what is left: carried in vain.
 *
 * So the parts add up to the bytes of the stream whenever nothing is under way, and
 * nobody else's cache line is touched on the way of a request.
 */
#ifndef NETRAM_KERNEL_TRAFFIC_H
#define NETRAM_KERNEL_TRAFFIC_H

#include <linux/types.h>
#include <netram/limits.h>

/**
 * enum netram_purpose - what a command is for; it is made for that and keeps it
 * @NETRAM_FOR_REQUEST: a request, the first copy it goes to; and TRIMs
 * @NETRAM_FOR_COPY: a further copy that is written to
 * @NETRAM_FOR_HEDGE: a read that may be of no use
 * @NETRAM_FOR_MOVER: what is done in the background
 * @NETRAM_FOR_NR: how many there are
 */
enum netram_purpose {
	NETRAM_FOR_REQUEST,
	NETRAM_FOR_COPY,
	NETRAM_FOR_HEDGE,
	NETRAM_FOR_MOVER,
	NETRAM_FOR_NR,
};

/**
 * enum netram_part - parts of the traffic, in the order of enum netram_traffic_attr
 * @NETRAM_PART_PAYLOAD: see uapi
 * @NETRAM_PART_REPLICAS: see uapi
 * @NETRAM_PART_HEADERS: see uapi
 * @NETRAM_PART_HEDGES: see uapi
 * @NETRAM_PART_RETRIES: see uapi
 * @NETRAM_PART_MOVER: see uapi
 * @NETRAM_PART_HANDSHAKES: see uapi
 * @NETRAM_PART_NR: how many there are
 */
enum netram_part {
	NETRAM_PART_PAYLOAD,
	NETRAM_PART_REPLICAS,
	NETRAM_PART_HEADERS,
	NETRAM_PART_HEDGES,
	NETRAM_PART_RETRIES,
	NETRAM_PART_MOVER,
	NETRAM_PART_HANDSHAKES,
	NETRAM_PART_NR,
};

/**
 * struct netram_flow - one direction of a connection, over all its lives
 * @bytes: of the stream, handshakes not counted
 * @vain: of these, of connections that are over, what was of no use
 * @headers: complete messages
 * @pages: in these
 */
struct netram_flow {
	u64 bytes;
	u64 vain;
	u64 headers[NETRAM_FOR_NR];
	u64 pages[NETRAM_FOR_NR];
};

/**
 * struct netram_traffic - both directions of any number of connections
 * @tx: bytes sent
 * @rx: bytes received
 * @parts: the same bytes, by what they were for
 */
struct netram_traffic {
	u64 tx;
	u64 rx;
	u64 parts[NETRAM_PART_NR];
};

/**
 * netram_flow_count() - messages are complete
 * @flow: the direction; the caller is its writer
 * @purpose: what they are for
 * @headers: how many
 * @pages: in these
 */
static inline void netram_flow_count(struct netram_flow *flow,
				     enum netram_purpose purpose, u32 headers,
				     u32 pages)
{
	flow->headers[purpose] += headers;
	flow->pages[purpose] += pages;
}

/**
 * netram_flow_uncount() - they were of no use after all
 * @flow: as with netram_flow_count()
 * @purpose: likewise
 * @headers: likewise
 * @pages: likewise
 */
static inline void netram_flow_uncount(struct netram_flow *flow,
				       enum netram_purpose purpose, u32 headers,
				       u32 pages)
{
	flow->headers[purpose] -= headers;
	flow->pages[purpose] -= pages;
}

void netram_flow_end(struct netram_flow *flow, u32 header);
void netram_traffic_add(struct netram_traffic *t, const struct netram_flow *flow,
			u32 header);
void netram_traffic_vain(struct netram_traffic *t, enum netram_purpose purpose,
			 u64 pages);
void netram_traffic_merge(struct netram_traffic *t,
			  const struct netram_traffic *more);
u64 netram_traffic_overhead_ppm(const struct netram_traffic *t);

#endif /* NETRAM_KERNEL_TRAFFIC_H */
