// SPDX-License-Identifier: GPL-2.0
/*
 * A load that goes on until SIGTERM, outlives errors, and knows of each page what
 * may be read there; the knowledge is in a file, so that others can check later.
 *   pageload fill DEVICE MODEL SEED MIB       write all pages, some of them zeroes
 *   pageload read|write|mixed|discard DEVICE MODEL SEED THREADS
 *   pageload check DEVICE MODEL               read all pages once
 *   pageload copies MODEL UUID PID...         what page servers hold: each page that is
 *       not zeroes must be, as it is now, with two of them
 *   pageload swap MIB SEED THREADS READY-FILE the same with the program's own memory
 * A page whose write failed may be old or new until it is written again. Prints
 * "ops=N bytes_verified=N mismatches=N errors=N longest_ms=N", "copies": "good=N bad=N
 * gone=N stray=N": bad is beside too few good copies, gone a page without any, stray what
 * a third server has. Exit 1 when there are mismatches, strays or fewer good copies than two.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "page.h"

#define MOST 64
#define LONGEST 16	/* pages of one request of a load */
#define COPIES 2
#define SERVERS 8

/*
 * Between two requests of a thread, so that whoever makes things happen gets the
 * processor, too, where it is an emulated one.
 */
#define PAUSE_US 2000

/* What a page may hold: the tag of the last write, and of failed ones since. */
struct page {
	uint64_t tag;		/* 0: zeroes */
	uint64_t maybe[3];
	uint64_t maybes;
};

struct part {
	pthread_t thread;
	uint64_t number, first, count, random;
	uint64_t ops, verified, mismatches, errors, longest;
	sigjmp_buf lost;
};

static int fd;
static uint64_t pages, seed;
static struct page *model;
static unsigned char *memory;
static const char *kind;
static volatile sig_atomic_t stopped;
static __thread struct part *me;

static uint64_t draw(uint64_t below)
{
	me->random = mix(me->random + 1);
	return me->random % below;
}

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000ULL + t.tv_nsec / 1000000;
}

static void took(uint64_t start)
{
	uint64_t ms = now_ms() - start;

	me->ops++;
	if (ms > me->longest)
		me->longest = ms;
}

static void failed(const char *what, uint64_t at, uint64_t count)
{
	if (me->errors++ < 4)
		fprintf(stderr, "%s of %llu pages at page %llu: %s\n", what,
			(unsigned long long)count, (unsigned long long)at, strerror(errno));
}

static int allowed(const uint64_t *p, const struct page *m)
{
	uint64_t i;

	if (page_holds(p, m->tag))
		return 1;
	for (i = 0; i < m->maybes; i++)
		if (page_holds(p, m->maybe[i]))
			return 1;
	return 0;
}

/* ---- a device ---- */

static void look(uint64_t *buf, uint64_t at, uint64_t count)
{
	uint64_t i, start = now_ms();
	ssize_t got = pread(fd, buf, count * PAGE, at * PAGE);

	took(start);
	if (got != (ssize_t)(count * PAGE)) {
		if (count == 1 || strcmp(kind, "check")) {
			failed("read", at, count);
			return;
		}
		for (i = 0; i < count; i++)
			look(buf, at + i, 1);
		return;
	}
	for (i = 0; i < count; i++) {
		me->verified += PAGE;
		if (allowed(buf + i * WORDS, &model[at + i]))
			continue;
		if (me->mismatches++ < 4)
			fprintf(stderr, "page %llu starts %016llx, not %016llx\n",
				(unsigned long long)(at + i), (unsigned long long)buf[i * WORDS],
				(unsigned long long)model[at + i].tag);
	}
}

/* Writes or discards, and notes what is there now or may be. */
static void change(uint64_t *buf, uint64_t at, uint64_t count, int discard)
{
	uint64_t range[2] = { at * PAGE, count * PAGE }, tags[MOST], i, start;
	int bad;

	for (i = 0; i < count; i++) {
		if (model[at + i].maybes == 3)
			return;	/* too little is known of it; leave it */
		tags[i] = discard || !draw(12) ? 0 : mix(me->random) | 1;
		page_fill(buf + i * WORDS, tags[i]);
	}
	start = now_ms();
	if (discard)
		bad = ioctl(fd, BLKDISCARD, range);
	else
		bad = pwrite(fd, buf, count * PAGE, at * PAGE) != (ssize_t)(count * PAGE);
	took(start);
	if (bad)
		failed(discard ? "discard" : "write", at, count);
	for (i = 0; i < count; i++) {
		struct page *m = &model[at + i];

		if (bad) {
			m->maybe[m->maybes++] = tags[i];
		} else {
			m->tag = tags[i];
			m->maybes = 0;
		}
	}
}

