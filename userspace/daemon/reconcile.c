// SPDX-License-Identifier: GPL-2.0
/* Volumes, and the order of all steps. */
#include "reconcile.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/path.h"
#include "common/unit.h"
#include "mounted.h"
#include "rules.h"

static struct step *add_volume_step(struct plan *plan, enum step_kind kind,
				    const struct config_volume *volume,
				    const struct actual_volume *is)
{
	struct step *step = plan_add(plan, kind);

	if (!step)
		return NULL;
	step->volume = volume;
	step->index = is ? is->v->index : 0;
	return step;
}

static void fixed(struct plan *plan, const struct actual_volume *is,
		  const char *what, const char *has, const char *wanted)
{
	plan_find(plan, FINDING_PROBLEM,
		  "volume %s: its %s is %s, the file says %s: that cannot change while it is there; take it out of use and 'netramctl volume delete %s', then it is created anew, empty",
		  is->v->name, what, has, wanted, is->v->name);
}

static void fixed_number(struct plan *plan, const struct actual_volume *is,
			 const char *what, uint64_t has, uint64_t wanted)
{
	char left[24], right[24];

	if (has == wanted)
		return;
	snprintf(left, sizeof(left), "%" PRIu64, has);
	snprintf(right, sizeof(right), "%" PRIu64, wanted);
	fixed(plan, is, what, left, right);
}

static void fixed_size(struct plan *plan, const struct actual_volume *is,
		       const char *what, uint64_t has, uint64_t wanted)
{
	char left[24], right[24];

	if (has == wanted)
		return;
	netram_size_format(has, left, sizeof(left));
	netram_size_format(wanted, right, sizeof(right));
	fixed(plan, is, what, left, right);
}

static void check_backup(const struct config_volume *volume,
			 const struct actual_volume *is, struct plan *plan)
{
	const char *has = is->v->backup ? is->backup : "none";

	if (!CONFIG_HAS(volume, VOLUME_BACKUP))
		return;
	if (strcmp(has, volume->backup_path))
		fixed(plan, is, "backup", has, volume->backup_path);
	else if (is->v->backup->mode != volume->backup_mode)
		fixed(plan, is, "backup mode",
		      netram_backup_mode_name(is->v->backup->mode),
		      netram_backup_mode_name(volume->backup_mode));
}

/* False: something is not as the file says; it has been found. */
static bool check_fixed(const struct config_volume *volume,
			const struct actual_volume *is, struct plan *plan)
{
	char left[NETRAM_UUID_SIZE], right[NETRAM_UUID_SIZE];
	size_t before = plan->nr_findings;

	fixed_size(plan, is, "size", is->v->size, volume->size);
	if (CONFIG_HAS(volume, VOLUME_EXTENT_SIZE))
		fixed_size(plan, is, "extent_size", is->v->extent_size,
			   volume->extent_size);
	if (CONFIG_HAS(volume, VOLUME_CHECKSUM) &&
	    volume->checksum != is->v->checksum)
		fixed(plan, is, "checksum", is->v->checksum ? "yes" : "no",
		      volume->checksum ? "yes" : "no");
	if (CONFIG_HAS(volume, VOLUME_CONNECTIONS))
		fixed_number(plan, is, "connections", is->v->connections,
			     volume->connections);
	if (CONFIG_HAS(volume, VOLUME_QUEUE_DEPTH))
		fixed_number(plan, is, "queue_depth", is->v->queue_depth,
			     volume->queue_depth);
	if (CONFIG_HAS(volume, VOLUME_UUID) &&
	    memcmp(volume->uuid, is->v->uuid, sizeof(volume->uuid))) {
		netram_uuid_format(is->v->uuid, left);
		netram_uuid_format(volume->uuid, right);
		fixed(plan, is, "uuid", left, right);
	}
	check_backup(volume, is, plan);
	return plan->nr_findings == before && !plan->failed;
}

static void plan_change(const struct config_volume *volume,
			const struct actual_volume *is, struct plan *plan)
{
	struct netram_volume_change change = { 0 };
	struct step *step;

	if (CONFIG_HAS(volume, VOLUME_REPLICAS) &&
	    volume->replicas != is->v->replicas)
		change.replicas = volume->replicas;
	if (CONFIG_HAS(volume, VOLUME_ON_LOSS) &&
	    volume->on_loss != is->v->on_loss) {
		change.set_on_loss = true;
		change.on_loss = volume->on_loss;
	}
	if (!change.replicas && !change.set_on_loss)
		return;
	step = add_volume_step(plan, STEP_VOLUME_SET, volume, is);
	if (step)
		step->change = change;
}

