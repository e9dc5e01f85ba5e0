// SPDX-License-Identifier: GPL-2.0
#include "keys.h"

#include <netram/netram.h>
#include <stdio.h>
#include <string.h>

#include "common/text.h"

#define KNOWN_MAX	32

unsigned int keys_line(const yaml_node_t *node)
{
	return node->start_mark.line + 1;
}

/* "key:" with nothing behind it */
bool keys_is_empty(const yaml_node_t *node)
{
	return node->type == YAML_SCALAR_NODE && !node->data.scalar.length &&
	       node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

/* "[2001:db8::1]" without quotes is a list of one. */
static bool is_address(struct keys_reader *r, const yaml_node_t *node)
{
	const yaml_node_item_t *item = node->data.sequence.items.start;
	const yaml_node_t *one;

	if (node->type != YAML_SEQUENCE_NODE ||
	    node->data.sequence.items.top - item != 1)
		return false;
	one = yaml_document_get_node(r->doc, *item);
	return one->type == YAML_SCALAR_NODE &&
	       strchr((const char *)one->data.scalar.value, ':');
}

/* A node's text, or NULL after a complaint. */
const char *keys_text(struct keys_reader *r, const yaml_node_t *node,
		      const char *what)
{
	const char *text;

	if (node->type != YAML_SCALAR_NODE) {
		complain(r->complaints, keys_line(node),
			 "%s: expected one word or number, not a %s%s", what,
			 node->type == YAML_MAPPING_NODE ? "group of keys" :
							   "list",
			 is_address(r, node) ?
			 ": put an address in brackets in quotes" : "");
		return NULL;
	}
	text = (const char *)node->data.scalar.value;
	if (strlen(text) == node->data.scalar.length)
		return text;
	complain(r->complaints, keys_line(node), "%s: there is a NUL in it",
		 what);
	return NULL;
}

static void list_words(const char *const *words, char *text, size_t size)
{
	size_t len = 0;

	text[0] = '\0';
	for (; *words && len < size; words++)
		len += snprintf(text + len, size - len, "%s%s", len ? ", " : "",
				*words);
}

void keys_unknown(struct keys_reader *r, unsigned int line, const char *typed,
		  const char *what, const char *const *known)
{
	const char *near = suggest(typed, known);
	char list[512];

	if (near) {
		complain(r->complaints, line,
			 "unknown key '%s' %s: did you mean '%s'?", typed, what,
			 near);
		return;
	}
	list_words(known, list, sizeof(list));
	complain(r->complaints, line, "unknown key '%s' %s: there are %s",
		 typed, what, list);
}

/* "size:1G": the key that was meant, or NULL. */
static const struct key *glued_key(const char *text, const struct key *keys)
{
	size_t len = strcspn(text, ":");

	for (; text[len] && keys->name; keys++)
		if (!strncmp(keys->name, text, len) && !keys->name[len])
			return keys;
	return NULL;
}

static void complain_glued(struct keys_reader *r, unsigned int line,
			   const struct key *key, const char *text)
{
	complain(r->complaints, line,
		 "%s: write a blank behind the colon: '%s: %s'", key->name,
		 key->name, strchr(text, ':') + 1);
}

static void unknown_key(struct keys_reader *r, unsigned int line,
			const char *typed, const char *what,
			const struct key *keys)
{
	const char *known[KNOWN_MAX + 1] = { NULL };
	const struct key *glued = glued_key(typed, keys);
	size_t n = 0;

	if (glued) {
		complain_glued(r, line, glued, typed);
		return;
	}
	for (; keys->name && n < KNOWN_MAX; keys++)
		if (keys->kind != KEY_LATER)
			known[n++] = keys->name;
	keys_unknown(r, line, typed, what, known);
}

static yaml_node_t *node_at(struct keys_reader *r, yaml_node_item_t index)
{
	return yaml_document_get_node(r->doc, index);
}

/* The line of an earlier pair with this key, or 0. */
static unsigned int earlier(struct keys_reader *r, const yaml_node_t *mapping,
			    const yaml_node_pair_t *pair, const char *text)
{
	const yaml_node_pair_t *at = mapping->data.mapping.pairs.start;
	const yaml_node_t *key;

	for (; at < pair; at++) {
		key = node_at(r, at->key);
		if (key->type == YAML_SCALAR_NODE &&
		    !strcmp((const char *)key->data.scalar.value, text))
			return keys_line(key);
	}
	return 0;
}

/* The key of a pair, if it is one and the first of that name. */
static const char *key_of(struct keys_reader *r, const yaml_node_t *mapping,
			  const yaml_node_pair_t *pair)
{
	const yaml_node_t *node = node_at(r, pair->key);
	const char *text = keys_text(r, node, "key");
	unsigned int before;

	if (!text)
		return NULL;
	before = earlier(r, mapping, pair, text);
	if (!before)
		return text;
	complain(r->complaints, keys_line(node),
		 "'%s' is there twice, first in line %u: keep one of them",
		 text, before);
	return NULL;
}

static bool is_mapping(struct keys_reader *r, const yaml_node_t *node,
		       const char *what, const struct key *keys)
{
	const struct key *glued = NULL;
	const char *text = "";

	if (node->type == YAML_MAPPING_NODE)
		return true;
	if (node->type == YAML_SCALAR_NODE) {
		text = (const char *)node->data.scalar.value;
		glued = glued_key(text, keys);
	}
	if (glued)
		complain_glued(r, keys_line(node), glued, text);
	else
		complain(r->complaints, keys_line(node),
			 "expected keys %s, a line each: '%s: ...'", what,
			 keys->name);
	return false;
}

static void read_group(struct keys_reader *r, const struct key *key,
		       const yaml_node_t *node, void *object)
{
	char what[64];
	struct key_set set;

	snprintf(what, sizeof(what), "of %s", key->name);
	keys_read(r, node, what, key->group, object, &set);
}

static void read_value(struct keys_reader *r, const struct key *key,
		       unsigned int line, const yaml_node_t *value,
		       void *object)
{
	if (key->kind == KEY_LATER)
		complain(r->complaints, line, "%s: %s", key->name, key->later);
	else if (key->kind == KEY_GROUP)
		read_group(r, key, value, object);
	else
		value_read(r, key, value, object);
}

/* Return: the key, or NULL if there is none like this. */
static const struct key *read_pair(struct keys_reader *r,
				   const yaml_node_t *mapping,
				   const yaml_node_pair_t *pair,
				   const char *what, const struct key *keys,
				   void *object, struct key_set *set)
{
	unsigned int line = keys_line(node_at(r, pair->key));
	const char *name = key_of(r, mapping, pair);
	const struct key *key = keys;

	if (!name)
		return NULL;
	while (key->name && strcmp(key->name, name))
		key++;
	if (!key->name) {
		unknown_key(r, line, name, what, keys);
		return NULL;
	}
	read_value(r, key, line, node_at(r, pair->value), object);
	/* also if it is wrong: it is not missing, then */
	if (key->bit >= 0) {
		set->bits |= 1ULL << key->bit;
		set->line[key->bit] = line;
	}
	return key;
}

static void check_required(struct keys_reader *r, const yaml_node_t *node,
			   const char *what, const struct key *keys,
			   uint64_t seen)
{
	const struct key *key;

	for (key = keys; key->name; key++)
		if (key->required && !(seen >> (key - keys) & 1))
			complain(r->complaints, keys_line(node),
				 "%s %s is missing: %s", key->name, what,
				 key->required);
}

/**
 * keys_read() - read a mapping into a struct
 * @r: the document
 * @node: what should be a mapping; empty is one without keys
 * @what: for complaints: "of node n1"
 * @keys: the table
 * @object: the struct
 * @set: on return which keys are there
 */
void keys_read(struct keys_reader *r, const yaml_node_t *node,
	       const char *what, const struct key *keys, void *object,
	       struct key_set *set)
{
	const yaml_node_pair_t *pair;
	const struct key *key;
	uint64_t seen = 0;

	memset(set, 0, sizeof(*set));
	if (keys_is_empty(node)) {
		check_required(r, node, what, keys, 0);
		return;
	}
	if (!is_mapping(r, node, what, keys))
		return;
	for (pair = node->data.mapping.pairs.start;
	     pair < node->data.mapping.pairs.top; pair++) {
		key = read_pair(r, node, pair, what, keys, object, set);
		if (key)
			seen |= 1ULL << (key - keys);
	}
	check_required(r, node, what, keys, seen);
}

/**
 * keys_each() - call a function for each member of a mapping by names
 * @r: the document
 * @node: what should be a mapping; empty is one without members
 * @what: for complaints: "nodes"
 * @of_what: for complaints: "node"
 * @fn: called for each with a name that is valid and the first such
 * @arg: passed on
 */
void keys_each(struct keys_reader *r, const yaml_node_t *node,
	       const char *what, const char *of_what, keys_fn fn, void *arg)
{
	const yaml_node_pair_t *pair;
	const yaml_node_t *key;
	const char *name;

	if (keys_is_empty(node))
		return;
	if (node->type != YAML_MAPPING_NODE) {
		complain(r->complaints, keys_line(node),
			 "%s: expected the name of each %s with a colon, and its keys below",
			 what, of_what);
		return;
	}
	for (pair = node->data.mapping.pairs.start;
	     pair < node->data.mapping.pairs.top; pair++) {
		key = node_at(r, pair->key);
		name = key_of(r, node, pair);
		if (!name)
			continue;
		if (!netram_name_valid(name))
			complain(r->complaints, keys_line(key),
				 "'%s' is not a name for a %s: write 1 to %d of A-Z a-z 0-9 . _ -, no dot first",
				 name, of_what, NETRAM_NAME_SIZE - 1);
		else
			fn(r, name, keys_line(key), node_at(r, pair->value),
			   arg);
	}
}
