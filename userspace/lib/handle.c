// SPDX-License-Identifier: LGPL-2.1-or-later
/* A handle's life, and the question every handle asks first: which number has
 * the family "netram" today?
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

struct group {
	char name[GENL_NAMSIZ];
	uint32_t id;
};

static const struct netram_field group_fields[] = {
	NETRAM_FIELD(CTRL_ATTR_MCAST_GRP_NAME, STRING, true,
		     struct group, name),
	NETRAM_FIELD(CTRL_ATTR_MCAST_GRP_ID, U32, true, struct group, id),
};

static int family_group(const struct nlattr *attr, void *arg)
{
	struct netram *nt = arg;
	struct group group;
	uint64_t seen;
	int err;

	err = netram_fields_decode(group_fields, 2, attr, &group, &seen);
	if (!err && !strcmp(group.name, NETRAM_GENL_MCGRP))
		nt->group = group.id;
	return err;
}

static int family_attr(const struct nlattr *attr, void *arg)
{
	struct netram *nt = arg;

	switch (mnl_attr_get_type(attr)) {
	case CTRL_ATTR_FAMILY_ID:
		if (mnl_attr_get_payload_len(attr) != sizeof(nt->family))
			return -EBADMSG;
		nt->family = mnl_attr_get_u16(attr);
		return 0;
	case CTRL_ATTR_MCAST_GROUPS:
		return netram_attr_nested(attr, family_group, nt);
	}
	return 0;
}

static int family_reply(const void *payload, size_t len, void *arg)
{
	return netram_attr_walk(payload, len, family_attr, arg);
}

static int handle_find_family(struct netram *nt)
{
	struct netram_message msg;
	int err;

	netram_message_start(&msg, nt->send_buf, GENL_ID_CTRL,
			     CTRL_CMD_GETFAMILY, 1, NLM_F_ACK);
	netram_message_string(&msg, CTRL_ATTR_FAMILY_NAME, NETRAM_GENL_NAME);
	err = netram_request(nt, &msg, family_reply, nt);
	if (err)
		return err;
	return nt->family >= NLMSG_MIN_TYPE ? 0 : -EBADMSG;
}

static struct netram *handle_alloc(const struct netram_transport *ops,
				   void *ctx)
{
	struct netram *nt = calloc(1, sizeof(*nt));

	if (!nt)
		return NULL;
	nt->send_buf = malloc(NETRAM_SEND_SIZE);
	nt->recv_buf = malloc(NETRAM_RECV_SIZE);
	if (!nt->send_buf || !nt->recv_buf) {
		free(nt->recv_buf);
		free(nt->send_buf);
		free(nt);
		return NULL;
	}
	pthread_mutex_init(&nt->lock, NULL);
	nt->ops = ops;
	nt->ctx = ctx;
	return nt;
}

/* Takes over ctx, also when it fails. */
int netram_handle_open(const struct netram_transport *ops, void *ctx,
		       struct netram **handle)
{
	struct netram *nt;
	int err;

	*handle = NULL;
	nt = handle_alloc(ops, ctx);
	if (!nt) {
		ops->close(ctx);
		return -ENOMEM;
	}
	err = handle_find_family(nt);
	if (err) {
		netram_close(nt);
		return err;
	}
	*handle = nt;
	return 0;
}

int netram_open(struct netram **handle)
{
	const struct netram_transport *ops;
	void *ctx;
	int err;

	*handle = NULL;
	err = netram_transport_open(&ops, &ctx);
	if (err)
		return err;
	return netram_handle_open(ops, ctx, handle);
}

void netram_close(struct netram *nt)
{
	if (!nt)
		return;
	nt->ops->close(nt->ctx);
	pthread_mutex_destroy(&nt->lock);
	free(nt->recv_buf);
	free(nt->send_buf);
	free(nt);
}

void netram_error(struct netram *nt, char *text, size_t size)
{
	pthread_mutex_lock(&nt->lock);
	snprintf(text, size, "%s", nt->error);
	pthread_mutex_unlock(&nt->lock);
}
