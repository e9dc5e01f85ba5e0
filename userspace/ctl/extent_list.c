// SPDX-License-Identifier: GPL-2.0
/* netramctl extent list */
#include <inttypes.h>
#include <stdio.h>

#include "ctl.h"
#include "show.h"

/* "n1 insync, n2 stale (lacks 12, away)" */
static void add_copy(struct ctl_table *t, const struct netram_copy *copy)
{
	const char *away = copy->up ? "" : "away";
	char lacks[48] = "";

	if (copy->missing)
		snprintf(lacks, sizeof(lacks), "lacks %u%s", copy->missing,
			 copy->up ? "" : ", ");
	ctl_table_append(t, "%s %s%s%s%s%s%s", copy->node,
			 netram_copy_state_name(copy->state),
			 lacks[0] || away[0] ? " (" : "", lacks, away,
			 lacks[0] || away[0] ? ")" : "", copy->next ? ", " : "");
}

static void copies_cell(struct ctl_table *t, const struct netram_extent *extent)
{
	const struct netram_copy *copy;

	ctl_table_cell(t, "%s", extent->copies ? "" : "none");
	for (copy = extent->copies; copy; copy = copy->next)
		add_copy(t, copy);
}

void ctl_show_extents(const struct netram_extent *extent, const char *indent)
{
	static const char *const head[] = { "EXTENT", "PAGES", "LOST", "COPIES" };
	struct ctl_table t = { .columns = 4 };
	int i;

	for (i = 0; i < t.columns; i++)
		ctl_table_cell(&t, "%s", head[i]);
	for (; extent; extent = extent->next) {
		ctl_table_cell(&t, "%" PRIu64, extent->index);
		ctl_table_cell(&t, "%u", extent->pages);
		ctl_table_cell(&t, "%u", extent->lost_pages);
		copies_cell(&t, extent);
	}
	ctl_table_print(&t, indent);
	ctl_table_free(&t);
}

static int print_json(const struct netram_volume *volume,
		      const struct netram_extent *extent)
{
	struct json_object *o = json_object_new_object();
	struct json_object *array = json_object_new_array();

	for (; extent; extent = extent->next)
		json_object_array_add(array, shape_extent(extent));
	put_text(o, "volume", volume->name);
	put_u64(o, "extent_size_bytes", volume->extent_size);
	put_object(o, "extents", array);
	return ctl_json_print(o);
}

static int list(struct netram *nt, const struct netram_volume *volume,
		bool json)
{
	struct netram_extent *first;
	int err = netram_extent_list(nt, volume->name, &first);
	int ret = CTL_OK;

	if (err)
		return ctl_fail_module(nt, err);
	if (json)
		ret = print_json(volume, first);
	else
		ctl_show_extents(first, "");
	netram_extent_free(first);
	return ret;
}

static int run(const struct ctl_call *call)
{
	return ctl_on_volume(call, list);
}

const struct ctl_command ctl_extent_list = {
	.group = "extent",
	.name = "list",
	.operands = "VOLUME|/dev/netramN",
	.summary = "list the extents of a volume that have a place, and their copies",
	.examples =
		"  netramctl extent list v1\n"
		"  netramctl extent list v1 --json | jq '.extents[] | select(any(.copies[]; .state != \"insync\"))'\n",
	.min = 1,
	.max = 1,
	.run = run,
};
