// SPDX-License-Identifier: GPL-2.0
#include "tunable.h"

#include <netram/limits.h>
#include <stddef.h>

static const char *const none[] = { NULL };
static const char *const hedge_words[] = { "auto", "0", NULL };

#define TUNABLE(name, limit, words) \
	[TUNABLE_##limit] = { name, NETRAM_##limit##_MIN, NETRAM_##limit##_MAX, \
			      words }

const struct tunable tunables[TUNABLES] = {
	TUNABLE("io_deadline_ms", IO_DEADLINE_MS, none),
	TUNABLE("io_timeout_ms", IO_TIMEOUT_MS, none),
	TUNABLE("connect_timeout_ms", CONNECT_TIMEOUT_MS, none),
	TUNABLE("rereplicate_delay_ms", REREPLICATE_DELAY_MS, none),
	TUNABLE("sync_rate_mib", SYNC_RATE_MIB, none),
	TUNABLE("hedge_us", HEDGE_US, hedge_words),
	TUNABLE("backup_lag_mib", BACKUP_LAG_MIB, none),
};
