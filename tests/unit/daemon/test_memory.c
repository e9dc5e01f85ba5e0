// SPDX-License-Identifier: GPL-2.0
/* What is remembered of volumes, and when it is not believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/memory.h"

#define MACHINE	"0123456789abcdef0123456789abcdef"
#define OTHER	"1123456789abcdef0123456789abcdef"
#define BOOT1	"00000000000000000000000000000001"
#define BOOT2	"00000000000000000000000000000002"
#define SIZE	(1 << 20)

static char dir[64];
static char path[96];
static const uint8_t uuid[16] = "0123456789abcdef";

static int setup(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/netram-memory.XXXXXX");
	assert_non_null(mkdtemp(dir));
	strcat(dir, "/state");
	snprintf(path, sizeof(path), "%s/volumes.json", dir);
	return 0;
}

static int teardown(void **state)
{
	char command[96];

	(void)state;
	*strrchr(dir, '/') = '\0';
	snprintf(command, sizeof(command), "rm -r %s", dir);
	return system(command);
}

static void put(const char *text)
{
	FILE *f;

	mkdir(dir, 0700);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static bool there(const char *suffix)
{
	char name[128];

	snprintf(name, sizeof(name), "%s%s", path, suffix);
	return !access(name, F_OK);
}

static void created_with(struct memory *m, const char *name, const uint8_t *id,
			 bool backup)
{
	struct memory_volume *v = memory_begin(m, name, SIZE, id, backup);

	assert_non_null(v);
	memory_born(m, v);
}

static void created(struct memory *m, const char *name, const uint8_t *id)
{
	created_with(m, name, id, false);
}

static void test_over_boots(void **state)
{
	struct memory_volume first;
	struct memory m;
	struct stat st;

	(void)state;
	memory_load(&m, dir, MACHINE, BOOT1);
	assert_int_equal(m.nr, 0);
	created(&m, "v1", NULL);
	created(&m, "v2", uuid);
	first = m.volumes[0];
	assert_memory_equal(m.volumes[1].uuid, uuid, 16);
	assert_memory_not_equal(m.volumes[0].claim, m.volumes[1].claim, 16);
	assert_false(memory_is_dead(&m, &m.volumes[0]));
	assert_false(memory_has_dead(&m, uuid));
	memory_free(&m);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_false(there(".new"));

	/* netramd is started anew, the host is not */
	memory_load(&m, dir, MACHINE, BOOT1);
	assert_int_equal(m.nr, 2);
	assert_false(memory_is_dead(&m, &m.volumes[0]));
	memory_free(&m);

	memory_load(&m, dir, MACHINE, BOOT2);
	assert_int_equal(m.nr, 2);
	assert_true(memory_is_dead(&m, &m.volumes[0]));
	assert_true(memory_has_dead(&m, uuid));
	assert_string_equal(m.volumes[0].name, "v1");
	assert_int_equal(m.volumes[0].size, SIZE);
	assert_memory_equal(m.volumes[0].uuid, first.uuid, 16);
	assert_memory_equal(m.volumes[0].claim, first.claim, 16);
	/* of one name, and one uuid: another claim */
	created(&m, "v2", uuid);
	assert_memory_not_equal(m.volumes[1].claim, m.volumes[2].claim, 16);
	memory_forget(&m, &m.volumes[1]);
	assert_false(memory_has_dead(&m, uuid));
	assert_int_equal(m.nr, 2);
	memory_free(&m);

	memory_load(&m, dir, MACHINE, BOOT2);
	assert_int_equal(m.nr, 2);
	assert_true(memory_is_dead(&m, &m.volumes[0]));
	assert_false(memory_is_dead(&m, &m.volumes[1]));
	memory_free(&m);
}

