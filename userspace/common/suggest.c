// SPDX-License-Identifier: GPL-2.0
/* "did you mean": the known word with the fewest edits, if they are few. */
#include <string.h>

#include "common/text.h"

#define WORD_MAX	24

static size_t min3(size_t a, size_t b, size_t c)
{
	size_t ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/* Edits (insert, delete, replace) from a to b, row by row of the usual table. */
static size_t distance(const char *a, const char *b)
{
	size_t row[WORD_MAX + 1], la = strlen(a), lb = strlen(b), i, j;

	if (la > WORD_MAX || lb > WORD_MAX)
		return WORD_MAX;
	for (j = 0; j <= lb; j++)
		row[j] = j;
	for (i = 1; i <= la; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (j = 1; j <= lb; j++) {
			size_t above = row[j];

			row[j] = min3(above + 1, row[j - 1] + 1,
				      diagonal + (a[i - 1] != b[j - 1]));
			diagonal = above;
		}
	}
	return row[lb];
}

static size_t same_start(const char *a, const char *b)
{
	size_t n = 0;

	while (a[n] && a[n] == b[n])
		n++;
	return n;
}

/*
 * One slip may be anywhere. Who made more of them still began as he meant to, or
 * any short word would be near to any other.
 */
static bool is_near(const char *typed, const char *known, size_t edits)
{
	return edits <= 1 || typed[0] == known[0];
}

/* The nearest of known (ending with NULL), or NULL when none is near; of two
 * as near the one that begins alike for longer.
 */
const char *suggest(const char *typed, const char *const *known)
{
	size_t len = strlen(typed);
	size_t best = len < 3 ? 1 : len / 3 + 1;
	const char *found = NULL;

	for (; *known; known++) {
		size_t d = distance(typed, *known);

		if (d > best || !is_near(typed, *known, d))
			continue;
		if (found && d == best &&
		    same_start(typed, *known) <= same_start(typed, found))
			continue;
		best = d;
		found = *known;
	}
	return found;
}
