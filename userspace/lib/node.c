// SPDX-License-Identifier: LGPL-2.1-or-later
/* Nodes: NETRAM_CMD_NODE_* */
#include <errno.h>
#include <netinet/in.h>
#include <netram/limits.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "list.h"

_Static_assert(NETRAM_NAME_SIZE == NETRAM_NAME_MAX + 1, "name");
_Static_assert(NETRAM_EXPORT_SIZE == NETRAM_EXPORT_MAX + 1, "export");

#define FIELD(_attr, _kind, _required, _member) \
	NETRAM_FIELD(_attr, _kind, _required, struct netram_node, _member)

static const struct netram_field node_fields[] = {
	FIELD(NETRAM_NODE_A_NAME, NAME, true, name),
	FIELD(NETRAM_NODE_A_ENDPOINT, ENDPOINT, true, endpoint),
	FIELD(NETRAM_NODE_A_REGION, NAME, true, region),
	FIELD(NETRAM_NODE_A_ZONE, NAME, true, zone),
	FIELD(NETRAM_NODE_A_WEIGHT, U32, true, weight),
	FIELD(NETRAM_NODE_A_EXPORT, STRING, false, export_name),
	FIELD(NETRAM_NODE_A_STATE, U8, true, state),
	FIELD(NETRAM_NODE_A_DRAIN, BOOL, true, drain),
	FIELD(NETRAM_NODE_A_VOLUMES, U32, true, volumes),
	FIELD(NETRAM_NODE_A_EXTENTS, U64, true, extents),
	FIELD(NETRAM_NODE_A_PAGES, U64, true, pages),
	FIELD(NETRAM_NODE_A_TX_BYTES, U64, true, tx_bytes),
	FIELD(NETRAM_NODE_A_RX_BYTES, U64, true, rx_bytes),
	FIELD(NETRAM_NODE_A_RECONNECTS, U64, true, reconnects),
	FIELD(NETRAM_NODE_A_ERRORS, U64, true, errors),
	FIELD(NETRAM_NODE_A_LAST_ERROR, TEXT, false, last_error),
};

int netram_node_decode(const struct nlattr *nest, struct netram_node *node)
{
	uint64_t seen;
	int err;

	err = netram_fields_decode(node_fields,
				   sizeof(node_fields) / sizeof(*node_fields),
				   nest, node, &seen);
	if (err)
		return err;
	node->has_export = seen >> NETRAM_NODE_A_EXPORT & 1;
	return netram_traffic_decode(nest, NETRAM_NODE_A_TRAFFIC,
				     &node->traffic);
}

static size_t endpoint_len(const struct sockaddr_storage *endpoint)
{
	return endpoint->ss_family == AF_INET ? sizeof(struct sockaddr_in) :
						sizeof(struct sockaddr_in6);
}

void netram_node_encode_add(struct netram_message *msg,
			    const struct netram_node_spec *spec)
{
	struct nlattr *nest = netram_message_nest(msg, NETRAM_A_NODE);

	netram_message_reserved(msg, spec->reserved);
	netram_message_string(msg, NETRAM_NODE_A_NAME, spec->name);
	netram_message_bytes(msg, NETRAM_NODE_A_ENDPOINT, &spec->endpoint,
			     endpoint_len(&spec->endpoint));
	if (spec->region)
		netram_message_string(msg, NETRAM_NODE_A_REGION, spec->region);
	if (spec->zone)
		netram_message_string(msg, NETRAM_NODE_A_ZONE, spec->zone);
	if (spec->weight)
		netram_message_u32(msg, NETRAM_NODE_A_WEIGHT, spec->weight);
	if (spec->export_name)
		netram_message_string(msg, NETRAM_NODE_A_EXPORT,
				      spec->export_name);
	netram_message_nest_end(msg, nest);
}

void netram_node_encode_drain(struct netram_message *msg, const char *name,
			      bool on)
{
	struct nlattr *nest = netram_message_nest(msg, NETRAM_A_NODE);

	netram_message_string(msg, NETRAM_NODE_A_NAME, name);
	netram_message_u8(msg, NETRAM_NODE_A_DRAIN, on);
	netram_message_nest_end(msg, nest);
}

