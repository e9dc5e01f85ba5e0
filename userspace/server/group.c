// SPDX-License-Identifier: GPL-2.0
#include "group.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "text.h"

bool group_read(int fd, char *text, size_t size)
{
	ssize_t n = fd < 0 ? -1 : pread(fd, text, size - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	return n > 0;
}

static int open_in(const char *folder, const char *file)
{
	char path[640];

	snprintf(path, sizeof(path), "%s/%s", folder, file);
	return open(path, O_RDONLY | O_CLOEXEC);
}

/* The root of all has no such files, nor has one without the memory controller. */
static void add(struct groups *g, const char *folder)
{
	int max = open_in(folder, "memory.max");

	if (max < 0)
		return;
	g->at[g->nr].max = max;
	g->at[g->nr].current = open_in(folder, "memory.current");
	g->at[g->nr++].stat = open_in(folder, "memory.stat");
}

void groups_open(struct groups *g, const char *root, const char *self)
{
	const char *path = strstr(self, "0::/");
	size_t least = strlen(root);
	char folder[600];
	char *slash;

	g->nr = 0;
	if (!path)
		return;
	path += strlen("0::");
	snprintf(folder, sizeof(folder), "%s%.*s", root,
		 (int)strcspn(path, "\n"), path);
	slash = folder + strlen(folder) - 1;
	if (*slash == '/')
		*slash = '\0';
	do {
		add(g, folder);
		slash = strrchr(folder, '/');
		if (slash)
			*slash = '\0';
	} while (g->nr < GROUPS_MAX && slash && strlen(folder) >= least);
}

/* A file of one number, or "max". */
static uint64_t number(int fd)
{
	char text[64];
	uint64_t n;

	if (!group_read(fd, text, sizeof(text)) ||
	    !text_u64(text, strcspn(text, "\n"), &n))
		return UINT64_MAX;
	return n;
}

uint64_t groups_limit(const struct groups *g)
{
	uint64_t least = UINT64_MAX, limit;
	unsigned int i;

	for (i = 0; i < g->nr; i++) {
		limit = number(g->at[i].max);
		least = limit < least ? limit : least;
	}
	return least;
}

static uint64_t field(const char *text, const char *name)
{
	const char *at = strstr(text, name);

	return at ? strtoull(at + strlen(name), NULL, 10) : 0;
}

/* Of files that can be read again: taken back before anything is killed. */
static uint64_t cached(int fd)
{
	char text[4096];

	group_read(fd, text, sizeof(text));
	return field(text, "\nactive_file ") + field(text, "\ninactive_file ");
}

/* Where a group has gone meanwhile, we are in another one and this limits nobody. */
static bool spares(const struct groups *g, unsigned int i)
{
	uint64_t max = number(g->at[i].max);
	uint64_t used = number(g->at[i].current), most;

	if (max == UINT64_MAX || used == UINT64_MAX)
		return true;
	if (max <= group_reserve(max))
		return false;
	most = max - group_reserve(max);
	if (used < most)
		return true;
	/* Takes the kernel longer to tell, so only where it matters. */
	return used - most < cached(g->at[i].stat);
}

bool groups_spare(const struct groups *g)
{
	unsigned int i;

	for (i = 0; i < g->nr; i++)
		if (!spares(g, i))
			return false;
	return true;
}
