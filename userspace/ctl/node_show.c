// SPDX-License-Identifier: GPL-2.0
/* netramctl node show */
#include <inttypes.h>
#include <netram/limits.h>
#include <stdio.h>

#include "ctl.h"
#include "show.h"

static void print_node(const struct netram_node *node)
{
	char address[NETRAM_ENDPOINT_SIZE];

	netram_endpoint_format(&node->endpoint, address, sizeof(address));
	printf("name        %s\n", node->name);
	printf("state       %s%s\n", netram_node_state_name(node->state),
	       ctl_node_also(node));
	printf("address     %s\n", address);
	printf("region      %s\n", node->region);
	printf("zone        %s\n", node->zone);
	printf("weight      %u\n", node->weight);
	if (node->has_export)
		printf("export      '%s'\n", node->export_name);
	printf("volumes     %u\n", node->volumes);
	printf("extents     %" PRIu64 "\n", node->extents);
	printf("stored      %s\n",
	       ctl_human(node->pages * NETRAM_PAGE_SIZE).text);
	printf("sent        %s\n", ctl_human(node->tx_bytes).text);
	printf("received    %s\n", ctl_human(node->rx_bytes).text);
	ctl_show_traffic(&node->traffic, 12);
	printf("reconnects  %" PRIu64 "\n", node->reconnects);
	printf("errors      %" PRIu64 "\n", node->errors);
	if (node->last_error[0])
		printf("last error  %s\n", node->last_error);
}

/* An exit code. What somebody has just made or changed is told as it is now. */
int ctl_node_json(struct netram *nt, const char *name)
{
	struct netram_node *node;
	int ret = netram_node_get(nt, name, &node);

	if (ret)
		return ctl_fail_module(nt, ret);
	ret = ctl_json_print(shape_node(node));
	netram_node_free(node);
	return ret;
}

static int run(const struct ctl_call *call)
{
	struct netram_node *node;
	struct netram *nt;
	int err, ret;

	if (ctl_check_name("node", call->operands[0]))
		return CTL_USAGE;
	ret = ctl_open(&nt);
	if (ret)
		return ret;
	err = netram_node_get(nt, call->operands[0], &node);
	if (err)
		ret = ctl_fail_module(nt, err);
	else if (call->json)
		ret = ctl_json_print(shape_node(node));
	else
		print_node(node);
	netram_node_free(node);
	netram_close(nt);
	return ret;
}

const struct ctl_command ctl_node_show = {
	.group = "node",
	.name = "show",
	.operands = "NAME",
	.summary = "show all about a node",
	.examples =
		"  netramctl node show n1\n"
		"  netramctl node show n1 --json\n",
	.min = 1,
	.max = 1,
	.run = run,
};
