// SPDX-License-Identifier: GPL-2.0
/*
 * Odd patterns of pages on a block device, against a model kept in memory.
 *   pageops model DEVICE MIB SEED OPS   random reads, writes (zero and other
 *       pages mixed in one request), discards, zero-outs of 1 to 64 pages; every
 *       read is compared, and in the end the whole device
 *   pageops race DEVICE PAGES SEED WRITES THREADS   threads write and read the same
 *       few pages at once: no error, no torn page, and in the end each page is
 *       the last that some thread wrote there
 * Prints "bytes_verified=N mismatches=N"; exit 1 when there are mismatches.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "page.h"

#define MOST 64

static int fd;
static uint64_t pages, seed;
static uint64_t verified, mismatches;

static uint64_t draw(uint64_t *state, uint64_t below)
{
	*state = mix(*state + 1);
	return *state % below;
}

static void die(const char *what, uint64_t page, uint64_t count)
{
	fprintf(stderr, "%s of %llu pages at page %llu: %s\n", what, (unsigned long long)count,
		(unsigned long long)page, strerror(errno));
	exit(1);
}

/* The first word says what the page is; the others must agree. */
static int whole(const uint64_t *p)
{
	return page_holds(p, p[0]);
}

/* ---- model ---- */

static uint64_t *model;
static uint64_t done[5];

static void compare(uint64_t *buf, uint64_t at, uint64_t count)
{
	uint64_t i;

	if (pread(fd, buf, count * PAGE, at * PAGE) != (ssize_t)(count * PAGE))
		die("read", at, count);
	for (i = 0; i < count; i++) {
		uint64_t *p = buf + i * WORDS;

		verified += PAGE;
		if (p[0] == model[at + i] && whole(p))
			continue;
		mismatches++;
		fprintf(stderr, "page %llu starts %016llx, not %016llx%s\n",
			(unsigned long long)(at + i), (unsigned long long)p[0],
			(unsigned long long)model[at + i], whole(p) ? "" : ", torn");
	}
}

/* Which pages of a request are zeroes: none, all, every other one, at random. */
static uint64_t tag_of(uint64_t kind, uint64_t i, uint64_t *r)
{
	switch (kind) {
	case 0:
		return mix(*r + i) | 1;
	case 1:
		return 0;
	case 2:
		return i & 1 ? 0 : mix(*r + i) | 1;
	default:
		return draw(r, 3) ? mix(*r + i) | 1 : 0;
	}
}

static void change(uint64_t *buf, uint64_t at, uint64_t count, uint64_t op, uint64_t *r)
{
	uint64_t range[2] = { at * PAGE, count * PAGE };
	uint64_t i, kind = draw(r, 4);

	if (op == 3 || op == 4) {
		if (ioctl(fd, op == 3 ? BLKDISCARD : BLKZEROOUT, range))
			die(op == 3 ? "discard" : "zeroout", at, count);
		memset(model + at, 0, count * sizeof(*model));
		return;
	}
	for (i = 0; i < count; i++) {
		model[at + i] = tag_of(kind, i, r);
		page_fill(buf + i * WORDS, model[at + i]);
	}
	if (pwrite(fd, buf, count * PAGE, at * PAGE) != (ssize_t)(count * PAGE))
		die("write", at, count);
}

static void run_model(uint64_t ops)
{
	uint64_t *buf = page_buffer(MOST), r = seed, op, at, count;

	model = calloc(pages, sizeof(*model));
	if (!model)
		exit(2);
	while (ops--) {
		/* mostly short, so that requests meet what others left half done */
		count = draw(&r, 3) ? 1 + draw(&r, 8) : 1 + draw(&r, MOST);
		at = draw(&r, pages - count + 1);
		op = draw(&r, 10);
		op = op < 4 ? 0 : op < 8 ? 1 : op == 8 ? 3 : 4;
		done[op]++;
		if (op)
			change(buf, at, count, op, &r);
		else
			compare(buf, at, count);
	}
	for (at = 0; at < pages; at += count) {
		count = pages - at < MOST ? pages - at : MOST;
		compare(buf, at, count);
	}
	printf("reads=%llu writes=%llu discards=%llu zeroouts=%llu ",
	       (unsigned long long)done[0], (unsigned long long)done[1],
	       (unsigned long long)done[3], (unsigned long long)done[4]);
}

