// SPDX-License-Identifier: GPL-2.0
#include "apply.h"

#include <errno.h>
#include <fcntl.h>
#include <netram/limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/backup.h"
#include "common/device.h"
#include "common/swaps.h"
#include "log.h"
#include "worker.h"

#define DEVICE_TIMEOUT_MS	5000
/* Enough for mkfs of a large volume, and for an emulated machine. */
#define USE_TIMEOUT_MS		30000

/**
 * struct apply - a step under way
 * @nt: the module
 * @step: the step
 * @memory: what is remembered of volumes
 * @as: what a volume is created with, or NULL
 * @why: where to say what went wrong
 * @size: room there
 */
struct apply {
	struct netram *nt;
	const struct step *step;
	const struct memory *memory;
	const struct memory_volume *as;
	char *why;
	size_t size;
};

/* The module's own words, after a call that failed. */
static int told(const struct apply *a, int err)
{
	if (err)
		netram_error(a->nt, a->why, a->size);
	return err;
}

static const char *or_null(const char *text)
{
	return text[0] ? text : NULL;
}

static int add_node(const struct apply *a)
{
	const struct config_node *node = a->step->node;
	struct netram_node_spec spec = {
		.name = node->name,
		.endpoint = node->endpoint,
		.region = or_null(node->region),
		.zone = or_null(node->zone),
		.weight = node->weight,
		.export_name = CONFIG_HAS(node, NODE_EXPORT) ?
			       node->export_name : NULL,
	};

	return told(a, netram_node_add(a->nt, &spec));
}

/* What it has may be overwritten then, for nobody can read it any more. */
static bool is_left_over(const struct apply *a, const char *device)
{
	uint8_t uuid[16];

	return !backup_owner(device, uuid) &&
	       memory_left_backup(a->memory, uuid);
}

static int create_volume(const struct apply *a)
{
	const struct config_volume *volume = a->step->volume;
	char device[NETRAM_PATH_MAX + 1];
	struct netram_volume_spec spec = {
		.name = volume->name,
		.size = volume->size,
		.extent_size = volume->extent_size,
		.no_checksum = CONFIG_HAS(volume, VOLUME_CHECKSUM) &&
			       !volume->checksum,
		.connections = volume->connections,
		.queue_depth = volume->queue_depth,
		.replicas = a->step->change.replicas,
		.on_loss = volume->on_loss,
		.uuid = CONFIG_HAS(volume, VOLUME_UUID) ? volume->uuid : NULL,
		.backup_mode = volume->backup_mode,
		.backup_force = volume->backup_force,
	};
	struct netram_volume *created = NULL;
	int fd = -1, err;

	if (a->as) {
		spec.uuid = a->as->uuid;
		spec.claim = a->as->claim;
	}
	if (CONFIG_HAS(volume, VOLUME_BACKUP)) {
		err = backup_open(volume->backup_path, device, sizeof(device),
				  &fd, a->why, a->size);
		if (err)
			return err;
		spec.backup_path = device;
		spec.backup_force = spec.backup_force ||
				    is_left_over(a, device);
	}
	err = told(a, netram_volume_create(a->nt, &spec, &created));
	netram_volume_free(created);
	/* A loop device stays as long as the volume has it open. */
	if (fd >= 0)
		close(fd);
	return err;
}

static int tune(const struct apply *a)
{
	enum tunable_id id = a->step->tunable;
	const char *value = a->step->volume->tune[id];
	char path[96];
	int fd, err = 0;

	snprintf(path, sizeof(path), "/sys/block/netram%u/netram/%s",
		 a->step->index, tunables[id].name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		err = -errno;
	if (fd >= 0)
		close(fd);
	if (err)
		snprintf(a->why, a->size, "%s does not take %s: %s", path,
			 value, strerror(-err));
	return err;
}

/**
 * struct use - taking a volume into use
 * @volume: the volume
 * @device: its path
 */
struct use {
	const struct config_volume *volume;
	char device[DEVICE_SIZE];
};

static int swap_on(const void *arg, char *why, size_t size)
{
	const struct use *use = arg;
	const struct config_volume *volume = use->volume;
	const struct swapon_spec spec = {
		.device = use->device,
		.label = volume->name,
		.priority = volume->swap_priority == CONFIG_UNSET ?
			    SWAP_PRIORITY_UNSET : (int)volume->swap_priority,
		.keep_vm = !volume->swap_tune_vm,
		.how_to_force = "'netramctl swapon --force'",
		.note = log_line,
	};

	return swapon_volume(&spec, why, size);
}

static int mount_on(const void *arg, char *why, size_t size)
{
	const struct use *use = arg;

	return mount_volume(use->volume, use->device, why, size);
}

static int take_into_use(const struct apply *a, worker_fn fn)
{
	struct use use = { .volume = a->step->volume };
	int err = device_wait(a->step->index, DEVICE_TIMEOUT_MS);

	device_path(a->step->index, use.device);
	if (err) {
		snprintf(a->why, a->size, "%s does not exist", use.device);
		return err;
	}
	return worker_run(use.volume->name, fn, &use, USE_TIMEOUT_MS, a->why,
			  a->size);
}

/**
 * apply_step() - do it
 * @nt: the module
 * @step: what
 * @memory: what is remembered of volumes
 * @as: what a volume is created with, as it is remembered; NULL: as the file says
 * @why: on failure one line that says what went wrong
 * @size: room there
 *
 * Return: 0 or -errno.
 */
int apply_step(struct netram *nt, const struct step *step,
	       const struct memory *memory, const struct memory_volume *as,
	       char *why, size_t size)
{
	const struct apply a = { nt, step, memory, as, why, size };

	switch (step->kind) {
	case STEP_NODE_ADD:
		return add_node(&a);
	case STEP_NODE_DRAIN:
		return told(&a, netram_node_drain(nt, step->node->name,
						  step->on));
	case STEP_NODE_WEIGH:
		return told(&a, netram_node_set_weight(nt, step->node->name,
						       step->weight));
	case STEP_NODE_FORGET:
	case STEP_NODE_REMOVE:
		return told(&a, netram_node_remove(nt, step->node->name));
	case STEP_VOLUME_CREATE:
		return create_volume(&a);
	case STEP_VOLUME_SET:
		return told(&a, netram_volume_set(nt, step->volume->name,
						  &step->change));
	case STEP_TUNE:
		return tune(&a);
	case STEP_SWAPON:
		return take_into_use(&a, swap_on);
	case STEP_MOUNT:
		return take_into_use(&a, mount_on);
	case STEP_VOLUME_DELETE:
		return told(&a, netram_volume_delete(nt, step->volume->name));
	}
	snprintf(why, size, "unknown step");
	return -EINVAL;
}
