// SPDX-License-Identifier: GPL-2.0
#include "board.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/**
 * struct point - an interval of the history
 * @seq: its number, from 1; 0: none
 * @text: JSON
 */
struct point {
	uint64_t seq;
	char *text;
};

/**
 * struct board - all of it
 * @lock: a leaf; guards the rest, and is held for copying texts only
 * @texts: by enum board_text
 * @points: @points[seq % BOARD_POINTS]
 * @last: the last seq there is
 */
struct board {
	pthread_mutex_t lock;
	char *texts[BOARD_TEXTS];
	struct point points[BOARD_POINTS];
	uint64_t last;
};

struct board *board_new(void)
{
	struct board *b = calloc(1, sizeof(*b));

	if (b)
		pthread_mutex_init(&b->lock, NULL);
	return b;
}

void board_free(struct board *b)
{
	size_t i;

	if (!b)
		return;
	for (i = 0; i < BOARD_TEXTS; i++)
		free(b->texts[i]);
	for (i = 0; i < BOARD_POINTS; i++)
		free(b->points[i].text);
	pthread_mutex_destroy(&b->lock);
	free(b);
}

void board_put(struct board *b, enum board_text which, char *text)
{
	char *old;

	pthread_mutex_lock(&b->lock);
	old = b->texts[which];
	b->texts[which] = text;
	pthread_mutex_unlock(&b->lock);
	free(old);
}

char *board_get(struct board *b, enum board_text which)
{
	char *text = NULL;

	pthread_mutex_lock(&b->lock);
	if (b->texts[which])
		text = strdup(b->texts[which]);
	pthread_mutex_unlock(&b->lock);
	return text;
}

void board_add_point(struct board *b, uint64_t seq, char *text)
{
	struct point *point = &b->points[seq % BOARD_POINTS];
	char *old;

	pthread_mutex_lock(&b->lock);
	old = point->text;
	*point = (struct point){ seq, text };
	b->last = seq;
	pthread_mutex_unlock(&b->lock);
	free(old);
}

static void write_points(struct board *b, uint64_t after, FILE *to)
{
	uint64_t first = b->last < BOARD_POINTS ? 1 : b->last - BOARD_POINTS + 1;
	const struct point *point;
	const char *before = "";
	uint64_t seq;

	for (seq = after < first ? first : after + 1; seq <= b->last; seq++) {
		point = &b->points[seq % BOARD_POINTS];
		if (point->seq != seq || !point->text)
			continue;
		fprintf(to, "%s%s", before, point->text);
		before = ",\n";
	}
}

char *board_history(struct board *b, uint64_t seq)
{
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	if (!to)
		return NULL;
	pthread_mutex_lock(&b->lock);
	/* a number of another netramd's life: begin anew */
	if (seq > b->last)
		seq = 0;
	fprintf(to, "{\"last\":%" PRIu64 ",\"points\":[", b->last);
	write_points(b, seq, to);
	pthread_mutex_unlock(&b->lock);
	fputs("]}\n", to);
	if (!fclose(to))
		return text;
	free(text);
	return NULL;
}
