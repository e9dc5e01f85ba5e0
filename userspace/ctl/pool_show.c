// SPDX-License-Identifier: GPL-2.0
/* netramctl pool show */
#include <stdio.h>
#include <string.h>

#include "common/ask.h"
#include "ctl.h"
#include "netramd.h"
#include "pool.h"

static struct {
	const char *netramd;
} args;

static const struct ctl_opt opts[] = {
	{ "netramd", CTL_OPT_TEXT, &args.netramd, "SOCKET",
	  "netramd's status socket, instead of " NETRAMD_SOCKET, 0, 0, 0 },
	{ 0 }
};

/* Without netramd the rest is shown all the same. */
static int show(const struct netram_node *first, bool json)
{
	const char *path = args.netramd ?: NETRAMD_SOCKET;
	struct json_object *netramd;
	struct pool pool;
	char why[160];
	int err = ask_status(path, &netramd), ret = CTL_OK;

	snprintf(why, sizeof(why), "netramd cannot be asked: %.60s: %s", path,
		 strerror(-err));
	err = pool_make(first, netramd, why, &pool);
	if (err)
		ret = ctl_fail(CTL_FAILED, "%s", strerror(-err));
	else if (json)
		ret = pool_print_json(&pool);
	else
		pool_print(&pool);
	pool_free(&pool);
	json_object_put(netramd);
	return ret;
}

static int run(const struct ctl_call *call)
{
	return ctl_on_nodes(call, show);
}

const struct ctl_command ctl_pool_show = {
	.group = "pool",
	.name = "show",
	.summary = "show regions, zones and nodes, what they hold and how full they are",
	.examples =
		"  netramctl pool\n"
		"  netramctl pool show --json | jq .free_bytes\n",
	.opts = opts,
	.run = run,
};
