// SPDX-License-Identifier: GPL-2.0
/* netramctl swapon */
#include <errno.h>
#include <stdio.h>
#include <sys/swap.h>

#include "common/device.h"
#include "ctl.h"
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

static void show(const struct netram_volume *volume, const char *device,
		 bool json)
{
	const struct swap *swap;
	struct swaps swaps;
	struct json_object *o;

	swaps_read(&swaps);
	swap = swaps_find(&swaps, device);
	o = swap ? ctl_json_swap(swap) : json_object_new_object();
	ctl_json_text(o, "volume", volume->name);
	ctl_json_text(o, "device", device);
	if (json)
		ctl_json_print(o);
	else
		json_object_put(o);
	swaps_free(&swaps);
}

static int swap_on(const struct netram_volume *volume, bool json)
{
	char device[DEVICE_SIZE], why[512];
	struct swapon_spec spec = {
		.device = device,
		.label = volume->name,
		.priority = args.priority == PRIORITY_UNSET ?
			    SWAP_PRIORITY_UNSET : (int)args.priority,
		.force = args.force,
		.keep_vm = args.keep_vm,
		.how_to_force = "--force",
		.note = ctl_note,
	};
	int err;

	device_path(volume->index, device);
	if (device_wait(volume->index, DEVICE_TIMEOUT_MS))
		return ctl_fail(CTL_FAILED, "%s does not exist", device);
	err = swapon_volume(&spec, why, sizeof(why));
	if (err)
		return ctl_fail(err == -EPERM ? CTL_MODULE : CTL_FAILED, "%s",
				why);
	show(volume, device, json);
	return CTL_OK;
}

static int run(const struct ctl_call *call)
{
	struct netram_volume *volume;
	struct netram *nt;
	int ret = ctl_open(&nt);

	if (ret)
		return ret;
	ret = ctl_find_volume(nt, call->operands[0], &volume);
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
