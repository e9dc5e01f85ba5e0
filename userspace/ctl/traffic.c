// SPDX-License-Identifier: GPL-2.0
/* What the bytes on the network were for, and whether it was worth it. */
#include <netram/traffic.h>
#include <stdio.h>

#include "show.h"

void ctl_traffic_add(struct netram_traffic *sum, const struct netram_traffic *t)
{
	sum->payload += t->payload;
	sum->replicas += t->replicas;
	sum->headers += t->headers;
	sum->hedges += t->hedges;
	sum->retries += t->retries;
	sum->mover += t->mover;
	sum->handshakes += t->handshakes;
	sum->tx_bytes += t->tx_bytes;
	sum->rx_bytes += t->rx_bytes;
}

/*
 * "1.08 % of the payload; it should be at most 5 %: met", without a newline. Not of
 * next to nothing: who has just made a volume must not read that it is amiss.
 */
void ctl_show_overhead(const struct netram_traffic *t)
{
	uint64_t ppm = netram_traffic_overhead(t);

	if (ppm == NETRAM_OVERHEAD_NONE) {
		fputs("none yet", stdout);
		return;
	}
	/* Rounded up, so that it is not told to be what it just is not. */
	printf("%.2f %% of the payload; ", (ppm + 99) / 100 / 100.0);
	if (netram_overhead_tells(t->payload + t->replicas))
		printf("it should be at most %u %%: %s",
		       NETRAM_OVERHEAD_TARGET_PPM / 10000,
		       ppm <= NETRAM_OVERHEAD_TARGET_PPM ? "met" : "missed");
	else
		fputs("too little yet to be judged", stdout);
}

/* Lines as the show commands have them, their names padded to width. */
void ctl_show_traffic(const struct netram_traffic *t, int width)
{
	printf("%-*s%s", width, "payload", ctl_human(t->payload).text);
	if (t->replicas)
		printf(", and %s for further copies",
		       ctl_human(t->replicas).text);
	printf("\n%-*s", width, "overhead");
	ctl_show_overhead(t);
	printf("\n%-*sheaders %s, retries %s, hedges %s, handshakes %s\n",
	       width, "", ctl_human(t->headers).text,
	       ctl_human(t->retries).text, ctl_human(t->hedges).text,
	       ctl_human(t->handshakes).text);
	printf("%-*s%s\n", width, "mover", ctl_human(t->mover).text);
}
