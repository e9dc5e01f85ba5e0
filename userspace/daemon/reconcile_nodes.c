// SPDX-License-Identifier: GPL-2.0
/* Nodes: which are added, changed, emptied and removed. */
#include "reconcile.h"

#include <stdio.h>
#include <string.h>

#include "rules.h"

static struct step *add_node_step(struct plan *plan, enum step_kind kind,
				  const struct config_node *node, bool on)
{
	struct step *step = plan_add(plan, kind);

	if (!step)
		return NULL;
	step->node = node;
	step->on = on;
	return step;
}

static bool endpoint_differs(const struct config_node *node,
			     const struct netram_node *is)
{
	return node->resolved &&
	       !rules_same_endpoint(&node->endpoint, &is->endpoint);
}

static void tell_endpoint(const struct config_node *node,
			  const struct netram_node *is, char *text, size_t size)
{
	char wanted[NETRAM_ENDPOINT_SIZE], has[NETRAM_ENDPOINT_SIZE];

	netram_endpoint_format(&node->endpoint, wanted, sizeof(wanted));
	netram_endpoint_format(&is->endpoint, has, sizeof(has));
	snprintf(text, size, "its address is %s, the file says %s", has,
		 wanted);
}

/*
 * Only one that is told for the node itself. The host's is for nodes that are added: no
 * copy is placed by it, so none that is there need be emptied when it changes.
 */
static bool told_region_differs(const struct config_node *node,
				const struct netram_node *is)
{
	return CONFIG_HAS(node, NODE_REGION) &&
	       plan_differs(node->region, is->region);
}

/*
 * The first thing that is not as the file says, and cannot change while the node
 * is in use, in words.
 */
static bool node_differs(const struct config_node *node,
			 const struct netram_node *is, char *text, size_t size)
{
	if (endpoint_differs(node, is))
		tell_endpoint(node, is, text, size);
	else if (told_region_differs(node, is))
		snprintf(text, size, "its region is %s, the file says %s",
			 is->region, node->region);
	else if (plan_differs(node->zone, is->zone))
		snprintf(text, size, "its zone is %s, the file says %s",
			 is->zone, node->zone);
	else if (CONFIG_HAS(node, NODE_EXPORT) != is->has_export ||
		 (is->has_export &&
		  strcmp(is->export_name, node->export_name)))
		snprintf(text, size, "its export is not what the file says");
	else
		return false;
	return true;
}

static void find_emptying(const struct netram_node *is, struct plan *plan)
{
	char why[DRAIN_WHY_SIZE];

	if (!drains_stuck(plan->drains, is->name)) {
		plan_find(plan, FINDING_WAIT,
			  "node %s: is being emptied, and then removed", is->name);
		return;
	}
	drain_why(is, plan->actual->nodes, plan->actual->list, why, sizeof(why));
	plan_find(plan, FINDING_PROBLEM,
		  "node %s: is to be emptied, and then removed, but nothing has moved for a while: %s; it goes on as soon as it can",
		  is->name, why);
}

static void remove_node(const struct config_node *node,
			const struct netram_node *is, struct plan *plan)
{
	if (!is)
		return;
	if (!is->extents)
		add_node_step(plan, STEP_NODE_REMOVE, node, false);
	else if (!is->drain)
		add_node_step(plan, STEP_NODE_DRAIN, node, true);
	else
		find_emptying(is, plan);
}

static void drain_node(const struct config_node *node,
		       const struct netram_node *is, struct plan *plan)
{
	if (CONFIG_HAS(node, NODE_DRAIN) && node->drain != is->drain)
		add_node_step(plan, STEP_NODE_DRAIN, node, node->drain);
	else if (!CONFIG_HAS(node, NODE_DRAIN) && is->drain)
		plan_find(plan, FINDING_NOTE,
			  "node %s: is drained, which the file does not say; left alone: 'drain: no' for it ends that",
			  node->name);
}

static void weigh_node(const struct config_node *node,
		       const struct netram_node *is, struct plan *plan)
{
	uint32_t weight = weights_wanted(plan->weights, node);
	struct step *step;

	if (!weight || weight == is->weight)
		return;
	step = add_node_step(plan, STEP_NODE_WEIGH, node, false);
	if (step)
		step->weight = weight;
}

/* What can change at any time. */
static void change_node(const struct config_node *node,
			const struct netram_node *is, struct plan *plan)
{
	drain_node(node, is, plan);
	weigh_node(node, is, plan);
}

/* The address of a node that is to be added is not known, or not yet. */
static void find_unresolved(const struct config_node *node, struct plan *plan)
{
	if (node->looked_up)
		plan_find(plan, FINDING_PROBLEM, "node %s: cannot be added: %s",
			  node->name, node->why);
	else
		plan_find(plan, FINDING_WAIT,
			  "node %s: is added when the address of %s has been looked up",
			  node->name, node->address);
}

