/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAMD_MODULE_H
#define NETRAMD_MODULE_H

#include <netram/netram.h>
#include <stddef.h>

/* As netram_open(); on failure @why is a line that says what to do. */
int module_open(struct netram **nt, char *why, size_t size);

#endif /* NETRAMD_MODULE_H */
