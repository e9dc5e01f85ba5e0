/* SPDX-License-Identifier: GPL-2.0 */
/* Words that people mistype, and those that the kernel escapes. */
#ifndef NETRAM_COMMON_TEXT_H
#define NETRAM_COMMON_TEXT_H

/* suggest.c */
const char *suggest(const char *typed, const char *const *known);

/* unescape.c */
void unescape(char *text);

#endif /* NETRAM_COMMON_TEXT_H */
