// SPDX-License-Identifier: GPL-2.0
/* What all counters say now: the module's answers, and bytes from sysfs. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "progress.h"
#include "top.h"

/* 0 where the volume is gone meanwhile. */
static uint64_t counter(uint32_t index, const char *name)
{
	uint64_t value = 0;
	char path[96], *text;

	snprintf(path, sizeof(path),
		 "/sys/block/netram%" PRIu32 "/netram_stats/%s", index, name);
	if (file_read(path, &text))
		return 0;
	value = strtoull(text, NULL, 10);
	free(text);
	return value;
}

static int take_bytes(struct top_sample *s)
{
	const struct netram_volume *v;
	size_t n = 0;

	for (v = s->volumes; v; v = v->next)
		n++;
	s->bytes = calloc(n + 1, sizeof(*s->bytes));
	if (!s->bytes)
		return -ENOMEM;
	for (v = s->volumes, n = 0; v; v = v->next, n++) {
		s->bytes[n].read = counter(v->index, "read_bytes");
		s->bytes[n].written = counter(v->index, "write_bytes");
	}
	return 0;
}

/* 0 or -errno; netram_error() tells more. */
int top_sample_take(struct netram *nt, struct top_sample *s)
{
	int err;

	*s = (struct top_sample){ .at_ms = ctl_now_ms() };
	err = netram_node_list(nt, &s->nodes);
	if (!err)
		err = netram_volume_list(nt, &s->volumes);
	if (!err)
		err = netram_latency_list(nt, NULL, &s->latency);
	if (!err)
		err = take_bytes(s);
	if (err)
		top_sample_free(s);
	return err;
}

void top_sample_free(struct top_sample *s)
{
	free(s->bytes);
	netram_latency_free(s->latency);
	netram_volume_free(s->volumes);
	netram_node_free(s->nodes);
	*s = (struct top_sample){ 0 };
}
