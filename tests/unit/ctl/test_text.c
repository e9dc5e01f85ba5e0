// SPDX-License-Identifier: GPL-2.0
/* Sizes, names, uuids, rounded numbers, suggestions. */
#include <errno.h>
#include <string.h>

#include "kit.h"
#include "common/text.h"
#include "ctl/ctl.h"
#include "ctl/print.h"

static void test_size_parse(void **state)
{
	static const struct {
		const char *text;
		int err;
		uint64_t bytes;
	} cases[] = {
		{ "0", 0, 0 },
		{ "4096", 0, 4096 },
		{ "1K", 0, 1024 },
		{ "1k", 0, 1024 },
		{ "512M", 0, 512ULL << 20 },
		{ "4G", 0, 4ULL << 30 },
		{ "16T", 0, 16ULL << 40 },
		{ "18446744073709551615", 0, UINT64_MAX },
		{ "18446744073709551616", -ERANGE, 0 },
		{ "16777216T", -ERANGE, 0 },
		{ "16777215T", 0, 16777215ULL << 40 },
		{ "99999999999999999999999", -ERANGE, 0 },
		{ "", -EINVAL, 0 },
		{ "K", -EINVAL, 0 },
		{ "-1", -EINVAL, 0 },
		{ "+1", -EINVAL, 0 },
		{ " 1", -EINVAL, 0 },
		{ "1 ", -EINVAL, 0 },
		{ "1.5G", -EINVAL, 0 },
		{ "1KB", -EINVAL, 0 },
		{ "1P", -EINVAL, 0 },
		{ "0x10", -EINVAL, 0 },
		{ "1\v", -EINVAL, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint64_t bytes = 0;

		assert_int_equal(netram_size_parse(cases[i].text, &bytes),
				 cases[i].err);
		assert_int_equal(bytes, cases[i].bytes);
	}
}

static void test_size_round_trip(void **state)
{
	static const uint64_t sizes[] = {
		0, 1, 1023, 1024, 1536, 4096, 1ULL << 20, (1ULL << 20) + 4096,
		3ULL << 30, 16ULL << 40, 1ULL << 63, UINT64_MAX
	};
	char text[24];
	uint64_t back;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		netram_size_format(sizes[i], text, sizeof(text));
		assert_int_equal(netram_size_parse(text, &back), 0);
		assert_true(back == sizes[i]);
	}
	netram_size_format(64 << 20, text, sizeof(text));
	assert_string_equal(text, "64M");
}

static void test_name(void **state)
{
	char name[NETRAM_NAME_SIZE + 1];

	(void)state;
	assert_true(netram_name_valid("n1"));
	assert_true(netram_name_valid("A.b_c-9"));
	assert_false(netram_name_valid(""));
	assert_false(netram_name_valid("a b"));
	assert_false(netram_name_valid("a/b"));
	assert_false(netram_name_valid("\xc3\xa4"));
	assert_false(netram_name_valid("a\n"));
	assert_false(netram_name_valid(".a"));
	assert_true(netram_name_valid("-a"));
	memset(name, 'x', sizeof(name));
	name[63] = '\0';
	assert_true(netram_name_valid(name));
	name[63] = 'x';
	name[64] = '\0';
	assert_false(netram_name_valid(name));
}

