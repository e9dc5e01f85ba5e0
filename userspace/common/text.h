/* SPDX-License-Identifier: GPL-2.0 */
/* Words that people mistype, and those that the kernel escapes. */
#ifndef NETRAM_COMMON_TEXT_H
#define NETRAM_COMMON_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* suggest.c */
const char *suggest(const char *typed, const char *const *known);

/* size.c */
bool size_strip_unit(const char *text, char *bare, size_t size);

/* unescape.c */
void unescape(char *text);

#endif /* NETRAM_COMMON_TEXT_H */
