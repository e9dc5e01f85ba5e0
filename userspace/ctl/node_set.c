// SPDX-License-Identifier: GPL-2.0
/* netramctl node set */
#include <netram/limits.h>

#include "ctl.h"
#include "print.h"
#include "undone.h"

static struct {
	uint64_t weight;
} args;

static const struct ctl_opt opts[] = {
	{ "weight", CTL_OPT_NUMBER, &args.weight, "N",
	  "its share of new extents; those that have a place stay there",
	  NETRAM_WEIGHT_MIN, NETRAM_WEIGHT_MAX, 0 },
	{ 0 }
};

static int run(const struct ctl_call *call)
{
	const char *name = call->operands[0];
	struct netram *nt;
	int err, ret;

	if (ctl_check_name("node", name))
		return CTL_USAGE;
	if (!args.weight)
		return ctl_fail(CTL_USAGE, "what is to be changed? --weight 200");
	ret = ctl_open(&nt);
	if (ret)
		return ret;
	ctl_undone_weight(name, args.weight);
	err = netram_node_set_weight(nt, name, args.weight);
	if (err)
		ret = ctl_fail_module(nt, err);
	else if (call->json)
		ret = ctl_node_json(nt, name);
	netram_close(nt);
	return ret;
}

const struct ctl_command ctl_node_set = {
	.group = "node",
	.name = "set",
	.operands = "NAME --weight N",
	.summary = "change a node's share of new extents",
	.examples =
		"  netramctl node set n1 --weight 200\n",
	.min = 1,
	.max = 1,
	.opts = opts,
	.run = run,
};
