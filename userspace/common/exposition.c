// SPDX-License-Identifier: GPL-2.0
#include "common/exposition.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>

int exposition_begin(struct exposition *e)
{
	*e = (struct exposition){ 0 };
	e->file = open_memstream(&e->text, &e->size);
	return e->file ? 0 : -ENOMEM;
}

char *exposition_end(struct exposition *e)
{
	int bad = ferror(e->file);

	if (!fclose(e->file) && !bad)
		return e->text;
	free(e->text);
	return NULL;
}

void exposition_family(struct exposition *e, const char *name, const char *type,
		       const char *help)
{
	e->name = name;
	fprintf(e->file, "# HELP %s %s\n# TYPE %s %s\n", name, help, name,
		type);
}

static void put_value(struct exposition *e, const char *value)
{
	putc('"', e->file);
	for (; *value; value++) {
		if (*value == '\n') {
			fputs("\\n", e->file);
			continue;
		}
		if (*value == '"' || *value == '\\')
			putc('\\', e->file);
		putc(*value, e->file);
	}
	putc('"', e->file);
}

static void put_labels(struct exposition *e, va_list ap)
{
	const char *label = va_arg(ap, const char *);
	char before = '{';

	fputs(e->name, e->file);
	if (!label)
		return;
	for (; label; label = va_arg(ap, const char *)) {
		fprintf(e->file, "%c%s=", before, label);
		put_value(e, va_arg(ap, const char *));
		before = ',';
	}
	putc('}', e->file);
}

void exposition_u64(struct exposition *e, uint64_t value, ...)
{
	va_list ap;

	va_start(ap, value);
	put_labels(e, ap);
	va_end(ap);
	fprintf(e->file, " %" PRIu64 "\n", value);
}

void exposition_double(struct exposition *e, double value, ...)
{
	va_list ap;

	va_start(ap, value);
	put_labels(e, ap);
	va_end(ap);
	fprintf(e->file, " %.9g\n", value);
}

void exposition_bucket(struct exposition *e, double le, uint64_t count,
		       const char *label, const char *value)
{
	fprintf(e->file, "%s_bucket{%s=", e->name, label);
	put_value(e, value);
	if (le == HUGE_VAL)
		fprintf(e->file, ",le=\"+Inf\"} %" PRIu64 "\n", count);
	else
		fprintf(e->file, ",le=\"%.9g\"} %" PRIu64 "\n", le, count);
}

void exposition_sum(struct exposition *e, double sum, uint64_t count,
		    const char *label, const char *value)
{
	fprintf(e->file, "%s_sum{%s=", e->name, label);
	put_value(e, value);
	fprintf(e->file, "} %.9g\n%s_count{%s=", sum, e->name, label);
	put_value(e, value);
	fprintf(e->file, "} %" PRIu64 "\n", count);
}
