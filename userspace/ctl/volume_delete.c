// SPDX-License-Identifier: GPL-2.0
/* netramctl volume delete */
#include <errno.h>
#include <netram/limits.h>
#include <time.h>

#include "common/device.h"
#include "common/swaps.h"
#include "ctl.h"
#include "plan.h"
#include "print.h"
#include "undone.h"
#include "use.h"

#define TRIES		25
#define PAUSE_NS	40000000

static struct {
	bool dry_run;
} args;

static const struct ctl_opt opts[] = {
	CTL_DRY_RUN(&args.dry_run),
	{ 0 }
};

/* Swapped on or mounted: it will not come free by itself. */
static bool in_lasting_use(struct netram *nt, const char *name)
{
	struct swaps swaps = { 0 };
	char device[DEVICE_SIZE];
	struct mounts_entry mount;
	struct netram_volume *volume;
	bool used;

	if (netram_volume_get(nt, name, &volume))
		return true;
	device_path(volume->index, device);
	netram_volume_free(volume);
	if (swaps_read(&swaps))
		return true;
	used = swaps_find(&swaps, device) || mounts_find(device, &mount);
	swaps_free(&swaps);
	return used;
}

/* udev opens a device for a moment whenever something about it changes, most
 * of all just after swapoff and umount. A person should not have to know that.
 */
static int delete_patiently(struct netram *nt, const char *name)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NS };
	int err, tries = TRIES;

	for (;;) {
		err = netram_volume_delete(nt, name);
		if (err != -EBUSY || !--tries)
			return err;
		if (in_lasting_use(nt, name))
			return netram_volume_delete(nt, name);
		nanosleep(&pause, NULL);
	}
}

int ctl_volume_unmake(struct netram *nt, const char *name)
{
	int err = delete_patiently(nt, name);

	return err ? ctl_fail_module(nt, err) : CTL_OK;
}

/* Refuses what the module would refuse. */
static int plan(struct netram *nt, const char *name, bool json)
{
	struct ctl_plan plan = { 0 };
	struct netram_volume *volume;
	int err = netram_volume_get(nt, name, &volume);

	if (err)
		return ctl_fail_module(nt, err);
	plan.loses = volume->pages * NETRAM_PAGE_SIZE;
	netram_volume_free(volume);
	if (in_lasting_use(nt, name))
		return ctl_fail(CTL_FAILED,
				"volume '%s' is swapped on or mounted", name);
	ctl_plan_step(&plan, "netramctl volume delete %s", name);
	return ctl_plan_tell(&plan, json);
}

static int delete(struct netram *nt, const char *name, bool json)
{
	struct json_object *o;
	int ret = ctl_volume_unmake(nt, name);

	if (ret || !json)
		return ret;
	o = json_object_new_object();
	put_text(o, "deleted", name);
	return ctl_json_print(o);
}

static int run(const struct ctl_call *call)
{
	const char *name = call->operands[0];
	struct netram *nt;
	int ret;

	if (ctl_check_name("volume", name))
		return CTL_USAGE;
	ret = ctl_open(&nt);
	if (ret)
		return ret;
	ctl_undone_delete(name);
	ret = args.dry_run ? plan(nt, name, call->json) :
			     delete(nt, name, call->json);
	netram_close(nt);
	return ret;
}

const struct ctl_command ctl_volume_delete = {
	.group = "volume",
	.name = "delete",
	.operands = "NAME",
	.summary = "delete an unused volume with its pages",
	.examples =
		"  netramctl volume delete v1 --dry-run\n"
		"  netramctl volume delete v1\n",
	.min = 1,
	.max = 1,
	.opts = opts,
	.run = run,
};
