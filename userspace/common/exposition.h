/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Metrics as Prometheus reads them: its text format, version 0.0.4. A family is
 * begun once, and all of its samples follow at once.
 */
#ifndef NETRAM_COMMON_EXPOSITION_H
#define NETRAM_COMMON_EXPOSITION_H

#include <stdint.h>
#include <stdio.h>

#define EXPOSITION_TYPE	"text/plain; version=0.0.4; charset=utf-8"

/**
 * struct exposition - a text that grows
 * @file: where it is written to
 * @text: what was written
 * @size: how much
 * @name: of the family that was begun last
 */
struct exposition {
	FILE *file;
	char *text;
	size_t size;
	const char *name;
};

/* 0 or -ENOMEM */
int exposition_begin(struct exposition *e);
/* The text, to be freed, or NULL: there was no memory for it. */
char *exposition_end(struct exposition *e);

/* @type: counter, gauge or histogram */
void exposition_family(struct exposition *e, const char *name, const char *type,
		       const char *help);

/* A sample; its labels are pairs of name and value, ending with NULL. */
void exposition_u64(struct exposition *e, uint64_t value, ...)
	__attribute__((sentinel));
void exposition_double(struct exposition *e, double value, ...)
	__attribute__((sentinel));

/* Of a histogram; @le: the bucket's bound, seconds, HUGE_VAL for the last one. */
void exposition_bucket(struct exposition *e, double le, uint64_t count,
		       const char *label, const char *value);
void exposition_sum(struct exposition *e, double sum, uint64_t count,
		    const char *label, const char *value);

#endif /* NETRAM_COMMON_EXPOSITION_H */
