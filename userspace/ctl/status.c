// SPDX-License-Identifier: GPL-2.0
/* netramctl status */
#include <inttypes.h>
#include <netram/limits.h>
#include <netram/traffic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/device.h"
#include "ctl.h"
#include "hits.h"
#include "progress.h"
#include "show.h"
#include "top.h"

#define SAMPLE_DEF	500
#define SAMPLE_UNSET	UINT64_MAX

static struct {
	uint64_t sample;
} args = { .sample = SAMPLE_UNSET };

static const struct ctl_opt opts[] = {
	{ "sample", CTL_OPT_NUMBER, &args.sample, "MS",
	  "how long to look how fast it is; 0: not at all", 0, 60000,
	  SAMPLE_DEF },
	{ 0 }
};

/**
 * struct status - everything on the screen
 * @version: of the module
 * @nodes: all
 * @volumes: all
 * @swaps: of the host
 * @hits: how many pages that were read came from nodes
 * @speed: how fast it is, if that was looked at
 * @latency: of all accesses there ever were, likewise
 */
struct status {
	char version[64];
	struct netram_node *nodes;
	struct netram_volume *volumes;
	struct swaps swaps;
	struct hits hits;
	struct top_rows speed;
	struct netram_latency *latency;
};

static bool node_ails(const struct netram_node *node)
{
	return node->state != NETRAM_NODE_IDLE &&
	       node->state != NETRAM_NODE_UP &&
	       node->state != NETRAM_NODE_DRAINING;
}

static bool is_degraded(const struct status *s)
{
	const struct netram_node *node;
	const struct netram_volume *volume;

	for (node = s->nodes; node; node = node->next)
		if (node_ails(node))
			return true;
	for (volume = s->volumes; volume; volume = volume->next)
		if (volume->state != NETRAM_VOLUME_OK)
			return true;
	return false;
}

static void print_node_reason(const struct netram_node *node)
{
	printf("! node %s is %s%s%s\n", node->name,
	       netram_node_state_name(node->state),
	       node->last_error[0] ? ": " : "", node->last_error);
}

/* What becomes of the copies that are missing. */
static void print_copying(const struct status *s,
			  const struct netram_volume *volume,
			  const struct ctl_copies *copies)
{
	unsigned int nodes = nodes_for_copies(s->nodes);

	if (copies->copying)
		printf("; copies being made now: %" PRIu64 "\n",
		       copies->copying);
	else if (nodes < volume->replicas)
		printf(": %u copies need as many nodes, and %u %s up\n",
		       volume->replicas, nodes, nodes == 1 ? "is" : "are");
	else if (copies->away)
		printf(" while %s is away; when it stays away (rereplicate_delay_ms) copies are made on other nodes\n",
		       copies->away);
	else
		puts(", and none is being made: the other nodes may have no room");
}

static void print_degraded(const struct status *s,
			   const struct netram_volume *volume)
{
	struct ctl_copies copies;

	ctl_copies(volume, &copies);
	if (copies.none || volume->replicas == 1) {
		printf("%" PRIu64 " of its extents cannot be reached now\n",
		       volume->degraded);
		return;
	}
	printf("%" PRIu64 " of its %" PRIu64 " extents have too few copies",
	       volume->degraded, volume->extents);
	print_copying(s, volume, &copies);
}

/* Where the reason is all there is to say. Return: whether it is. */
static bool print_whole(const struct netram_volume *volume)
{
	switch (volume->state) {
	case NETRAM_VOLUME_WAITING:
		printf(": %s; bring a node back, or give the requests up: 'netramctl volume set %s --on-loss error', and in netram.conf if on_loss is there\n",
		       volume->reason, volume->name);
		return true;
	case NETRAM_VOLUME_FENCED:
		printf(": %s; all its requests fail: stop using it and delete it here\n",
		       volume->reason);
		return true;
	case NETRAM_VOLUME_BACKUP:
		printf(": %s\n", volume->reason);
		return true;
	default:
		return false;
	}
}

