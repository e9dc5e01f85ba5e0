// SPDX-License-Identifier: LGPL-2.1-or-later
/* Where the copies of a volume's extents are: NETRAM_CMD_EXTENT_GET */
#include <errno.h>
#include <stdlib.h>

#include "internal.h"
#include "list.h"

#define EXTENT(_attr, _kind, _member) \
	NETRAM_FIELD(NETRAM_EXTENT_A_##_attr, _kind, true, \
		     struct netram_extent, _member)
#define COPY(_attr, _kind, _member) \
	NETRAM_FIELD(NETRAM_COPY_A_##_attr, _kind, true, \
		     struct netram_copy, _member)

static const struct netram_field extent_fields[] = {
	EXTENT(INDEX, U64, index),
	EXTENT(PAGES, U32, pages),
	EXTENT(LOST_PAGES, U32, lost_pages),
	EXTENT(BACKUP_PAGES, U32, backup_pages),
};

static const struct netram_field copy_fields[] = {
	COPY(NODE, NAME, node),
	COPY(STATE, U8, state),
	COPY(UP, BOOL, up),
	COPY(MISSING, U32, missing),
};

static void copy_free(struct netram_copy *copy)
{
	struct netram_copy *next;

	for (; copy; copy = next) {
		next = copy->next;
		free(copy);
	}
}

static int copy_decode(const struct nlattr *attr, void *arg)
{
	if (mnl_attr_get_type(attr) != NETRAM_EXTENT_A_COPY)
		return 0;
	return netram_list_decode(arg, attr, copy_fields,
				  sizeof(copy_fields) / sizeof(*copy_fields),
				  sizeof(struct netram_copy));
}

/* On failure nothing is left to free in extent. */
int netram_extent_decode(const struct nlattr *nest,
			 struct netram_extent *extent)
{
	struct netram_list copies = { 0 };
	uint64_t seen;
	int err;

	err = netram_fields_decode(extent_fields,
				   sizeof(extent_fields) /
				   sizeof(*extent_fields),
				   nest, extent, &seen);
	if (err)
		return err;
	err = netram_attr_nested(nest, copy_decode, &copies);
	if (err) {
		copy_free(copies.first);
		return err;
	}
	extent->copies = copies.first;
	extent->nr_copies = copies.count;
	return 0;
}

static int extent_reply(const void *payload, size_t len, void *arg)
{
	struct netram_list *list = arg;
	struct netram_extent *extent;
	const struct nlattr *nest;
	int err;

	err = netram_attr_find(payload, len, NETRAM_A_EXTENT, &nest);
	if (err)
		return err;
	extent = calloc(1, sizeof(*extent));
	if (!extent)
		return -ENOMEM;
	err = netram_extent_decode(nest, extent);
	if (err) {
		free(extent);
		return err;
	}
	netram_list_append(list, extent, &extent->next);
	return 0;
}

static void extent_free_list(void *first)
{
	netram_extent_free(first);
}

/* Asked for by the name of their volume, so that is what is nested. */
static const struct netram_noun extent_noun = {
	.attr = NETRAM_A_VOLUME,
	.name_attr = NETRAM_VOLUME_A_NAME,
	.get_cmd = NETRAM_CMD_EXTENT_GET,
	.what = "volume",
	.reply = extent_reply,
	.free = extent_free_list,
};

int netram_extent_list(struct netram *nt, const char *volume,
		       struct netram_extent **list)
{
	void *first;
	int err = netram_noun_list(nt, &extent_noun, volume, &first);

	*list = first;
	return err;
}

void netram_extent_encode_get(struct netram_message *msg, const char *volume,
			      uint64_t index)
{
	struct nlattr *nest = netram_message_nest(msg, NETRAM_A_VOLUME);

	netram_message_string(msg, NETRAM_VOLUME_A_NAME, volume);
	netram_message_nest_end(msg, nest);
	nest = netram_message_nest(msg, NETRAM_A_EXTENT);
	netram_message_u64(msg, NETRAM_EXTENT_A_INDEX, index);
	netram_message_nest_end(msg, nest);
}

static int extent_get(struct netram *nt, const char *volume, uint64_t index,
		      struct netram_list *list)
{
	struct netram_message msg;
	int err;

	netram_message_start(&msg, nt->send_buf, nt->family,
			     NETRAM_CMD_EXTENT_GET, NETRAM_GENL_VERSION,
			     NLM_F_ACK);
	netram_extent_encode_get(&msg, volume, index);
	err = netram_request(nt, &msg, extent_reply, list);
	if (!err && list->count != 1)
		err = netram_fail(nt, -EBADMSG,
				  "the netram module gave %zu answers about an extent of '%s'",
				  list->count, volume);
	return err;
}

int netram_extent_get(struct netram *nt, const char *volume, uint64_t index,
		      struct netram_extent **extent)
{
	struct netram_list list = { 0 };
	int err;

	pthread_mutex_lock(&nt->lock);
	err = extent_get(nt, volume, index, &list);
	pthread_mutex_unlock(&nt->lock);
	if (err) {
		netram_extent_free(list.first);
		list.first = NULL;
	}
	*extent = list.first;
	return err;
}

void netram_extent_free(struct netram_extent *extent)
{
	struct netram_extent *next;

	for (; extent; extent = next) {
		next = extent->next;
		copy_free(extent->copies);
		free(extent);
	}
}
