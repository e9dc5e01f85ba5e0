// SPDX-License-Identifier: LGPL-2.1-or-later
/* How long reads and writes took: NETRAM_CMD_LATENCY_GET */
#include <errno.h>
#include <stdlib.h>

#include "internal.h"
#include "list.h"

#define FIELD(_attr, _kind, _required, _member) \
	NETRAM_FIELD(_attr, _kind, _required, struct netram_latency, _member)

static const struct netram_field latency_fields[] = {
	FIELD(NETRAM_LATENCY_A_VOLUME, NAME, true, volume),
	FIELD(NETRAM_LATENCY_A_NODE, NAME, false, node),
	FIELD(NETRAM_LATENCY_A_READS, COUNTS, true, reads),
	FIELD(NETRAM_LATENCY_A_WRITES, COUNTS, true, writes),
};

/* What is not in the message stays zero. */
int netram_latency_decode(const struct nlattr *nest,
			  struct netram_latency *latency)
{
	uint64_t seen;

	return netram_fields_decode(latency_fields,
				    sizeof(latency_fields) /
				    sizeof(*latency_fields),
				    nest, latency, &seen);
}

static int latency_reply(const void *payload, size_t len, void *arg)
{
	struct netram_list *list = arg;
	struct netram_latency *latency;
	const struct nlattr *nest;
	int err;

	err = netram_attr_find(payload, len, NETRAM_A_LATENCY, &nest);
	if (err)
		return err;
	latency = calloc(1, sizeof(*latency));
	if (!latency)
		return -ENOMEM;
	err = netram_latency_decode(nest, latency);
	if (err) {
		free(latency);
		return err;
	}
	netram_list_append(list, latency, &latency->next);
	return 0;
}

static void latency_free_list(void *first)
{
	netram_latency_free(first);
}

/* Asked for by the name of a volume, so that is what is nested. */
static const struct netram_noun latency_noun = {
	.attr = NETRAM_A_VOLUME,
	.name_attr = NETRAM_VOLUME_A_NAME,
	.get_cmd = NETRAM_CMD_LATENCY_GET,
	.what = "volume",
	.reply = latency_reply,
	.free = latency_free_list,
};

int netram_latency_list(struct netram *nt, const char *volume,
			struct netram_latency **list)
{
	void *first;
	int err = netram_noun_list(nt, &latency_noun, volume, &first);

	*list = first;
	return err;
}

void netram_latency_free(struct netram_latency *latency)
{
	struct netram_latency *next;

	for (; latency; latency = next) {
		next = latency->next;
		free(latency);
	}
}
