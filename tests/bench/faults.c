// SPDX-License-Identifier: GPL-2.0
/*
 * What swap costs a program that is larger than its memory: fills so many MiB,
 * page after page, then reads pages at random, and checks each.
 *   faults MIB READS
 * Prints: µs per page of the fill, the median, the 99th percentile of the reads
 * that caused a major fault (µs), how many did, how many pages were wrong.
 */
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>

#define PAGE 4096
#define WORDS (PAGE / sizeof(uint64_t))
#define STRIDE 8 /* one word in each cache line */

static double now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

static uint64_t word(size_t page, size_t i)
{
	return page * 0x9e3779b97f4a7c15 + i;
}

static double fill(uint64_t *mem, size_t pages)
{
	double start = now_us();
	size_t page, i;

	for (page = 0; page < pages; page++)
		for (i = 0; i < WORDS; i += STRIDE)
			mem[page * WORDS + i] = word(page, i);
	return (now_us() - start) / pages;
}

static long major_faults(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_majflt;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	size_t pages, page, i, wrong = 0;
	int reads, n, faulted = 0;
	uint64_t *mem, seed = 1;
	double *us, start, fill_us;
	long before, after;

	if (argc != 3 || atoi(argv[1]) < 1 || atoi(argv[2]) < 1)
		errx(2, "usage: faults MIB READS");
	pages = (size_t)atoi(argv[1]) << 8;
	reads = atoi(argv[2]);
	us = malloc(reads * sizeof(*us));
	mem = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (!us || mem == MAP_FAILED)
		err(1, "no memory");
	madvise(mem, pages * PAGE, MADV_NOHUGEPAGE);

	fill_us = fill(mem, pages);
	before = major_faults();
	for (n = 0; n < reads; n++) {
		seed = seed * 6364136223846793005 + 1442695040888963407;
		page = (seed >> 33) % pages;
		i = (seed >> 20) % (WORDS / STRIDE) * STRIDE;
		start = now_us();
		wrong += mem[page * WORDS + i] != word(page, i);
		us[faulted] = now_us() - start;
		after = major_faults();
		faulted += after != before;
		before = after;
	}
	if (!faulted)
		errx(1, "nothing was swapped out");
	qsort(us, faulted, sizeof(*us), compare);
	printf("%.2f %.2f %.2f %d %zu\n", fill_us, us[faulted / 2],
	       us[faulted * 99 / 100], faulted, wrong);
	return wrong != 0;
}
