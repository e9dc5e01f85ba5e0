// SPDX-License-Identifier: GPL-2.0
/*
 * Memory as a program sees it, under swap: fills memory with words made from a
 * seed, touches it in random order, verifies every word.
 *   memcheck MIB SEED [ROUNDS [THREADS [READY-FILE]]]
 * Prints "bytes_verified=N mismatches=N"; exit 1 when there are mismatches.
 * With READY-FILE it makes that file after the first fill and waits for a
 * signal instead of going on (SIGTERM ends it, SIGUSR1 lets it verify).
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "page.h"

static uint64_t seed;
static uint64_t *memory;
static size_t pages, threads = 1;
static unsigned int *version;

struct part {
	pthread_t thread;
	size_t first, count;
	uint64_t verified, mismatches, random;
	unsigned int rounds;
};

static uint64_t first_word(size_t page)
{
	return mix(seed ^ mix(page << 20 ^ version[page]));
}

static void fill(size_t page)
{
	uint64_t w = first_word(page), *p = memory + page * WORDS;
	size_t i;

	for (i = 0; i < WORDS; i++)
		p[i] = w + i * 0x9e3779b97f4a7c15;
}

static void verify(struct part *part, size_t page)
{
	uint64_t w = first_word(page), *p = memory + page * WORDS, bad = 0;
	size_t i;

	for (i = 0; i < WORDS; i++)
		bad += p[i] != w + i * 0x9e3779b97f4a7c15;
	if (bad && part->mismatches < 8 * WORDS)
		fprintf(stderr, "page %zu: %llu wrong words, starts %016llx, not %016llx\n",
			page, (unsigned long long)bad, (unsigned long long)p[0],
			(unsigned long long)w);
	part->verified += PAGE;
	part->mismatches += bad;
}

/* Random order, each page once: a permutation by an odd step. */
static void *run(void *arg)
{
	struct part *part = arg;
	unsigned int round;
	size_t i, at, step;

	for (round = 0; round < part->rounds; round++) {
		part->random = mix(part->random);
		at = part->random % part->count;
		/* a prime larger than any number of pages here has no common divisor */
		step = 2147483647UL % part->count;
		for (i = 0; i < part->count; i++) {
			at = (at + step) % part->count;
			verify(part, part->first + at);
			if (mix(part->random + i) % 3 == 0) {
				version[part->first + at]++;
				fill(part->first + at);
			}
		}
	}
	for (i = 0; i < part->count; i++)
		verify(part, part->first + i);
	return NULL;
}

static int wait_for_word(const char *ready)
{
	sigset_t set;
	int sig;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	close(open(ready, O_CREAT | O_WRONLY, 0600));
	return sigwait(&set, &sig) ? -1 : sig;
}

int main(int argc, char **argv)
{
	uint64_t verified = 0, mismatches = 0;
	struct part *parts;
	size_t i;

	if (argc < 3) {
		fprintf(stderr, "usage: memcheck MIB SEED [ROUNDS [THREADS [READY-FILE]]]\n");
		return 2;
	}
	pages = strtoul(argv[1], NULL, 0) << 8;
	seed = strtoull(argv[2], NULL, 0);
	if (argc > 4)
		threads = strtoul(argv[4], NULL, 0);
	memory = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	version = calloc(pages, sizeof(*version));
	parts = calloc(threads, sizeof(*parts));
	if (memory == MAP_FAILED || !version || !parts) {
		perror("memcheck");
		return 2;
	}
	madvise(memory, pages * PAGE, MADV_NOHUGEPAGE);
	for (i = 0; i < pages; i++)
		fill(i);
	if (argc > 5 && wait_for_word(argv[5]) != SIGUSR1)
		return 0;
	for (i = 0; i < threads; i++) {
		parts[i].first = pages / threads * i;
		parts[i].count = pages / threads;
		parts[i].random = seed + i;
		parts[i].rounds = argc > 3 ? strtoul(argv[3], NULL, 0) : 1;
		errno = pthread_create(&parts[i].thread, NULL, run, &parts[i]);
		if (errno) {
			perror("memcheck");
			return 2;
		}
	}
	for (i = 0; i < threads; i++) {
		pthread_join(parts[i].thread, NULL);
		verified += parts[i].verified;
		mismatches += parts[i].mismatches;
	}
	printf("bytes_verified=%llu mismatches=%llu\n",
	       (unsigned long long)verified, (unsigned long long)mismatches);
	return mismatches || verified < pages * PAGE;
}
