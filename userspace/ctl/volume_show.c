// SPDX-License-Identifier: GPL-2.0
/* netramctl volume show */
#include <inttypes.h>
#include <netram/limits.h>
#include <stdio.h>

#include "common/device.h"
#include "ctl.h"
#include "show.h"

static void print_volume(const struct netram_volume *v)
{
	char device[DEVICE_SIZE], uuid[NETRAM_UUID_SIZE];

	device_path(v->index, device);
	netram_uuid_format(v->uuid, uuid);
	printf("name         %s\n", v->name);
	printf("state        %s\n", netram_volume_state_name(v->state));
	if (v->reason[0])
		printf("reason       %s\n", v->reason);
	printf("device       %s\n", device);
	printf("uuid         %s\n", uuid);
	printf("size         %s\n", ctl_human(v->size).text);
	printf("extent size  %s\n", ctl_human(v->extent_size).text);
	printf("checksum     %s\n", v->checksum ? "yes" : "no");
	printf("connections  %u\n", v->connections);
	printf("queue depth  %u\n", v->queue_depth);
	printf("copies       %u\n", v->replicas);
	printf("on loss      %s\n", netram_on_loss_name(v->on_loss));
	printf("openers      %u\n", v->openers);
	printf("extents      %" PRIu64 "\n", v->extents);
	printf("degraded     %" PRIu64 "\n", v->degraded);
	printf("stored       %s\n",
	       ctl_human(v->pages * NETRAM_PAGE_SIZE).text);
	printf("lost pages   %" PRIu64 "\n", v->lost_pages);
	ctl_show_traffic(&v->traffic, 13);
}

static void print_backup(const struct netram_backup *b)
{
	printf("backup       %s, %s, %s%s\n", b->path,
	       netram_backup_mode_name(b->mode),
	       netram_backup_state_name(b->state),
	       b->serving ? ", stands in for nodes" : "");
	printf("  only there %s\n",
	       ctl_human(b->only_pages * NETRAM_PAGE_SIZE).text);
	printf("  lacks      %s\n",
	       ctl_human(b->lag_pages * NETRAM_PAGE_SIZE).text);
	printf("  pages      %" PRIu64 " written, %" PRIu64 " read, %" PRIu64
	       " brought back; %" PRIu64 " errors\n",
	       b->writes, b->reads, b->returns, b->errors);
}

static void print_sessions(const struct netram_session *s)
{
	static const char *const head[] = {
		"NODE", "STATE", "EPOCH", "CONNECTIONS", "EXTENTS", "STALE",
		"STORED", "INSTANCE"
	};
	struct ctl_table t = { .columns = 8 };
	int i;

	for (i = 0; i < t.columns; i++)
		ctl_table_cell(&t, "%s", head[i]);
	for (; s; s = s->next) {
		ctl_table_cell(&t, "%s", s->node);
		ctl_table_cell(&t, "%s", netram_session_state_name(s->state));
		ctl_table_cell(&t, "%" PRIu64, s->epoch);
		ctl_table_cell(&t, "%u", s->connections);
		ctl_table_cell(&t, "%" PRIu64, s->extents);
		ctl_table_cell(&t, "%" PRIu64, s->stale);
		ctl_table_cell(&t, "%s", ctl_human(s->pages *
						   NETRAM_PAGE_SIZE).text);
		ctl_table_cell(&t, "%s", s->instance[0] ? s->instance : "-");
	}
	puts("sessions");
	ctl_table_print(&t, "  ");
	ctl_table_free(&t);
}

static int show(struct netram *nt, const struct netram_volume *volume,
		bool json)
{
	(void)nt;
	if (json)
		return ctl_json_print(shape_volume(volume));
	print_volume(volume);
	if (volume->backup)
		print_backup(volume->backup);
	print_sessions(volume->sessions);
	if (volume->verify) {
		fputs("verified  ", stdout);
		ctl_show_verify(volume->name, volume->verify);
		ctl_show_bad(volume->verify, NULL);
	}
	return CTL_OK;
}

static int run(const struct ctl_call *call)
{
	return ctl_on_volume(call, show);
}

const struct ctl_command ctl_volume_show = {
	.group = "volume",
	.name = "show",
	.operands = "NAME|/dev/netramN",
	.summary = "show all about a volume and its nodes",
	.examples =
		"  netramctl volume show v1\n"
		"  netramctl volume show /dev/netram0 --json | jq '.sessions[].state'\n",
	.min = 1,
	.max = 1,
	.run = run,
};
