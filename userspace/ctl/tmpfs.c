// SPDX-License-Identifier: GPL-2.0
/* netramctl tmpfs: files in memory that goes to nodes when it is needed. */
#include <errno.h>
#include <inttypes.h>
#include <netram/limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "ctl.h"
#include "plan.h"
#include "print.h"
#include "tmpfs.h"
#include "use.h"

#define FLAGS		(MS_NOATIME | MS_NODEV | MS_NOSUID)
#define MODE_DEF	"1777"

static struct {
	uint64_t size;
	const char *mode;
	bool force, dry_run;
} args;

static const struct ctl_opt create_opts[] = {
	{ "size", CTL_OPT_SIZE, &args.size, "SIZE", "the most it may hold; needed",
	  NETRAM_PAGE_SIZE, NETRAM_VOLUME_SIZE_MAX, 0 },
	{ "mode", CTL_OPT_TEXT, &args.mode, "OCTAL",
	  "permissions of its root (default: " MODE_DEF ")", 0, 0, 0 },
	{ "force", CTL_OPT_FLAG, &args.force, NULL,
	  "mount it even if swap volumes have no room for all of it", 0, 0, 0 },
	CTL_DRY_RUN(&args.dry_run),
	{ 0 }
};

static const struct ctl_opt remove_opts[] = {
	CTL_DRY_RUN(&args.dry_run),
	{ 0 }
};

static struct json_object *json_tmpfs(const struct tmpfs *tmpfs)
{
	struct json_object *o = json_object_new_object();

	put_text(o, "path", tmpfs->path);
	put_u64(o, "size_bytes", tmpfs->size);
	put_u64(o, "used_bytes", tmpfs->used);
	return o;
}

/* The kernel tells where it is mounted without symbolic links on the way. */
static const struct tmpfs *find(const struct tmpfs_list *list,
				const char *path)
{
	const struct tmpfs *found = NULL;
	char *real = realpath(path, NULL);
	size_t i;

	for (i = 0; i < list->count; i++)
		if (!strcmp(list->mounts[i].path, real ?: path))
			found = &list->mounts[i];
	free(real);
	return found;
}

static int read_list(struct tmpfs_list *list)
{
	int err = tmpfs_read(list);

	if (!err)
		return CTL_OK;
	return ctl_fail(CTL_FAILED, "cannot read /proc/self/mountinfo: %s",
			strerror(-err));
}

/* ---- create */

static int refuse(const struct tmpfs_room *room)
{
	return ctl_fail(CTL_FAILED,
			"%s of it would have nowhere to go: %s of swap volumes are free, and %s of that promised to other tmpfs; make it smaller, 'netramctl swap create NAME --size %s', or use --force",
			ctl_human(room->unbacked_kb * 1024).text,
			ctl_human(room->swap_kb * 1024).text,
			ctl_human(room->promised_kb * 1024).text,
			ctl_human(room->unbacked_kb * 1024).text);
}

static int check_room(const struct tmpfs_list *list)
{
	struct tmpfs_room room;
	struct swaps swaps;
	int err;

	if (args.force)
		return CTL_OK;
	err = swaps_read(&swaps);
	if (err)
		return ctl_fail(CTL_FAILED, "cannot read /proc/swaps: %s",
				strerror(-err));
	tmpfs_room(args.size / 1024, &swaps, list, &room);
	swaps_free(&swaps);
	if (!room.areas)
		return ctl_fail(CTL_FAILED,
				"no volume is swapped on: 'netramctl swap create NAME --size SIZE' first, or use --force");
	return room.unbacked_kb ? refuse(&room) : CTL_OK;
}

static int mount_it(const char *path, const char *options)
{
	if (mkdir(path, 0755) && errno != EEXIST)
		return ctl_fail(CTL_FAILED, "cannot make the folder %s: %m",
				path);
	if (!mount(TMPFS_SOURCE, path, "tmpfs", FLAGS, options))
		return CTL_OK;
	if (errno == EPERM)
		return ctl_fail(CTL_MODULE, "not permitted: run as root");
	return ctl_fail(CTL_FAILED, "cannot mount a tmpfs on %s: %m", path);
}

static int create(const char *path, bool json)
{
	const struct tmpfs tmpfs = { .size = args.size };
	struct ctl_plan plan = { 0 };
	struct json_object *o;
	char options[64];
	int ret;

	snprintf(options, sizeof(options), "size=%" PRIu64 ",mode=%s",
		 args.size, args.mode);
	if (args.dry_run) {
		ctl_plan_step(&plan,
			      "mount -t tmpfs -o noatime,nodev,nosuid,%s " TMPFS_SOURCE " %s",
			      options, path);
		return ctl_plan_tell(&plan, json);
	}
	ret = mount_it(path, options);
	if (ret || !json)
		return ret;
	o = json_tmpfs(&tmpfs);
	put_text(o, "path", path);
	return ctl_json_print(o);
}

