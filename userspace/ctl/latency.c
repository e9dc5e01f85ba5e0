// SPDX-License-Identifier: GPL-2.0
/* netramctl latency */
#include <inttypes.h>
#include <netram/latency.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/device.h"
#include "ctl.h"
#include "print.h"

#define INTERVAL_DEF	1

static struct {
	bool watch;
	uint64_t interval;
} args;

static const struct ctl_opt opts[] = {
	{ "watch", CTL_OPT_FLAG, &args.watch, NULL,
	  "go on, and tell of each interval by itself", 0, 0, 0 },
	{ "interval", CTL_OPT_NUMBER, &args.interval, "SECONDS",
	  "with --watch: how long one is", 1, 86400, INTERVAL_DEF },
	{ 0 }
};

static unsigned int interval(void)
{
	return args.interval ?: INTERVAL_DEF;
}

static bool same(const struct netram_latency *a, const struct netram_latency *b)
{
	return !strcmp(a->volume, b->volume) && !strcmp(a->node, b->node);
}

/* Return: false, and nothing changed, if @now cannot have come from @before. */
static bool subtract(__u64 *now, const __u64 *before)
{
	unsigned int i;

	for (i = 0; i < NETRAM_LATENCY_BUCKETS; i++)
		if (now[i] < before[i])
			return false;
	for (i = 0; i < NETRAM_LATENCY_BUCKETS; i++)
		now[i] -= before[i];
	return true;
}

/*
 * What happened between two answers. A volume or node that was not there before
 * began at 0; so did one that was made anew under its name, which shows.
 */
static struct netram_latency since(const struct netram_latency *now,
				   const struct netram_latency *before)
{
	struct netram_latency diff = *now;

	while (before && !same(now, before))
		before = before->next;
	if (before && subtract(diff.reads, before->reads) &&
	    !subtract(diff.writes, before->writes))
		diff = *now;
	return diff;
}

static void time_cell(struct ctl_table *t, const __u64 *counts,
		      unsigned int share)
{
	uint64_t ns = netram_latency_percentile(counts, share);

	ctl_table_cell(t, "%s", ns ? ctl_human_time(ns).text : "-");
}

/* Rounded down: 100 % are all of them. */
static void share_cell(struct ctl_table *t, const __u64 *counts)
{
	uint64_t total = netram_latency_total(counts), share;

	if (!total) {
		ctl_table_cell(t, "-");
		return;
	}
	share = netram_latency_within(counts, NETRAM_LATENCY_TARGET_NS) *
		10000 / total;
	ctl_table_cell(t, "%" PRIu64 ".%02" PRIu64 " %%", share / 100,
		       share % 100);
}

static void add_row(struct ctl_table *t, const struct netram_latency *l,
		    const char *op, const __u64 *counts)
{
	ctl_table_cell(t, "%s", l->volume);
	ctl_table_cell(t, "%s", l->node[0] ? l->node : "-");
	ctl_table_cell(t, "%s", op);
	ctl_table_cell(t, "%llu",
		       (unsigned long long)netram_latency_total(counts));
	time_cell(t, counts, 5000);
	time_cell(t, counts, 9000);
	time_cell(t, counts, 9900);
	time_cell(t, counts, 9990);
	time_cell(t, counts, NETRAM_LATENCY_ALL);
	share_cell(t, counts);
}

static void print_table(const struct netram_latency *now,
			const struct netram_latency *before)
{
	static const char *const head[] = {
		"VOLUME", "NODE", "OP", "COUNT", "P50", "P90", "P99", "P99.9",
		"MAX"
	};
	struct ctl_table t = { .columns = 10 };
	struct netram_latency diff;
	size_t i;

	for (i = 0; i < sizeof(head) / sizeof(*head); i++)
		ctl_table_cell(&t, "%s", head[i]);
	ctl_table_cell(&t, "WITHIN %s",
		       ctl_human_time(NETRAM_LATENCY_TARGET_NS).text);
	for (; now; now = now->next) {
		diff = since(now, before);
		add_row(&t, &diff, "read", diff.reads);
		add_row(&t, &diff, "write", diff.writes);
	}
	ctl_table_print(&t, "");
	ctl_table_free(&t);
}

