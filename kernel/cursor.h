/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_CURSOR_H
#define NETRAM_CURSOR_H

#include <linux/bio.h>
#include <linux/highmem.h>
#include <netram/limits.h>

/* Contiguous memory has contiguous addresses. */
static_assert(!IS_ENABLED(CONFIG_HIGHMEM), "netram needs a 64-bit kernel");

/**
 * struct netram_cursor - a place in the data of a chain of bios
 * @bio: the bio it is in; NULL behind the end
 * @iter: the place in it
 */
struct netram_cursor {
	struct bio		*bio;
	struct bvec_iter	iter;
};

/**
 * netram_cursor_init() - start of a chain
 * @c: the cursor
 * @bio: first bio of a request; its own iterator is left alone
 */
static inline void netram_cursor_init(struct netram_cursor *c, struct bio *bio)
{
	c->bio = bio;
	c->iter = bio->bi_iter;
}

/**
 * netram_cursor_advance() - go on by @bytes, which must not pass the end
 * @c: the cursor
 * @bytes: how far
 */
static inline void netram_cursor_advance(struct netram_cursor *c,
					 unsigned int bytes)
{
	/* Bios that are passed need not be gone through: most have one page. */
	while (bytes && bytes >= c->iter.bi_size) {
		bytes -= c->iter.bi_size;
		c->bio = c->bio->bi_next;
		if (c->bio)
			c->iter = c->bio->bi_iter;
	}
	if (bytes)
		bio_advance_iter(c->bio, &c->iter, bytes);
}

/**
 * netram_cursor_bvec() - the memory at the cursor
 * @c: the cursor, not behind the end
 * @max: at most so many bytes
 *
 * Return: a stretch of physically contiguous memory, perhaps many pages long.
 */
static inline struct bio_vec netram_cursor_bvec(const struct netram_cursor *c,
						unsigned int max)
{
	struct bio_vec bv = mp_bvec_iter_bvec(c->bio->bi_io_vec, c->iter);

	bv.bv_len = min(bv.bv_len, max);
	return bv;
}

/**
 * netram_cursor_segment() - as netram_cursor_bvec(), but within one page
 * @c: the cursor, not behind the end
 * @max: at most so many bytes
 *
 * Return: a stretch that bvec_kmap_local() can map.
 */
static inline struct bio_vec netram_cursor_segment(const struct netram_cursor *c,
						   unsigned int max)
{
	struct bio_vec bv = bvec_iter_bvec(c->bio->bi_io_vec, c->iter);

	bv.bv_len = min(bv.bv_len, max);
	return bv;
}

/**
 * netram_cursor_page() - the page of data at the cursor
 * @c: the cursor, with a page of data before the end
 *
 * Return: where it is, or NULL if it is in several pieces.
 */
static inline const void *netram_cursor_page(const struct netram_cursor *c)
{
	struct bio_vec bv = netram_cursor_bvec(c, NETRAM_PAGE_SIZE);

	return likely(bv.bv_len == NETRAM_PAGE_SIZE) ?
	       page_address(bv.bv_page) + bv.bv_offset : NULL;
}

void netram_cursor_zero(struct netram_cursor *c, unsigned int bytes);

#endif /* NETRAM_CURSOR_H */
