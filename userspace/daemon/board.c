// SPDX-License-Identifier: GPL-2.0
#include "board.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/clock.h"

/**
 * struct point - an interval of the history
 * @seq: its number, from 1; 0: none
 * @text: JSON, or NULL
 */
struct point {
	uint64_t seq;
	struct shared *text;
};

/**
 * struct board - all of it
 * @lock: a leaf; guards the rest, and is held for counting who has a text only
 * @texts: by enum board_text
 * @points: @points[seq % BOARD_POINTS]
 * @last: the last seq there is
 * @start_ms: when it was made, CLOCK_REALTIME: whose seq that is
 */
struct board {
	pthread_mutex_t lock;
	struct shared *texts[BOARD_TEXTS];
	struct point points[BOARD_POINTS];
	uint64_t last;
	uint64_t start_ms;
};

struct board *board_new(void)
{
	struct board *b = calloc(1, sizeof(*b));

	if (!b)
		return NULL;
	pthread_mutex_init(&b->lock, NULL);
	b->start_ms = clock_wall_ms();
	return b;
}

void board_free(struct board *b)
{
	size_t i;

	if (!b)
		return;
	for (i = 0; i < BOARD_TEXTS; i++)
		shared_put(b->texts[i]);
	for (i = 0; i < BOARD_POINTS; i++)
		shared_put(b->points[i].text);
	pthread_mutex_destroy(&b->lock);
	free(b);
}

void board_put(struct board *b, enum board_text which, char *text)
{
	struct shared *new = shared_new(text), *old;

	pthread_mutex_lock(&b->lock);
	old = b->texts[which];
	b->texts[which] = new;
	pthread_mutex_unlock(&b->lock);
	shared_put(old);
}

bool board_get(struct board *b, enum board_text which, struct pieces *to)
{
	struct shared *text;

	pthread_mutex_lock(&b->lock);
	text = shared_get(b->texts[which]);
	pthread_mutex_unlock(&b->lock);
	return pieces_add(to, text);
}

void board_add_point(struct board *b, uint64_t seq, char *text)
{
	struct point *point = &b->points[seq % BOARD_POINTS];
	struct shared *new = shared_new(text), *old;

	pthread_mutex_lock(&b->lock);
	old = point->text;
	*point = (struct point){ seq, new };
	b->last = seq;
	pthread_mutex_unlock(&b->lock);
	shared_put(old);
}

static char *history_head(const struct board *b)
{
	char *text;

	return asprintf(&text,
			"{\"start_ms\":%" PRIu64 ",\"last\":%" PRIu64 ",\"points\":[",
			b->start_ms, b->last) < 0 ? NULL : text;
}

static void add_points(struct board *b, uint64_t after, struct pieces *to)
{
	uint64_t first = b->last < BOARD_POINTS ? 1 : b->last - BOARD_POINTS + 1;
	const struct point *point;
	bool begun = false;
	uint64_t seq;

	for (seq = after < first ? first : after + 1; seq <= b->last; seq++) {
		point = &b->points[seq % BOARD_POINTS];
		if (point->seq != seq || !point->text)
			continue;
		if (begun)
			pieces_add_fixed(to, ",\n");
		begun = pieces_add(to, shared_get(point->text));
	}
}

struct pieces *board_history(struct board *b, uint64_t seq)
{
	/* each with what is between it and the next, and the two ends */
	struct pieces *all = pieces_new(2 * BOARD_POINTS + 2);
	bool whole;

	if (!all)
		return NULL;
	pthread_mutex_lock(&b->lock);
	/* a number of another netramd's life: begin anew */
	if (seq > b->last)
		seq = 0;
	whole = pieces_add(all, shared_new(history_head(b)));
	add_points(b, seq, all);
	pthread_mutex_unlock(&b->lock);
	pieces_add_fixed(all, "]}\n");
	if (whole)
		return all;
	pieces_free(all);
	return NULL;
}
