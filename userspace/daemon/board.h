/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Texts that one thread puts there and another one reads, whole and at any time:
 * whoever makes them waits for nobody who asks for them, and the other way round.
 */
#ifndef NETRAMD_BOARD_H
#define NETRAMD_BOARD_H

#include <stdbool.h>
#include <stdint.h>

#include "common/pieces.h"

/**
 * enum board_text - what hangs there
 * @BOARD_STATUS: /api/status, made after each look of the keeper
 * @BOARD_KEEPER_METRICS: metrics, likewise
 * @BOARD_LIVE: /api/live, made after each sample
 * @BOARD_SAMPLE_METRICS: metrics, likewise
 * @BOARD_TEXTS: how many there are
 */
enum board_text {
	BOARD_STATUS,
	BOARD_KEEPER_METRICS,
	BOARD_LIVE,
	BOARD_SAMPLE_METRICS,
	BOARD_TEXTS,
};

/* What happened in so many intervals is kept; older ones are forgotten. */
#define BOARD_POINTS	300

struct board;

struct board *board_new(void);
void board_free(struct board *board);

/* @text is the board's from then on; NULL: there was no memory for it. */
void board_put(struct board *board, enum board_text which, char *text);
/* Add one to @to, which has room; false: there is none yet. */
bool board_get(struct board *board, enum board_text which, struct pieces *to);

/* One more point of the history; @seq counts up by one. */
void board_add_point(struct board *board, uint64_t seq, char *text);
/* /api/history: those after @seq; to be freed, or NULL. */
struct pieces *board_history(struct board *board, uint64_t seq);

#endif /* NETRAMD_BOARD_H */
