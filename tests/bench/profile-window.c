// SPDX-License-Identifier: GPL-2.0
/*
 * In the guest of tests/bench/profile: have the plugin count for so many
 * milliseconds, from when the disk has done so many operations.
 *   profile-window DISK AFTER-OPERATIONS MS [pages]      DISK as in /sys/block
 * Prints the operations of the disk in that time, or the pages they were of.
 */
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define SECTORS 8 /* of a page */

static void wait_ms(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

static long operations(const char *path, bool pages)
{
	long reads, writes, read, written;
	FILE *f = fopen(path, "r");

	if (!f || fscanf(f, "%ld %*d %ld %*d %ld %*d %ld", &reads, &read,
			 &writes, &written) != 4)
		err(1, "%s", path);
	fclose(f);
	return pages ? (read + written) / SECTORS : reads + writes;
}

int main(int argc, char **argv)
{
	char path[256];
	bool pages = argc == 5;
	long first, before;

	if (argc < 4)
		errx(2, "usage: profile-window DISK AFTER-OPERATIONS MS [pages]");
	snprintf(path, sizeof(path), "/sys/block/%s/stat", argv[1]);
	first = operations(path, pages);
	while (operations(path, pages) < first + atol(argv[2]))
		wait_ms(5);
	before = operations(path, pages);
	asm volatile("xchg %%r13, %%r13" ::: "memory");
	wait_ms(atol(argv[3]));
	asm volatile("xchg %%r14, %%r14" ::: "memory");
	printf("%ld\n", operations(path, pages) - before);
	return 0;
}