static void print_volume_reason(const struct status *s,
				const struct netram_volume *volume)
{
	printf("! volume %s is %s", volume->name,
	       netram_volume_state_name(volume->state));
	if (print_whole(volume))
		return;
	if (volume->backup && volume->backup->state != NETRAM_BACKUP_OK) {
		printf(": %s\n", volume->reason);
		return;
	}
	if (volume->lost_pages)
		printf(": nobody has %" PRIu64 " of its pages any more",
		       volume->lost_pages);
	if (volume->degraded) {
		printf("%s ", volume->lost_pages ? ";" : ":");
		print_degraded(s, volume);
	} else {
		putchar('\n');
	}
}

static void print_reasons(const struct status *s)
{
	const struct netram_node *node;
	const struct netram_volume *volume;

	for (node = s->nodes; node; node = node->next)
		if (node_ails(node))
			print_node_reason(node);
	for (volume = s->volumes; volume; volume = volume->next)
		if (volume->state != NETRAM_VOLUME_OK)
			print_volume_reason(s, volume);
}

/* How full: pages of volumes, each counted once, and of swap what is used. */
struct fill {
	uint64_t stored;
	uint64_t size;
	uint64_t swap_used;
	uint64_t swap_size;
};

static struct fill fill_of(const struct status *s)
{
	const struct netram_volume *volume;
	char device[DEVICE_SIZE];
	const struct swap *swap;
	struct fill fill = { 0 };

	for (volume = s->volumes; volume; volume = volume->next) {
		fill.stored += volume->pages * NETRAM_PAGE_SIZE;
		fill.size += volume->size;
		device_path(volume->index, device);
		swap = swaps_find(&s->swaps, device);
		fill.swap_used += swap ? swap->used_kb * 1024 : 0;
		fill.swap_size += swap ? swap->size_kb * 1024 : 0;
	}
	return fill;
}

static void print_fill(const struct status *s)
{
	struct fill fill = fill_of(s);

	if (!fill.size)
		return;
	printf("stored: %s of %s (%.0f %%)", ctl_human(fill.stored).text,
	       ctl_human(fill.size).text, 100.0 * fill.stored / fill.size);
	if (fill.swap_size)
		printf(", swapped: %s of %s (%.0f %%)",
		       ctl_human(fill.swap_used).text,
		       ctl_human(fill.swap_size).text,
		       100.0 * fill.swap_used / fill.swap_size);
	putchar('\n');
}

static struct netram_traffic traffic_of(const struct status *s)
{
	const struct netram_volume *volume;
	struct netram_traffic sum = { 0 };

	for (volume = s->volumes; volume; volume = volume->next)
		ctl_traffic_add(&sum, &volume->traffic);
	return sum;
}

static void print_overhead(const struct status *s)
{
	struct netram_traffic sum = traffic_of(s);

	if (netram_traffic_overhead(&sum) == NETRAM_OVERHEAD_NONE)
		return;
	fputs("network overhead: ", stdout);
	ctl_show_overhead(&sum);
	putchar('\n');
}

static void print_speed(const struct status *s)
{
	printf("\nSpeed, in the last %.1f s\n", s->speed.seconds);
	if (s->speed.nr_volumes)
		ctl_show_speed(&s->speed, s->latency, "  ");
	else
		puts("  none: there is no volume");
}

static void print_text(const struct status *s, const char *health)
{
	printf("netram %s, health: %s\n", s->version, health);
	print_fill(s);
	print_overhead(s);
	hits_show(&s->hits);
	print_reasons(s);
	puts("\nNodes");
	if (s->nodes)
		ctl_show_nodes(s->nodes, "  ");
	else
		puts("  none: netramctl node add NAME ADDRESS");
	puts("\nVolumes");
	if (s->volumes)
		ctl_show_volumes(s->volumes, &s->swaps, "  ");
	else
		puts("  none: netramctl volume create NAME --size SIZE");
	if (s->speed.volumes)
		print_speed(s);
}

