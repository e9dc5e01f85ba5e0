// SPDX-License-Identifier: GPL-2.0
/* Sizes as people write them, and we do not. */
#include <stdio.h>
#include <string.h>

#include "common/text.h"

/**
 * size_strip_unit() - what somebody meant who wrote a size with a unit
 * @text: "64GB", "64 GiB", "64Gi", "64g"
 * @bare: "64G"
 * @size: of @bare
 *
 * Return: false: it is none of these, and @bare is as it was.
 */
bool size_strip_unit(const char *text, char *bare, size_t size)
{
	size_t digits = strspn(text, "0123456789"), at = digits;

	at += strspn(text + at, " ");
	if (!digits || !text[at] || !strchr("KMGTkmgt", text[at]) ||
	    strspn(text + at + 1, "iB") != strlen(text + at + 1))
		return false;
	snprintf(bare, size, "%.*s%c", (int)digits, text, text[at] & ~0x20);
	return true;
}
