// SPDX-License-Identifier: GPL-2.0
/*
 * netramctl scratch: a file system on a new volume, for what may be lost. No
 * journal and no reserve, for there is nothing to recover after a reboot.
 */
#include <errno.h>
#include <netram/limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "common/filesystem.h"
#include "ctl.h"
#include "plan.h"
#include "print.h"
#include "undone.h"
#include "use.h"

/* _netdev, which mount(2) does not know: it is unmounted before the network goes. */
#define OPTIONS	FILESYSTEM_OPTIONS ",_netdev"

static struct {
	uint64_t size, replicas;
	const char *type;
	bool force, dry_run;
} args;

static const struct ctl_opt create_opts[] = {
	{ "size", CTL_OPT_SIZE, &args.size, "SIZE", "its size; needed",
	  NETRAM_VOLUME_SIZE_MIN, NETRAM_VOLUME_SIZE_MAX, 0 },
	{ "replicas", CTL_OPT_NUMBER, &args.replicas, "N",
	  "copies of each page (default: 2 where there are two nodes or more)",
	  NETRAM_REPLICAS_MIN, NETRAM_REPLICAS_MAX, NETRAM_REPLICAS_DEF },
	{ "type", CTL_OPT_TEXT, &args.type, "ext4|xfs",
	  "the file system (default: ext4); xfs needs 300M or more", 0, 0, 0 },
	{ "force", CTL_OPT_FLAG, &args.force, NULL,
	  "hide what is in the folder already", 0, 0, 0 },
	CTL_DRY_RUN(&args.dry_run),
	{ 0 }
};

static const struct ctl_opt remove_opts[] = {
	CTL_DRY_RUN(&args.dry_run),
	{ 0 }
};

/* The volume is new, so there is nothing to discard before. */
struct filesystem {
	const char *type;
	const char *package;
	const char *args[8];
	uint64_t least;
};

static const struct filesystem filesystems[] = {
	{ "ext4", "e2fsprogs",
	  { "mkfs.ext4", "-q", "-m", "0", "-O", "^has_journal", "-E",
	    "nodiscard" }, 1 << 20 },
	{ "xfs", "xfsprogs", { "mkfs.xfs", "-q", "-K" },
	  FILESYSTEM_XFS_MIN },
};

#define WORDS	(sizeof(filesystems->args) / sizeof(*filesystems->args))

static const struct filesystem *filesystem_of(const char *type)
{
	size_t i;

	for (i = 0; i < sizeof(filesystems) / sizeof(*filesystems); i++)
		if (!strcmp(filesystems[i].type, type))
			return &filesystems[i];
	return NULL;
}

/* The words and then the device. */
static void mkfs_words(const struct filesystem *fs, const char *device,
		       const char *words[WORDS + 2])
{
	size_t n;

	for (n = 0; n < WORDS && fs->args[n]; n++)
		words[n] = fs->args[n];
	words[n] = device;
	words[n + 1] = NULL;
}

static int make_filesystem(const struct filesystem *fs, const char *device)
{
	const char *words[WORDS + 2];
	char why[256];

	mkfs_words(fs, device, words);
	if (program_run(words, fs->package, why, sizeof(why)))
		return ctl_fail(CTL_FAILED, "%s", why);
	return CTL_OK;
}

static int mount_it(const struct filesystem *fs, const char *device,
		    const char *path)
{
	const char *const words[] = {
		"mount", "-t", fs->type, "-o", OPTIONS, device, path, NULL
	};
	char why[256];

	if (mkdir(path, 0755) && errno != EEXIST)
		return ctl_fail(CTL_FAILED, "cannot make the folder %s: %m",
				path);
	if (program_run(words, "mount", why, sizeof(why)))
		return ctl_fail(CTL_FAILED, "cannot mount %s on %s: %s", device,
				path, why);
	return CTL_OK;
}

static int show(const struct netram_volume *volume, const char *path,
		bool json)
{
	struct json_object *o;

	if (!json)
		return CTL_OK;
	o = json_object_new_object();
	put_object(o, "volume", shape_volume(volume));
	put_text(o, "path", path);
	put_text(o, "type", args.type);
	return ctl_json_print(o);
}

/* All or nothing: a volume without the file system goes again. */
static int create(struct netram *nt, const char *name, const char *path,
		  bool json)
{
	const struct filesystem *fs = filesystem_of(args.type);
	const struct netram_volume_spec spec = {
		.name = name,
		.size = args.size,
		.replicas = args.replicas,
	};
	struct netram_volume *volume;
	char device[DEVICE_SIZE];
	int ret = ctl_volume_make(nt, &spec, &volume);

	if (!volume)
		return ret;
	device_path(volume->index, device);
	if (!ret)
		ret = make_filesystem(fs, device);
	if (!ret)
		ret = mount_it(fs, device, path);
	if (ret)
		ctl_volume_unmake(nt, name);
	else
		show(volume, path, json);
	netram_volume_free(volume);
	return ret;
}

