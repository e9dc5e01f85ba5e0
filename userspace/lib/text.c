// SPDX-License-Identifier: LGPL-2.1-or-later
/* Numbers and names as people write them. */
#include <errno.h>
#include <inttypes.h>
#include <netram/limits.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"

#define NAME_OF(names, i) \
	((i) < sizeof(names) / sizeof(*(names)) ? (names)[i] : "unknown")

const char *netram_node_state_name(uint8_t state)
{
	static const char *const names[] = {
		[NETRAM_NODE_IDLE] = "idle",
		[NETRAM_NODE_UP] = "up",
		[NETRAM_NODE_SUSPECT] = "suspect",
		[NETRAM_NODE_DOWN] = "down",
		[NETRAM_NODE_DRAINING] = "draining",
	};

	return NAME_OF(names, state);
}

const char *netram_volume_state_name(uint8_t state)
{
	static const char *const names[] = {
		[NETRAM_VOLUME_OK] = "ok",
		[NETRAM_VOLUME_DEGRADED] = "degraded",
		[NETRAM_VOLUME_LOST] = "lost",
		[NETRAM_VOLUME_WAITING] = "waiting",
		[NETRAM_VOLUME_FENCED] = "fenced",
		[NETRAM_VOLUME_BACKUP] = "backup",
	};

	return NAME_OF(names, state);
}

const char *netram_on_loss_name(uint8_t on_loss)
{
	static const char *const names[] = {
		[NETRAM_ON_LOSS_ERROR] = "error",
		[NETRAM_ON_LOSS_WAIT] = "wait",
	};

	return NAME_OF(names, on_loss);
}

const char *netram_copy_state_name(uint8_t state)
{
	static const char *const names[] = {
		[NETRAM_COPY_EMPTY] = "empty",
		[NETRAM_COPY_STALE] = "stale",
		[NETRAM_COPY_FILLING] = "filling",
		[NETRAM_COPY_COPYING] = "copying",
		[NETRAM_COPY_INSYNC] = "insync",
	};

	return NAME_OF(names, state);
}

const char *netram_backup_mode_name(uint8_t mode)
{
	static const char *const names[] = {
		[NETRAM_BACKUP_SYNC] = "sync",
		[NETRAM_BACKUP_BEHIND] = "behind",
	};

	return NAME_OF(names, mode);
}

const char *netram_backup_state_name(uint8_t state)
{
	static const char *const names[] = {
		[NETRAM_BACKUP_OK] = "ok",
		[NETRAM_BACKUP_FAILED] = "failed",
	};

	return NAME_OF(names, state);
}

const char *netram_session_state_name(uint8_t state)
{
	static const char *const names[] = {
		[NETRAM_SESSION_CONNECTING] = "connecting",
		[NETRAM_SESSION_UP] = "up",
		[NETRAM_SESSION_BROKEN] = "broken",
		[NETRAM_SESSION_CLOSED] = "closed",
	};

	return NAME_OF(names, state);
}

/* The numbers are told with NETRAM_EVENT_SYNC. */
const char *netram_sync_state_name(uint8_t state)
{
	static const char *const names[] = { "degraded", "synced" };

	return NAME_OF(names, state);
}

const char *netram_verify_state_name(uint8_t state)
{
	static const char *const names[] = {
		[NETRAM_VERIFY_RUNNING] = "running",
		[NETRAM_VERIFY_CLEAN] = "clean",
		[NETRAM_VERIFY_WRONG] = "wrong",
		[NETRAM_VERIFY_CANCELLED] = "cancelled",
	};

	return NAME_OF(names, state);
}

const char *netram_verify_kind_name(uint8_t kind)
{
	static const char *const names[] = {
		[NETRAM_VERIFY_BAD_WRONG] = "wrong",
		[NETRAM_VERIFY_BAD_REPAIRED] = "repaired",
		[NETRAM_VERIFY_BAD_UNREADABLE] = "unreadable",
		[NETRAM_VERIFY_BAD_LOST] = "lost",
		[NETRAM_VERIFY_BAD_UNDECIDED] = "undecided",
	};

	return NAME_OF(names, kind);
}