static struct json_object *json_histograms(const char *key, const char *name,
					   const struct netram_latency *l)
{
	struct json_object *o = json_object_new_object();

	put_text(o, key, name);
	put_object(o, "read", shape_latency(l->reads));
	put_object(o, "write", shape_latency(l->writes));
	return o;
}

/* @now points to a volume's own; its nodes follow it. */
static struct json_object *json_volume(const struct netram_latency *now,
				       const struct netram_latency *before)
{
	struct json_object *nodes = json_object_new_array(), *o;
	struct netram_latency diff = since(now, before);

	o = json_histograms("name", now->volume, &diff);
	for (now = now->next; now && now->node[0]; now = now->next) {
		diff = since(now, before);
		json_object_array_add(nodes, json_histograms("node", now->node,
							     &diff));
	}
	put_object(o, "nodes", nodes);
	return o;
}

static void print_json(const struct netram_latency *now,
		       const struct netram_latency *before)
{
	struct json_object *volumes = json_object_new_array();
	struct json_object *o = json_object_new_object();

	for (; now; now = now->next)
		if (!now->node[0])
			json_object_array_add(volumes,
					      json_volume(now, before));
	put_u64(o, "target_ns", NETRAM_LATENCY_TARGET_NS);
	if (args.watch)
		put_u64(o, "interval_seconds", interval());
	put_object(o, "volumes", volumes);
	if (args.watch)
		ctl_json_print_line(o);
	else
		ctl_json_print(o);
}

static void print(const struct ctl_call *call, const struct netram_latency *now,
		  const struct netram_latency *before)
{
	if (call->json)
		print_json(now, before);
	else
		print_table(now, before);
}

static int ask(struct netram *nt, const char *volume,
	       struct netram_latency **now)
{
	int err = netram_latency_list(nt, volume, now);

	return err ? ctl_fail_module(nt, err) : CTL_OK;
}

static int watch(struct netram *nt, const char *volume,
		 const struct ctl_call *call, struct netram_latency *before)
{
	struct netram_latency *now;
	int ret;

	for (;;) {
		sleep(interval());
		ret = ask(nt, volume, &now);
		if (!ret)
			print(call, now, before);
		netram_latency_free(before);
		before = now;
		if (ret || fflush(stdout))
			break;
		if (!call->json)
			putchar('\n');
	}
	netram_latency_free(before);
	return ret;
}

static int show(struct netram *nt, const char *volume,
		const struct ctl_call *call)
{
	struct netram_latency *now;
	int ret = ask(nt, volume, &now);

	if (ret)
		return ret;
	if (args.watch)
		return watch(nt, volume, call, now);
	print(call, now, NULL);
	netram_latency_free(now);
	return CTL_OK;
}

static int run(const struct ctl_call *call)
{
	struct netram_volume *volume = NULL;
	struct netram *nt;
	int ret;

	if (args.interval && !args.watch)
		return ctl_fail(CTL_USAGE, "--interval goes with --watch");
	ret = ctl_open(&nt);
	if (ret)
		return ret;
	if (call->operands[0])
		ret = ctl_find_volume(nt, call->operands[0], &volume);
	if (!ret)
		ret = show(nt, volume ? volume->name : NULL, call);
	netram_volume_free(volume);
	netram_close(nt);
	return ret;
}

const struct ctl_command ctl_latency = {
	.name = "latency",
	.operands = "[VOLUME|/dev/netramN]",
	.summary = "show how long reads and writes take",
	.examples =
		"  netramctl latency\n"
		"  netramctl latency v1 --watch --interval 10\n"
		"  netramctl latency v1 --json | jq '.volumes[0].read.p99_ns'\n",
	.max = 1,
	.opts = opts,
	.run = run,
};
