/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Work that reads or writes a volume, in a process of its own: it may have to wait
 * for a node for as long as the volume's requests do, and cannot be interrupted.
 * netramd does not wait for it longer than is usual.
 */
#ifndef NETRAMD_WORKER_H
#define NETRAMD_WORKER_H

#include <stddef.h>

/* 0 or -errno, and then why, in a line */
typedef int (*worker_fn)(const void *arg, char *why, size_t size);

int worker_run(const char *name, worker_fn fn, const void *arg, int timeout_ms,
	       char *why, size_t size);

#endif /* NETRAMD_WORKER_H */