static int plan_create(struct netram *nt, const char *name, const char *path,
		       bool json)
{
	static const char *const of_volume[] = { "size", "replicas", NULL };
	const char *words[WORDS + 2];
	struct ctl_plan plan = { 0 };
	char given[CTL_OPTS_SIZE], mkfs[256] = "";
	size_t i;
	int ret = ctl_volume_free_name(nt, name);

	if (ret)
		return ret;
	ctl_opts_write(create_opts, of_volume, given, sizeof(given));
	ctl_plan_step(&plan, "netramctl volume create %s%s", name, given);
	mkfs_words(filesystem_of(args.type), "/dev/netramN", words);
	for (i = 0; words[i]; i++)
		snprintf(mkfs + strlen(mkfs), sizeof(mkfs) - strlen(mkfs),
			 "%s%s", i ? " " : "", words[i]);
	ctl_plan_step(&plan, "%s", mkfs);
	ctl_plan_step(&plan, "mount -t %s -o " OPTIONS " /dev/netramN %s",
		      filesystem_of(args.type)->type, path);
	return ctl_plan_tell(&plan, json);
}

static int check_create(const char *name, char *path)
{
	const struct filesystem *fs;

	if (!args.type)
		args.type = filesystems[0].type;
	fs = filesystem_of(args.type);
	if (ctl_check_name("volume", name))
		return CTL_USAGE;
	if (ctl_check_folder(path))
		return CTL_USAGE;
	if (!fs)
		return ctl_fail(CTL_USAGE, "--type: '%s' is not ext4 or xfs",
				args.type);
	if (!args.size || args.size % NETRAM_PAGE_SIZE)
		return ctl_fail(CTL_USAGE,
				"--size is needed, a multiple of %u: --size 4G",
				NETRAM_PAGE_SIZE);
	if (args.size < fs->least)
		return ctl_fail(CTL_USAGE, "--size: %s needs %s or more",
				fs->type, ctl_human(fs->least).text);
	return CTL_OK;
}

static int run_create(const struct ctl_call *call)
{
	const char *name = call->operands[0];
	char *path = call->operands[1];
	struct netram *nt;
	int ret = check_create(name, path);

	if (!ret)
		ret = ctl_open(&nt);
	if (ret)
		return ret;
	ret = ctl_check_empty(path, args.force);
	if (!ret)
		ret = args.dry_run ? plan_create(nt, name, path, call->json) :
				     create(nt, name, path, call->json);
	netram_close(nt);
	return ret;
}

/* ---- removal */

/* It may be mounted at several places. */
static int unmount_all(const char *device)
{
	struct mounts_entry mount;
	int ret = CTL_OK;

	while (!ret && mounts_find(device, &mount))
		ret = ctl_unmount(mount.where, mount.device);
	return ret;
}

/* What is swapped on is no scratch space. */
static int check_remove(const struct netram_volume *volume, const char *device)
{
	struct swaps swaps;
	bool on;

	swaps_read(&swaps);
	on = swaps_find(&swaps, device);
	swaps_free(&swaps);
	if (on)
		return ctl_fail(CTL_FAILED,
				"%s is swapped on: use 'netramctl swap remove %s'",
				device, volume->name);
	return CTL_OK;
}

static int plan_remove(const struct netram_volume *volume, const char *device,
		       bool json)
{
	struct ctl_plan plan = { .loses = volume->pages * NETRAM_PAGE_SIZE };
	struct mounts_entry mount;

	if (mounts_find(device, &mount)) {
		if (ctl_unmount_check(mount.where, mount.device))
			return CTL_FAILED;
		ctl_plan_step(&plan, "umount %s", mount.where);
	}
	ctl_plan_step(&plan, "netramctl volume delete %s", volume->name);
	return ctl_plan_tell(&plan, json);
}

static int show_removed(const char *name, bool json)
{
	struct json_object *o;

	if (!json)
		return CTL_OK;
	o = json_object_new_object();
	put_text(o, "removed", name);
	return ctl_json_print(o);
}

static int remove_scratch(struct netram *nt, const struct netram_volume *volume,
			  bool json)
{
	char device[DEVICE_SIZE];
	int ret;

	device_path(volume->index, device);
	ret = check_remove(volume, device);
	if (!ret)
		ctl_undone_delete(volume->name);
	if (!ret && args.dry_run)
		return plan_remove(volume, device, json);
	if (!ret)
		ret = unmount_all(device);
	if (!ret)
		ret = ctl_volume_unmake(nt, volume->name);
	return ret ? ret : show_removed(volume->name, json);
}

static int run_remove(const struct ctl_call *call)
{
	return ctl_on_volume(call, remove_scratch);
}

const struct ctl_command ctl_scratch_create = {
	.group = "scratch",
	.name = "create",
	.operands = "NAME PATH --size SIZE",
	.summary = "mount a file system on a new volume",
	.examples =
		"  netramctl scratch create tmp0 /mnt --size 64G\n"
		"  netramctl scratch create tmp0 /mnt --size 64G --type xfs --dry-run\n",
	.min = 2,
	.max = 2,
	.opts = create_opts,
	.run = run_create,
};

const struct ctl_command ctl_scratch_remove = {
	.group = "scratch",
	.name = "remove",
	.operands = "VOLUME|/dev/netramN",
	.summary = "unmount it and delete it with all that is on it",
	.examples =
		"  netramctl scratch remove tmp0 --dry-run\n"
		"  netramctl scratch remove tmp0\n",
	.min = 1,
	.max = 1,
	.opts = remove_opts,
	.run = run_remove,
};
