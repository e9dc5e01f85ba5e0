// SPDX-License-Identifier: GPL-2.0
/*
 * Mount a volume, after making a file system where the file says so and there is
 * nothing.
 *
 * Under systemd that does it, as a unit, which it unmounts before it ends what the
 * mount needs; and all see it also where something has given netramd a mount namespace
 * of its own, which its unit takes care not to.
 */
#include <errno.h>
#include <mntent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "apply.h"
#include "common/device.h"
#include "common/filesystem.h"
#include "common/unit.h"

static int make_filesystem(const struct config_volume *volume,
			   const char *device, char *why, size_t size)
{
	const char *type = config_filesystems[volume->mount_type];
	char program[32];
	const char *const args[] = { program, "-q", device, NULL };

	if (!volume->mount_format) {
		snprintf(why, size,
			 "there is no file system on %s: write 'format: yes' under mount: to have one made",
			 device);
		return -ENODATA;
	}
	snprintf(program, sizeof(program), "mkfs.%s", type);
	return program_run(args, strcmp(type, "ext4") ? "xfsprogs" : "e2fsprogs",
			   why, size);
}

static int prepare(const struct config_volume *volume, const char *device,
		   char *why, size_t size)
{
	const char *wanted = config_filesystems[volume->mount_type];
	enum content content;
	char type[64] = "";
	int err = content_probe(device, &content, type, sizeof(type));

	if (err) {
		snprintf(why, size, "cannot read %s: %s", device,
			 strerror(-err));
		return err;
	}
	if (content == CONTENT_NOTHING)
		return make_filesystem(volume, device, why, size);
	if (!strcmp(type, wanted))
		return 0;
	snprintf(why, size,
		 "%s has something else on it (%s), not %s: 'wipefs -a %s' if that may go",
		 device, type, wanted, device);
	return -EEXIST;
}

/* All folders of the path that are missing. */
static int make_folders(const char *path, char *why, size_t size)
{
	char part[CONFIG_PATH_SIZE];
	const char *at = path;

	while (at) {
		at = strchr(at + 1, '/');
		snprintf(part, sizeof(part), "%.*s",
			 (int)(at ? (size_t)(at - path) : strlen(path)), path);
		if (mkdir(part, 0755) && errno != EEXIST) {
			snprintf(why, size, "cannot make the folder %.100s: %m",
				 part);
			return -errno;
		}
	}
	return 0;
}

static bool has_option(const char *options, const char *name)
{
	const struct mntent entry = { .mnt_opts = (char *)options };

	return hasmntopt(&entry, name);
}

/**
 * mount_options() - what a volume is mounted with
 * @volume: the volume
 * @text: where to put it
 * @size: room there, MOUNT_OPTIONS_SIZE
 *
 * discard: else what is deleted stays in the memory of nodes for ever, so that has to be
 * told not to be. _netdev: it is unmounted while the network is there still.
 */
void mount_options(const struct config_volume *volume, char *text, size_t size)
{
	const char *told = volume->mount_options;
	bool settled = has_option(told, "discard") ||
		       has_option(told, "nodiscard");

	snprintf(text, size, "%s%s,_netdev", told[0] ? told : FILESYSTEM_OPTIONS,
		 !told[0] || settled ? "" : ",discard");
}

/*
 * --collect: a mount that has failed is forgotten, or its unit would be in the way of
 * the next try. Before=: what is unmounted at a shutdown would be mounted again, so netramd
 * has to stop first.
 */
static int mount_device(const struct config_volume *volume, const char *device,
			char *why, size_t size)
{
	const char *type = config_filesystems[volume->mount_type];
	char options[MOUNT_OPTIONS_SIZE];
	const char *const by_systemd[] = {
		"systemd-mount", "--quiet", "--collect", "--fsck=no",
		"--property=Before=netramd.service", "-t", type, "-o", options,
		device, volume->mount_path, NULL
	};
	const char *const by_hand[] = {
		"mount", "-t", type, "-o", options, device, volume->mount_path,
		NULL
	};
	int err;

	mount_options(volume, options, sizeof(options));
	if (unit_systemd_runs())
		return program_run(by_systemd, "systemd", why, size);
	err = make_folders(volume->mount_path, why, size);
	return err ? err : program_run(by_hand, "mount", why, size);
}

/**
 * mount_volume() - mount a volume where the file says
 * @volume: what and where
 * @device: its path
 * @why: on failure one line that says what went wrong
 * @size: room there
 *
 * Return: 0 or -errno.
 */
int mount_volume(const struct config_volume *volume, const char *device,
		 char *why, size_t size)
{
	int err = prepare(volume, device, why, size);

	return err ? err : mount_device(volume, device, why, size);
}
