/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Export names as netram writes them: "<uuid>?client=..&epoch=..&size=..&claim=..",
 * every key optional, none twice. A name without '?' is a plain NBD client's.
 */
#ifndef NAME_H
#define NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <netram/limits.h>

#define NAME_WHY_MAX	200	/* of the sentence that says what is wrong */

struct name {
	char export[NETRAM_EXPORT_MAX + 1];
	char client[NETRAM_NAME_MAX + 1];
	char claim[NETRAM_NAME_MAX + 1];
	const char *class;		/* one of the four, or NULL */
	uint64_t epoch;
	uint64_t size;			/* 0: not given */
	bool has_epoch;
	bool takeover;
	bool readonly;
	bool orphan;
};

/* 0, or -EINVAL and a sentence in @why (NAME_WHY_MAX bytes). */
int name_parse(const char *text, size_t len, struct name *name, char *why);

/* A size an export may have; NULL or what is wrong with it. */
const char *name_bad_size(uint64_t bytes);

#endif /* NAME_H */