/* The file may declare a backup that the volume, older than it, does not have. */
static bool tunable_there(const struct actual_volume *is, unsigned int id)
{
	return id != TUNABLE_BACKUP_LAG_MIB || is->v->backup;
}

static void plan_tunables(const struct config_volume *volume,
			  const struct actual_volume *is, struct plan *plan)
{
	struct step *step;
	unsigned int id;

	for (id = 0; id < TUNABLES; id++) {
		if (!plan_differs(volume->tune[id], is->tune[id]) ||
		    !tunable_there(is, id))
			continue;
		step = add_volume_step(plan, STEP_TUNE, volume, is);
		if (!step)
			return;
		step->tunable = id;
		step->was = is->tune[id];
	}
}

/* Some pages will not come back by waiting. As swap it needs none of those it had. */
static void find_lost(const struct config_volume *volume, struct plan *plan)
{
	if (CONFIG_HAS(volume, VOLUME_SWAP))
		plan_find(plan, FINDING_PROBLEM,
			  "volume %s: has lost pages while it was not in use: 'netramctl swapon --force %s'",
			  volume->name, volume->name);
	else
		plan_find(plan, FINDING_PROBLEM,
			  "volume %s: has lost pages while it was not in use: 'netramctl volume delete %s', then it is created anew, empty",
			  volume->name, volume->name);
}

/* Its first pages are read and written then: with no node to do it, that waits. */
static bool ready(const struct config_volume *volume,
		  const struct actual_volume *is, struct plan *plan)
{
	const struct netram_session *session = is->v->sessions;

	while (session && session->state != NETRAM_SESSION_UP)
		session = session->next;
	if (session && (is->v->state == NETRAM_VOLUME_OK ||
			is->v->state == NETRAM_VOLUME_DEGRADED))
		return true;
	if (session && is->v->state == NETRAM_VOLUME_LOST) {
		find_lost(volume, plan);
		return false;
	}
	plan_find(plan, FINDING_WAIT,
		  "volume %s: is taken into use when its pages can be reached: %s",
		  is->v->name, session ? is->v->reason : "no node is connected");
	return false;
}

static void note_unguarded(const struct actual_volume *is, struct plan *plan)
{
	char command[UNIT_COMMAND_SIZE];

	if (!is->unguarded)
		return;
	unit_swap_command(is->v->name, command, sizeof(command));
	plan_find(plan, FINDING_NOTE,
		  "volume %s: is swap, and at a shutdown the network goes before its pages are fetched: '%s'",
		  is->v->name, command);
}

static void plan_swap(const struct config_volume *volume,
		      const struct actual_volume *is, struct plan *plan)
{
	note_unguarded(is, plan);
	if (is->swapped && volume->swap_priority != CONFIG_UNSET &&
	    (uint64_t)is->swap_priority != volume->swap_priority)
		plan_find(plan, FINDING_PROBLEM,
			  "volume %s: its swap priority is %d, the file says %" PRIu64 ": 'netramctl swapoff %s', then it is swapped on with that",
			  volume->name, is->swap_priority,
			  volume->swap_priority, volume->name);
	if (is->swapped)
		return;
	if (is->mounted[0])
		plan_find(plan, FINDING_PROBLEM,
			  "volume %s: is mounted on %s, the file says it is swap: unmount it",
			  volume->name, is->mounted);
	else if (ready(volume, is, plan))
		add_volume_step(plan, STEP_SWAPON, volume, is);
}

/* A volume with the folder that this one is mounted in, and that is not mounted yet. */
static const struct config_volume *
unmounted_above(const struct config_volume *volume, const struct plan *plan)
{
	const struct config_volume *above;
	const struct actual_volume *is;
	size_t i;

	for (i = 0; i < plan->config->nr_volumes; i++) {
		above = &plan->config->volumes[i];
		if (above->remove || !above->mount_path[0] ||
		    !path_below(volume->mount_path, above->mount_path))
			continue;
		is = actual_find_volume(plan->actual, above->name);
		if (!is || !is->mounted[0])
			return above;
	}
	return NULL;
}