/* What the rules would have said, had they known what its name stands for. */
static const struct config_node *same_server(const struct config *config,
					     const struct config_node *node)
{
	const struct config_node *other;

	for (other = config->nodes; other < node; other++)
		if (rules_same_server(node, other))
			return other;
	return NULL;
}

/* Is it added anew, elsewhere, before any is added? */
static bool moves_away(const struct config *config, const struct netram_node *is)
{
	const struct config_node *node = config_find_node(config, is->name);

	return node && !node->remove && !is->extents &&
	       endpoint_differs(node, is);
}

/* As the module sees it: exports of a foreign server are different places. */
static bool is_server_of(const struct netram_node *is,
			 const struct config_node *node)
{
	return node->resolved &&
	       rules_same_endpoint(&node->endpoint, &is->endpoint) &&
	       (!is->has_export || !CONFIG_HAS(node, NODE_EXPORT) ||
		!strcmp(is->export_name, node->export_name));
}

/* Who has the server under another name. */
static const struct netram_node *other_name(const struct plan *plan,
					    const struct config_node *node)
{
	const struct netram_node *is = plan->actual->nodes;

	for (; is; is = is->next)
		if (strcmp(is->name, node->name) && is_server_of(is, node) &&
		    !moves_away(plan->config, is))
			return is;
	return NULL;
}

/*
 * Once it is known by a second name, a server takes the first for a client of before, and
 * refuses it: all pages it has there would be out of reach for good.
 */
static void find_other_name(const struct config_node *node,
			    const struct netram_node *is, struct plan *plan)
{
	const struct config_node *old = config_find_node(plan->config, is->name);

	if (old && old->remove)
		plan_find(plan, FINDING_WAIT,
			  "node %s: is added when node %s, which is the same server, has been removed",
			  node->name, is->name);
	else if (old)
		plan_find(plan, FINDING_PROBLEM,
			  "node %s: cannot be added: its server is in use as node %s: that has to be emptied and moved before",
			  node->name, is->name);
	else
		plan_find(plan, FINDING_PROBLEM,
			  "node %s: cannot be added: its server is in use as node %s: keep that name in the file, or write '%s: {remove: yes}', too: then it is emptied and removed, and %s is added",
			  node->name, is->name, is->name, node->name);
}

static bool can_add(const struct config_node *node, struct plan *plan)
{
	const struct netram_node *is;
	const struct config_node *same;

	if (!node->resolved) {
		find_unresolved(node, plan);
		return false;
	}
	same = same_server(plan->config, node);
	is = other_name(plan, node);
	if (same)
		plan_find(plan, FINDING_PROBLEM,
			  "node %s: cannot be added: node %s has the same address: copies on both would be lost together",
			  node->name, same->name);
	else if (is)
		find_other_name(node, is, plan);
	return !same && !is;
}

static void plan_node(const struct config_node *node,
		      const struct netram_node *is, struct plan *plan)
{
	char what[256];

	if (is && !node->remove && !node->resolved && node->looked_up)
		plan_find(plan, FINDING_NOTE,
			  "node %s: %s; it is left where it is", node->name,
			  node->why);
	if (node->remove) {
		remove_node(node, is, plan);
	} else if (!is) {
		if (can_add(node, plan))
			add_node_step(plan, STEP_NODE_ADD, node, false);
	} else if (!node_differs(node, is, what, sizeof(what))) {
		change_node(node, is, plan);
	} else if (!is->extents) {
		if (!can_add(node, plan))
			return;
		add_node_step(plan, STEP_NODE_FORGET, node, false);
		add_node_step(plan, STEP_NODE_ADD, node, false);
	} else {
		plan_find(plan, FINDING_PROBLEM,
			  "node %s: %s: that cannot change while it has pages; write 'drain: yes' for it until it is empty, then it is added anew",
			  node->name, what);
		change_node(node, is, plan);
	}
}

/* The file has its server by a name that it cannot be added with: that has been told. */
static bool is_renamed(const struct config *config, const struct actual *actual,
		       const struct netram_node *is)
{
	const struct config_node *node = config->nodes;

	for (; node < config->nodes + config->nr_nodes; node++)
		if (!node->remove && is_server_of(is, node) &&
		    !actual_find_node(actual, node->name))
			return true;
	return false;
}

static void note_strange_nodes(const struct config *config,
			       const struct actual *actual, struct plan *plan)
{
	const struct netram_node *is;

	for (is = actual->nodes; is; is = is->next)
		if (!config_find_node(config, is->name) &&
		    !is_renamed(config, actual, is))
			plan_find(plan, FINDING_NOTE,
				  "node %s: is not in the file and left alone; to be rid of it, write it there with 'remove: yes'",
				  is->name);
}

/* The part of reconcile() that is about nodes. */
void reconcile_nodes(struct plan *plan)
{
	const struct config *config = plan->config;
	size_t i;

	for (i = 0; i < config->nr_nodes; i++)
		plan_node(&config->nodes[i],
			  actual_find_node(plan->actual, config->nodes[i].name),
			  plan);
	note_strange_nodes(config, plan->actual, plan);
}
