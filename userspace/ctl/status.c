// SPDX-License-Identifier: GPL-2.0
/* netramctl status */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "device.h"
#include "show.h"

/**
 * struct status - everything on the screen
 * @version: of the module
 * @nodes: all
 * @volumes: all
 * @swaps: of the host
 */
struct status {
	char version[64];
	struct netram_node *nodes;
	struct netram_volume *volumes;
	struct ctl_swaps swaps;
};

/* sysfs, because a module without version information still runs. */
static void read_version(char *version, size_t size)
{
	char *text;

	snprintf(version, size, "unknown");
	if (ctl_file_read("/sys/module/netram/version", &text))
		return;
	text[strcspn(text, "\n")] = '\0';
	snprintf(version, size, "%s", text);
	free(text);
}

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
	unsigned int nodes = ctl_nodes_for_copies(s->nodes);

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
		printf(": %s; bring a node back, or give the requests up: 'netramctl volume set %s --on-loss error'\n",
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

static void print_text(const struct status *s, const char *health)
{
	printf("netram %s, health: %s\n", s->version, health);
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
}

static struct json_object *json_volume(const struct status *s,
				       const struct netram_volume *volume)
{
	struct json_object *o = ctl_json_volume(volume);
	char device[CTL_DEVICE_SIZE];
	const struct ctl_swap *swap;

	ctl_device_path(volume->index, device);
	swap = ctl_swaps_find(&s->swaps, device);
	if (swap)
		ctl_json_add(o, "swap", ctl_json_swap(swap));
	return o;
}

static void print_json(const struct status *s, const char *health)
{
	struct json_object *o = json_object_new_object();
	struct json_object *volumes = json_object_new_array();
	const struct netram_volume *volume;

	for (volume = s->volumes; volume; volume = volume->next)
		json_object_array_add(volumes, json_volume(s, volume));
	ctl_json_text(o, "version", s->version);
	ctl_json_add(o, "nodes", ctl_json_nodes(s->nodes));
	ctl_json_add(o, "volumes", volumes);
	ctl_json_text(o, "health", health);
	ctl_json_print(o);
}

/* Not to know is neither healthy nor degraded, so any failure exits with 3. */
static int ask(struct netram *nt, struct status *s)
{
	int err = netram_node_list(nt, &s->nodes);

	if (!err)
		err = netram_volume_list(nt, &s->volumes);
	if (err) {
		ctl_fail_module(nt, err);
		return CTL_MODULE;
	}
	ctl_swaps_read(&s->swaps);
	read_version(s->version, sizeof(s->version));
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
	ctl_swaps_free(&s.swaps);
	netram_volume_free(s.volumes);
	netram_node_free(s.nodes);
	netram_close(nt);
	return ret;
}

const struct ctl_command ctl_status = {
	.name = "status",
	.summary = "show nodes, volumes and health on one screen",
	.examples =
		"  netramctl status\n"
		"  netramctl status >/dev/null || echo 'look at netram'\n",
	.run = run,
};