static void *load(void *arg)
{
	uint64_t *buf, at, count;

	me = arg;
	buf = page_buffer(MOST);
	while (!stopped) {
		usleep(PAUSE_US);
		count = draw(3) ? 1 + draw(4) : 1 + draw(LONGEST);
		at = me->first + draw(me->count - count + 1);
		switch (kind[0]) {
		case 'r':
			look(buf, at, count);
			break;
		case 'w':
			change(buf, at, count, 0);
			break;
		case 'm':
			if (draw(2))
				look(buf, at, count);
			else
				change(buf, at, count, 0);
			break;
		default: /* discard */
			if (!draw(3))
				look(buf, at, count);
			else
				change(buf, at, count, draw(2));
		}
	}
	return NULL;
}

static void *all_of_it(void *arg)
{
	uint64_t *buf, at, count;

	me = arg;
	buf = page_buffer(MOST);
	for (at = me->first; at < me->first + me->count; at += count) {
		count = me->first + me->count - at;
		if (count > MOST)
			count = MOST;
		if (kind[0] == 'f')
			change(buf, at, count, 0);
		else
			look(buf, at, count);
	}
	return NULL;
}

/* ---- the program's own memory ---- */

static void on_bus_error(int sig)
{
	(void)sig;
	siglongjmp(me->lost, 1);
}

static void swap_page(uint64_t page, int write)
{
	uint64_t *p = (uint64_t *)(memory + page * PAGE);
	uint64_t start = now_ms();

	if (sigsetjmp(me->lost, 1)) {
		took(start);
		errno = EFAULT;
		failed("access", page, 1);
		madvise(p, PAGE, MADV_DONTNEED); /* drops what is lost */
		page_fill(p, model[page].tag);
		return;
	}
	if (!page_holds(p, model[page].tag)) {
		me->mismatches++;
		fprintf(stderr, "page %llu of the memory starts %016llx, not %016llx\n",
			(unsigned long long)page, (unsigned long long)p[0],
			(unsigned long long)model[page].tag);
	}
	me->verified += PAGE;
	if (write) {
		model[page].tag = mix(me->random) | 1;
		page_fill(p, model[page].tag);
	}
	took(start);
}

static void *swap_load(void *arg)
{
	uint64_t i;

	me = arg;
	for (i = 0; !stopped; i++) {
		if (i % 4 == 0)
			usleep(PAUSE_US);
		swap_page(me->first + draw(me->count), !draw(3));
	}
	for (i = 0; i < me->count; i++)
		swap_page(me->first + i, 0);
	return NULL;
}

/* ---- what page servers hold ---- */

/* The memfd of the server's export. */
static int export_of(const char *uuid, const char *pid)
{
	char folder[64], path[320], target[320], wanted[64];
	int found = -1;
	struct dirent *d;
	DIR *dir;

	/* " (deleted)" follows, since it is in no folder */
	snprintf(wanted, sizeof(wanted), "/memfd:netram-%s ", uuid);
	snprintf(folder, sizeof(folder), "/proc/%s/fd", pid);
	dir = opendir(folder);
	while (dir && found < 0 && (d = readdir(dir))) {
		ssize_t n;

		snprintf(path, sizeof(path), "%s/%s", folder, d->d_name);
		n = readlink(path, target, sizeof(target) - 1);
		if (n < 0)
			continue;
		target[n] = 0;
		if (!strncmp(target, wanted, strlen(wanted)))
			found = open(path, O_RDONLY);
	}
	if (dir)
		closedir(dir);
	return found;
}

/*
 * A page that may be either version may differ between copies. Where there are all
 * the copies there should be, what another server has is none, but a stray: it has
 * carried out what it was never asked for, or was not told to free it.
 */
static int copies_in(const char *uuid, int nr, char **pids)
{
	unsigned long long good = 0, bad = 0, few = 0, gone = 0, stray = 0;
	uint64_t at, *buf = page_buffer(MOST);
	int i, fds[SERVERS];

	/* a server without the export has no page */
	for (i = 0; i < nr; i++)
		fds[i] = export_of(uuid, pids[i]);
	for (at = 0; at < pages; at++) {
		int found = 0, wrong = 0, where = 0;
		uint64_t starts = 0;

		if (!model[at].tag || model[at].maybes)
			continue;
		for (i = 0; i < nr; i++) {
			/* a hole is no copy; reading it allocates nothing */
			if (fds[i] < 0 || pread(fds[i], buf, PAGE, at * PAGE) != (ssize_t)PAGE ||
			    page_holds(buf, 0))
				continue;
			if (page_holds(buf, model[at].tag)) {
				found++;
				continue;
			}
			wrong++;
			where = i;
			starts = buf[0];
		}
		good += found;
		gone += !found;
		if (found >= COPIES) {
			stray += wrong;
			continue;
		}
		few++;
		bad += wrong;
		if (few <= 4)
			fprintf(stderr, "page %llu: %d copies; server %d has %016llx, not %016llx\n",
				(unsigned long long)at, found, where, (unsigned long long)starts,
				(unsigned long long)model[at].tag);
	}
	printf("good=%llu bad=%llu gone=%llu stray=%llu\n", good, bad, gone, stray);
	return few || stray || !good;
}

