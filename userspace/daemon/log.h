/* SPDX-License-Identifier: GPL-2.0 */
/* One line each on standard error, which is the journal under systemd. */
#ifndef NETRAMD_LOG_H
#define NETRAMD_LOG_H

void log_line(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif /* NETRAMD_LOG_H */
