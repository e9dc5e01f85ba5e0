/* SPDX-License-Identifier: GPL-2.0 */
/* Paths that the file tells: whether two are one, or one is below another. */
#ifndef NETRAMD_PATH_H
#define NETRAMD_PATH_H

#include <stdbool.h>
#include <stddef.h>

bool path_plain(const char *path, char *plain, size_t size);
bool path_has_up(const char *path);
bool path_of_system(const char *path);
bool path_below(const char *path, const char *above);
bool path_same(const char *a, const char *b);

#endif /* NETRAMD_PATH_H */
