// SPDX-License-Identifier: GPL-2.0
/*
 * netramctl node drain. The module does it; this only looks on, so that it may
 * be interrupted and called again at any time.
 */
#include <inttypes.h>
#include <netram/limits.h>
#include <stdio.h>

#include "common/clock.h"
#include "ctl.h"
#include "progress.h"
#include "undone.h"

#define PAUSE_MS	500

static struct {
	bool cancel, no_wait;
} args;

static const struct ctl_opt opts[] = {
	{ "cancel", CTL_OPT_FLAG, &args.cancel, NULL,
	  "stop it; what has been moved stays where it is", 0, 0, 0 },
	{ "no-wait", CTL_OPT_FLAG, &args.no_wait, NULL,
	  "do not wait until the node is empty", 0, 0, 0 },
	{ 0 }
};

/**
 * enum outcome - why looking on ended
 * @GOES_ON: it has not
 * @EMPTY: the node has no extents any more
 * @ENDED: somebody else cancelled it
 * @STUCK: it does not get on
 * @INTERRUPTED: by a signal
 */
enum outcome {
	GOES_ON,
	EMPTY,
	ENDED,
	STUCK,
	INTERRUPTED,
};

static struct ctl_human extents(const struct netram_node *node)
{
	struct ctl_human h;

	snprintf(h.text, sizeof(h.text), "%" PRIu64 " extent%s", node->extents,
		 node->extents == 1 ? "" : "s");
	return h;
}

static enum outcome look(struct drain *d, const struct netram_node *node)
{
	uint64_t now = clock_ms();

	drain_look(d, node->extents, drain_copied_pages(), now);
	if (!node->extents)
		return EMPTY;
	if (!node->drain)
		return ENDED;
	if (ctl_lookon_interrupted())
		return INTERRUPTED;
	if (drain_stuck(d, now))
		return STUCK;
	ctl_bar_draw(d->start - d->left, d->start,
		     "%s (%s) left%s", extents(node).text,
		     ctl_human(node->pages * NETRAM_PAGE_SIZE).text,
		     ctl_drain_rest(d, now).text);
	return GOES_ON;
}

static int fail_stuck(struct netram *nt, const struct netram_node *node)
{
	struct netram_volume *volumes = NULL;
	struct netram_node *nodes;
	char why[DRAIN_WHY_SIZE];
	int err;

	err = netram_node_list(nt, &nodes);
	if (!err)
		err = netram_volume_list(nt, &volumes);
	if (err) {
		netram_node_free(nodes);
		return ctl_fail_module(nt, err);
	}
	drain_why(node, nodes, volumes, why, sizeof(why));
	netram_volume_free(volumes);
	netram_node_free(nodes);
	return ctl_fail(CTL_FAILED,
			"%s still has %s, and for %d s nothing has moved: %s; it goes on as soon as it can, or --cancel takes it back",
			node->name, extents(node).text,
			DRAIN_STUCK_MS / 1000, why);
}

static int tell(struct netram *nt, const struct netram_node *node,
		enum outcome outcome, bool json)
{
	switch (outcome) {
	case STUCK:
		return fail_stuck(nt, node);
	case ENDED:
		return ctl_fail(CTL_FAILED,
				"somebody cancelled it while %s still had %s",
				node->name, extents(node).text);
	case INTERRUPTED:
		return ctl_fail(CTL_FAILED,
				"interrupted, but the draining of %s goes on, with %s left: the same command shows it again, --cancel stops it",
				node->name, extents(node).text);
	case EMPTY:
	case GOES_ON:
		break;
	}
	return json ? ctl_json_print(shape_node(node)) : CTL_OK;
}

/* Takes node, and asks for it again until there is an outcome. */
static int watch(struct netram *nt, const char *name, struct netram_node *node,
		 bool json)
{
	enum outcome outcome;
	struct drain d;
	int err = 0, ret;

	drain_start(&d, node->extents, drain_copied_pages(), clock_ms());
	while ((outcome = look(&d, node)) == GOES_ON) {
		netram_node_free(node);
		ctl_lookon_pause(PAUSE_MS);
		err = netram_node_get(nt, name, &node);
		if (err)
			break;
	}
	ctl_bar_clear();
	ret = err ? ctl_fail_module(nt, err) : tell(nt, node, outcome, json);
	netram_node_free(node);
	return ret;
}

/* Signals end the looking on, not the draining. */
static int watch_interruptibly(struct netram *nt, const char *name,
			       struct netram_node *node, bool json)
{
	int ret;

	ctl_lookon_start();
	ret = watch(nt, name, node, json);
	ctl_lookon_stop();
	return ret;
}

static int drain(struct netram *nt, const char *name, bool json)
{
	struct netram_node *node;
	int err = netram_node_drain(nt, name, !args.cancel);

	if (!err && (args.cancel || args.no_wait) && !json)
		return CTL_OK;
	if (!err)
		err = netram_node_get(nt, name, &node);
	if (err)
		return ctl_fail_module(nt, err);
	if (!args.cancel && !args.no_wait)
		return watch_interruptibly(nt, name, node, json);
	ctl_json_print(shape_node(node));
	netram_node_free(node);
	return CTL_OK;
}

static int run(const struct ctl_call *call)
{
	const char *name = call->operands[0];
	struct netram *nt;
	int ret;

	if (ctl_check_name("node", name))
		return CTL_USAGE;
	if (args.cancel && args.no_wait)
		return ctl_fail(CTL_USAGE,
				"--no-wait does not go with --cancel, which never waits");
	ret = ctl_open(&nt);
	if (ret)
		return ret;
	ctl_undone_drain(name, !args.cancel);
	ret = drain(nt, name, call->json);
	netram_close(nt);
	return ret;
}

const struct ctl_command ctl_node_drain = {
	.group = "node",
	.name = "drain",
	.operands = "NAME",
	.summary = "move what a node holds to other nodes",
	.examples =
		"  netramctl node drain n1 && netramctl node remove n1\n"
		"  netramctl node drain n1 --no-wait\n"
		"  netramctl node drain n1 --cancel\n",
	.min = 1,
	.max = 1,
	.opts = opts,
	.run = run,
};
