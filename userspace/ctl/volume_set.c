// SPDX-License-Identifier: GPL-2.0
/* netramctl volume set */
#include <netram/limits.h>

#include "ctl.h"
#include "plan.h"
#include "print.h"
#include "undone.h"

static struct {
	uint64_t replicas;
	const char *on_loss;
	bool dry_run;
} args;

static const struct ctl_opt opts[] = {
	{ "replicas", CTL_OPT_NUMBER, &args.replicas, "N",
	  "copies of each extent, on different nodes",
	  NETRAM_REPLICAS_MIN, NETRAM_REPLICAS_MAX, 0 },
	{ "on-loss", CTL_OPT_TEXT, &args.on_loss, "error|wait",
	  "requests of which no copy can be reached fail after io_deadline_ms, or wait until one can; also those that wait now",
	  0, 0, 0 },
	CTL_DRY_RUN(&args.dry_run),
	{ 0 }
};

static int show(struct netram *nt, const char *name)
{
	struct netram_volume *volume;
	int ret = netram_volume_get(nt, name, &volume);

	if (ret)
		return ctl_fail_module(nt, ret);
	ret = ctl_json_print(shape_volume(volume));
	netram_volume_free(volume);
	return ret;
}

static int plan(struct netram *nt, const char *name, bool json)
{
	char given[CTL_OPTS_SIZE];

	ctl_opts_write(opts, NULL, given, sizeof(given));
	return ctl_volume_set_plan(nt, name, args.replicas, given, json);
}

static int set(struct netram *nt, const char *name,
	       const struct netram_volume_change *change, bool json)
{
	int err = netram_volume_set(nt, name, change);

	if (err)
		return ctl_fail_module(nt, err);
	return json ? show(nt, name) : CTL_OK;
}

static int run(const struct ctl_call *call)
{
	struct netram_volume_change change = {
		.replicas = args.replicas,
		.set_on_loss = args.on_loss,
	};
	const char *name = call->operands[0];
	struct netram *nt;
	int ret;

	if (ctl_check_name("volume", name))
		return CTL_USAGE;
	if (!args.replicas && !args.on_loss)
		return ctl_fail(CTL_USAGE,
				"what is to be changed? --replicas 2, --on-loss wait");
	if (ctl_on_loss_parse(args.on_loss, &change.on_loss))
		return CTL_USAGE;
	ret = ctl_open(&nt);
	if (ret)
		return ret;
	ctl_undone_set(name, args.replicas, args.on_loss);
	ret = args.dry_run ? plan(nt, name, call->json) :
			     set(nt, name, &change, call->json);
	netram_close(nt);
	return ret;
}

const struct ctl_command ctl_volume_set = {
	.group = "volume",
	.name = "set",
	.operands = "NAME [--replicas N] [--on-loss error|wait]",
	.summary = "change how many copies there are, or what happens without",
	.examples =
		"  netramctl volume set v1 --replicas 2\n"
		"  netramctl volume set v1 --replicas 1 --dry-run\n"
		"  netramctl volume set v1 --replicas 1 --json\n"
		"  netramctl volume set v1 --on-loss error\n",
	.min = 1,
	.max = 1,
	.opts = opts,
	.run = run,
};
