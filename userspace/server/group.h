/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Control groups (v2) as far as memory goes: the server's own and those above it. At
 * a limit of one of them the kernel kills rather than refuses, as it does where
 * the machine has none left.
 */
#ifndef GROUP_H
#define GROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GROUPS_MAX	16

/* So much of @bytes is left to others: 1/64 of it and 16 MiB. */
static inline uint64_t group_reserve(uint64_t bytes)
{
	return bytes / 64 + (16U << 20);
}

/**
 * struct groups - files of those groups that have any, open
 * @nr: of @at
 * @at: from the innermost on
 */
struct groups {
	unsigned int nr;
	struct {
		int max;
		int current;
		int stat;
	} at[GROUPS_MAX];
};

/*
 * @self: in the form of /proc/self/cgroup; @root: where its paths begin. Which groups
 * there are is looked at here; their limits may change, these are read when asked for.
 */
void groups_open(struct groups *groups, const char *root, const char *self);

/* The least of the limits, in bytes; UINT64_MAX: none. */
uint64_t groups_limit(const struct groups *groups);

/* Is more than the reserve left in each? */
bool groups_spare(const struct groups *groups);

/*
 * A small file that is open, as it is now; false, and an empty text, if it cannot be
 * read. That needs no descriptor, which may be out.
 */
bool group_read(int fd, char *text, size_t size);

#endif /* GROUP_H */
