// SPDX-License-Identifier: GPL-2.0
/* A bar and a few words behind it, on a terminal; elsewhere nothing. */
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "progress.h"

#define BAR		30
#define ROOM		44

void ctl_bar_draw(uint64_t gone, uint64_t total, const char *fmt, ...)
{
	int filled = total ? (int)(gone * BAR / total) : BAR;
	char text[ROOM + 1];
	va_list ap;

	if (!isatty(STDERR_FILENO))
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	fprintf(stderr, "\r[%.*s%*s] %-*s", filled,
		"##############################", BAR - filled, "", ROOM,
		text);
	fflush(stderr);
}

void ctl_bar_clear(void)
{
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r%*s\r", BAR + 3 + ROOM, "");
}
