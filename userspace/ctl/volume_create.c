// SPDX-License-Identifier: GPL-2.0
/* netramctl volume create */
#include <errno.h>
#include <netram/limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/device.h"
#include "ctl.h"
#include "plan.h"
#include "print.h"
#include "use.h"

#define DEVICE_TIMEOUT_MS	5000

static struct {
	uint64_t size, extent_size, connections, queue_depth, replicas;
	bool no_checksum, takeover, backup_force, dry_run;
	const char *on_loss, *uuid, *backup, *backup_mode;
} args;

static const struct ctl_opt opts[] = {
	{ "size", CTL_OPT_SIZE, &args.size, "SIZE", "its size, a multiple of 4096; needed",
	  NETRAM_VOLUME_SIZE_MIN, NETRAM_VOLUME_SIZE_MAX, 0 },
	{ "replicas", CTL_OPT_NUMBER, &args.replicas, "N",
	  "copies of each extent, on different nodes (default: 2 where there are two nodes or more)",
	  NETRAM_REPLICAS_MIN, NETRAM_REPLICAS_MAX, NETRAM_REPLICAS_DEF },
	{ "extent-size", CTL_OPT_SIZE, &args.extent_size, "SIZE",
	  "what is placed as one, a power of two",
	  NETRAM_EXTENT_SIZE_MIN, NETRAM_EXTENT_SIZE_MAX,
	  NETRAM_EXTENT_SIZE_DEF },
	{ "no-checksum", CTL_OPT_FLAG, &args.no_checksum, NULL,
	  "do not check what is read; saves 0.1 % of the size in local memory", 0, 0, 0 },
	{ "connections", CTL_OPT_NUMBER, &args.connections, "N",
	  "hardware queues, and connections to each node (default: one per CPU, up to 4)",
	  NETRAM_CONNECTIONS_MIN, NETRAM_CONNECTIONS_MAX,
	  NETRAM_CONNECTIONS_DEF },
	{ "queue-depth", CTL_OPT_NUMBER, &args.queue_depth, "N",
	  "requests in flight per hardware queue",
	  NETRAM_QUEUE_DEPTH_MIN, NETRAM_QUEUE_DEPTH_MAX,
	  NETRAM_QUEUE_DEPTH_DEF },
	{ "on-loss", CTL_OPT_TEXT, &args.on_loss, "error|wait",
	  "requests of which no copy can be reached fail after io_deadline_ms (default), or wait until one can",
	  0, 0, 0 },
	{ "uuid", CTL_OPT_TEXT, &args.uuid, "UUID",
	  "what the nodes know it by (default: a new one)", 0, 0, 0 },
	{ "takeover", CTL_OPT_FLAG, &args.takeover, NULL,
	  "take the volume with this --uuid from the host that has it, for good; it begins empty",
	  0, 0, 0 },
	{ "backup", CTL_OPT_TEXT, &args.backup, "DEVICE|FILE",
	  "a local block device, or a file, for the last copy of each page: used when no node has it",
	  0, 0, 0 },
	{ "backup-mode", CTL_OPT_TEXT, &args.backup_mode, "sync|behind",
	  "a write is done when the backup has it, too (default), or is written there some time after",
	  0, 0, 0 },
	{ "backup-force", CTL_OPT_FLAG, &args.backup_force, NULL,
	  "overwrite whatever is on the backup device", 0, 0, 0 },
	CTL_DRY_RUN(&args.dry_run),
	{ 0 }
};

static int check_sizes(void)
{
	if (!args.size)
		return ctl_fail(CTL_USAGE, "--size is needed: --size 4G");
	if (args.size % NETRAM_PAGE_SIZE)
		return ctl_fail(CTL_USAGE,
				"--size: %llu is not a multiple of %u: try %llu",
				(unsigned long long)args.size, NETRAM_PAGE_SIZE,
				(unsigned long long)(args.size -
					args.size % NETRAM_PAGE_SIZE));
	if (args.extent_size & (args.extent_size - 1))
		return ctl_fail(CTL_USAGE,
				"--extent-size: %llu is not a power of two",
				(unsigned long long)args.extent_size);
	return CTL_OK;
}

static int check_identity(uint8_t uuid[16])
{
	if (args.takeover && !args.uuid)
		return ctl_fail(CTL_USAGE,
				"--takeover needs the volume's --uuid: see 'netramctl volume show' on the host that has it");
	if (args.uuid && netram_uuid_parse(args.uuid, uuid))
		return ctl_fail(CTL_USAGE,
				"--uuid: '%s' is not a uuid: 32 hex digits as 8-4-4-4-12",
				args.uuid);
	return CTL_OK;
}

/* Name one node and what it is that went wrong there, a phrase with @what in it. */
static int fail_with_node(struct netram *nt, const char *what)
{
	struct netram_node *first, *node;
	char text[512];

	netram_error(nt, text, sizeof(text));
	if (netram_node_list(nt, &first))
		return ctl_fail(CTL_FAILED, "%s", text);
	for (node = first; node && (!node->last_error[0] ||
				    !strstr(node->last_error, what));
	     node = node->next)
		;
	if (node)
		ctl_fail(CTL_FAILED, "%s (%s: %s)", text, node->name,
			 node->last_error);
	else
		ctl_fail(CTL_FAILED, "%s", text);
	netram_node_free(first);
	return CTL_FAILED;
}