void netram_node_encode_weight(struct netram_message *msg, const char *name,
			       uint32_t weight)
{
	struct nlattr *nest = netram_message_nest(msg, NETRAM_A_NODE);

	netram_message_string(msg, NETRAM_NODE_A_NAME, name);
	netram_message_u32(msg, NETRAM_NODE_A_WEIGHT, weight);
	netram_message_nest_end(msg, nest);
}

void netram_node_encode_sync(struct netram_message *msg, const char *name)
{
	struct nlattr *nest = netram_message_nest(msg, NETRAM_A_NODE);

	netram_message_string(msg, NETRAM_NODE_A_NAME, name);
	netram_message_u8(msg, NETRAM_NODE_A_SYNC, 1);
	netram_message_nest_end(msg, nest);
}

void netram_node_encode_give_up(struct netram_message *msg, const char *name)
{
	struct nlattr *nest = netram_message_nest(msg, NETRAM_A_NODE);

	netram_message_string(msg, NETRAM_NODE_A_NAME, name);
	netram_message_u8(msg, NETRAM_NODE_A_LOST, 1);
	netram_message_nest_end(msg, nest);
}

static int node_reply(const void *payload, size_t len, void *arg)
{
	struct netram_list *list = arg;
	const struct nlattr *nest;
	struct netram_node *node;
	int err;

	err = netram_attr_find(payload, len, NETRAM_A_NODE, &nest);
	if (err)
		return err;
	node = calloc(1, sizeof(*node));
	if (!node)
		return -ENOMEM;
	err = netram_node_decode(nest, node);
	if (err) {
		free(node);
		return err;
	}
	netram_list_append(list, node, &node->next);
	return 0;
}

static void node_free_list(void *first)
{
	netram_node_free(first);
}

static const struct netram_noun node_noun = {
	.attr = NETRAM_A_NODE,
	.name_attr = NETRAM_NODE_A_NAME,
	.get_cmd = NETRAM_CMD_NODE_GET,
	.del_cmd = NETRAM_CMD_NODE_DEL,
	.what = "node",
	.reply = node_reply,
	.free = node_free_list,
};

int netram_node_add(struct netram *nt, const struct netram_node_spec *spec)
{
	struct netram_message msg;

	netram_tell_start(nt, &msg, NETRAM_CMD_NODE_ADD);
	netram_node_encode_add(&msg, spec);
	return netram_tell(nt, &msg);
}

int netram_node_remove(struct netram *nt, const char *name)
{
	return netram_noun_delete(nt, &node_noun, name);
}

int netram_node_give_up(struct netram *nt, const char *name)
{
	struct netram_message msg;

	netram_tell_start(nt, &msg, NETRAM_CMD_NODE_DEL);
	netram_node_encode_give_up(&msg, name);
	return netram_tell(nt, &msg);
}

int netram_node_drain(struct netram *nt, const char *name, bool on)
{
	struct netram_message msg;

	netram_tell_start(nt, &msg, NETRAM_CMD_NODE_SET);
	netram_node_encode_drain(&msg, name, on);
	return netram_tell(nt, &msg);
}

int netram_node_set_weight(struct netram *nt, const char *name, uint32_t weight)
{
	struct netram_message msg;

	netram_tell_start(nt, &msg, NETRAM_CMD_NODE_SET);
	netram_node_encode_weight(&msg, name, weight);
	return netram_tell(nt, &msg);
}

int netram_node_sync(struct netram *nt, const char *name)
{
	struct netram_message msg;

	netram_tell_start(nt, &msg, NETRAM_CMD_NODE_SET);
	netram_node_encode_sync(&msg, name);
	return netram_tell(nt, &msg);
}

int netram_node_get(struct netram *nt, const char *name,
		    struct netram_node **node)
{
	void *first;
	int err = netram_noun_get(nt, &node_noun, name, &first);

	*node = first;
	return err;
}

int netram_node_list(struct netram *nt, struct netram_node **list)
{
	void *first;
	int err = netram_noun_list(nt, &node_noun, NULL, &first);

	*list = first;
	return err;
}

void netram_node_free(struct netram_node *node)
{
	struct netram_node *next;

	for (; node; node = next) {
		next = node->next;
		free(node);
	}
}
