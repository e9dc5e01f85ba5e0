/* SPDX-License-Identifier: GPL-2.0 */
/* Output: for people (tables, rounded sizes) and for programs (JSON). */
#ifndef NETRAM_CTL_PRINT_H
#define NETRAM_CTL_PRINT_H

#include <json-c/json.h>
#include <netram/netram.h>
#include <stddef.h>
#include <stdint.h>

#include "common/swaps.h"

/* human.c */
#define CTL_HUMAN_SIZE	24

/**
 * struct ctl_human - a rounded size or time, kept by value for printf arguments
 * @text: "812.5 MiB"
 */
struct ctl_human {
	char text[CTL_HUMAN_SIZE];
};

struct ctl_human ctl_human(uint64_t bytes);
struct ctl_human ctl_human_time(uint64_t ns);

/* table.c */

/**
 * struct ctl_table - cells to be printed in columns
 * @columns: cells in a row
 * @cells: all of them, row after row
 * @count: how many
 */
struct ctl_table {
	int columns;
	char **cells;
	size_t count;
};

void ctl_table_cell(struct ctl_table *table, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void ctl_table_print(const struct ctl_table *table, const char *indent);
void ctl_table_free(struct ctl_table *table);

/* version.c */
void ctl_module_version(char *version, size_t size);

/* json.c: the shapes are documented in Documentation/json.md */
struct json_object *ctl_json_node(const struct netram_node *node);
struct json_object *ctl_json_nodes(const struct netram_node *first);
struct json_object *ctl_json_verify(const char *volume,
				    const struct netram_verify *verify);
struct json_object *ctl_json_volume(const struct netram_volume *volume);
struct json_object *ctl_json_volumes(const struct netram_volume *first);
const char *ctl_event_state(const struct netram_event_info *event);
struct json_object *ctl_json_event(const struct netram_event_info *event);
struct json_object *ctl_json_latency(const __u64 *counts);
struct json_object *ctl_json_swap(const struct swap *swap);
void ctl_json_add(struct json_object *object, const char *key,
		  struct json_object *value);
void ctl_json_text(struct json_object *object, const char *key,
		   const char *value);
void ctl_json_u64(struct json_object *object, const char *key, uint64_t value);
int ctl_json_print(struct json_object *object);
int ctl_json_print_line(struct json_object *object);

#endif /* NETRAM_CTL_PRINT_H */
