/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers out of text that a user or the network wrote. */
#ifndef TEXT_H
#define TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All of @len bytes are decimal digits and fit; no sign, no space. */
bool text_u64(const char *s, size_t len, uint64_t *value);

/* Bytes with an optional suffix K, M, G or T (powers of 1024). */
bool text_size(const char *s, uint64_t *bytes);

/* Valid UTF-8 without control characters. */
bool text_printable(const char *s, size_t len);

#endif /* TEXT_H */
