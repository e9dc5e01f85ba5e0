/* SPDX-License-Identifier: GPL-2.0 */
/* One line each on standard error, which is the journal under systemd. */
#ifndef LOG_H
#define LOG_H

#include <stdio.h>

#define log_error(fmt, ...) \
	fprintf(stderr, "netram-server: " fmt "\n", ##__VA_ARGS__)
#define log_warning(fmt, ...) \
	fprintf(stderr, "netram-server: warning: " fmt "\n", ##__VA_ARGS__)
#define log_info(fmt, ...) \
	fprintf(stderr, "netram-server: " fmt "\n", ##__VA_ARGS__)

#endif /* LOG_H */
