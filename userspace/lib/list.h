/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What nodes and volumes have in common: get one, list all, delete one. */
#ifndef NETRAM_LIB_LIST_H
#define NETRAM_LIB_LIST_H

#include "internal.h"

/**
 * struct netram_list - objects in the order they came
 * @first: the first object, or NULL
 * @link: the last object's next pointer, or NULL
 * @count: how many
 */
struct netram_list {
	void *first;
	void *link;
	size_t count;
};

/**
 * struct netram_noun - a kind of object
 * @attr: the attribute that nests it
 * @name_attr: its name in there
 * @get_cmd: NETRAM_CMD_*_GET
 * @del_cmd: NETRAM_CMD_*_DEL
 * @what: for error texts
 * @reply: appends what one message tells to a struct netram_list
 * @free: frees a whole list
 */
struct netram_noun {
	uint16_t attr;
	uint16_t name_attr;
	uint8_t get_cmd;
	uint8_t del_cmd;
	const char *what;
	netram_reply_fn reply;
	void (*free)(void *first);
};

void netram_list_append(struct netram_list *list, void *object, void *link);
int netram_list_decode(struct netram_list *list, const struct nlattr *nest,
		       const struct netram_field *fields, size_t nr,
		       size_t size);
int netram_noun_get(struct netram *nt, const struct netram_noun *noun,
		    const char *name, void **first);
int netram_noun_list(struct netram *nt, const struct netram_noun *noun,
		     const char *only, void **first);
int netram_noun_delete(struct netram *nt, const struct netram_noun *noun,
		       const char *name);

#endif /* NETRAM_LIB_LIST_H */