const char *netram_corrupt_name(uint8_t how)
{
	static const char *const names[] = {
		[NETRAM_CORRUPT_ELSEWHERE] = "elsewhere",
		[NETRAM_CORRUPT_UNREADABLE] = "unreadable",
	};

	return NAME_OF(names, how);
}

const char *netram_event_name(uint8_t type)
{
	static const char *const names[] = {
		[NETRAM_EVENT_NODE_ADDED] = "node_added",
		[NETRAM_EVENT_NODE_REMOVED] = "node_removed",
		[NETRAM_EVENT_VOLUME_ADDED] = "volume_added",
		[NETRAM_EVENT_VOLUME_REMOVED] = "volume_removed",
		[NETRAM_EVENT_SESSION] = "session",
		[NETRAM_EVENT_PAGES_LOST] = "pages_lost",
		[NETRAM_EVENT_SYNC] = "sync",
		[NETRAM_EVENT_WAITING] = "waiting",
		[NETRAM_EVENT_TAKEN_OVER] = "taken_over",
		[NETRAM_EVENT_VERIFY] = "verify",
		[NETRAM_EVENT_BACKUP] = "backup",
		[NETRAM_EVENT_BACKUP_FAILED] = "backup_failed",
		[NETRAM_EVENT_DRAIN] = "drain",
		[NETRAM_EVENT_WEIGHT] = "weight",
		[NETRAM_EVENT_REPLICAS] = "replicas",
		[NETRAM_EVENT_ON_LOSS] = "on_loss",
		[NETRAM_EVENT_DRAINED] = "drained",
		[NETRAM_EVENT_CORRUPT] = "corrupt",
	};

	return NAME_OF(names, type);
}

bool netram_name_valid(const char *name)
{
	size_t len = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "abcdefghijklmnopqrstuvwxyz"
				  "0123456789._-");

	return len > 0 && len <= NETRAM_NAME_MAX && !name[len] &&
	       name[0] != '.';
}

/* log2 of a unit's bytes, or -1. "" is a unit: bytes. */
static int unit_shift(const char *unit)
{
	static const char units[] = "KMGT";
	const char *at;

	if (!unit[0])
		return 0;
	if (unit[1])
		return -1;
	at = strchr(units, unit[0] & ~0x20);
	return at && *at ? (int)(at - units + 1) * 10 : -1;
}

int netram_size_parse(const char *text, uint64_t *bytes)
{
	uint64_t n = 0;
	const char *at = text;
	int shift;

	for (; *at >= '0' && *at <= '9'; at++)
		if (__builtin_mul_overflow(n, 10, &n) ||
		    __builtin_add_overflow(n, *at - '0', &n))
			return -ERANGE;
	shift = unit_shift(at);
	if (at == text || shift < 0)
		return -EINVAL;
	if (n > UINT64_MAX >> shift)
		return -ERANGE;
	*bytes = n << shift;
	return 0;
}

void netram_size_format(uint64_t bytes, char *text, size_t size)
{
	static const char *const units[] = { "", "K", "M", "G", "T" };
	int i = 0;

	for (; bytes && !(bytes % 1024) && i < 4; i++)
		bytes /= 1024;
	snprintf(text, size, "%" PRIu64 "%s", bytes, units[i]);
}

static bool uuid_dash(int byte)
{
	return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int netram_uuid_parse(const char *text, uint8_t uuid[16])
{
	int i, high, low;

	for (i = 0; i < 16; i++) {
		if (uuid_dash(i) && *text++ != '-')
			return -EINVAL;
		high = hex_value(text[0]);
		low = high < 0 ? -1 : hex_value(text[1]);
		if (low < 0)
			return -EINVAL;
		uuid[i] = high << 4 | low;
		text += 2;
	}
	return *text ? -EINVAL : 0;
}

void netram_uuid_format(const uint8_t uuid[16], char text[NETRAM_UUID_SIZE])
{
	int i;

	for (i = 0; i < 16; i++)
		text += sprintf(text, "%s%02x",
				uuid_dash(i) ? "-" : "",
				uuid[i]);
}
