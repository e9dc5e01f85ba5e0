// SPDX-License-Identifier: LGPL-2.1-or-later
/* Get one, list all, delete one: the same for every kind of object. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "list.h"

/* A dump that raced a change starts over; changes are rare and human-made. */
#define LIST_TRIES	8

/* link is where the object keeps its next pointer, whatever its type. */
void netram_list_append(struct netram_list *list, void *object, void *link)
{
	if (list->link)
		memcpy(list->link, &object, sizeof(object));
	else
		list->first = object;
	list->link = link;
	list->count++;
}

/* Append an object of size bytes, which begins with its next pointer. */
int netram_list_decode(struct netram_list *list, const struct nlattr *nest,
		       const struct netram_field *fields, size_t nr, size_t size)
{
	void *object = calloc(1, size);
	uint64_t seen;
	int err;

	if (!object)
		return -ENOMEM;
	err = netram_fields_decode(fields, nr, nest, object, &seen);
	if (err) {
		free(object);
		return err;
	}
	netram_list_append(list, object, object);
	return 0;
}

static void noun_ask(struct netram *nt, const struct netram_noun *noun,
		     uint8_t cmd, uint16_t flags, const char *name,
		     struct netram_message *msg)
{
	struct nlattr *nest;

	netram_message_start(msg, nt->send_buf, nt->family, cmd,
			     NETRAM_GENL_VERSION, flags);
	if (!name)
		return;
	nest = netram_message_nest(msg, noun->attr);
	netram_message_string(msg, noun->name_attr, name);
	netram_message_nest_end(msg, nest);
}

static int noun_get(struct netram *nt, const struct netram_noun *noun,
		    const char *name, struct netram_list *list)
{
	struct netram_message msg;
	int err;

	noun_ask(nt, noun, noun->get_cmd, NLM_F_ACK, name, &msg);
	err = netram_request(nt, &msg, noun->reply, list);
	if (!err && list->count != 1)
		err = netram_fail(nt, -EBADMSG,
				  "the netram module gave %zu answers about %s '%s'",
				  list->count, noun->what, name);
	return err;
}

int netram_noun_get(struct netram *nt, const struct netram_noun *noun,
		    const char *name, void **first)
{
	struct netram_list list = { 0 };
	int err;

	pthread_mutex_lock(&nt->lock);
	err = noun_get(nt, noun, name, &list);
	pthread_mutex_unlock(&nt->lock);
	if (err) {
		noun->free(list.first);
		list.first = NULL;
	}
	*first = list.first;
	return err;
}

static int noun_list(struct netram *nt, const struct netram_noun *noun,
		     const char *only, struct netram_list *list)
{
	struct netram_message msg;
	int err, tries = LIST_TRIES;

	for (;;) {
		memset(list, 0, sizeof(*list));
		noun_ask(nt, noun, noun->get_cmd, NLM_F_DUMP, only, &msg);
		err = netram_request(nt, &msg, noun->reply, list);
		if (!err)
			return 0;
		noun->free(list->first);
		list->first = NULL;
		if (err != -EINTR || !--tries)
			return err;
	}
}

int netram_noun_list(struct netram *nt, const struct netram_noun *noun,
		     const char *only, void **first)
{
	struct netram_list list;
	int err;

	pthread_mutex_lock(&nt->lock);
	err = noun_list(nt, noun, only, &list);
	pthread_mutex_unlock(&nt->lock);
	*first = list.first;
	return err;
}

int netram_noun_delete(struct netram *nt, const struct netram_noun *noun,
		       const char *name)
{
	struct netram_message msg;
	int err;

	pthread_mutex_lock(&nt->lock);
	noun_ask(nt, noun, noun->del_cmd, NLM_F_ACK, name, &msg);
	err = netram_request(nt, &msg, NULL, NULL);
	pthread_mutex_unlock(&nt->lock);
	return err;
}