/* The volume exists by then, whatever happens to its device node. */
static int wait_device(const struct netram_volume *volume)
{
	char device[DEVICE_SIZE];

	if (!device_wait(volume->index, DEVICE_TIMEOUT_MS))
		return CTL_OK;
	device_path(volume->index, device);
	return ctl_fail(CTL_FAILED,
			"the volume was created but %s did not appear: is /dev a devtmpfs, or udev running?",
			device);
}

/* An exit code; *volume is NULL if there is none. */
int ctl_volume_make(struct netram *nt, const struct netram_volume_spec *spec,
		    struct netram_volume **volume)
{
	int err = netram_volume_create(nt, spec, volume);

	if (err == -ENOTCONN)
		return fail_with_node(nt, "");
	if (err == -EBUSY)
		return fail_with_node(nt, "in use by");
	return err ? ctl_fail_module(nt, err) : wait_device(*volume);
}

/* An exit code: CTL_OK if the name is not taken and something could have it. */
int ctl_volume_free_name(struct netram *nt, const char *name)
{
	struct netram_volume *volume;
	int err = netram_volume_get(nt, name, &volume);

	if (err == -ENOENT)
		return CTL_OK;
	if (err)
		return ctl_fail_module(nt, err);
	netram_volume_free(volume);
	return ctl_fail(CTL_FAILED, "there is a volume '%s' already", name);
}

static int show(const struct netram_volume *volume, bool json)
{
	char device[DEVICE_SIZE];

	device_path(volume->index, device);
	if (json)
		return ctl_json_print(shape_volume(volume));
	puts(device);
	return CTL_OK;
}

static int create(struct netram *nt, const struct netram_volume_spec *spec,
		  bool json)
{
	struct netram_volume *volume;
	int ret = ctl_volume_make(nt, spec, &volume);

	if (volume)
		show(volume, json);
	netram_volume_free(volume);
	return ret;
}

static int plan(struct netram *nt, const struct netram_volume_spec *spec,
		bool json)
{
	struct ctl_plan plan = { 0 };
	char given[CTL_OPTS_SIZE];
	int ret = ctl_volume_free_name(nt, spec->name);

	if (ret)
		return ret;
	ctl_opts_write(opts, NULL, given, sizeof(given));
	ctl_plan_step(&plan, "netramctl volume create %s%s%s", spec->name,
		      given, args.takeover ?
		      "  # all that nodes have of it is freed" :
		      args.backup ? "  # what is on the backup is overwritten" : "");
	return ctl_plan_tell(&plan, json);
}

static int check_backup(uint8_t *mode)
{
	if (!args.backup && (args.backup_mode || args.backup_force))
		return ctl_fail(CTL_USAGE,
				"--backup-mode and --backup-force need a --backup DEVICE");
	return ctl_backup_mode_parse(args.backup_mode, mode);
}

static int run(const struct ctl_call *call)
{
	char device[NETRAM_PATH_MAX + 1];
	uint8_t uuid[16];
	struct netram *nt;
	int fd = -1, ret;
	struct netram_volume_spec spec = {
		.name = call->operands[0],
		.size = args.size,
		.extent_size = args.extent_size,
		.no_checksum = args.no_checksum,
		.connections = args.connections,
		.queue_depth = args.queue_depth,
		.replicas = args.replicas,
		.uuid = args.uuid ? uuid : NULL,
		.takeover = args.takeover,
		.backup_force = args.backup_force,
	};

	if (ctl_check_name("volume", spec.name) || check_sizes() ||
	    check_identity(uuid) || ctl_on_loss_parse(args.on_loss, &spec.on_loss) ||
	    check_backup(&spec.backup_mode))
		return CTL_USAGE;
	if (args.backup && !args.dry_run) {
		ret = ctl_backup_open(args.backup, device, sizeof(device), &fd);
		if (ret)
			return ret;
		spec.backup_path = device;
	}
	ret = ctl_open(&nt);
	if (!ret) {
		ret = args.dry_run ? plan(nt, &spec, call->json) :
				     create(nt, &spec, call->json);
		netram_close(nt);
	}
	/* A loop device stays as long as the volume has it open. */
	if (fd >= 0)
		close(fd);
	return ret;
}

const struct ctl_command ctl_volume_create = {
	.group = "volume",
	.name = "create",
	.operands = "NAME --size SIZE",
	.summary = "create a volume and print its device",
	.examples =
		"  netramctl volume create v1 --size 4G\n"
		"  netramctl volume create v2 --size 4G --replicas 3\n"
		"  netramctl volume create v3 --size 4G --on-loss wait\n"
		"  netramctl volume create v4 --size 4G --backup /dev/vg0/v4 --backup-mode behind\n"
		"  netramctl volume create scratch --size 1T --extent-size 16M --no-checksum\n",
	.min = 1,
	.max = 1,
	.opts = opts,
	.run = run,
};
