// SPDX-License-Identifier: GPL-2.0
/* netramctl node remove */
#include <string.h>

#include "ctl.h"
#include "plan.h"
#include "print.h"
#include "undone.h"

static struct {
	bool lost, dry_run;
} args;

static const struct ctl_opt opts[] = {
	{ "lost", CTL_OPT_FLAG, &args.lost, NULL,
	  "it will not come back: give up what only it has", 0, 0, 0 },
	CTL_DRY_RUN(&args.dry_run),
	{ 0 }
};

static const struct netram_session *session_with(const struct netram_volume *v,
						 const char *node)
{
	const struct netram_session *s = v->sessions;

	while (s && strcmp(s->node, node))
		s = s->next;
	return s;
}

/* Refuses what the module would refuse. */
static int may_go(const struct netram_session *s, const char *volume)
{
	if (!s || !s->extents)
		return CTL_OK;
	if (!args.lost)
		return ctl_fail(CTL_FAILED,
				"volume '%s' keeps pages on %s: drain it, or delete the volume, first",
				volume, s->node);
	if (s->state == NETRAM_SESSION_UP)
		return ctl_fail(CTL_FAILED,
				"volume '%s' keeps pages on %s, and can reach it: drain it",
				volume, s->node);
	return CTL_OK;
}

static int plan_volumes(struct ctl_plan *plan, const char *name,
			const struct netram_volume *v)
{
	const struct netram_session *s;
	int ret = CTL_OK;

	for (; v && !ret; v = v->next) {
		s = session_with(v, name);
		ret = may_go(s, v->name);
		if (!ret && args.lost)
			ctl_plan_loses(plan, v->name, s ? s->only_pages : 0);
	}
	return ret;
}

static int plan(struct netram *nt, const char *name, bool json)
{
	struct netram_volume *volumes = NULL;
	struct ctl_plan plan = { 0 };
	struct netram_node *node;
	int err, ret;

	err = netram_node_get(nt, name, &node);
	if (!err)
		err = netram_volume_list(nt, &volumes);
	netram_node_free(node);
	if (err)
		return ctl_fail_module(nt, err);
	ret = plan_volumes(&plan, name, volumes);
	netram_volume_free(volumes);
	if (ret) {
		json_object_put(plan.lost);
		return ret;
	}
	ctl_plan_step(&plan, "netramctl node remove %s%s", name,
		      args.lost ? " --lost" : "");
	return ctl_plan_tell(&plan, json);
}

static int remove_node(struct netram *nt, const char *name, bool json)
{
	struct json_object *o;
	int err = args.lost ? netram_node_give_up(nt, name) :
			      netram_node_remove(nt, name);

	if (err)
		return ctl_fail_module(nt, err);
	if (!json)
		return CTL_OK;
	o = json_object_new_object();
	put_text(o, "removed", name);
	return ctl_json_print(o);
}

static int run(const struct ctl_call *call)
{
	const char *name = call->operands[0];
	struct netram *nt;
	int ret;

	if (ctl_check_name("node", name))
		return CTL_USAGE;
	ret = ctl_open(&nt);
	if (ret)
		return ret;
	ctl_undone_remove(name);
	ret = args.dry_run ? plan(nt, name, call->json) :
			     remove_node(nt, name, call->json);
	netram_close(nt);
	return ret;
}

const struct ctl_command ctl_node_remove = {
	.group = "node",
	.name = "remove",
	.operands = "NAME",
	.summary = "forget a node that holds no pages, or is gone",
	.examples =
		"  netramctl node remove n1\n"
		"  netramctl node remove n1 --lost --dry-run\n"
		"  netramctl node remove n1 --lost\n",
	.min = 1,
	.max = 1,
	.opts = opts,
	.run = run,
};
