/* SPDX-License-Identifier: GPL-2.0 */
/* Paths: whether two are one, one is below another, is what the system needs, or has
 * something in it. */
#ifndef NETRAM_COMMON_PATH_H
#define NETRAM_COMMON_PATH_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

bool path_plain(const char *path, char *plain, size_t size);
bool path_has_up(const char *path);
bool path_of_system(const char *path);
bool path_holds_something(const char *path);
bool path_below(const char *path, const char *above);
void path_follow(const char *path, char full[PATH_MAX]);
bool path_same(const char *a, const char *b);

#endif /* NETRAM_COMMON_PATH_H */
