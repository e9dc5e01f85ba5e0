/* SPDX-License-Identifier: GPL-2.0 */
/*
 * netramctl top. A sample is what all counters say at one moment
 * (common/sample.c); two of them make rows with rates (top_rows.c); rows make lines
 * (top_text.c), which go to a terminal (top_screen.c) or to a file.
 */
#ifndef NETRAM_CTL_TOP_H
#define NETRAM_CTL_TOP_H

#include <json-c/json.h>
#include <netram/netram.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/sample.h"
#include "common/swaps.h"

/* Counters in sysfs that are looked at. */
enum top_stat {
	TOP_READ_BYTES,
	TOP_WRITE_BYTES,
	TOP_STATS,
};

extern const char *const top_stats[TOP_STATS];

/**
 * struct top_row - a volume or a node in one interval
 * @name: its name
 * @state: its state
 * @ails: the state is a bad one
 * @stored: bytes of its pages, each counted once for a volume
 * @size: bytes; 0: a node, of which that is not known
 * @reads: a second
 * @writes: a second
 * @in: bytes a second read of a volume, or received from a node
 * @out: bytes a second written to a volume, or sent to a node
 * @read_ns: what 99 of 100 reads took; 0: there were none
 * @write_ns: what 99 of 100 writes took
 */
struct top_row {
	char name[NETRAM_NAME_SIZE];
	const char *state;
	bool ails;
	uint64_t stored;
	uint64_t size;
	double reads;
	double writes;
	double in;
	double out;
	uint64_t read_ns;
	uint64_t write_ns;
};

/**
 * enum top_key - what rows are sorted by; all but the name greatest first
 * @TOP_NAME: name
 * @TOP_STORED: bytes stored
 * @TOP_OPS: reads and writes
 * @TOP_BYTES: bytes both ways
 * @TOP_LATENCY: the longer of both
 * @TOP_KEYS: how many there are
 */
enum top_key {
	TOP_NAME,
	TOP_STORED,
	TOP_OPS,
	TOP_BYTES,
	TOP_LATENCY,
	TOP_KEYS,
};

/**
 * struct top_rows - all of an interval
 * @seconds: how long it was
 * @volumes: rows
 * @nr_volumes: how many
 * @nodes: rows
 * @nr_nodes: how many
 */
struct top_rows {
	double seconds;
	struct top_row *volumes;
	size_t nr_volumes;
	struct top_row *nodes;
	size_t nr_nodes;
};

/* Longest line there ever is, without its NUL. */
#define TOP_WIDTH_MAX	255

/**
 * enum top_style - how a line looks
 * @TOP_PLAIN: as any
 * @TOP_HEAD: names of columns
 * @TOP_BAD: something ails
 */
enum top_style {
	TOP_PLAIN,
	TOP_HEAD,
	TOP_BAD,
};

/**
 * struct top_line - a line of the screen
 * @text: never wider than asked for
 * @style: how it looks
 */
struct top_line {
	char text[TOP_WIDTH_MAX + 1];
	enum top_style style;
};

/**
 * struct top_view - how to show rows
 * @key: what they are sorted by
 * @reverse: the other way round
 * @width: of the screen
 * @height: of the screen; 0: as many lines as there are
 * @help: the last line tells the keys
 */
struct top_view {
	enum top_key key;
	bool reverse;
	int width;
	int height;
	bool help;
};

/* top_rows.c */
void top_rows_make(const struct sample *before,
		   const struct sample *now, struct top_rows *rows);
void top_rows_sort(struct top_rows *rows, enum top_key key, bool reverse);
void top_rows_free(struct top_rows *rows);
const char *top_key_name(enum top_key key);
bool top_key_parse(const char *text, enum top_key *key);

/* top_text.c */
struct top_line *top_lines(const struct top_rows *rows,
			   const struct top_view *view, size_t *count);

/* top_screen.c: 0, -ETIMEDOUT or -EINTR, see there */
int top_screen_open(void);
void top_screen_close(void);
void top_screen_size(struct top_view *view);
void top_screen_draw(const struct top_line *lines, size_t count);
int top_screen_key(int timeout_ms);

#endif /* NETRAM_CTL_TOP_H */
