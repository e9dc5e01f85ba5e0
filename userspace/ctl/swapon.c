// SPDX-License-Identifier: GPL-2.0
/* netramctl swapon */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/swap.h>
#include <unistd.h>

#include "ctl.h"
#include "device.h"
#include "print.h"

#define DEVICE_TIMEOUT_MS	5000
#define PRIORITY_UNSET		UINT64_MAX

static struct {
	uint64_t priority;
	bool force;
	bool keep_vm;
} args = { .priority = PRIORITY_UNSET };

static const struct ctl_opt opts[] = {
	{ "priority", CTL_OPT_NUMBER, &args.priority, "N",
	  "higher is used first (default: below all others)",
	  0, SWAP_FLAG_PRIO_MASK, 0 },
	{ "force", CTL_OPT_FLAG, &args.force, NULL,
	  "write a new swap signature, whatever is on it now", 0, 0, 0 },
	{ "keep-vm", CTL_OPT_FLAG, &args.keep_vm, NULL,
	  "leave vm.min_free_kbytes and vm.watermark_boost_factor alone", 0, 0, 0 },
	{ 0 }
};

/* Which of the many ways to be in use is it? An exit code. */
static int check_unused(const char *device)
{
	struct ctl_swaps swaps;
	char where[256];
	bool on;
	int fd;

	ctl_swaps_read(&swaps);
	on = ctl_swaps_find(&swaps, device);
	ctl_swaps_free(&swaps);
	if (on)
		return ctl_fail(CTL_FAILED, "%s is already swapped on", device);
	if (ctl_mounts_find(device, where, sizeof(where)))
		return ctl_fail(CTL_FAILED,
				"%s is mounted on %s: run 'umount %s' first",
				device, where, where);
	/* Not for writing: udev looks at a device again after that. */
	fd = open(device, O_RDONLY | O_EXCL | O_CLOEXEC);
	if (fd < 0 && errno == EBUSY)
		return ctl_fail(CTL_FAILED,
				"%s is in use: lsblk(8) and fuser(1) tell by whom",
				device);
	if (fd < 0)
		return ctl_fail(CTL_FAILED, "cannot open %s: %m", device);
	close(fd);
	return CTL_OK;
}

/* Make sure there is a swap signature and nothing else is lost. */
static int sign(const char *device, const char *label)
{
	enum ctl_content content;
	char type[64] = "";
	int err = ctl_content_probe(device, &content, type, sizeof(type));

	if (args.force)
		return ctl_mkswap(device, label, true);
	if (err)
		return ctl_fail(CTL_FAILED, "cannot read %s: %s", device,
				strerror(-err));
	if (content == CTL_CONTENT_OTHER)
		return ctl_fail(CTL_FAILED,
				"%s has something on it (%s): use --force to overwrite it",
				device, type);
	if (content == CTL_CONTENT_SWAP)
		return CTL_OK;
	return ctl_mkswap(device, label, false);
}

static int enable(const char *device)
{
	int flags = SWAP_FLAG_DISCARD;

	if (args.priority != PRIORITY_UNSET)
		flags |= SWAP_FLAG_PREFER | args.priority << SWAP_FLAG_PRIO_SHIFT;
	if (!swapon(device, flags))
		return CTL_OK;
	if (errno == EPERM)
		return ctl_fail(CTL_MODULE, "not permitted: run as root");
	if (errno == EINVAL)
		return ctl_fail(CTL_FAILED,
				"the kernel does not take the swap signature on %s: use --force to write a new one",
				device);
	return ctl_fail(CTL_FAILED, "swapon(2) of %s failed: %m", device);
}

static void show(const struct netram_volume *volume, const char *device,
		 bool json)
{
	const struct ctl_swap *swap;
	struct ctl_swaps swaps;
	struct json_object *o;

	ctl_swaps_read(&swaps);
	swap = ctl_swaps_find(&swaps, device);
	o = swap ? ctl_json_swap(swap) : json_object_new_object();
	ctl_json_text(o, "volume", volume->name);
	ctl_json_text(o, "device", device);
	if (json)
		ctl_json_print(o);
	else
		json_object_put(o);
	ctl_swaps_free(&swaps);
}

static int swap_on(const struct netram_volume *volume, bool json)
{
	char device[CTL_DEVICE_SIZE];
	int ret;

	ctl_device_path(volume->index, device);
	if (ctl_device_wait(volume->index, DEVICE_TIMEOUT_MS))
		return ctl_fail(CTL_FAILED, "%s does not exist", device);
	ret = check_unused(device);
	if (!ret)
		ret = sign(device, volume->name);
	if (!ret && !args.keep_vm)
		ctl_vm_prepare();
	if (!ret)
		ret = enable(device);
	if (!ret)
		show(volume, device, json);
	return ret;
}

static int run(const struct ctl_call *call)
{
	struct netram_volume *volume;
	struct netram *nt;
	int ret = ctl_open(&nt);

	if (ret)
		return ret;
	ret = ctl_device_find(nt, call->operands[0], &volume);
	netram_close(nt);
	if (ret)
		return ret;
	ret = swap_on(volume, call->json);
	netram_volume_free(volume);
	return ret;
}

const struct ctl_command ctl_swapon = {
	.name = "swapon",
	.operands = "VOLUME|/dev/netramN",
	.summary = "use a volume as swap",
	.examples =
		"  netramctl swapon v1\n"
		"  netramctl swapon /dev/netram0 --priority 100\n",
	.min = 1,
	.max = 1,
	.opts = opts,
	.run = run,
};
