// SPDX-License-Identifier: GPL-2.0
/* netramctl swap: a volume that is used as swap, made and unmade in one step. */
#include <netram/limits.h>
#include <sys/swap.h>

#include "ctl.h"
#include "plan.h"
#include "print.h"
#include "undone.h"
#include "use.h"

#define PRIORITY_UNSET		UINT64_MAX

static struct {
	uint64_t size, replicas, priority;
	bool keep_vm, dry_run, force;
} args = { .priority = PRIORITY_UNSET };

static const struct ctl_opt create_opts[] = {
	{ "size", CTL_OPT_SIZE, &args.size, "SIZE", "its size; needed",
	  NETRAM_VOLUME_SIZE_MIN, NETRAM_VOLUME_SIZE_MAX, 0 },
	{ "replicas", CTL_OPT_NUMBER, &args.replicas, "N",
	  "copies of each page (default: 2 where there are two nodes or more)",
	  NETRAM_REPLICAS_MIN, NETRAM_REPLICAS_MAX, NETRAM_REPLICAS_DEF },
	{ "priority", CTL_OPT_NUMBER, &args.priority, "N",
	  "higher is used first (default: below all others)",
	  0, SWAP_FLAG_PRIO_MASK, 0 },
	{ "keep-vm", CTL_OPT_FLAG, &args.keep_vm, NULL,
	  "leave vm.min_free_kbytes and vm.watermark_boost_factor alone", 0, 0, 0 },
	CTL_DRY_RUN(&args.dry_run),
	{ 0 }
};

static const struct ctl_opt remove_opts[] = {
	{ "force", CTL_OPT_FLAG, &args.force, NULL,
	  "try even if the pages do not fit; the kernel may kill programs", 0, 0, 0 },
	CTL_DRY_RUN(&args.dry_run),
	{ 0 }
};

static int plan_create(struct netram *nt, const char *name, bool json)
{
	static const char *const of_volume[] = { "size", "replicas", NULL };
	static const char *const of_swap[] = { "priority", "keep-vm", NULL };
	struct ctl_plan plan = { 0 };
	char given[CTL_OPTS_SIZE];
	int ret = ctl_volume_free_name(nt, name);

	if (ret)
		return ret;
	ctl_opts_write(create_opts, of_volume, given, sizeof(given));
	ctl_plan_step(&plan, "netramctl volume create %s%s", name, given);
	ctl_opts_write(create_opts, of_swap, given, sizeof(given));
	ctl_plan_step(&plan, "netramctl swapon %s%s", name, given);
	return ctl_plan_tell(&plan, json);
}

/* A volume that cannot be swapped to is of no use: it goes again. */
static int create(struct netram *nt, const char *name, bool json)
{
	struct netram_volume_spec spec = {
		.name = name,
		.size = args.size,
		.replicas = args.replicas,
	};
	struct swapon_spec swap = {
		.priority = args.priority == PRIORITY_UNSET ?
			    SWAP_PRIORITY_UNSET : (int)args.priority,
		.keep_vm = args.keep_vm,
	};
	struct netram_volume *volume;
	int ret = ctl_volume_make(nt, &spec, &volume);

	if (!ret)
		ret = ctl_swap_enable(volume, &swap, json);
	if (ret && volume)
		ctl_volume_unmake(nt, name);
	netram_volume_free(volume);
	return ret;
}

static int run_create(const struct ctl_call *call)
{
	const char *name = call->operands[0];
	struct netram *nt;
	int ret;

	if (ctl_check_name("volume", name))
		return CTL_USAGE;
	if (!args.size || args.size % NETRAM_PAGE_SIZE)
		return ctl_fail(CTL_USAGE,
				"--size is needed, a multiple of %u: --size 4G",
				NETRAM_PAGE_SIZE);
	ret = ctl_open(&nt);
	if (ret)
		return ret;
	ret = args.dry_run ? plan_create(nt, name, call->json) :
			     create(nt, name, call->json);
	netram_close(nt);
	return ret;
}

static int show_removed(const char *name, uint64_t used_kb)
{
	struct json_object *o = json_object_new_object();

	put_text(o, "removed", name);
	put_u64(o, "moved_bytes", used_kb * 1024);
	return ctl_json_print(o);
}

static int plan_remove(const char *name, bool json)
{
	struct ctl_plan plan = { 0 };

	ctl_plan_step(&plan, "netramctl swapoff %s%s", name,
		      args.force ? " --force" : "");
	ctl_plan_step(&plan, "netramctl volume delete %s", name);
	return ctl_plan_tell(&plan, json);
}

static int remove_swap(struct netram *nt, const struct netram_volume *volume,
		       bool json)
{
	char device[DEVICE_SIZE];
	uint64_t used_kb;
	int ret;

	device_path(volume->index, device);
	ret = ctl_swap_check(device, args.force, &used_kb);
	if (!ret)
		ctl_undone_delete(volume->name);
	if (!ret && args.dry_run)
		return plan_remove(volume->name, json);
	if (!ret)
		ret = ctl_swap_disable(device, used_kb);
	if (!ret)
		ret = ctl_volume_unmake(nt, volume->name);
	return !ret && json ? show_removed(volume->name, used_kb) : ret;
}

static int run_remove(const struct ctl_call *call)
{
	return ctl_on_volume(call, remove_swap);
}

const struct ctl_command ctl_swap_create = {
	.group = "swap",
	.name = "create",
	.operands = "NAME --size SIZE",
	.summary = "create a volume and swap to it",
	.examples =
		"  netramctl swap create swap0 --size 16G --priority 100\n"
		"  netramctl swap create swap0 --size 16G --dry-run\n",
	.min = 1,
	.max = 1,
	.opts = create_opts,
	.run = run_create,
};

const struct ctl_command ctl_swap_remove = {
	.group = "swap",
	.name = "remove",
	.operands = "VOLUME|/dev/netramN",
	.summary = "bring its pages back and delete it, if they fit",
	.examples =
		"  netramctl swap remove swap0 --dry-run\n"
		"  netramctl swap remove swap0\n",
	.min = 1,
	.max = 1,
	.opts = remove_opts,
	.run = run_remove,
};
