// SPDX-License-Identifier: GPL-2.0
#include "actual.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/backup.h"
#include "common/device.h"
#include "common/path.h"
#include "common/swaps.h"
#include "common/unit.h"

static void read_tunable(uint32_t index, unsigned int id,
			 char value[TUNABLE_SIZE])
{
	char path[96], *text;

	snprintf(path, sizeof(path), "/sys/block/netram%u/netram/%s", index,
		 tunables[id].name);
	value[0] = '\0';
	if (file_read(path, &text))
		return;
	snprintf(value, TUNABLE_SIZE, "%.*s", (int)strcspn(text, "\n"), text);
	free(text);
}

static void read_unit(struct actual_volume *to)
{
	const char *volume = to->v->name;

	if (!unit_systemd_runs())
		return;
	to->unguarded = !unit_swap_enabled("", volume);
	to->stopped = !to->unguarded && !unit_swap_runs("", volume);
}

static void read_mount(struct actual_volume *to, const char *device,
		       const char *mounts)
{
	struct stat st;

	if (stat(device, &st) || !mounts_parse(mounts, st.st_rdev, &to->mount))
		to->mount = (struct mounts_entry){ 0 };
	strcpy(to->mounted, to->mount.where);
}

/* @mounts: of /proc/self/mountinfo, or NULL */
static void read_volume(struct actual_volume *to, const struct netram_volume *v,
			const struct swaps *swaps, const char *mounts)
{
	const struct swap *swap;
	char device[DEVICE_SIZE];
	unsigned int id;

	to->v = v;
	for (id = 0; id < TUNABLES; id++)
		read_tunable(v->index, id, to->tune[id]);
	device_path(v->index, device);
	swap = swaps_find(swaps, device);
	to->swapped = swap;
	to->swap_priority = swap ? swap->priority : 0;
	read_mount(to, device, mounts);
	read_unit(to);
	if (v->backup)
		backup_file(v->backup->path, to->backup, sizeof(to->backup));
}

static int read_volumes(struct actual *actual, const struct swaps *swaps)
{
	const struct netram_volume *v;
	char *mounts = NULL;
	size_t n = 0;

	for (v = actual->list; v; v = v->next)
		n++;
	actual->volumes = calloc(n ?: 1, sizeof(*actual->volumes));
	if (!actual->volumes)
		return -ENOMEM;
	file_read("/proc/self/mountinfo", &mounts);
	for (v = actual->list; v; v = v->next)
		read_volume(&actual->volumes[actual->nr_volumes++], v, swaps,
			    mounts);
	free(mounts);
	return 0;
}

/* A link, another name of a device, or the loop device itself is no difference. */
static void name_backup(struct actual_volume *is,
			const struct config_volume *volume)
{
	if (!is->v->backup || !CONFIG_HAS(volume, VOLUME_BACKUP))
		return;
	if (backup_same(volume->backup_path, is->v->backup->path) ||
	    backup_same(volume->backup_path, is->backup))
		snprintf(is->backup, sizeof(is->backup), "%s",
			 volume->backup_path);
}

/* The kernel tells it without links. */
static void name_mount(struct actual_volume *is,
		       const struct config_volume *volume)
{
	if (is->mounted[0] && volume->mount_path[0] &&
	    path_same(volume->mount_path, is->mounted))
		snprintf(is->mounted, sizeof(is->mounted), "%s",
			 volume->mount_path);
}

/**
 * actual_name_paths() - call backups and mount points as the file does, where they
 *   are the same
 * @actual: what was read
 * @config: the file
 */
void actual_name_paths(struct actual *actual, const struct config *config)
{
	const struct config_volume *volume;
	struct actual_volume *is;
	size_t i;

	for (i = 0; i < actual->nr_volumes; i++) {
		is = &actual->volumes[i];
		volume = config_find_volume(config, is->v->name);
		if (!volume)
			continue;
		name_backup(is, volume);
		name_mount(is, volume);
	}
}

/**
 * actual_read() - look at everything
 * @nt: the module
 * @actual: filled; actual_free() it also after a failure
 *
 * Return: 0 or -errno.
 */
int actual_read(struct netram *nt, struct actual *actual)
{
	struct swaps swaps;
	int err;

	memset(actual, 0, sizeof(*actual));
	err = netram_node_list(nt, &actual->nodes);
	if (!err)
		err = netram_volume_list(nt, &actual->list);
	if (!err)
		err = swaps_read(&swaps);
	if (err)
		return err;
	err = read_volumes(actual, &swaps);
	swaps_free(&swaps);
	return err;
}

void actual_free(struct actual *actual)
{
	netram_node_free(actual->nodes);
	netram_volume_free(actual->list);
	free(actual->volumes);
	memset(actual, 0, sizeof(*actual));
}

const struct netram_node *actual_find_node(const struct actual *actual,
					   const char *name)
{
	const struct netram_node *node = actual->nodes;

	while (node && strcmp(node->name, name))
		node = node->next;
	return node;
}

/**
 * actual_is_removed() - is a node one that the file has removed
 * @actual: what there is
 * @node: the node
 *
 * While it is emptied it is not yet. Then its machine may be off, and its entry stay in
 * the file for good: of that nobody is to hear.
 *
 * Return: whether it was to be, and is.
 */
bool actual_is_removed(const struct actual *actual,
		       const struct config_node *node)
{
	return node->remove && !actual_find_node(actual, node->name);
}

const struct actual_volume *actual_find_volume(const struct actual *actual,
					       const char *name)
{
	size_t i;

	for (i = 0; i < actual->nr_volumes; i++)
		if (!strcmp(actual->volumes[i].v->name, name))
			return &actual->volumes[i];
	return NULL;
}
