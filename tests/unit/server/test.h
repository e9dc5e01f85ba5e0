/* SPDX-License-Identifier: GPL-2.0 */
/* What cmocka wants included before it, in its order. */
#ifndef TEST_H
#define TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PAGE 4096ULL
#define MIB  (1ULL << 20)

#endif /* TEST_H */
