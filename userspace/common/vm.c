// SPDX-License-Identifier: GPL-2.0
/*
 * Two settings of the kernel's that swapping over a network needs, where a page
 * is only gone when a packet has been received.
 *
 * vm.min_free_kbytes: what is left for such packets when memory is used up. The
 * kernel's own value grows with the root of the memory, from next to nothing.
 *
 * vm.watermark_boost_factor: lets the kernel raise that limit to a multiple of
 * itself at once when memory is fragmented. What is free is then below it, and a
 * network driver gets nothing until reclaim has caught up. For virtio_net that is
 * deadly: it switches receiving off and waits for memory like any program, which
 * waits for a page to be swapped out, which waits for a packet.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/swaps.h"

#define MIN_FREE	"/proc/sys/vm/min_free_kbytes"
#define BOOST		"/proc/sys/vm/watermark_boost_factor"

/* A thirty-second of the memory, and no more than a big machine has by itself. */
#define MIN_FREE_PART	32
#define MIN_FREE_MAX_KB	(64 * 1024)

uint64_t vm_min_free_kb(uint64_t total_kb)
{
	uint64_t kb = total_kb / MIN_FREE_PART;

	return kb < MIN_FREE_MAX_KB ? kb : MIN_FREE_MAX_KB;
}

static int get(const char *path, uint64_t *value)
{
	char *text, *end;
	int err = file_read(path, &text);

	if (err)
		return err;
	*value = strtoull(text, &end, 10);
	err = end == text ? -EBADMSG : 0;
	free(text);
	return err;
}

static int set(const char *path, uint64_t value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), err = 0;

	if (fd < 0)
		return -errno;
	if (dprintf(fd, "%" PRIu64 "\n", value) < 0)
		err = -errno;
	close(fd);
	return err;
}

static void change(note_fn note, const char *path, const char *name,
		   uint64_t from, uint64_t to)
{
	int err = set(path, to);

	if (err)
		note("cannot set %s to %" PRIu64 " (%s): it is %" PRIu64 ", with which swapping over a network can stand still",
			 name, to, strerror(-err), from);
	else
		note("%s is now %" PRIu64 ", it was %" PRIu64, name, to, from);
}

void vm_prepare(note_fn note)
{
	struct meminfo mem;
	uint64_t now, want;

	if (!get(BOOST, &now) && now)
		change(note, BOOST, "vm.watermark_boost_factor", now, 0);
	if (meminfo_read(&mem) || get(MIN_FREE, &now))
		return;
	want = vm_min_free_kb(mem.total_kb);
	if (now < want)
		change(note, MIN_FREE, "vm.min_free_kbytes", now, want);
}
