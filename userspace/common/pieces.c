// SPDX-License-Identifier: GPL-2.0
#include "common/pieces.h"

#include <stdlib.h>
#include <string.h>

/**
 * struct shared - a text
 * @refs: how many have it
 * @text: it
 */
struct shared {
	unsigned int refs;
	char *text;
};

/**
 * struct piece - one of them
 * @shared: whose text it is, or NULL: one that stays
 * @text: the text
 * @size: of it
 */
struct piece {
	struct shared *shared;
	const char *text;
	size_t size;
};

/**
 * struct pieces - all of them
 * @nr: how many
 * @size: their sizes together
 * @at: the one that is read next
 * @skip: what of it was read
 * @all: they
 */
struct pieces {
	size_t nr;
	size_t size;
	size_t at;
	size_t skip;
	struct piece all[];
};

struct shared *shared_new(char *text)
{
	struct shared *s = text ? malloc(sizeof(*s)) : NULL;

	if (s)
		*s = (struct shared){ 1, text };
	else
		free(text);
	return s;
}

struct shared *shared_get(struct shared *s)
{
	if (s)
		__atomic_fetch_add(&s->refs, 1, __ATOMIC_RELAXED);
	return s;
}

void shared_put(struct shared *s)
{
	/* who frees it comes behind all who have read it */
	if (!s || __atomic_sub_fetch(&s->refs, 1, __ATOMIC_ACQ_REL))
		return;
	free(s->text);
	free(s);
}

struct pieces *pieces_new(size_t room)
{
	return calloc(1, sizeof(struct pieces) + room * sizeof(struct piece));
}

static void add(struct pieces *p, struct shared *shared, const char *text)
{
	size_t size = strlen(text);

	p->all[p->nr++] = (struct piece){ shared, text, size };
	p->size += size;
}

bool pieces_add(struct pieces *p, struct shared *shared)
{
	if (!shared)
		return false;
	add(p, shared, shared->text);
	return true;
}

void pieces_add_fixed(struct pieces *p, const char *text)
{
	add(p, NULL, text);
}

size_t pieces_size(const struct pieces *p)
{
	return p->size;
}

size_t pieces_read(struct pieces *p, char *to, size_t max)
{
	const struct piece *piece;
	size_t done = 0, n;

	while (done < max && p->at < p->nr) {
		piece = &p->all[p->at];
		n = piece->size - p->skip;
		if (n > max - done)
			n = max - done;
		memcpy(to + done, piece->text + p->skip, n);
		done += n;
		p->skip += n;
		if (p->skip == piece->size) {
			p->at++;
			p->skip = 0;
		}
	}
	return done;
}

void pieces_free(struct pieces *p)
{
	size_t i;

	for (i = 0; p && i < p->nr; i++)
		shared_put(p->all[i].shared);
	free(p);
}