/* ---- */

static void on_stop(int sig)
{
	(void)sig;
	stopped = 1;
}

static void model_map(const char *path, uint64_t mib)
{
	int file = open(path, O_RDWR | (mib ? O_CREAT | O_TRUNC : 0), 0600);
	struct stat st;

	if (file < 0 || (mib && ftruncate(file, (mib << 8) * sizeof(*model))) || fstat(file, &st)) {
		perror(path);
		exit(2);
	}
	pages = st.st_size / sizeof(*model);
	model = mmap(NULL, st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	if (model == MAP_FAILED)
		exit(2);
}

static int run(void *(*function)(void *), uint64_t threads)
{
	struct part *parts = calloc(threads, sizeof(*parts));
	struct part sum = { 0 };
	uint64_t i;

	for (i = 0; i < threads; i++) {
		parts[i].first = pages / threads * i;
		parts[i].count = i + 1 < threads ? pages / threads : pages - parts[i].first;
		parts[i].random = mix(seed + i);
		if (pthread_create(&parts[i].thread, NULL, function, &parts[i]))
			return 2;
	}
	for (i = 0; i < threads; i++) {
		pthread_join(parts[i].thread, NULL);
		sum.ops += parts[i].ops;
		sum.verified += parts[i].verified;
		sum.mismatches += parts[i].mismatches;
		sum.errors += parts[i].errors;
		if (parts[i].longest > sum.longest)
			sum.longest = parts[i].longest;
	}
	printf("ops=%llu bytes_verified=%llu mismatches=%llu errors=%llu longest_ms=%llu\n",
	       (unsigned long long)sum.ops, (unsigned long long)sum.verified,
	       (unsigned long long)sum.mismatches, (unsigned long long)sum.errors,
	       (unsigned long long)sum.longest);
	return !!sum.mismatches;
}

static int run_swap(char **argv)
{
	struct part self = { .random = 1 };
	uint64_t i;

	pages = strtoull(argv[2], NULL, 0) << 8;
	seed = strtoull(argv[3], NULL, 0);
	memory = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	model = calloc(pages, sizeof(*model));
	if (memory == MAP_FAILED || !model)
		return 2;
	madvise(memory, pages * PAGE, MADV_NOHUGEPAGE);
	/* what is known of the pages must not be lost with them */
	if (mlock(model, pages * sizeof(*model))) {
		perror("mlock");
		return 2;
	}
	me = &self;
	signal(SIGBUS, on_bus_error);
	for (i = 0; i < pages; i++) {
		model[i].tag = mix(seed + i) | 1;
		page_fill((uint64_t *)(memory + i * PAGE), model[i].tag);
	}
	close(open(argv[5], O_CREAT | O_WRONLY, 0600));
	return run(swap_load, strtoull(argv[4], NULL, 0));
}

int main(int argc, char **argv)
{
	kind = argc > 1 ? argv[1] : "";
	signal(SIGTERM, on_stop);
	if (argc == 6 && !strcmp(kind, "swap"))
		return run_swap(argv);
	if (argc > 4 && argc <= 4 + SERVERS && !strcmp(kind, "copies")) {
		model_map(argv[2], 0);
		return copies_in(argv[3], argc - 4, argv + 4);
	}
	if (argc < 4 || (argc < 6 && strcmp(kind, "check"))) {
		fprintf(stderr, "usage: see the head of pageload.c\n");
		return 2;
	}
	fd = open(argv[2], O_RDWR | O_DIRECT);
	if (fd < 0) {
		perror(argv[2]);
		return 2;
	}
	seed = argc > 4 ? strtoull(argv[4], NULL, 0) : 1;
	if (!strcmp(kind, "fill")) {
		model_map(argv[3], strtoull(argv[5], NULL, 0));
		return run(all_of_it, 2);
	}
	model_map(argv[3], 0);
	if (!strcmp(kind, "check"))
		return run(all_of_it, 2);
	return run(load, strtoull(argv[5], NULL, 0));
}
