// SPDX-License-Identifier: GPL-2.0
/* netramctl node list */
#include <inttypes.h>
#include <netram/limits.h>

#include "ctl.h"
#include "show.h"

/* What the name of its state leaves out. */
const char *ctl_node_also(const struct netram_node *node)
{
	return node->drain && node->state != NETRAM_NODE_DRAINING ?
	       ", draining" : "";
}

void ctl_show_nodes(const struct netram_node *node, const char *indent)
{
	static const char *const head[] = {
		"NAME", "STATE", "ADDRESS", "EXTENTS", "STORED", "SENT",
		"RECEIVED", "ERRORS"
	};
	struct ctl_table t = { .columns = 8 };
	char address[NETRAM_ENDPOINT_SIZE];
	int i;

	for (i = 0; i < t.columns; i++)
		ctl_table_cell(&t, "%s", head[i]);
	for (; node; node = node->next) {
		netram_endpoint_format(&node->endpoint, address,
				       sizeof(address));
		ctl_table_cell(&t, "%s", node->name);
		ctl_table_cell(&t, "%s%s", netram_node_state_name(node->state),
			       ctl_node_also(node));
		ctl_table_cell(&t, "%s", address);
		ctl_table_cell(&t, "%" PRIu64, node->extents);
		ctl_table_cell(&t, "%s", ctl_human(node->pages *
						   NETRAM_PAGE_SIZE).text);
		ctl_table_cell(&t, "%s", ctl_human(node->tx_bytes).text);
		ctl_table_cell(&t, "%s", ctl_human(node->rx_bytes).text);
		ctl_table_cell(&t, "%" PRIu64, node->errors);
	}
	ctl_table_print(&t, indent);
	ctl_table_free(&t);
}

static int show(const struct netram_node *first, bool json)
{
	struct json_object *o;

	if (!json) {
		ctl_show_nodes(first, "");
		return CTL_OK;
	}
	o = json_object_new_object();
	put_object(o, "nodes", shape_nodes(first));
	return ctl_json_print(o);
}

static int run(const struct ctl_call *call)
{
	return ctl_on_nodes(call, show);
}

const struct ctl_command ctl_node_list = {
	.group = "node",
	.name = "list",
	.summary = "list the nodes",
	.examples =
		"  netramctl node list\n"
		"  netramctl node list --json | jq -r '.nodes[] | select(.state != \"up\").name'\n",
	.run = run,
};