/* What is mounted above it later would hide it. */
static bool above_is_mounted(const struct config_volume *volume,
			     struct plan *plan)
{
	const struct config_volume *above = unmounted_above(volume, plan);

	if (above)
		plan_find(plan, FINDING_WAIT,
			  "volume %s: is mounted on %s after volume %s is mounted on %s, above it",
			  volume->name, volume->mount_path, above->name,
			  above->mount_path);
	return !above;
}

/*
 * It may be mounted where our mount namespace does not see it, or be given a file system
 * just now: nothing is mounted below who does that.
 */
static bool nobody_has_it(const struct config_volume *volume,
			  const struct actual_volume *is, struct plan *plan)
{
	if (is->v->openers)
		plan_find(plan, FINDING_WAIT,
			  "volume %s: is mounted on %s when it is not held open by somebody any more: 'fuser -v /dev/netram%u' tells by whom",
			  volume->name, volume->mount_path, is->v->index);
	return !is->v->openers;
}

/* It is where it should be: is it what it should be? */
static void check_mounted(const struct config_volume *volume,
			  const struct actual_volume *is, struct plan *plan)
{
	const char *type = config_filesystems[volume->mount_type];
	char has[MOUNTED_SIZE], wanted[MOUNTED_SIZE];

	if (!is->mount.type[0])
		return;
	if (strcmp(is->mount.type, type))
		plan_find(plan, FINDING_PROBLEM,
			  "volume %s: is mounted as %s, the file says %s: write 'type: %s', or, where all of it may go, unmount it and 'wipefs -a /dev/netram%u'",
			  volume->name, is->mount.type, type, is->mount.type,
			  is->v->index);
	else if (mounted_differs(volume->mount_options, &is->mount, has, wanted,
				 sizeof(has)))
		plan_find(plan, FINDING_PROBLEM,
			  "volume %s: is mounted with %s, the file says %s: unmount it, then it is mounted so",
			  volume->name, has, wanted);
}

/* Told as long as it is not mounted; it is mounted all the same, as the file says. */
static void note_hidden(const struct config_volume *volume, struct plan *plan)
{
	if (path_holds_something(volume->mount_path))
		plan_find(plan, FINDING_NOTE,
			  "volume %s: %s is not empty: what is in it is hidden while the volume is mounted there",
			  volume->name, volume->mount_path);
}

static void plan_mount(const struct config_volume *volume,
		       const struct actual_volume *is, struct plan *plan)
{
	if (is->swapped)
		plan_find(plan, FINDING_PROBLEM,
			  "volume %s: is swapped on, the file says it is mounted: 'netramctl swapoff %s'",
			  volume->name, volume->name);
	else if (is->mounted[0] && strcmp(is->mounted, volume->mount_path))
		plan_find(plan, FINDING_PROBLEM,
			  "volume %s: is mounted on %s, the file says %s: unmount it",
			  volume->name, is->mounted, volume->mount_path);
	else if (is->mounted[0])
		check_mounted(volume, is, plan);
	else if (nobody_has_it(volume, is, plan) &&
		 ready(volume, is, plan) && above_is_mounted(volume, plan)) {
		note_hidden(volume, plan);
		add_volume_step(plan, STEP_MOUNT, volume, is);
	}
}

static void delete_volume(const struct config_volume *volume,
			  const struct actual_volume *is, struct plan *plan)
{
	if (!is)
		return;
	if (is->swapped)
		plan_find(plan, FINDING_PROBLEM,
			  "volume %s: is swapped on and cannot be removed: 'netramctl swapoff %s'",
			  volume->name, volume->name);
	else if (is->mounted[0])
		plan_find(plan, FINDING_PROBLEM,
			  "volume %s: is mounted and cannot be removed: 'umount %s'",
			  volume->name, is->mounted);
	else if (is->v->openers)
		plan_find(plan, FINDING_PROBLEM,
			  "volume %s: is open and cannot be removed: 'fuser -v /dev/netram%u' tells by whom",
			  volume->name, is->v->index);
	else
		add_volume_step(plan, STEP_VOLUME_DELETE, volume, is);
}

