/* SPDX-License-Identifier: GPL-2.0 */
/* What is wrong with a configuration file, and where. */
#ifndef NETRAMD_COMPLAINT_H
#define NETRAMD_COMPLAINT_H

#include <stddef.h>
#include <stdio.h>

/**
 * enum complaint_kind - how bad it is
 * @COMPLAINT_ERROR: the file cannot be used
 * @COMPLAINT_NOTE: it can, but may not do what was meant
 */
enum complaint_kind {
	COMPLAINT_ERROR,
	COMPLAINT_NOTE,
};

/**
 * struct complaint - one mistake
 * @line: counted from 1; 0: the file as a whole
 * @kind: how bad
 * @text: what is wrong, and what to do about it; no newline
 */
struct complaint {
	unsigned int line;
	enum complaint_kind kind;
	char *text;
};

/**
 * struct complaints - all of a file
 * @file: its name, for the lines that are printed
 * @all: in the order they were found
 * @count: how many
 * @errors: of these, COMPLAINT_ERROR
 */
struct complaints {
	const char *file;
	struct complaint *all;
	size_t count;
	size_t errors;
};

void complaints_init(struct complaints *c, const char *file);
void complaints_free(struct complaints *c);
void complain(struct complaints *c, unsigned int line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void complain_note(struct complaints *c, unsigned int line,
		   const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void complaints_settle(struct complaints *c);
void complaint_format(const struct complaints *c, size_t i, char *text,
		      size_t size);

#endif /* NETRAMD_COMPLAINT_H */
