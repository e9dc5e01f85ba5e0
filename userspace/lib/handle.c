// SPDX-License-Identifier: LGPL-2.1-or-later
/* A handle's life, and the question every handle asks first, and again when nobody
 * has that number any more: which number has the family "netram" today?
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

/**
 * struct family - what is wanted of it
 * @id: its number; 0: there is none
 * @group: that of its multicast group, 0 if it has none
 */
struct family {
	uint16_t id;
	uint32_t group;
};

static const struct netram_field group_fields[] = {
	NETRAM_FIELD(CTRL_ATTR_MCAST_GRP_NAME, STRING, true,
		     struct group, name),
	NETRAM_FIELD(CTRL_ATTR_MCAST_GRP_ID, U32, true, struct group, id),
};

static int family_group(const struct nlattr *attr, void *arg)
{
	struct family *family = arg;
	struct group group;
	uint64_t seen;
	int err;

	err = netram_fields_decode(group_fields, 2, attr, &group, &seen);
	if (!err && !strcmp(group.name, NETRAM_GENL_MCGRP))
		family->group = group.id;
	return err;
}

static int family_attr(const struct nlattr *attr, void *arg)
{
	struct family *family = arg;

	switch (mnl_attr_get_type(attr)) {
	case CTRL_ATTR_FAMILY_ID:
		if (mnl_attr_get_payload_len(attr) != sizeof(family->id))
			return -EBADMSG;
		family->id = mnl_attr_get_u16(attr);
		return 0;
	case CTRL_ATTR_MCAST_GROUPS:
		return netram_attr_nested(attr, family_group, family);
	}
	return 0;
}

static int family_reply(const void *payload, size_t len, void *arg)
{
	static const char ours[] = NETRAM_GENL_NAME;
	const struct nlattr *name;
	int err = netram_attr_find(payload, len, CTRL_ATTR_FAMILY_NAME, &name);

	if (err)
		return err;
	if (mnl_attr_get_payload_len(name) != sizeof(ours) ||
	    memcmp(mnl_attr_get_payload(name), ours, sizeof(ours)))
		return 0;
	return netram_attr_walk(payload, len, family_attr, arg);
}

/*
 * In a buffer of its own: the handle's may have a request that is to be sent again.
 * @flags: NLM_F_ACK: by its name, for which the kernel loads the module if it can;
 * NLM_F_DUMP: among those that there are
 */
static int family_find(struct netram *nt, uint16_t flags, struct family *family)
{
	char buf[NETRAM_SEND_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct netram_message msg;
	int err;

	memset(family, 0, sizeof(*family));
	netram_message_start(&msg, buf, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1,
			     flags);
	if (flags == NLM_F_ACK)
		netram_message_string(&msg, CTRL_ATTR_FAMILY_NAME,
				      NETRAM_GENL_NAME);
	err = netram_request(nt, &msg, family_reply, family);
	if (err || (!family->id && flags == NLM_F_DUMP))
		return err;
	return family->id >= NLMSG_MIN_TYPE ? 0 : -EBADMSG;
}

static int handle_find_family(struct netram *nt)
{
	struct family family;
	int err = family_find(nt, NLM_F_ACK, &family);

	nt->family = family.id;
	nt->group = family.group;
	return err;
}

/*
 * When nobody has the family's number any more: the module was unloaded. Whether it
 * is to be loaded again is for who has done that to say, so it is only looked for.
 * Return: 0: it has another number now; -ENOENT: it has that very number; -ENODEV:
 * there is none; or another -errno.
 */
int netram_handle_renew(struct netram *nt)
{
	struct family family;
	int err = family_find(nt, NLM_F_DUMP, &family);

	if (err)
		return err;
	if (!family.id)
		return netram_fail(nt, -ENODEV, "the netram kernel module is not loaded any more");
	if (family.id == nt->family)
		return -ENOENT;
	nt->family = family.id;
	nt->group = family.group;
	return 0;
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