/* What cannot be created is tried every few seconds. */
static void test_unborn(void **state)
{
	struct memory_volume *v, before;
	struct memory m;

	(void)state;
	memory_load(&m, dir, MACHINE, BOOT1);
	before = *memory_begin(&m, "v1", SIZE, NULL, false);
	unlink(path);
	v = memory_begin(&m, "v1", SIZE, NULL, false);
	assert_memory_equal(v->claim, before.claim, 16);
	assert_memory_equal(v->uuid, before.uuid, 16);
	assert_false(there(""));
	/* the file says something else by now */
	v = memory_begin(&m, "v1", 2 * SIZE, NULL, false);
	assert_memory_not_equal(v->claim, before.claim, 16);
	v = memory_begin(&m, "v1", 2 * SIZE, uuid, false);
	assert_memory_equal(v->uuid, uuid, 16);
	assert_int_equal(m.nr, 1);
	/* it was there: the next one is another */
	memory_born(&m, v);
	before = *v;
	v = memory_begin(&m, "v1", 2 * SIZE, uuid, false);
	assert_memory_not_equal(v->claim, before.claim, 16);
	assert_int_equal(m.nr, 2);
	memory_free(&m);
}

/* What the module does not have any more is dead, but not at the first look. */
static void test_deleted(void **state)
{
	struct netram_volume two = { 0 }, one = { .next = &two };
	struct memory m;
	int i;

	(void)state;
	memory_load(&m, dir, MACHINE, BOOT1);
	created(&m, "v1", NULL);
	created(&m, "v2", uuid);
	assert_non_null(memory_begin(&m, "v3", SIZE, NULL, false));
	memcpy(one.uuid, m.volumes[0].uuid, 16);
	memcpy(two.uuid, uuid, 16);
	for (i = 0; i < MEMORY_LOOKS - 1; i++)
		memory_compare(&m, NULL);
	assert_false(memory_is_dead(&m, &m.volumes[0]));
	memory_compare(&m, &one);
	for (i = 0; i < MEMORY_LOOKS; i++) {
		assert_false(memory_is_dead(&m, &m.volumes[0]));
		memory_compare(&m, &two);
	}
	assert_true(memory_is_dead(&m, &m.volumes[0]));
	assert_false(memory_is_dead(&m, &m.volumes[1]));
	/* not yet there */
	assert_false(memory_is_dead(&m, &m.volumes[2]));
	assert_true(memory_is_current(&m, &m.volumes[0]));

	/* made anew with the same uuid: the one of before has gone */
	created(&m, "v2", uuid);
	for (i = 0; i < MEMORY_LOOKS; i++)
		memory_compare(&m, &two);
	assert_true(memory_is_dead(&m, &m.volumes[1]));
	assert_false(memory_is_dead(&m, &m.volumes[3]));
	memory_free(&m);
}

/* Its device names a volume that nobody can read any more, also when no node knows it. */
static void test_backup(void **state)
{
	uint8_t first[16], second[16], kept[16];
	struct memory m;

	(void)state;
	memory_load(&m, dir, MACHINE, BOOT1);
	created_with(&m, "v1", NULL, true);
	created_with(&m, "v2", NULL, true);
	created(&m, "v3", NULL);
	memcpy(first, m.volumes[0].uuid, 16);
	memcpy(kept, m.volumes[1].uuid, 16);
	memcpy(second, m.volumes[2].uuid, 16);
	/* its host lives */
	assert_false(memory_left_backup(&m, first));
	memory_free(&m);

	memory_load(&m, dir, MACHINE, BOOT2);
	assert_true(memory_left_backup(&m, first));
	assert_false(memory_left_backup(&m, second));
	assert_false(memory_left_backup(&m, uuid));
	memory_forget(&m, &m.volumes[2]);
	memory_forget(&m, &m.volumes[0]);
	assert_int_equal(m.nr, 2);
	memory_free(&m);

	memory_load(&m, dir, MACHINE, BOOT2);
	assert_false(memory_is_dead(&m, &m.volumes[0]));
	assert_false(memory_has_dead(&m, first));
	assert_true(memory_is_dead(&m, &m.volumes[1]));
	assert_true(memory_left_backup(&m, first));
	/* one without a backup leaves the device as it is */
	created(&m, "v1", NULL);
	assert_true(memory_left_backup(&m, first));
	/* the new one came to nothing until now */
	assert_non_null(memory_begin(&m, "v1", SIZE, NULL, true));
	assert_true(memory_left_backup(&m, first));
	created_with(&m, "v1", NULL, true);
	assert_false(memory_left_backup(&m, first));
	assert_int_equal(m.nr, 3);
	memcpy(second, m.volumes[2].uuid, 16);
	/* while a node is still to be cleared up */
	created_with(&m, "v2", NULL, true);
	assert_false(memory_left_backup(&m, kept));
	assert_true(memory_has_dead(&m, kept));
	memory_forget(&m, &m.volumes[0]);
	assert_int_equal(m.nr, 3);
	/* deleted: it has given its device back */
	memory_forget(&m, &m.volumes[1]);
	assert_int_equal(m.nr, 2);
	assert_false(memory_left_backup(&m, second));
	memory_free(&m);
}

