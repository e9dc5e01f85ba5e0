/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reading YAML mappings into structs by tables of keys. libyaml gives a tree in
 * which each node knows its line; scalars stay texts, so that nothing is lost
 * before it is looked at here.
 */
#ifndef NETRAMD_KEYS_H
#define NETRAMD_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <yaml.h>

#include "complaint.h"
#include "key_set.h"

/**
 * enum key_kind - what a value must look like, and what it becomes
 * @KEY_NAME: as netram_name_valid(); char[NETRAM_NAME_SIZE]
 * @KEY_TEXT: printable, not empty; char[], of which size says how many
 * @KEY_ANY_TEXT: the same, but may be empty
 * @KEY_PATH: the same, beginning with a slash, and plain
 * @KEY_MOUNT_POINT: the same, where something may be mounted
 * @KEY_NUMBER: a number from min to max; uint64_t
 * @KEY_SIZE: a number with K, M, G or T, from min to max; uint64_t, bytes
 * @KEY_BOOL: yes, no, true or false; bool
 * @KEY_WORD: one of words; uint64_t, its index
 * @KEY_UUID: 8-4-4-4-12 hexadecimal digits; uint8_t[16]
 * @KEY_LISTEN: ADDRESS, ADDRESS:PORT or off; struct config_listen
 * @KEY_STATUS: a KEY_PATH, or ADDRESS or ADDRESS:PORT; as written
 * @KEY_TUNABLE: a number from min to max or one of words; char[], as it is
 *   written into the tunable's file
 * @KEY_GROUP: a mapping by the table group, into the same struct
 * @KEY_LATER: nothing that may be written yet: later says so
 */
enum key_kind {
	KEY_NAME,
	KEY_TEXT,
	KEY_ANY_TEXT,
	KEY_PATH,
	KEY_MOUNT_POINT,
	KEY_NUMBER,
	KEY_SIZE,
	KEY_BOOL,
	KEY_WORD,
	KEY_UUID,
	KEY_LISTEN,
	KEY_STATUS,
	KEY_TUNABLE,
	KEY_GROUP,
	KEY_LATER,
};

/**
 * struct key - a key of a mapping; a table of them ends with a zeroed one
 * @name: the key
 * @kind: what its value must look like
 * @bit: in the mapping's set, below KEY_SET_MAX; -1: none
 * @offset: of the member in the struct
 * @size: of the member
 * @min: least number or size
 * @max: greatest number or size
 * @words: words that may be written, ending with NULL
 * @group: the table for KEY_GROUP
 * @required: what to say where the mapping is, but not this key; NULL: nothing
 * @later: for KEY_LATER: why not, and what to do
 */
struct key {
	const char *name;
	enum key_kind kind;
	int bit;
	size_t offset;
	size_t size;
	uint64_t min;
	uint64_t max;
	const char *const *words;
	const struct key *group;
	const char *required;
	const char *later;
};

/**
 * struct keys_reader - a document being read
 * @doc: the document
 * @complaints: where mistakes go
 */
struct keys_reader {
	yaml_document_t *doc;
	struct complaints *complaints;
};

/* For each member of keys_each(); line is that of its name. */
typedef void (*keys_fn)(struct keys_reader *r, const char *name,
			unsigned int line, const yaml_node_t *value, void *arg);

unsigned int keys_line(const yaml_node_t *node);
bool keys_is_empty(const yaml_node_t *node);
void keys_read(struct keys_reader *r, const yaml_node_t *node,
	       const char *what, const struct key *keys, void *object,
	       struct key_set *set);
void keys_each(struct keys_reader *r, const yaml_node_t *node,
	       const char *what, const char *of_what, keys_fn fn, void *arg);
const char *keys_text(struct keys_reader *r, const yaml_node_t *node,
		      const char *what);
void keys_unknown(struct keys_reader *r, unsigned int line, const char *typed,
		  const char *what, const char *const *known);

/* value.c */
bool value_read(struct keys_reader *r, const struct key *key,
		const yaml_node_t *node, void *object);

#endif /* NETRAMD_KEYS_H */
