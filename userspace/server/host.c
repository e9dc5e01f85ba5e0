// SPDX-License-Identifier: GPL-2.0
#include "host.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

#include "group.h"
#include "log.h"

#ifndef PR_SET_IO_FLUSHER
#define PR_SET_IO_FLUSHER 57
#endif

/* Late, not never: a server that outgrew its host must not take it down. */
#define OOM_SCORE_ADJ "-900"

/* Open from the start: there may be no descriptor when it is asked for. */
static struct groups groups;
static int meminfo_fd = -1;

/* A small file under /proc or /sys, as text. */
static bool read_file(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool done = group_read(fd, text, size);

	if (fd >= 0)
		close(fd);
	return done;
}

void host_open(void)
{
	char text[4096];

	meminfo_fd = open("/proc/meminfo", O_RDONLY | O_CLOEXEC);
	if (read_file("/proc/self/cgroup", text, sizeof(text)))
		groups_open(&groups, "/sys/fs/cgroup", text);
}

uint64_t host_memory(void)
{
	uint64_t all = (uint64_t)sysconf(_SC_PHYS_PAGES) *
		       (uint64_t)sysconf(_SC_PAGESIZE);
	uint64_t group = groups_limit(&groups);

	return group < all ? group : all;
}

/* A field of /proc/meminfo in KiB. */
static uint64_t meminfo(const char *text, const char *field)
{
	const char *at = strstr(text, field);

	return at ? strtoull(at + strlen(field), NULL, 10) : 0;
}

/*
 * Free swap does not count: what would go there is in use, by the machine's programs or
 * as our own pages where those are not locked, and would be slow.
 */
bool host_spares_memory(const char *text)
{
	return meminfo(text, "MemAvailable:") << 10 >
	       group_reserve(meminfo(text, "MemTotal:") << 10);
}

bool host_has_memory(void)
{
	char text[4096];

	if (meminfo_fd >= 0) {
		group_read(meminfo_fd, text, sizeof(text));
		if (!host_spares_memory(text))
			return false;
	}
	return groups_spare(&groups);
}

/* With "advise" only mappings that were advised so have them. */
bool host_huge_setting(const char *text)
{
	return strstr(text, "[always]") || strstr(text, "[within_size]") ||
	       strstr(text, "[force]");
}

/* A kernel without huge pages has no such file. */
bool host_huge_writes(void)
{
	char text[128];

	return read_file("/sys/kernel/mm/transparent_hugepage/shmem_enabled",
			 text, sizeof(text)) && host_huge_setting(text);
}

/* "some avg10=0.12 avg60=0.05 avg300=0.01 total=12345" */
static bool read_stall(const char *text, const char *kind,
		       struct host_stall *stall)
{
	const char *line = strstr(text, kind), *total;

	total = line ? strstr(line, "total=") : NULL;
	if (!total || sscanf(line + strlen(kind), " avg10=%lf",
			     &stall->avg10) != 1)
		return false;
	stall->total_us = strtoull(total + strlen("total="), NULL, 10);
	return true;
}

int host_pressure(struct host_pressure *pressure)
{
	char text[512];

	if (!read_file("/proc/pressure/memory", text, sizeof(text)) ||
	    !read_stall(text, "some", &pressure->some) ||
	    !read_stall(text, "full", &pressure->full))
		return -ENOENT;
	return 0;
}

static bool can_map(uint64_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_NONE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		return false;
	munmap(p, bytes);
	return true;
}

/*
 * ONFAULT: only what has been touched. Without it every sparse mapping to come
 * would be filled at once. Without privilege MCL_FUTURE may succeed and then
 * refuse every large mapping, so try one before believing it.
 */
static void lock_memory(uint64_t limit)
{
	if (!mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT)) {
		if (can_map(limit))
			return;
		munlockall();
		errno = EPERM;
	}
	log_warning("cannot lock memory (%s): pages may be swapped; run as root, raise LimitMEMLOCK, or give --no-mlock",
		    strerror(errno));
}

static void set_oom_score(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	size_t len = strlen(OOM_SCORE_ADJ);

	if (fd < 0 || write(fd, OOM_SCORE_ADJ, len) != (ssize_t)len)
		log_warning("cannot lower the OOM score (%s): under memory pressure the kernel may choose this server",
			    strerror(errno));
	if (fd >= 0)
		close(fd);
}

static void set_io_flusher(void)
{
	if (prctl(PR_SET_IO_FLUSHER, 1, 0, 0, 0))
		log_warning("cannot become an I/O flusher (%s): swapping onto this same machine may deadlock",
			    strerror(errno));
}

void host_prepare(bool lock, uint64_t limit)
{
	set_oom_score();
	set_io_flusher();
	if (lock)
		lock_memory(limit);
}

void host_raise_files(uint64_t nr)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) || r.rlim_cur >= nr)
		return;
	r.rlim_cur = nr;
	if (r.rlim_max < nr)
		r.rlim_max = nr;
	if (!setrlimit(RLIMIT_NOFILE, &r))
		return;
	getrlimit(RLIMIT_NOFILE, &r);
	r.rlim_cur = r.rlim_max;
	setrlimit(RLIMIT_NOFILE, &r);
	log_warning("only %llu open files allowed, not %llu: fewer connections and exports will fit",
		    (unsigned long long)r.rlim_cur, (unsigned long long)nr);
}

int host_random(void *to, size_t len)
{
	return getrandom(to, len, 0) == (ssize_t)len ? 0 : -EIO;
}
