/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What netramd has done and found that the module tells no event of, for the status
 * page; the log has all of it, and more. One thread writes and reads it.
 */
#ifndef NETRAMD_CHRONICLE_H
#define NETRAMD_CHRONICLE_H

#include <json-c/json.h>

/* So many are kept. */
#define CHRONICLE_MAX	100

/**
 * enum chronicle_kind - what an entry is about
 * @CHRONICLE_CHANGE: something was brought to the file
 * @CHRONICLE_MISSED: an objective is missed
 * @CHRONICLE_MET: it is met again, or nobody knows any more
 */
enum chronicle_kind {
	CHRONICLE_CHANGE,
	CHRONICLE_MISSED,
	CHRONICLE_MET,
};

void chronicle_add(enum chronicle_kind kind, const char *text);
struct json_object *chronicle_json(void);

#endif /* NETRAMD_CHRONICLE_H */