static void test_other_machine(void **state)
{
	struct memory m;

	(void)state;
	memory_load(&m, dir, MACHINE, BOOT1);
	created(&m, "v1", NULL);
	memory_free(&m);
	memory_load(&m, dir, OTHER, BOOT2);
	assert_int_equal(m.nr, 0);
	assert_false(there(""));
	assert_true(there(".other"));
	created(&m, "v1", NULL);
	memory_free(&m);
	memory_load(&m, dir, OTHER, BOOT2);
	assert_int_equal(m.nr, 1);
	memory_free(&m);
}

#define VOLUME_HEAD	"{\"machine_id\": \"" MACHINE "\", \"volumes\": [{"
#define VOLUME_TAIL	"}]}"
#define NAME		"\"name\": \"v1\", \"size_bytes\": 1048576, "
#define UUID(key)	"\"" key "\": \"1b4e28ba-2fa1-11d2-883f-0016d3cca427\", "
#define IN_BOOT		"\"boot_id\": \"" BOOT1 "\""

static void test_bad(void **state)
{
	static const char *const bad[] = {
		"", "{", "[]", "null", "{}", "{\"machine_id\": 1}",
		"{\"machine_id\": \"" MACHINE "\"}",
		"{\"machine_id\": \"" MACHINE "\", \"volumes\": {}}",
		"{\"machine_id\": \"" MACHINE "\", \"volumes\": [1]}",
		VOLUME_HEAD NAME UUID("uuid") IN_BOOT VOLUME_TAIL,
		VOLUME_HEAD NAME UUID("uuid") "\"claim\": \"x\", " IN_BOOT VOLUME_TAIL,
		VOLUME_HEAD UUID("uuid") UUID("claim") IN_BOOT VOLUME_TAIL,
		VOLUME_HEAD NAME UUID("uuid") UUID("claim") "\"boot_id\": \"1\"" VOLUME_TAIL,
		VOLUME_HEAD NAME UUID("uuid") UUID("claim") "\"boot_id\": null" VOLUME_TAIL,
		VOLUME_HEAD "\"name\": \"../v1\", \"size_bytes\": 1, " UUID("uuid") UUID("claim") IN_BOOT VOLUME_TAIL,
	};
	char bad_path[128];
	struct memory m;
	size_t i;

	(void)state;
	put(VOLUME_HEAD NAME UUID("uuid") UUID("claim") IN_BOOT VOLUME_TAIL);
	memory_load(&m, dir, MACHINE, BOOT2);
	assert_int_equal(m.nr, 1);
	memory_free(&m);
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		put(bad[i]);
		memory_load(&m, dir, MACHINE, BOOT2);
		assert_int_equal(m.nr, 0);
		assert_false(there(""));
		assert_true(there(".bad"));
		created(&m, "v1", NULL);
		assert_true(there(""));
		memory_free(&m);
	}
	/* a folder is no file, and goes out of the way, too */
	unlink(path);
	mkdir(path, 0700);
	snprintf(bad_path, sizeof(bad_path), "%s.bad", path);
	unlink(bad_path);
	memory_load(&m, dir, MACHINE, BOOT2);
	created(&m, "v1", NULL);
	memory_free(&m);
	memory_load(&m, dir, MACHINE, BOOT2);
	assert_int_equal(m.nr, 1);
	memory_free(&m);
}

/* Nothing can be written, or nothing is to be: volumes are created all the same. */
static void test_nowhere(void **state)
{
	struct memory m;

	(void)state;
	memory_load(&m, "/proc/netram", MACHINE, BOOT1);
	created(&m, "v1", NULL);
	assert_int_equal(m.nr, 1);
	memory_free(&m);
	assert_null(memory_begin(&m, "v1", SIZE, NULL, false));
	assert_false(memory_has_dead(&m, uuid));
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_over_boots),
		CASE(test_unborn),
		CASE(test_deleted),
		CASE(test_backup),
		CASE(test_other_machine),
		CASE(test_bad),
		cmocka_unit_test(test_nowhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
