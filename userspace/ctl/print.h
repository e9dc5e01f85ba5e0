/* SPDX-License-Identifier: GPL-2.0 */
/* Output: for people (tables, rounded sizes) and for programs (JSON). */
#ifndef NETRAM_CTL_PRINT_H
#define NETRAM_CTL_PRINT_H

#include <json-c/json.h>
#include <netram/netram.h>
#include <stddef.h>
#include <stdint.h>

#include "common/json.h"
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
void ctl_table_append(struct ctl_table *table, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void ctl_table_print(const struct ctl_table *table, const char *indent);
void ctl_table_free(struct ctl_table *table);

/* version.c */
void ctl_module_version(char *version, size_t size);

/* json.c */
struct json_object *ctl_json_swap(const struct swap *swap);
int ctl_json_print(struct json_object *object);
int ctl_json_print_line(struct json_object *object);

/* node_show.c */
int ctl_node_json(struct netram *nt, const char *name);

#endif /* NETRAM_CTL_PRINT_H */
