// SPDX-License-Identifier: GPL-2.0
/* Rates as JSON, for top and status, and as status shows them. */
#include <inttypes.h>
#include <netram/latency.h>
#include <string.h>

#include "top.h"
#include "show.h"

static struct json_object *json_row(const struct top_row *row, bool volume)
{
	struct json_object *o = json_object_new_object();

	put_text(o, "name", row->name);
	put_text(o, "state", row->state);
	put_u64(o, "stored_bytes", row->stored);
	if (volume)
		put_u64(o, "size_bytes", row->size);
	put_u64(o, "reads_per_second", row->reads + 0.5);
	put_u64(o, "writes_per_second", row->writes + 0.5);
	put_u64(o, volume ? "read_bytes_per_second" :
				 "rx_bytes_per_second", row->in + 0.5);
	put_u64(o, volume ? "written_bytes_per_second" :
				 "tx_bytes_per_second", row->out + 0.5);
	if (row->read_ns)
		put_u64(o, "read_p99_ns", row->read_ns);
	if (row->write_ns)
		put_u64(o, "write_p99_ns", row->write_ns);
	return o;
}

static struct json_object *json_rows(const struct top_row *rows, size_t n,
				     bool volume)
{
	struct json_object *array = json_object_new_array();
	size_t i;

	for (i = 0; i < n; i++)
		json_object_array_add(array, json_row(&rows[i], volume));
	return array;
}

struct json_object *ctl_json_speed(const struct top_rows *rows)
{
	struct json_object *o = json_object_new_object();

	put_u64(o, "interval_ms", rows->seconds * 1000 + 0.5);
	put_object(o, "volumes",
		   json_rows(rows->volumes, rows->nr_volumes, true));
	put_object(o, "nodes", json_rows(rows->nodes, rows->nr_nodes, false));
	return o;
}

/* Of all reads there ever were, so that there is something when none is made. */
static void ever_cells(struct ctl_table *t, const struct netram_latency *l,
		       const char *volume)
{
	uint64_t total, ns;

	while (l && (l->node[0] || strcmp(l->volume, volume)))
		l = l->next;
	total = l ? netram_latency_total(l->reads) : 0;
	if (!total) {
		ctl_table_cell(t, "-");
		ctl_table_cell(t, "-");
		return;
	}
	ns = netram_latency_percentile(l->reads, 9900);
	ctl_table_cell(t, "%s", ctl_human_time(ns).text);
	ctl_table_cell(t, "%.2f %%", 100.0 *
		       netram_latency_within(l->reads,
					     NETRAM_LATENCY_TARGET_NS) / total);
}

static void time_cell(struct ctl_table *t, uint64_t ns)
{
	ctl_table_cell(t, "%s", ns ? ctl_human_time(ns).text : "-");
}

void ctl_show_speed(const struct top_rows *rows,
		    const struct netram_latency *ever, const char *indent)
{
	static const char *const head[] = {
		"NAME", "R/S", "READ/S", "P99", "W/S", "WRITE/S", "P99",
		"EVER R-P99"
	};
	struct ctl_table t = { .columns = 9 };
	const struct top_row *row;
	size_t i;

	for (i = 0; i < sizeof(head) / sizeof(*head); i++)
		ctl_table_cell(&t, "%s", head[i]);
	ctl_table_cell(&t, "WITHIN %s",
		       ctl_human_time(NETRAM_LATENCY_TARGET_NS).text);
	for (i = 0; i < rows->nr_volumes; i++) {
		row = &rows->volumes[i];
		ctl_table_cell(&t, "%s", row->name);
		ctl_table_cell(&t, "%.0f", row->reads);
		ctl_table_cell(&t, "%s", ctl_human(row->in).text);
		time_cell(&t, row->read_ns);
		ctl_table_cell(&t, "%.0f", row->writes);
		ctl_table_cell(&t, "%s", ctl_human(row->out).text);
		time_cell(&t, row->write_ns);
		ever_cells(&t, ever, row->name);
	}
	ctl_table_print(&t, indent);
	ctl_table_free(&t);
}
