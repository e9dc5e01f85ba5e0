/* SPDX-License-Identifier: GPL-2.0 */
/* Pages whose content is made from a number, and can be told from any other's. */
#ifndef NETRAM_TEST_PAGE_H
#define NETRAM_TEST_PAGE_H

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#define PAGE 4096UL
#define WORDS (PAGE / sizeof(uint64_t))

static inline uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
	return x ^ (x >> 31);
}

/* Room for some pages, as O_DIRECT wants it. */
static inline void *page_buffer(size_t pages)
{
	void *p = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		exit(2);
	return p;
}

/*
 * Word @i of the page of a tag; a tag of 0 is a page of zeroes. Tags are hashed, so that
 * a page of one tag is not one of another, shifted.
 */
static inline uint64_t page_word(uint64_t tag, size_t i)
{
	return tag ? tag + i * 0x9e3779b97f4a7c15 : 0;
}

static inline void page_fill(uint64_t *p, uint64_t tag)
{
	size_t i;

	for (i = 0; i < WORDS; i++)
		p[i] = page_word(tag, i);
}

static inline int page_holds(const uint64_t *p, uint64_t tag)
{
	size_t i;

	for (i = 0; i < WORDS; i++)
		if (p[i] != page_word(tag, i))
			return 0;
	return 1;
}

#endif /* NETRAM_TEST_PAGE_H */
