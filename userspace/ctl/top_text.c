// SPDX-License-Identifier: GPL-2.0
/*
 * Rows as lines. 78 columns at a usual name; a narrower screen loses columns on
 * the right, a lower one rows of the larger table first, with a word that there
 * are more.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "print.h"
#include "top.h"

#define NAME_MIN	8
#define NAME_MAX	20
/* What is neither a row nor about one: both heads, the top line, the rule. */
#define FIXED		4

#define CELL_SIZE	16

struct cell {
	char text[CELL_SIZE];
};

/* A number in five columns: "0", "9.5", "123", "12.3k". */
static struct cell short_number(double n, unsigned int step)
{
	static const char units[] = " kMGTP";
	unsigned int i = 0;
	struct cell c;

	while (n >= 999.5 && i + 2 < sizeof(units)) {
		n /= step;
		i++;
	}
	snprintf(c.text, sizeof(c.text), "%.*f%.*s",
		 n > 0 && n < 99.95 ? 1 : 0, n, i > 0, &units[i]);
	return c;
}

static struct cell short_bytes(double n)
{
	struct cell c = short_number(n, 1024);
	char *unit = strchr(c.text, 'k');

	if (unit)
		*unit = 'K';
	return c;
}

static struct cell short_time(uint64_t ns)
{
	struct cell c = { "-" };

	if (!ns)
		return c;
	if (ns < 999500)
		snprintf(c.text, sizeof(c.text), "%.0fus", ns / 1e3);
	else if (ns < 99950000)
		snprintf(c.text, sizeof(c.text), "%.1fms", ns / 1e6);
	else if (ns < 999500000)
		snprintf(c.text, sizeof(c.text), "%.0fms", ns / 1e6);
	else
		snprintf(c.text, sizeof(c.text), "%.1fs", ns / 1e9);
	return c;
}

static struct cell percent(const struct top_row *row)
{
	struct cell c = { "-" };

	if (row->size)
		snprintf(c.text, sizeof(c.text), "%.0f%%",
			 100.0 * row->stored / row->size);
	return c;
}

/* Lines in the making. */
struct lines {
	struct top_line *at;
	size_t count;
	int width;
};

__attribute__((format(printf, 3, 4)))
static void add(struct lines *l, enum top_style style, const char *fmt, ...)
{
	struct top_line *line;
	va_list ap;

	l->at = realloc(l->at, (l->count + 1) * sizeof(*l->at));
	if (!l->at)
		abort();
	line = &l->at[l->count++];
	line->style = style;
	va_start(ap, fmt);
	vsnprintf(line->text, sizeof(line->text), fmt, ap);
	va_end(ap);
	if (l->width < TOP_WIDTH_MAX)
		line->text[l->width] = '\0';
}

static int longest(const struct top_row *rows, size_t n, int width)
{
	size_t i;

	for (i = 0; i < n; i++)
		if ((int)strlen(rows[i].name) > width)
			width = strlen(rows[i].name);
	return width;
}

static int name_width(const struct top_rows *rows)
{
	int width = longest(rows->volumes, rows->nr_volumes, NAME_MIN);

	width = longest(rows->nodes, rows->nr_nodes, width);
	return width < NAME_MAX ? width : NAME_MAX;
}

static void add_head(struct lines *l, int name, const char *what,
		     const char *in, const char *out)
{
	add(l, TOP_HEAD, "%-*s %-9s %6s %5s %6s %6s %6s %6s %7s %7s", name,
	    what, "STATE", "STORED", "FULL", "R/S", "W/S", in, out, "R-P99",
	    "W-P99");
}

static void add_row(struct lines *l, int name, const struct top_row *row)
{
	add(l, row->ails ? TOP_BAD : TOP_PLAIN,
	    "%-*.*s %-9.9s %6s %5s %6s %6s %6s %6s %7s %7s", name, name,
	    row->name, row->state, short_bytes(row->stored).text,
	    percent(row).text, short_number(row->reads, 1000).text,
	    short_number(row->writes, 1000).text, short_bytes(row->in).text,
	    short_bytes(row->out).text, short_time(row->read_ns).text,
	    short_time(row->write_ns).text);
}

/* With one row too many, the last line says so instead. */
static void add_rows(struct lines *l, int name, const struct top_row *rows,
		     size_t n, size_t room)
{
	size_t i, shown = n <= room ? n : room ? room - 1 : 0;

	for (i = 0; i < shown; i++)
		add_row(l, name, &rows[i]);
	if (shown < n && room)
		add(l, TOP_PLAIN, "and %zu more", n - shown);
}

static void add_sum(struct lines *l, const struct top_rows *rows,
		    const struct top_view *view)
{
	uint64_t stored = 0, size = 0;
	size_t i, ailing = 0;

	for (i = 0; i < rows->nr_volumes; i++) {
		stored += rows->volumes[i].stored;
		size += rows->volumes[i].size;
		ailing += rows->volumes[i].ails;
	}
	for (i = 0; i < rows->nr_nodes; i++)
		ailing += rows->nodes[i].ails;
	add(l, ailing ? TOP_BAD : TOP_PLAIN,
	    "netram: %s, %s of %s stored; of the last %.1f s, by %s%s",
	    ailing ? "degraded" : "ok", ctl_human(stored).text,
	    ctl_human(size).text, rows->seconds, top_key_name(view->key),
	    view->reverse ? ", reversed" : "");
}

/* Rows for volumes and for nodes; who needs less leaves the rest to the other. */
static void share_room(const struct top_rows *rows, const struct top_view *view,
		       size_t *volumes, size_t *nodes)
{
	size_t room;

	*volumes = rows->nr_volumes;
	*nodes = rows->nr_nodes;
	if (!view->height)
		return;
	room = view->height > FIXED + view->help ?
	       view->height - FIXED - view->help : 0;
	if (*volumes + *nodes <= room)
		return;
	if (*volumes < room / 2)
		*nodes = room - *volumes;
	else if (*nodes < room - room / 2)
		*volumes = room - *nodes;
	else
		*volumes = room / 2, *nodes = room - room / 2;
}

/* At least as many as there are, never more than the screen has. */
struct top_line *top_lines(const struct top_rows *rows,
			   const struct top_view *view, size_t *count)
{
	struct lines l = { .width = view->width };
	size_t volumes, nodes, most;
	int name = name_width(rows);

	share_room(rows, view, &volumes, &nodes);
	add_sum(&l, rows, view);
	add_head(&l, name, "VOLUME", "READ", "WRITE");
	add_rows(&l, name, rows->volumes, rows->nr_volumes, volumes);
	add(&l, TOP_PLAIN, "%s", "");
	add_head(&l, name, "NODE", "RECV", "SENT");
	add_rows(&l, name, rows->nodes, rows->nr_nodes, nodes);
	if (view->help)
		add(&l, TOP_PLAIN,
		    "q quit  n name  s stored  o ops  b bytes  l latency  r reverse");
	most = view->height ? (size_t)view->height : l.count;
	*count = l.count < most ? l.count : most;
	return l.at;
}
