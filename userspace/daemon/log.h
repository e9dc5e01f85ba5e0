/* SPDX-License-Identifier: GPL-2.0 */
/* One line each on standard error, which is the journal under systemd. */
#ifndef NETRAMD_LOG_H
#define NETRAMD_LOG_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct log_event - something to search the journal for
 * @text: the line
 * @type: what it is about, in NETRAM_EVENT
 * @good: it is over, else it has begun: NETRAM_STATE is off, else on
 * @object: "node" or "volume", in NETRAM_OBJECT
 * @name: which, in NETRAM_NAME
 * @value: in NETRAM_VALUE
 * @limit: in NETRAM_LIMIT
 */
struct log_event {
	const char *text;
	const char *type;
	bool good;
	const char *object;
	const char *name;
	uint64_t value;
	uint64_t limit;
};

void log_line(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* With fields where standard error is the journal; elsewhere it is a line like others. */
void log_event(const struct log_event *event);

#endif /* NETRAMD_LOG_H */
