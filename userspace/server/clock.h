/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>

/* Milliseconds that never go back; cheap, coarse to a few ms. */
int64_t clock_ms(void);

#endif /* CLOCK_H */