static void keep_volume(const struct config_volume *volume,
			const struct actual_volume *is, struct plan *plan)
{
	bool as_file = check_fixed(volume, is, plan);

	if (is->v->state == NETRAM_VOLUME_FENCED) {
		plan_find(plan, FINDING_PROBLEM,
			  "volume %s: another host has taken it over for good: take it out of use here and write 'remove: yes' for it",
			  volume->name);
		return;
	}
	plan_change(volume, is, plan);
	plan_tunables(volume, is, plan);
	/* in use again, it could not be deleted, as somebody has just been told to */
	if (!as_file && !is->swapped && !is->mounted[0])
		return;
	if (CONFIG_HAS(volume, VOLUME_SWAP))
		plan_swap(volume, is, plan);
	else if (CONFIG_HAS(volume, VOLUME_MOUNT))
		plan_mount(volume, is, plan);
	else if (is->swapped)
		plan_find(plan, FINDING_NOTE,
			  "volume %s: is swapped on, which the file does not say; left alone",
			  volume->name);
}

/* What is written before a node is there has a copy less, and is copied later. */
static const struct config_node *awaited(const struct plan *plan)
{
	const struct config *config = plan->config;
	const struct config_node *node = config->nodes;

	for (; node < config->nodes + config->nr_nodes; node++)
		if (!node->remove && !node->looked_up &&
		    !actual_find_node(plan->actual, node->name))
			return node;
	return NULL;
}

/* The module would go by the nodes that it knows, and some may be there only later. */
static uint32_t copies_of(const struct config_volume *volume,
			  const struct config *config)
{
	uint64_t copies = rules_copies(volume, rules_count_staying(config));

	return copies > 1 ? copies : volume->replicas;
}

static void create_volume(const struct config_volume *volume, struct plan *plan)
{
	const struct config_node *node = awaited(plan);
	struct step *step;

	if (node) {
		plan_find(plan, FINDING_WAIT,
			  "volume %s: is created when the address of node %s has been looked up",
			  volume->name, node->name);
		return;
	}
	step = add_volume_step(plan, STEP_VOLUME_CREATE, volume, NULL);
	if (step)
		step->change.replicas = copies_of(volume, plan->config);
}

static void plan_volume(const struct config_volume *volume,
			const struct actual_volume *is, struct plan *plan)
{
	if (volume->remove)
		delete_volume(volume, is, plan);
	else if (is)
		keep_volume(volume, is, plan);
	else
		create_volume(volume, plan);
}

static void note_strange_volumes(const struct config *config,
				 const struct actual *actual, struct plan *plan)
{
	const struct netram_volume *v;
	size_t i;

	for (i = 0; i < actual->nr_volumes; i++) {
		v = actual->volumes[i].v;
		if (!config_find_volume(config, v->name))
			plan_find(plan, FINDING_NOTE,
				  "volume %s: is not in the file and left alone; to be rid of it and its pages, write it there with 'remove: yes'",
				  v->name);
	}
}

/* Stable: a node is forgotten before it is added, tunables stay in order. */
static void sort_steps(struct plan *plan)
{
	struct step one;
	size_t i, j;

	for (i = 1; i < plan->nr_steps; i++) {
		one = plan->steps[i];
		for (j = i; j && plan->steps[j - 1].kind > one.kind; j--)
			plan->steps[j] = plan->steps[j - 1];
		plan->steps[j] = one;
	}
}

/**
 * reconcile() - what has to be done?
 * @config: what should be
 * @actual: what is
 * @weights: what nodes count with, or NULL: with what the file says
 * @drains: how far nodes are that are emptied, or NULL: nobody has looked before
 * @plan: filled; plan_free() it. It points into @config and @actual
 */
void reconcile(const struct config *config, const struct actual *actual,
	       const struct weights *weights, const struct drains *drains,
	       struct plan *plan)
{
	size_t i;

	*plan = (struct plan){
		.config = config, .actual = actual, .weights = weights,
		.drains = drains,
	};
	reconcile_nodes(plan);
	for (i = 0; i < config->nr_volumes; i++)
		plan_volume(&config->volumes[i],
			    actual_find_volume(actual, config->volumes[i].name),
			    plan);
	note_strange_volumes(config, actual, plan);
	sort_steps(plan);
}
