// SPDX-License-Identifier: LGPL-2.1-or-later
/* What the bytes on the network were for: NETRAM_NODE_A_TRAFFIC, _VOLUME_A_TRAFFIC */
#include <netram/traffic.h>

#include "internal.h"

/* Programs have made it, and it is a part of others, so it has no end to append to. */
_Static_assert(sizeof(struct netram_traffic) == 17 * sizeof(uint64_t), "traffic");

#define TRAFFIC(_attr, _member) \
	NETRAM_FIELD(NETRAM_TRAFFIC_A_##_attr, U64, true, \
		     struct netram_traffic, _member)

static const struct netram_field traffic_fields[] = {
	TRAFFIC(PAYLOAD, payload),
	TRAFFIC(REPLICAS, replicas),
	TRAFFIC(HEADERS, headers),
	TRAFFIC(HEDGES, hedges),
	TRAFFIC(RETRIES, retries),
	TRAFFIC(MOVER, mover),
	TRAFFIC(HANDSHAKES, handshakes),
	TRAFFIC(TX_BYTES, tx_bytes),
	TRAFFIC(RX_BYTES, rx_bytes),
};

/* Nested in the attributes of nest, which is not believed without it. */
int netram_traffic_decode(const struct nlattr *nest, uint16_t attr,
			  struct netram_traffic *traffic)
{
	const struct nlattr *found;
	uint64_t seen;
	int err;

	err = netram_attr_find(mnl_attr_get_payload(nest),
			       mnl_attr_get_payload_len(nest), attr, &found);
	if (err)
		return err;
	return netram_fields_decode(traffic_fields,
				    sizeof(traffic_fields) /
				    sizeof(*traffic_fields),
				    found, traffic, &seen);
}

uint64_t netram_traffic_overhead(const struct netram_traffic *traffic)
{
	return netram_overhead_ppm(traffic->payload + traffic->replicas,
				   traffic->headers + traffic->hedges +
				   traffic->retries + traffic->handshakes);
}