static int check_words(char *path)
{
	if (!args.mode)
		args.mode = MODE_DEF;
	if (ctl_check_folder(path))
		return CTL_USAGE;
	if (!args.mode[0] || strspn(args.mode, "01234567") != strlen(args.mode) ||
	    strlen(args.mode) > 4)
		return ctl_fail(CTL_USAGE,
				"--mode: '%s' is not octal permissions like %s",
				args.mode, MODE_DEF);
	if (!args.size)
		return ctl_fail(CTL_USAGE, "--size is needed: --size 4G");
	return CTL_OK;
}

static int run_create(const struct ctl_call *call)
{
	struct tmpfs_list list = { 0 };
	char *path = call->operands[0];
	int ret = check_words(path);

	if (!ret)
		ret = read_list(&list);
	if (!ret && find(&list, path))
		ret = ctl_fail(CTL_FAILED,
			       "there is one on %s already: 'mount -o remount,size=SIZE %s' makes it larger or smaller",
			       path, path);
	if (!ret)
		ret = ctl_check_empty(path, args.force);
	if (!ret)
		ret = check_room(&list);
	if (!ret)
		ret = create(path, call->json);
	tmpfs_free(&list);
	return ret;
}

/* ---- remove */

static int plan_remove(const struct tmpfs *tmpfs, bool json)
{
	struct ctl_plan plan = { .loses = tmpfs->used };
	int ret = ctl_unmount_check(tmpfs->path, tmpfs->device);

	if (ret)
		return ret;
	ctl_plan_step(&plan, "umount %s", tmpfs->path);
	return ctl_plan_tell(&plan, json);
}

static int remove_one(const struct tmpfs *tmpfs, bool json)
{
	struct json_object *o;
	int ret;

	if (args.dry_run)
		return plan_remove(tmpfs, json);
	ret = ctl_unmount(tmpfs->path, tmpfs->device);
	if (ret || !json)
		return ret;
	o = json_object_new_object();
	put_text(o, "removed", tmpfs->path);
	return ctl_json_print(o);
}

static int run_remove(const struct ctl_call *call)
{
	const char *path = call->operands[0];
	const struct tmpfs *tmpfs;
	struct tmpfs_list list;
	int ret = read_list(&list);

	if (ret)
		return ret;
	tmpfs = find(&list, path);
	ret = tmpfs ? remove_one(tmpfs, call->json) :
		      ctl_fail(CTL_FAILED,
			       "there is no tmpfs of ours on %s: 'netramctl tmpfs list' shows them",
			       path);
	tmpfs_free(&list);
	return ret;
}

/* ---- list */

static int list_json(const struct tmpfs_list *list)
{
	struct json_object *array = json_object_new_array();
	struct json_object *o = json_object_new_object();
	size_t i;

	for (i = 0; i < list->count; i++)
		json_object_array_add(array, json_tmpfs(&list->mounts[i]));
	put_object(o, "mounts", array);
	return ctl_json_print(o);
}

static int list_text(const struct tmpfs_list *list)
{
	struct ctl_table t = { .columns = 3 };
	size_t i;

	ctl_table_cell(&t, "PATH");
	ctl_table_cell(&t, "SIZE");
	ctl_table_cell(&t, "USED");
	for (i = 0; i < list->count; i++) {
		ctl_table_cell(&t, "%s", list->mounts[i].path);
		ctl_table_cell(&t, "%s", ctl_human(list->mounts[i].size).text);
		ctl_table_cell(&t, "%s", ctl_human(list->mounts[i].used).text);
	}
	ctl_table_print(&t, "");
	ctl_table_free(&t);
	return CTL_OK;
}

static int run_list(const struct ctl_call *call)
{
	struct tmpfs_list list;
	int ret = read_list(&list);

	if (!ret)
		ret = call->json ? list_json(&list) : list_text(&list);
	tmpfs_free(&list);
	return ret;
}

const struct ctl_command ctl_tmpfs_create = {
	.group = "tmpfs",
	.name = "create",
	.operands = "PATH --size SIZE",
	.summary = "mount a tmpfs, if swap volumes have room for it",
	.examples =
		"  netramctl tmpfs create /mnt --size 8G\n"
		"  netramctl tmpfs create /mnt --size 8G --mode 0750 --dry-run\n",
	.min = 1,
	.max = 1,
	.opts = create_opts,
	.run = run_create,
};

const struct ctl_command ctl_tmpfs_remove = {
	.group = "tmpfs",
	.name = "remove",
	.operands = "PATH",
	.summary = "unmount it, and lose what is in it",
	.examples =
		"  netramctl tmpfs remove /mnt --dry-run\n"
		"  netramctl tmpfs remove /mnt\n",
	.min = 1,
	.max = 1,
	.opts = remove_opts,
	.run = run_remove,
};

const struct ctl_command ctl_tmpfs_list = {
	.group = "tmpfs",
	.name = "list",
	.summary = "list those that were made so",
	.examples = "  netramctl tmpfs list\n",
	.run = run_list,
};
