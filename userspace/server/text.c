// SPDX-License-Identifier: GPL-2.0
#include "text.h"

#include <string.h>

bool text_u64(const char *s, size_t len, uint64_t *value)
{
	uint64_t v = 0;

	if (!len)
		return false;
	for (; len; len--, s++) {
		if (*s < '0' || *s > '9')
			return false;
		if (__builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(*s - '0'), &v))
			return false;
	}
	*value = v;
	return true;
}

static int suffix_shift(char c)
{
	static const char suffixes[] = "KMGT";
	const char *at = c & ~0x20 ? strchr(suffixes, c & ~0x20) : NULL;

	return at ? 10 * (int)(at - suffixes + 1) : -1;
}

bool text_size(const char *s, uint64_t *bytes)
{
	size_t len = strlen(s);
	int shift = len ? suffix_shift(s[len - 1]) : -1;

	if (shift < 0)
		return text_u64(s, len, bytes);
	if (!text_u64(s, len - 1, bytes) || *bytes > UINT64_MAX >> shift)
		return false;
	*bytes <<= shift;
	return true;
}

/* Length of the UTF-8 sequence at @s, 0 when it is none. */
static size_t utf8_length(const uint8_t *s, size_t len)
{
	uint32_t c = s[0], least;
	size_t n, i;

	if (c < 0x80)
		return 1;
	if (c < 0xc2 || c > 0xf4)
		return 0;
	n = c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
	least = n == 2 ? 0x80 : n == 3 ? 0x800 : 0x10000;
	if (n > len)
		return 0;
	c &= 0x7fU >> n;
	for (i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	if (c < least || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	return n;
}

bool text_printable(const char *s, size_t len)
{
	const uint8_t *p = (const uint8_t *)s;

	while (len) {
		size_t n = utf8_length(p, len);

		if (!n || *p < 0x20 || *p == 0x7f)
			return false;
		p += n;
		len -= n;
	}
	return true;
}
