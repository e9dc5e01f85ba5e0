// SPDX-License-Identifier: GPL-2.0
/* Where copies can go, of what nodes are told to be: drained, foreign, in a zone. */
#include "rules.h"

#include <inttypes.h>
#include <string.h>

/* Nodes that are not to be removed. */
size_t rules_count_staying(const struct config *config)
{
	size_t i, n = 0;

	for (i = 0; i < config->nr_nodes; i++)
		n += !config->nodes[i].remove;
	return n;
}

static size_t count_takers(const struct config *config)
{
	size_t i, n = 0;

	for (i = 0; i < config->nr_nodes; i++)
		n += !config->nodes[i].remove && !config->nodes[i].drain;
	return n;
}

/* A drain is of a node that will be back, or go: no mistake, but one should know. */
static void check_drains(const struct config *config,
			 const struct config_volume *v, struct complaints *c)
{
	size_t nodes = rules_count_staying(config), takers = count_takers(config);
	uint64_t copies = rules_copies(v, nodes);

	if (copies > nodes || takers >= copies)
		return;
	if (!takers)
		complain_note(c, v->line,
			      "volume %s: no node takes new pages, with 'drain: yes' for all of them: writes fail",
			      v->name);
	else
		complain_note(c, v->line,
			      "volume %s: %" PRIu64 " copies, but only %zu node%s new pages, with 'drain: yes' for the others: some pages have fewer copies",
			      v->name, copies, takers,
			      takers == 1 ? " takes" : "s take");
}

static bool only_foreign(const struct config *config)
{
	size_t i;

	for (i = 0; i < config->nr_nodes; i++)
		if (!config->nodes[i].remove &&
		    !CONFIG_HAS(&config->nodes[i], NODE_EXPORT))
			return false;
	return rules_count_staying(config);
}

/* The first volume takes all foreign servers there are. */
static void check_exports(const struct config *config, size_t i,
			  struct complaints *c)
{
	const struct config_volume *v = &config->volumes[i], *first;

	for (first = config->volumes; first < v && first->remove;)
		first++;
	if (first == v || !only_foreign(config))
		return;
	complain(c, v->line,
		 "volume %s: there is no node for it: one with export: serves one volume, and volume %s in line %u has it; declare a netram-server",
		 v->name, first->name, first->line);
}

static const struct config_node *first_foreign(const struct config *config)
{
	const struct config_node *node = config->nodes;

	for (; node < config->nodes + config->nr_nodes; node++)
		if (!node->remove && CONFIG_HAS(node, NODE_EXPORT))
			return node;
	return NULL;
}

/*
 * A server that is started anew without its pages tells nobody, but netram-server: what
 * is read then are zeroes, and nothing but a checksum knows.
 */
static void check_checksum(const struct config *config,
			   const struct config_volume *v, struct complaints *c)
{
	const struct config_node *node = first_foreign(config);

	if (node && CONFIG_HAS(v, VOLUME_CHECKSUM) && !v->checksum)
		complain(c, CONFIG_LINE(v, VOLUME_CHECKSUM),
			 "volume %s: checksum: pages that node %s, with export:, loses would be read as zeroes: take 'checksum: no' out, or declare a netram-server in its place",
			 v->name, node->name);
}

void rules_check_places(const struct config *config, size_t i,
			struct complaints *c)
{
	check_drains(config, &config->volumes[i], c);
	check_exports(config, i, c);
	check_checksum(config, &config->volumes[i], c);
}

static bool zones_mixed_up(const struct config_node *a,
			   const struct config_node *b)
{
	return !a->remove && !b->remove && a->zone[0] &&
	       !strcmp(a->zone, b->zone) && strcmp(a->region, b->region);
}

/* The module keeps copies in zones of different names, and does not look at regions. */
void rules_check_zone(const struct config *config, size_t i,
		      struct complaints *c)
{
	const struct config_node *node = &config->nodes[i], *other;

	for (other = config->nodes; other < node; other++)
		if (zones_mixed_up(node, other))
			break;
	if (other == node)
		return;
	complain_note(c, CONFIG_LINE(node, NODE_ZONE),
		      "node %s: the zone of node %s in another region is called %s, too, and zones of one name are one to the module: give it another name",
		      node->name, other->name, node->zone);
}