static struct json_object *json_volume(const struct status *s,
				       const struct netram_volume *volume)
{
	struct json_object *o = shape_volume(volume);
	char device[DEVICE_SIZE];
	const struct swap *swap;

	device_path(volume->index, device);
	swap = swaps_find(&s->swaps, device);
	if (swap)
		put_object(o, "swap", ctl_json_swap(swap));
	return o;
}

static void print_json(const struct status *s, const char *health)
{
	struct netram_traffic sum = traffic_of(s);
	struct json_object *o = json_object_new_object();
	struct json_object *volumes = json_object_new_array();
	const struct netram_volume *volume;
	const struct fill fill = fill_of(s);

	for (volume = s->volumes; volume; volume = volume->next)
		json_object_array_add(volumes, json_volume(s, volume));
	put_text(o, "version", s->version);
	put_object(o, "nodes", shape_nodes(s->nodes));
	put_object(o, "volumes", volumes);
	put_u64(o, "stored_bytes", fill.stored);
	put_u64(o, "size_bytes", fill.size);
	put_object(o, "traffic", shape_traffic(&sum));
	put_object(o, "hits", hits_json(&s->hits));
	if (s->speed.volumes)
		put_object(o, "speed", ctl_json_speed(&s->speed));
	put_text(o, "health", health);
	ctl_json_print(o);
}

/* Two looks at the counters; the second one's nodes and volumes are shown. */
static int measure(struct netram *nt, struct status *s, uint64_t ms)
{
	struct sample before, now;
	int err = sample_take(nt, top_stats, TOP_STATS, &before);

	if (err)
		return err;
	ctl_lookon_pause(ms);
	err = sample_take(nt, top_stats, TOP_STATS, &now);
	if (!err) {
		top_rows_make(&before, &now, &s->speed);
		s->nodes = now.nodes;
		s->volumes = now.volumes;
		s->latency = now.latency;
		now.nodes = NULL;
		now.volumes = NULL;
		now.latency = NULL;
		sample_free(&now);
	}
	sample_free(&before);
	return err;
}

static int list(struct netram *nt, struct status *s)
{
	int err = netram_node_list(nt, &s->nodes);

	return err ? err : netram_volume_list(nt, &s->volumes);
}

/* Not to know is neither healthy nor degraded, so any failure exits with 3. */
static int ask(struct netram *nt, struct status *s)
{
	uint64_t ms = args.sample == SAMPLE_UNSET ? SAMPLE_DEF : args.sample;
	int err = ms ? measure(nt, s, ms) : list(nt, s);

	if (err) {
		ctl_fail_module(nt, err);
		return CTL_MODULE;
	}
	swaps_read(&s->swaps);
	hits_read(s->volumes, &s->hits);
	ctl_module_version(s->version, sizeof(s->version));
	return CTL_OK;
}

static int show(const struct status *s, bool json)
{
	bool degraded = is_degraded(s);

	if (json)
		print_json(s, degraded ? "degraded" : "ok");
	else
		print_text(s, degraded ? "degraded" : "ok");
	return degraded ? CTL_FAILED : CTL_OK;
}

static int run(const struct ctl_call *call)
{
	struct status s = { 0 };
	struct netram *nt;
	int ret = ctl_open(&nt);

	if (ret)
		return ret;
	ret = ask(nt, &s);
	if (!ret)
		ret = show(&s, call->json);
	netram_latency_free(s.latency);
	top_rows_free(&s.speed);
	swaps_free(&s.swaps);
	netram_volume_free(s.volumes);
	netram_node_free(s.nodes);
	netram_close(nt);
	return ret;
}

const struct ctl_command ctl_status = {
	.name = "status",
	.summary = "show health, nodes, volumes and speed on one screen",
	.examples =
		"  netramctl status\n"
		"  netramctl status >/dev/null || echo 'look at netram'\n",
	.opts = opts,
	.run = run,
};
