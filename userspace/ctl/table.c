// SPDX-License-Identifier: GPL-2.0
/* Columns as wide as their widest cell. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "print.h"

/* Out of memory here is out of memory for the whole tool: give up at once. */
static void *must(void *p)
{
	if (p)
		return p;
	fputs("netramctl: out of memory\n", stderr);
	exit(1);
}

static char *text_of(const char *fmt, va_list ap)
{
	char *text;

	return must(vasprintf(&text, fmt, ap) < 0 ? NULL : text);
}

void ctl_table_cell(struct ctl_table *table, const char *fmt, ...)
{
	va_list ap;

	table->cells = must(realloc(table->cells, (table->count + 1) *
				    sizeof(*table->cells)));
	va_start(ap, fmt);
	table->cells[table->count++] = text_of(fmt, ap);
	va_end(ap);
}

/* To what the last cell has. */
void ctl_table_append(struct ctl_table *table, const char *fmt, ...)
{
	char **cell = &table->cells[table->count - 1], *more;
	size_t len = strlen(*cell);
	va_list ap;

	va_start(ap, fmt);
	more = text_of(fmt, ap);
	va_end(ap);
	*cell = must(realloc(*cell, len + strlen(more) + 1));
	strcpy(*cell + len, more);
	free(more);
}

static size_t width(const struct ctl_table *table, int column)
{
	size_t i, len, max = 0;

	for (i = column; i < table->count; i += table->columns) {
		len = strlen(table->cells[i]);
		if (len > max)
			max = len;
	}
	return max;
}

void ctl_table_print(const struct ctl_table *table, const char *indent)
{
	size_t i;

	for (i = 0; i < table->count; i++) {
		int column = i % table->columns;

		if (column == 0)
			fputs(indent, stdout);
		if (column == table->columns - 1)
			printf("%s\n", table->cells[i]);
		else
			printf("%-*s  ", (int)width(table, column),
			       table->cells[i]);
	}
}

void ctl_table_free(struct ctl_table *table)
{
	while (table->count)
		free(table->cells[--table->count]);
	free(table->cells);
	table->cells = NULL;
}
