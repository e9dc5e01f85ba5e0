/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAMD_KEY_SET_H
#define NETRAMD_KEY_SET_H

#include <stdint.h>

#define KEY_SET_MAX	32

/**
 * struct key_set - keys that a mapping has
 * @bits: of struct key's bit
 * @line: where each is, 0 if it is not
 */
struct key_set {
	uint64_t bits;
	unsigned int line[KEY_SET_MAX];
};

#endif /* NETRAMD_KEY_SET_H */
