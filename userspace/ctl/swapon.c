// SPDX-License-Identifier: GPL-2.0
/* netramctl swapon */
#include <errno.h>
#include <netram/limits.h>
#include <stdio.h>
#include <sys/swap.h>

#include "common/device.h"
#include "ctl.h"
#include "plan.h"
#include "print.h"
#include "use.h"

#define DEVICE_TIMEOUT_MS	5000
#define PRIORITY_UNSET		UINT64_MAX

static struct {
	uint64_t priority;
	bool force;
	bool keep_vm;
	bool dry_run;
} args = { .priority = PRIORITY_UNSET };

static const struct ctl_opt opts[] = {
	{ "priority", CTL_OPT_NUMBER, &args.priority, "N",
	  "higher is used first (default: below all others)",
	  0, SWAP_FLAG_PRIO_MASK, 0 },
	{ "force", CTL_OPT_FLAG, &args.force, NULL,
	  "write a new swap signature, whatever is on it now", 0, 0, 0 },
	{ "keep-vm", CTL_OPT_FLAG, &args.keep_vm, NULL,
	  "leave vm.min_free_kbytes and vm.watermark_boost_factor alone", 0, 0, 0 },
	CTL_DRY_RUN(&args.dry_run),
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
	put_text(o, "volume", volume->name);
	put_text(o, "device", device);
	if (json)
		ctl_json_print(o);
	else
		json_object_put(o);
	swaps_free(&swaps);
}

static int plan(const struct netram_volume *volume,
		const struct swapon_spec *spec, bool json)
{
	struct ctl_plan plan = { 0 };
	bool sign;
	char why[512];
	int err = swapon_check(spec, &sign, why, sizeof(why));

	if (err)
		return ctl_fail(CTL_FAILED, "%s", why);
	if (spec->force)
		plan.loses = volume->pages * NETRAM_PAGE_SIZE;
	if (sign)
		ctl_plan_step(&plan, "mkswap --label %s%s %s", spec->label,
			      spec->force ? " --force" : "", spec->device);
	if (spec->priority == SWAP_PRIORITY_UNSET)
		ctl_plan_step(&plan, "swapon --discard %s", spec->device);
	else
		ctl_plan_step(&plan, "swapon --discard --priority %d %s",
			      spec->priority, spec->device);
	return ctl_plan_tell(&plan, json);
}

/* Sets the device, label and what else is the same for all callers. */
int ctl_swap_enable(const struct netram_volume *volume,
		    struct swapon_spec *spec, bool json)
{
	char device[DEVICE_SIZE], why[512];
	int err;

	device_path(volume->index, device);
	spec->device = device;
	spec->label = volume->name;
	spec->how_to_force = "--force";
	spec->note = ctl_note;
	if (device_wait(volume->index, DEVICE_TIMEOUT_MS))
		return ctl_fail(CTL_FAILED, "%s does not exist", device);
	if (args.dry_run)
		return plan(volume, spec, json);
	err = swapon_volume(spec, why, sizeof(why));
	if (err)
		return ctl_fail(err == -EPERM ? CTL_MODULE : CTL_FAILED, "%s",
				why);
	show(volume, device, json);
	return CTL_OK;
}

static int run(const struct ctl_call *call)
{
	struct swapon_spec spec = {
		.priority = args.priority == PRIORITY_UNSET ?
			    SWAP_PRIORITY_UNSET : (int)args.priority,
		.force = args.force,
		.keep_vm = args.keep_vm,
	};
	struct netram_volume *volume;
	struct netram *nt;
	int ret = ctl_open(&nt);

	if (ret)
		return ret;
	ret = ctl_find_volume(nt, call->operands[0], &volume);
	netram_close(nt);
	if (ret)
		return ret;
	ret = ctl_swap_enable(volume, &spec, call->json);
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