/* ---- race ---- */

struct racer {
	pthread_t thread;
	uint64_t number, writes;
	uint64_t *last;		/* by page */
	uint64_t torn;
};

static void *race(void *arg)
{
	struct racer *me = arg;
	uint64_t *buf = page_buffer(MOST), r = mix(seed + me->number), n, i, at, count;

	for (n = 1; n <= me->writes; n++) {
		count = 1 + draw(&r, pages < 16 ? pages : 16);
		at = draw(&r, pages - count + 1);
		for (i = 0; i < count; i++) {
			/* now and then zeroes, which travel another way */
			me->last[at + i] = draw(&r, 8) ? me->number << 48 | n << 16 | 1 : 0;
			page_fill(buf + i * WORDS, me->last[at + i]);
		}
		if (pwrite(fd, buf, count * PAGE, at * PAGE) != (ssize_t)(count * PAGE))
			die("write", at, count);
		count = 1 + draw(&r, pages < 16 ? pages : 16);
		at = draw(&r, pages - count + 1);
		if (pread(fd, buf, count * PAGE, at * PAGE) != (ssize_t)(count * PAGE))
			die("read", at, count);
		for (i = 0; i < count; i++)
			me->torn += !whole(buf + i * WORDS);
	}
	return NULL;
}

static void run_race(uint64_t writes, uint64_t threads)
{
	struct racer *racers = calloc(threads, sizeof(*racers));
	uint64_t *buf = page_buffer(MOST), i, at;

	for (i = 0; i < threads; i++) {
		racers[i].number = i + 1;
		racers[i].writes = writes;
		racers[i].last = malloc(pages * sizeof(uint64_t));
		/* no page begins like this: the thread never wrote it */
		memset(racers[i].last, 0xff, pages * sizeof(uint64_t));
		if (pthread_create(&racers[i].thread, NULL, race, &racers[i]))
			exit(2);
	}
	for (i = 0; i < threads; i++) {
		pthread_join(racers[i].thread, NULL);
		mismatches += racers[i].torn;
		if (racers[i].torn)
			fprintf(stderr, "thread %llu read %llu torn pages\n",
				(unsigned long long)i, (unsigned long long)racers[i].torn);
	}
	for (at = 0; at < pages; at++) {
		if (pread(fd, buf, PAGE, at * PAGE) != (ssize_t)PAGE)
			die("last read", at, 1);
		for (i = 0; i < threads; i++)
			if (racers[i].last[at] == buf[0])
				break;
		verified += PAGE;
		if (i < threads && whole(buf))
			continue;
		mismatches++;
		fprintf(stderr, "page %llu: starts %016llx, nobody's last version\n",
			(unsigned long long)at, (unsigned long long)buf[0]);
	}
}

int main(int argc, char **argv)
{
	if (argc < 6) {
		fprintf(stderr, "usage: pageops model DEVICE MIB SEED OPS | race DEVICE PAGES SEED WRITES THREADS\n");
		return 2;
	}
	fd = open(argv[2], O_RDWR | O_DIRECT);
	if (fd < 0) {
		perror(argv[2]);
		return 2;
	}
	seed = strtoull(argv[4], NULL, 0);
	pages = strtoull(argv[3], NULL, 0);
	if (!strcmp(argv[1], "model")) {
		pages <<= 8;
		run_model(strtoull(argv[5], NULL, 0));
	} else {
		run_race(strtoull(argv[5], NULL, 0), strtoull(argv[6], NULL, 0));
	}
	printf("bytes_verified=%llu mismatches=%llu\n", (unsigned long long)verified,
	       (unsigned long long)mismatches);
	return mismatches || !verified;
}
