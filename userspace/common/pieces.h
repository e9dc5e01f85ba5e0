/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Texts that many have at once: nobody changes one, and it goes with the last who has
 * it. And such texts one behind the other, read as one of which nothing is copied: what
 * is told to many who read slowly takes no more memory than what is told to one.
 */
#ifndef NETRAM_COMMON_PIECES_H
#define NETRAM_COMMON_PIECES_H

#include <stdbool.h>
#include <stddef.h>

struct shared;
struct pieces;

/* @text is its own from then on; NULL: @text is, or there was no memory. */
struct shared *shared_new(char *text);
/* Both may be called from any thread, with NULL too. */
struct shared *shared_get(struct shared *shared);
void shared_put(struct shared *shared);

/**
 * pieces_new() - begin without any
 * @room: how many are added at most
 *
 * Return: them, or NULL.
 */
struct pieces *pieces_new(size_t room);

/**
 * pieces_add() - add one at the end
 * @pieces: has room for it
 * @shared: the reference is theirs from then on, or NULL
 *
 * Return: false: it is NULL, and nothing was added.
 */
bool pieces_add(struct pieces *pieces, struct shared *shared);

/* The same of a text that stays where it is for good. */
void pieces_add_fixed(struct pieces *pieces, const char *text);

/* Of all of them. */
size_t pieces_size(const struct pieces *pieces);

/**
 * pieces_read() - read on from where the last one ended
 * @pieces: what to read
 * @to: where to put it
 * @max: room there
 *
 * Return: how much it was; less than @max at the end only.
 */
size_t pieces_read(struct pieces *pieces, char *to, size_t max);

/* pieces may be NULL. */
void pieces_free(struct pieces *pieces);

#endif /* NETRAM_COMMON_PIECES_H */
