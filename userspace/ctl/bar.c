// SPDX-License-Identifier: GPL-2.0
/*
 * How far something is: on a terminal a bar and a few words behind it, elsewhere
 * a line for each tenth, so that a log is not filled by what takes a night.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "common/clock.h"
#include "progress.h"

#define BAR		30
#define ROOM		44
/* What is over soon needs no lines. */
#define PATIENCE_MS	2000
#define TENTHS		10

static struct ctl_plain plain;

static unsigned int parts(uint64_t gone, uint64_t total, unsigned int of)
{
	if (!total || gone >= total)
		return of;
	return (double)gone * of / total;
}

/* Is it time for another line? */
bool ctl_plain_due(struct ctl_plain *p, uint64_t gone, uint64_t total,
		   uint64_t now_ms)
{
	unsigned int tenth = parts(gone, total, TENTHS);

	if (!p->began_ms) {
		p->began_ms = now_ms;
		p->tenth = tenth;
	}
	if (now_ms - p->began_ms < PATIENCE_MS || tenth <= p->tenth)
		return false;
	p->tenth = tenth;
	return true;
}

static void draw(uint64_t gone, uint64_t total, const char *text)
{
	int filled = parts(gone, total, BAR);

	fprintf(stderr, "\r[%.*s%*s] %-*s", filled,
		"##############################", BAR - filled, "", ROOM,
		text);
	fflush(stderr);
}

void ctl_bar_draw(uint64_t gone, uint64_t total, const char *fmt, ...)
{
	char text[ROOM + 1];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (isatty(STDERR_FILENO))
		draw(gone, total, text);
	else if (ctl_plain_due(&plain, gone, total, clock_ms()))
		fprintf(stderr, "netramctl: %u %%, %s\n",
			parts(gone, total, 100), text);
}

/* Over: what comes next begins anew. */
void ctl_bar_clear(void)
{
	plain = (struct ctl_plain){ 0 };
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r%*s\r", BAR + 3 + ROOM, "");
}
