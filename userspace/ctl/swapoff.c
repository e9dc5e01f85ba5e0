// SPDX-License-Identifier: GPL-2.0
/* netramctl swapoff */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/swap.h>

#include "common/device.h"
#include "ctl.h"
#include "plan.h"
#include "print.h"
#include "progress.h"
#include "undone.h"
#include "use.h"

static struct {
	bool force;
	bool dry_run;
} args;

static const struct ctl_opt opts[] = {
	{ "force", CTL_OPT_FLAG, &args.force, NULL,
	  "try even if the pages do not fit; the kernel may kill programs", 0, 0, 0 },
	CTL_DRY_RUN(&args.dry_run),
	{ 0 }
};

/* The device of a volume by name needs the module; a device path does not,
 * so that swap can be given back even when the module is not well.
 */
static int find_device(const char *operand, char device[DEVICE_SIZE])
{
	struct netram_volume *volume;
	struct netram *nt;
	uint32_t index;
	int ret;

	if (device_index(operand, &index)) {
		device_path(index, device);
		return CTL_OK;
	}
	if (operand[0] == '/')
		return ctl_fail(CTL_USAGE,
				"'%s' is not /dev/netramN: use swapoff(8)",
				operand);
	ret = ctl_open(&nt);
	if (ret)
		return ret;
	ret = ctl_find_volume(nt, operand, &volume);
	if (!ret) {
		device_path(volume->index, device);
		netram_volume_free(volume);
	}
	netram_close(nt);
	return ret;
}

static int refuse(const char *device, const struct preflight *pre)
{
	return ctl_fail(CTL_FAILED,
			"the %s in use on %s would not fit: %s of memory (keeping %s in reserve) and %s of other swap are free; stop programs or add swap for another %s, or use --force",
			ctl_human(pre->used_kb * 1024).text, device,
			ctl_human(pre->memory_kb * 1024).text,
			ctl_human(pre->reserve_kb * 1024).text,
			ctl_human(pre->other_kb * 1024).text,
			ctl_human(pre->short_kb * 1024).text);
}

static int check_room(const char *device, const struct swaps *swaps,
		      const struct swap *swap)
{
	struct preflight pre;
	struct meminfo mem;
	int err = meminfo_read(&mem);

	if (err)
		return ctl_fail(CTL_FAILED, "cannot read /proc/meminfo: %s",
				strerror(-err));
	preflight_swapoff(swaps, swap, &mem, &pre);
	return pre.short_kb ? refuse(device, &pre) : CTL_OK;
}

/* An exit code: CTL_OK if it is swapped on, and there is room for its pages. */
int ctl_swap_check(const char *device, bool force, uint64_t *used_kb)
{
	const struct swap *swap;
	struct swaps swaps;
	int ret = CTL_OK, err = swaps_read(&swaps);

	if (err)
		return ctl_fail(CTL_FAILED, "cannot read /proc/swaps: %s",
				strerror(-err));
	swap = swaps_find(&swaps, device);
	if (!swap)
		ret = ctl_fail(CTL_FAILED, "%s is not swapped on", device);
	else if (!force)
		ret = check_room(device, &swaps, swap);
	*used_kb = swap ? swap->used_kb : 0;
	swaps_free(&swaps);
	return ret;
}

int ctl_swap_disable(const char *device, uint64_t used_kb)
{
	struct ctl_progress progress;
	int err;

	ctl_progress_start(&progress, device, used_kb);
	err = swapoff(device) ? errno : 0;
	ctl_progress_stop(&progress);
	switch (err) {
	case 0:
		return CTL_OK;
	case EPERM:
		return ctl_fail(CTL_MODULE, "not permitted: run as root");
	case ENOMEM:
		return ctl_fail(CTL_FAILED,
				"memory ran out on the way, %s is still swapped on: stop programs or add swap, and try again",
				device);
	case EINTR:
		return ctl_fail(CTL_FAILED,
				"interrupted, %s is still swapped on", device);
	}
	return ctl_fail(CTL_FAILED, "swapoff(2) of %s failed: %s", device,
			strerror(err));
}

static int print_json(const char *device, uint64_t used_kb)
{
	struct json_object *o = json_object_new_object();

	put_text(o, "device", device);
	put_u64(o, "moved_bytes", used_kb * 1024);
	return ctl_json_print(o);
}

static int plan(const char *device, bool json)
{
	struct ctl_plan plan = { 0 };

	ctl_plan_step(&plan, "swapoff %s", device);
	return ctl_plan_tell(&plan, json);
}

static int run(const struct ctl_call *call)
{
	char device[DEVICE_SIZE];
	uint64_t used_kb;
	int ret = find_device(call->operands[0], device);

	if (!ret)
		ret = ctl_swap_check(device, args.force, &used_kb);
	if (!ret)
		ctl_undone_swapoff(call->operands[0]);
	if (!ret && args.dry_run)
		return plan(device, call->json);
	if (!ret)
		ret = ctl_swap_disable(device, used_kb);
	if (!ret && call->json)
		ret = print_json(device, used_kb);
	return ret;
}

const struct ctl_command ctl_swapoff = {
	.name = "swapoff",
	.operands = "VOLUME|/dev/netramN",
	.summary = "bring the pages of a swap volume back, if they fit",
	.examples =
		"  netramctl swapoff v1\n"
		"  netramctl swapoff /dev/netram0 --force\n",
	.min = 1,
	.max = 1,
	.opts = opts,
	.run = run,
};
