// SPDX-License-Identifier: GPL-2.0
/* netramctl volume list */
#include <inttypes.h>
#include <netram/limits.h>

#include "common/device.h"
#include "ctl.h"
#include "show.h"

static void copies_cell(struct ctl_table *t, const struct netram_volume *volume)
{
	struct ctl_copies copies;

	ctl_copies(volume, &copies);
	if (volume->degraded)
		ctl_table_cell(t, "%" PRIu64 "/%u", copies.least,
			       volume->replicas);
	else
		ctl_table_cell(t, "%u", volume->replicas);
}

static void swap_cell(struct ctl_table *t, const struct swap *swap)
{
	if (swap)
		ctl_table_cell(t, "%s used, priority %d",
			       ctl_human(swap->used_kb * 1024).text,
			       swap->priority);
	else
		ctl_table_cell(t, "-");
}

void ctl_show_volumes(const struct netram_volume *volume,
		      const struct swaps *swaps, const char *indent)
{
	static const char *const head[] = {
		"NAME", "STATE", "COPIES", "SIZE", "STORED", "OPEN", "DEVICE",
		"SWAP"
	};
	struct ctl_table t = { .columns = 8 };
	char device[DEVICE_SIZE];
	int i;

	for (i = 0; i < t.columns; i++)
		ctl_table_cell(&t, "%s", head[i]);
	for (; volume; volume = volume->next) {
		device_path(volume->index, device);
		ctl_table_cell(&t, "%s", volume->name);
		ctl_table_cell(&t, "%s",
			       netram_volume_state_name(volume->state));
		copies_cell(&t, volume);
		ctl_table_cell(&t, "%s", ctl_human(volume->size).text);
		ctl_table_cell(&t, "%s", ctl_human(volume->pages *
						   NETRAM_PAGE_SIZE).text);
		ctl_table_cell(&t, "%u", volume->openers);
		ctl_table_cell(&t, "%s", device);
		swap_cell(&t, swaps_find(swaps, device));
	}
	ctl_table_print(&t, indent);
	ctl_table_free(&t);
}

static int print_json(const struct netram_volume *first)
{
	struct json_object *o = json_object_new_object();

	put_object(o, "volumes", shape_volumes(first));
	return ctl_json_print(o);
}

static void print_text(const struct netram_volume *first)
{
	struct swaps swaps;

	swaps_read(&swaps);
	ctl_show_volumes(first, &swaps, "");
	swaps_free(&swaps);
}

static int run(const struct ctl_call *call)
{
	struct netram_volume *first;
	struct netram *nt;
	int err, ret = ctl_open(&nt);

	if (ret)
		return ret;
	err = netram_volume_list(nt, &first);
	if (err)
		ret = ctl_fail_module(nt, err);
	else if (call->json)
		ret = print_json(first);
	else
		print_text(first);
	netram_volume_free(first);
	netram_close(nt);
	return ret;
}

const struct ctl_command ctl_volume_list = {
	.group = "volume",
	.name = "list",
	.summary = "list the volumes",
	.examples =
		"  netramctl volume list\n"
		"  netramctl volume list --json | jq '[.volumes[].size_bytes] | add'\n",
	.run = run,
};
