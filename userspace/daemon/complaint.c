// SPDX-License-Identifier: GPL-2.0
#include "complaint.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void complaints_init(struct complaints *c, const char *file)
{
	memset(c, 0, sizeof(*c));
	c->file = file;
}

void complaints_free(struct complaints *c)
{
	size_t i;

	for (i = 0; i < c->count; i++)
		free(c->all[i].text);
	free(c->all);
	complaints_init(c, c->file);
}

/* An error that there is no memory to keep counts all the same. */
static void add(struct complaints *c, unsigned int line,
		enum complaint_kind kind, const char *fmt, va_list ap)
{
	struct complaint *more;
	char *text;

	if (kind == COMPLAINT_ERROR)
		c->errors++;
	more = realloc(c->all, (c->count + 1) * sizeof(*more));
	if (!more)
		return;
	c->all = more;
	if (vasprintf(&text, fmt, ap) < 0)
		return;
	c->all[c->count++] = (struct complaint){ line, kind, text };
}

void complain(struct complaints *c, unsigned int line, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(c, line, COMPLAINT_ERROR, fmt, ap);
	va_end(ap);
}

void complain_note(struct complaints *c, unsigned int line, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(c, line, COMPLAINT_NOTE, fmt, ap);
	va_end(ap);
}

/* Notes about a file that cannot be used may come of its errors. */
static void drop_notes(struct complaints *c)
{
	size_t i, kept = 0;

	for (i = 0; i < c->count; i++) {
		if (c->all[i].kind == COMPLAINT_NOTE)
			free(c->all[i].text);
		else
			c->all[kept++] = c->all[i];
	}
	c->count = kept;
}

/* By line; what was found first of a line stays first. */
void complaints_settle(struct complaints *c)
{
	struct complaint one;
	size_t i, j;

	if (c->errors)
		drop_notes(c);
	for (i = 1; i < c->count; i++) {
		one = c->all[i];
		for (j = i; j && c->all[j - 1].line > one.line; j--)
			c->all[j] = c->all[j - 1];
		c->all[j] = one;
	}
}

/* As compilers do it, so that editors find the place. */
void complaint_format(const struct complaints *c, size_t i, char *text,
		      size_t size)
{
	const struct complaint *one = &c->all[i];
	const char *kind = one->kind == COMPLAINT_ERROR ? "error" : "note";

	if (one->line)
		snprintf(text, size, "%s:%u: %s: %s", c->file, one->line, kind,
			 one->text);
	else
		snprintf(text, size, "%s: %s: %s", c->file, kind, one->text);
}