static void test_state_names(void **state)
{
	(void)state;
	assert_string_equal(netram_node_state_name(NETRAM_NODE_SUSPECT),
			    "suspect");
	assert_string_equal(netram_volume_state_name(NETRAM_VOLUME_LOST),
			    "lost");
	assert_string_equal(netram_session_state_name(NETRAM_SESSION_CLOSED),
			    "closed");
	assert_string_equal(netram_event_name(NETRAM_EVENT_PAGES_LOST),
			    "pages_lost");
	assert_string_equal(netram_node_state_name(NETRAM_NODE_DRAINING),
			    "draining");
	assert_string_equal(netram_event_name(NETRAM_EVENT_SYNC), "sync");
	assert_string_equal(netram_event_name(NETRAM_EVENT_VERIFY), "verify");
	assert_string_equal(netram_verify_state_name(NETRAM_VERIFY_RUNNING), "running");
	assert_string_equal(netram_verify_state_name(NETRAM_VERIFY_CANCELLED), "cancelled");
	assert_string_equal(netram_verify_state_name(4), "unknown");
	assert_string_equal(netram_verify_kind_name(NETRAM_VERIFY_BAD_WRONG), "wrong");
	assert_string_equal(netram_verify_kind_name(NETRAM_VERIFY_BAD_UNDECIDED), "undecided");
	assert_string_equal(netram_verify_kind_name(5), "unknown");
	assert_string_equal(netram_event_name(NETRAM_EVENT_BACKUP_FAILED), "backup_failed");
	assert_string_equal(netram_volume_state_name(NETRAM_VOLUME_BACKUP), "backup");
	assert_string_equal(netram_backup_mode_name(NETRAM_BACKUP_BEHIND), "behind");
	assert_string_equal(netram_backup_mode_name(2), "unknown");
	assert_string_equal(netram_backup_state_name(NETRAM_BACKUP_FAILED), "failed");
	assert_string_equal(netram_backup_state_name(2), "unknown");
	assert_string_equal(netram_sync_state_name(0), "degraded");
	assert_string_equal(netram_sync_state_name(1), "synced");
	assert_string_equal(netram_node_state_name(255), "unknown");
	assert_string_equal(netram_sync_state_name(2), "unknown");
	assert_string_equal(netram_event_name(NETRAM_EVENT_WAITING), "waiting");
	assert_string_equal(netram_event_name(NETRAM_EVENT_TAKEN_OVER),
			    "taken_over");
	assert_string_equal(netram_corrupt_name(NETRAM_CORRUPT_ELSEWHERE), "elsewhere");
	assert_string_equal(netram_corrupt_name(NETRAM_CORRUPT_UNREADABLE), "unreadable");
	assert_string_equal(netram_corrupt_name(2), "unknown");
	assert_string_equal(netram_event_name(NETRAM_EVENT_DRAIN), "drain");
	assert_string_equal(netram_event_name(NETRAM_EVENT_WEIGHT), "weight");
	assert_string_equal(netram_event_name(NETRAM_EVENT_REPLICAS), "replicas");
	assert_string_equal(netram_event_name(NETRAM_EVENT_ON_LOSS), "on_loss");
	assert_string_equal(netram_event_name(NETRAM_EVENT_DRAINED), "drained");
	assert_string_equal(netram_event_name(NETRAM_EVENT_CORRUPT), "corrupt");
	assert_string_equal(netram_event_name(NETRAM_EVENT_CORRUPT + 1),
			    "unknown");
}

static void test_uuid(void **state)
{
	static const uint8_t uuid[16] = { 0xde, 0xad, [15] = 0x0f };
	char text[NETRAM_UUID_SIZE];

	(void)state;
	netram_uuid_format(uuid, text);
	assert_string_equal(text, "dead0000-0000-0000-0000-00000000000f");
}

static void test_uuid_parse(void **state)
{
	static const char *const bad[] = {
		"", "0", "0123456789abcdef0123456789abcdef",
		"01234567-89ab-cdef-0123-456789abcde",
		"01234567-89ab-cdef-0123-456789abcdef0",
		"01234567-89ab-cdef-0123-456789abcdeg",
		"01234567x89ab-cdef-0123-456789abcdef",
		"0123456--89ab-cdef-0123-456789abcdef",
	};
	char text[NETRAM_UUID_SIZE];
	uint8_t uuid[16];
	size_t i;

	(void)state;
	assert_int_equal(netram_uuid_parse("01234567-89AB-cdef-0123-456789abcdef",
					   uuid), 0);
	netram_uuid_format(uuid, text);
	assert_string_equal(text, "01234567-89ab-cdef-0123-456789abcdef");
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(netram_uuid_parse(bad[i], uuid), -EINVAL);
}

static void test_human(void **state)
{
	(void)state;
	assert_string_equal(ctl_human(0).text, "0 B");
	assert_string_equal(ctl_human(1023).text, "1023 B");
	assert_string_equal(ctl_human(1024).text, "1 KiB");
	assert_string_equal(ctl_human(1536).text, "1.5 KiB");
	assert_string_equal(ctl_human(812ULL << 20).text, "812 MiB");
	assert_string_equal(ctl_human((1ULL << 30) - 1).text, "1023.9 MiB");
	assert_string_equal(ctl_human(UINT64_MAX).text, "15.9 EiB");
}

static void test_suggest(void **state)
{
	static const char *const known[] = {
		"node", "volume", "swapon", "swapoff", "status", "events", NULL
	};

	(void)state;
	assert_string_equal(suggest("statsu", known), "status");
	assert_string_equal(suggest("nod", known), "node");
	assert_string_equal(suggest("swapof", known), "swapoff");
	assert_string_equal(suggest("volumes", known), "volume");
	assert_null(suggest("frobnicate", known));
	assert_string_equal(suggest("nede", known), "node");
	assert_null(suggest("fode", (const char *const[]){ "pool", NULL }));
	assert_null(suggest("foo", (const char *const[]){ "pool", NULL }));
	assert_null(suggest("", known));
	assert_null(suggest("a-word-longer-than-anything-that-we-know",
				known));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_size_parse),
		cmocka_unit_test(test_size_round_trip),
		cmocka_unit_test(test_name),
		cmocka_unit_test(test_state_names),
		cmocka_unit_test(test_uuid),
		cmocka_unit_test(test_uuid_parse),
		cmocka_unit_test(test_human),
		cmocka_unit_test(test_suggest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
