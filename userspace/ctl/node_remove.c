// SPDX-License-Identifier: GPL-2.0
/* netramctl node remove */
#include "ctl.h"
#include "print.h"

static int run(const struct ctl_call *call)
{
	const char *name = call->operands[0];
	struct json_object *o;
	struct netram *nt;
	int err, ret;

	if (ctl_check_name("node", name))
		return CTL_USAGE;
	ret = ctl_open(&nt);
	if (ret)
		return ret;
	err = netram_node_remove(nt, name);
	if (err) {
		ret = ctl_fail_module(nt, err);
	} else if (call->json) {
		o = json_object_new_object();
		put_text(o, "removed", name);
		ret = ctl_json_print(o);
	}
	netram_close(nt);
	return ret;
}

const struct ctl_command ctl_node_remove = {
	.group = "node",
	.name = "remove",
	.operands = "NAME",
	.summary = "forget a node that holds no pages",
	.examples = "  netramctl node remove n1\n",
	.min = 1,
	.max = 1,
	.run = run,
};
